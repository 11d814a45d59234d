/** Entries that a lock does not have yet: where they go, and how they are written there. */

import { columnOf, endOfText, insertLines, lineStart, nextLine, skipComments } from "../../yaml/line.ts";
import {
  entriesOf,
  eventOf,
  isFlow,
  kindOf,
  scalarText,
  scalarType,
  startOf,
  type YamlEntry,
} from "../../yaml/node.ts";
import { closingBracket, endOf, endOfEntry } from "../../yaml/node-end.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import type { TextEdit } from "../../yaml/text-edit.ts";
import {
  blockStyle,
  compareKeys,
  type EntryStyle,
  entryFlow,
  entryKey,
  entryLines,
  fieldOf,
  flowStyle,
  jsonStyle,
  quoted,
  quotesOf,
  styleOf,
} from "./entry-text.ts";
import type { ImageLock } from "./image-lock.ts";
import type { LockedImage } from "./locked-image.ts";

/** The edits that add entries, which come sorted by their keys. */
export function additions(lock: ImageLock, images: readonly LockedImage[]): readonly TextEdit[] {
  const { yaml, resource, images: node } = lock;
  const inBlock = !isFlow(yaml, resource.node);
  if (node === undefined) return [missingKey(lock, images)];
  if (kindOf(yaml, node) !== "mapping") {
    return inBlock ? fillBlock(lock, images, node) : [fillFlow(lock, images, node)];
  }
  const entries = entriesOf(yaml, node);
  if (isFlow(yaml, node)) {
    if (entries.length > 0) return flowAdditions(lock, images, entries);
    const inside = yaml.text.slice((startOf(yaml, node) ?? 0) + 1, closingBracket(yaml, node));
    return inBlock && inside.trim() === "" ? fillBlock(lock, images, node) : [fillBraces(lock, images, node)];
  }
  return blockAdditions(lock, images, entries);
}

function missingKey(lock: ImageLock, images: readonly LockedImage[]): TextEdit {
  const { yaml, resource } = lock;
  const last = entriesOf(yaml, resource.node).at(-1);
  const end = last === undefined ? endOf(yaml, resource.node, 0) : endOfEntry(yaml, last);
  if (isFlow(yaml, resource.node)) {
    const style = outerStyle(lock);
    const value = images.map((image) => entryFlow(image, style)).join(", ");
    return { start: end, end, text: `, ${quoted("images", style.field)}: {${value}}` };
  }
  const column = columnOf(yaml, resource.node);
  const step = stepOf(lock);
  const at = skipComments(yaml.text, nextLine(yaml.text, end), column);
  const lines = indent([...newEntries(images, step)], column + step);
  return insertLines(yaml.text, at, [`${" ".repeat(column)}images:`, ...lines]);
}

/** Entries on lines of their own in place of nothing, `null` or `{}`. */
function fillBlock(lock: ImageLock, images: readonly LockedImage[], node: YamlNode): readonly TextEdit[] {
  const { yaml, resource } = lock;
  const key = fieldOf(yaml, resource.node, "images");
  if (key === undefined) return [];
  const end = endOfEntry(yaml, key);
  const step = stepOf(lock);
  const lines = indent([...newEntries(images, step)], columnOf(yaml, resource.node) + step);
  const insert = insertLines(yaml.text, nextLine(yaml.text, end), lines);
  const start = startOfValue(yaml, node);
  if (start === undefined) return [insert];
  return [{ start: endOfText(yaml.text, start), end, text: "" }, insert];
}

function fillFlow(lock: ImageLock, images: readonly LockedImage[], node: YamlNode): TextEdit {
  const { yaml, resource } = lock;
  const text = `{${images.map((image) => entryFlow(image, outerStyle(lock))).join(", ")}}`;
  const start = startOfValue(yaml, node);
  const key = fieldOf(yaml, resource.node, "images");
  const end = key === undefined ? 0 : endOfEntry(yaml, key);
  return start === undefined ? { start: end, end, text: ` ${text}` } : { start, end, text };
}

function fillBraces(lock: ImageLock, images: readonly LockedImage[], node: YamlNode): TextEdit {
  const at = (startOf(lock.yaml, node) ?? 0) + 1;
  return { start: at, end: at, text: images.map((image) => entryFlow(image, outerStyle(lock))).join(", ") };
}

function flowAdditions(
  lock: ImageLock,
  images: readonly LockedImage[],
  entries: readonly YamlEntry[],
): readonly TextEdit[] {
  const { yaml, images: node = 0 } = lock;
  const open = (startOf(yaml, node) ?? 0) + 1;
  // The white space that the first entry has before it: line breaks in pretty JSON.
  const lead = /^\s*/.exec(yaml.text.slice(open))?.[0] ?? "";
  const between = lead.includes("\n") ? lead : " ";
  return byPredecessor(yaml, entries, images).flatMap(({ before, images: group }) => {
    const style = neighbourStyle(lock, before ?? entries[0]);
    const texts = group.map((image) => entryFlow(image, style));
    if (before === undefined)
      return texts.map((text) => ({
        start: open,
        end: open,
        text: `${lead}${text},${lead === "" ? " " : ""}`,
      }));
    const end = endOfEntry(yaml, before);
    return texts.map((text) => ({ start: end, end, text: `,${between}${text}` }));
  });
}

