/** Edits of an entry that a lock has already. */

import { isDeepStrictEqual } from "node:util";
import { fill } from "../../yaml/insert/fill.ts";
import { insert } from "../../yaml/insert/insert.ts";
import { remove } from "../../yaml/insert/remove.ts";
import { quoted } from "../../yaml/insert/text.ts";
import {
  childOf,
  elementsOf,
  entriesOf,
  isBlockScalar,
  isFlow,
  scalarText,
  writtenText,
} from "../../yaml/node.ts";
import { sourceRange } from "../../yaml/scalar-source.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import type { TextEdit } from "../../yaml/text-edit.ts";
import { fieldText, jsonValue, platformsText, styleOf } from "./entry-text.ts";
import type { LockEntry } from "./lock-entry.ts";
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
  const { next, evidence } = image;
  if (next !== undefined && !isDeepStrictEqual(next, entry.next))
    set.push(...replaceField(yaml, entry, "next", jsonValue(next)));
  else if (next === undefined) remove.push(...removeField(yaml, entry.value, "next"));
  if (evidence !== undefined && !isDeepStrictEqual(evidence, entry.evidence))
    set.push(...replaceField(yaml, entry, "evidence", jsonValue(evidence)));
  else if (evidence === undefined && moved) remove.push(...removeField(yaml, entry.value, "evidence"));
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
  const fields = entriesOf(yaml, entry.value);
  const old = fields.find(({ key }) => scalarText(yaml, key) === name);
  if (old !== undefined) return [fill(yaml, entry.value, old, text)];
  const field = fieldText(name, text, styleOf(yaml, entry));
  const addition = { block: () => `${field}\n`, flow: () => field };
  const behind = fields.findIndex(({ key }) => scalarText(yaml, key) === "digest");
  return [insert(yaml, entry.value, addition, { behind })];
}

/** Sets a field whose value may have become lines of its own, since another tool has written it anew. */
function replaceField(yaml: YamlText, entry: LockEntry, name: string, text: string): readonly TextEdit[] {
  const old = childOf(yaml, entry.value, name);
  if (old === undefined || isFlow(yaml, old)) return setField(yaml, entry, name, text);
  const field = fieldText(name, text, styleOf(yaml, entry));
  const others = entriesOf(yaml, entry.value).filter(({ value }) => value !== old);
  const behind = others.findIndex(({ key }) => scalarText(yaml, key) === "digest");
  const addition = { block: () => `${field}\n`, flow: () => field };
  return [insert(yaml, entry.value, addition, { behind }), ...removeField(yaml, entry.value, name)];
}

function removeField(yaml: YamlText, mapping: YamlNode, name: string): readonly TextEdit[] {
  const index = entriesOf(yaml, mapping).findIndex(({ key }) => scalarText(yaml, key) === name);
  return index === -1 ? [] : [remove(yaml, mapping, index)];
}

/** A list in block style keeps the lines that stay. */
function platformsEdits(yaml: YamlText, entry: LockEntry, platforms: readonly string[]): readonly TextEdit[] {
  const list = childOf(yaml, entry.value, "platforms");
  const style = styleOf(yaml, entry);
  const elements = list === undefined ? [] : elementsOf(yaml, list);
  // What stands under a bar has more lines than one.
  if (list === undefined || isFlow(yaml, list) || elements.some((element) => isBlockScalar(yaml, element))) {
    return setField(yaml, entry, "platforms", platformsText(platforms, style));
  }
  const old = entry.platforms ?? [];
  const [wanted, known] = [new Set(platforms), new Set(old)];
  const removed = elements.flatMap((_, index) =>
    wanted.has(old[index] ?? "") ? [] : [remove(yaml, list, index)],
  );
  const added = platforms
    .filter((platform) => !known.has(platform))
    .map((platform) => quoted(platform, style.value));
  if (added.length === 0) return removed;
  const lines = added.map((platform) => `- ${platform}\n`).join("");
  return [...removed, insert(yaml, list, { block: () => lines, flow: () => added.join(", ") })];
}

function isSameSet(one: readonly string[], other: readonly string[] | undefined): boolean {
  const members = new Set(other);
  return other !== undefined && one.length === other.length && one.every((member) => members.has(member));
}
