/** Edits of an entry that a lock has already. */

import { columnOf, insertLines, lineStart, nextLine } from "../../yaml/line.ts";
import { childOf, elementsOf, entriesOf, isFlow, scalarText, startOf, writtenText } from "../../yaml/node.ts";
import { endOf, endOfEntry } from "../../yaml/node-end.ts";
import { sourceRange } from "../../yaml/scalar-source.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import type { TextEdit } from "../../yaml/text-edit.ts";
import { fieldOf, fieldText, platformsText, quoted, quotesOf, styleOf } from "./entry-text.ts";
import type { LockEntry } from "./image-lock.ts";
import type { LockedImage } from "./locked-image.ts";

/** The edits that make an entry say what a resolution says. What was said of another digest goes with that. */
export function entryEdits(yaml: YamlText, entry: LockEntry, image: LockedImage): readonly TextEdit[] {
  const moved = entry.digest !== image.digest;
  const style = styleOf(yaml, entry);
  const set: TextEdit[] = moved ? [scalarEdit(yaml, childOf(yaml, entry.value, "digest"), image.digest)] : [];
  const remove: TextEdit[] = [];
  if (image.platform !== entry.platform) {
    if (image.platform === undefined) remove.push(...removeField(yaml, entry.value, "platform"));
    else set.push(...setField(yaml, entry, "platform", quoted(image.platform, style.value)));
  }
  if (image.platforms !== undefined && !isSameSet(image.platforms, entry.platforms)) {
    set.push(...platformsEdits(yaml, entry, image.platforms));
  } else if (image.platforms === undefined && moved) {
    remove.push(...removeField(yaml, entry.value, "platforms"));
  }
  return [...set, ...remove];
}

/** The characters of a scalar's text give way to others; its quotes, line breaks and comments stay. */
function scalarEdit(yaml: YamlText, node: YamlNode | undefined, text: string): TextEdit {
  const old = node === undefined ? "" : writtenText(yaml, node);
  const range = node === undefined ? undefined : sourceRange(yaml, node, { start: 0, end: old.length });
  if (range === undefined) throw new RangeError(`no place of ${JSON.stringify(old)} in the text of the lock`);
  return { ...range, text };
}

function setField(yaml: YamlText, entry: LockEntry, name: string, text: string): readonly TextEdit[] {
  const old = childOf(yaml, entry.value, name);
  if (old !== undefined) {
    const start = startOf(yaml, old) ?? 0;
    return [{ start: start - quotesOf(yaml, old).length, end: endOf(yaml, old, start), text }];
  }
  const digest = fieldOf(yaml, entry.value, "digest");
  if (digest === undefined) return [];
  const field = fieldText(name, text, styleOf(yaml, entry));
  const end = endOfEntry(yaml, digest);
  if (isFlow(yaml, entry.value)) return [{ start: end, end, text: `, ${field}` }];
  const pad = " ".repeat(columnOf(yaml, entry.value));
  return [insertLines(yaml.text, nextLine(yaml.text, end), [pad + field])];
}

function removeField(yaml: YamlText, mapping: YamlNode, name: string): readonly TextEdit[] {
  const fields = entriesOf(yaml, mapping);
  const index = fields.findIndex(({ key }) => scalarText(yaml, key) === name);
  const field = fields[index];
  if (field === undefined) return [];
  const key = startOfKey(yaml, field.key);
  const end = endOfEntry(yaml, field);
  if (!isFlow(yaml, mapping)) {
    return [{ start: lineStart(yaml.text, key), end: nextLine(yaml.text, end), text: "" }];
  }
  const [before, after] = [fields[index - 1], fields[index + 1]];
  if (before !== undefined) return [{ start: endOfEntry(yaml, before), end, text: "" }];
  return [{ start: key, end: after === undefined ? end : startOfKey(yaml, after.key), text: "" }];
}

/** A list in block style keeps the lines that stay. */
function platformsEdits(yaml: YamlText, entry: LockEntry, platforms: readonly string[]): readonly TextEdit[] {
  const list = childOf(yaml, entry.value, "platforms");
  const style = styleOf(yaml, entry);
  if (list === undefined || isFlow(yaml, list)) {
    return setField(yaml, entry, "platforms", platformsText(platforms, style));
  }
  const { text } = yaml;
  const elements = elementsOf(yaml, list);
  const old = entry.platforms ?? [];
  const [wanted, known] = [new Set(platforms), new Set(old)];
  const removed = elements.flatMap((element, index) => {
    if (wanted.has(old[index] ?? "")) return [];
    const start = startOf(yaml, element) ?? 0;
    return [{ start: lineStart(text, start), end: nextLine(text, endOf(yaml, element, start)), text: "" }];
  });
  const pad = " ".repeat(columnOf(yaml, list));
  const added = platforms
    .filter((platform) => !known.has(platform))
    .map((platform) => `${pad}- ${quoted(platform, style.value)}`);
  if (added.length === 0) return removed;
  return [...removed, insertLines(text, nextLine(text, endOf(yaml, list, 0)), added)];
}

function startOfKey(yaml: YamlText, key: YamlNode): number {
  return (startOf(yaml, key) ?? 0) - quotesOf(yaml, key).length;
}

function isSameSet(one: readonly string[], other: readonly string[] | undefined): boolean {
  const members = new Set(other);
  return other !== undefined && one.length === other.length && one.every((member) => members.has(member));
}