function blockAdditions(
  lock: ImageLock,
  images: readonly LockedImage[],
  entries: readonly YamlEntry[],
): readonly TextEdit[] {
  const { yaml, images: node = 0 } = lock;
  const column = columnOf(yaml, node);
  const places = new Map<number, string[]>();
  for (const { before, images: group } of byPredecessor(yaml, entries, images)) {
    const neighbour = before ?? entries[0];
    const at =
      before === undefined
        ? aboveComments(yaml.text, lineStart(yaml.text, startOf(yaml, node) ?? 0))
        : skipComments(yaml.text, nextLine(yaml.text, endOfEntry(yaml, before)), column);
    const style = neighbourStyle(lock, neighbour);
    const inFlow = neighbour !== undefined && isFlow(yaml, neighbour.value);
    const step = inFlow ? 0 : entryStep(lock, neighbour);
    const place = places.get(at) ?? [];
    places.set(at, place);
    for (const image of group) {
      const lines = inFlow ? [entryFlow(image, style)] : entryLines(image, style, step);
      for (const line of indent(lines, column)) place.push(line);
    }
  }
  return [...places].map(([at, lines]) => insertLines(yaml.text, at, lines));
}

interface PredecessorGroup {
  /** Absent for what comes before all entries. */
  readonly before: YamlEntry | undefined;
  readonly images: readonly LockedImage[];
}

/** New entries by the entry that each goes behind, in the order that they have. */
function byPredecessor(
  yaml: YamlText,
  entries: readonly YamlEntry[],
  images: readonly LockedImage[],
): readonly PredecessorGroup[] {
  const predecessor = predecessors(yaml, entries);
  const groups = new Map<YamlEntry | undefined, LockedImage[]>();
  for (const image of images) {
    const before = predecessor(image);
    const group = groups.get(before);
    if (group === undefined) groups.set(before, [image]);
    else group.push(image);
  }
  return [...groups].map(([before, group]) => ({ before, images: group }));
}

/** Finds the entry with the greatest key that is smaller than that of a new one; the last of several alike. */
function predecessors(
  yaml: YamlText,
  entries: readonly YamlEntry[],
): (image: LockedImage) => YamlEntry | undefined {
  const sorted = entries
    .map((entry) => ({ entry, key: scalarText(yaml, entry.key) ?? "" }))
    .sort((one, other) => compareKeys(one.key, other.key));
  return (image) => {
    const wanted = entryKey(image);
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(sorted[middle]?.key ?? "", wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return sorted[low - 1]?.entry;
  };
}

/** A comment above an entry belongs to it. */
function aboveComments(text: string, offset: number): number {
  let position = offset;
  for (;;) {
    const above = lineStart(text, position - 1);
    if (position === 0 || !/^[ \t]*(?:#.*)?\r?\n$/.test(text.slice(above, position))) return position;
    position = above;
  }
}

function newEntries(images: readonly LockedImage[], step: number): readonly string[] {
  return images.flatMap((image) => entryLines(image, blockStyle, step));
}

function indent(lines: readonly string[], column: number): readonly string[] {
  return lines.map((line) => " ".repeat(column) + line);
}

/** How deep this lock indents what is below a key. */
function stepOf({ yaml, resource }: ImageLock): number {
  const column = columnOf(yaml, resource.node);
  for (const { value } of entriesOf(yaml, resource.node)) {
    if (kindOf(yaml, value) !== "mapping" || isFlow(yaml, value)) continue;
    const step = columnOf(yaml, value) - column;
    if (step > 0) return step;
  }
  return 2;
}

function entryStep(lock: ImageLock, neighbour: YamlEntry | undefined): number {
  const { yaml, images = 0 } = lock;
  const step = neighbour === undefined ? 0 : columnOf(yaml, neighbour.value) - columnOf(yaml, images);
  return step > 0 ? step : stepOf(lock);
}

function neighbourStyle(lock: ImageLock, neighbour: YamlEntry | undefined): EntryStyle {
  return neighbour === undefined ? outerStyle(lock) : styleOf(lock.yaml, neighbour);
}

/** How to write in braces where there is no entry yet: a lock in braces with its keys in double quotes is JSON. */
function outerStyle({ yaml, resource }: ImageLock): EntryStyle {
  const [first] = entriesOf(yaml, resource.node);
  const isJson = isFlow(yaml, resource.node) && first !== undefined && quotesOf(yaml, first.key) === '"';
  return isJson ? jsonStyle : flowStyle;
}

/** Where `null` or `{}` begins; undefined for an empty value. */
function startOfValue(yaml: YamlText, node: YamlNode): number | undefined {
  const event = eventOf(yaml, node);
  // A tag says what the value no longer is.
  if (scalarType(yaml, node) === "null" && "tagStart" in event && event.tagStart !== -1)
    return event.tagStart;
  return startOf(yaml, node);
}
