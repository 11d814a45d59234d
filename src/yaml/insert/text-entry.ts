/**
 * An entry whose value is a text that goes in and may come out again, such as a digest: a new one, or one that is there
 * without a value. What stood in its place is told by how it is written, so that taking it out gives back what was:
 *
 *     block style                              flow style
 *     digest: sha256:…         no entry        , digest: sha256:…      no entry
 *     digest: sha256:… # null  the comment     digest:    sha256:…     null: three blanks more than there were
 *     digest: sha256:… #       nothing         digest:     sha256:…    nothing: four more
 *     digest: "sha256:…"       ""              digest:  "sha256:…"     "": one more
 *                                              digest : sha256:…       the key alone
 *
 * The sign for nothing, and the blank for "", stand only where the entry would pass for a new one without them.
 */
import { entryLayout } from "../layout.ts";
import {
  anchorRange,
  dereference,
  entriesOf,
  isBlockScalar,
  isFlow,
  isMergeKey,
  kindOf,
  type Range,
  scalarRange,
  scalarText,
  scalarType,
  type YamlEntry,
} from "../node.ts";
import type { YamlNode, YamlText } from "../scan.ts";
import type { TextEdit } from "../text-edit.ts";
import { endOfLine, fill } from "./fill.ts";
import { type Addition, insert, insertedRange } from "./insert.ts";
import { type Quotes, quoted, quotesOf } from "./text.ts";

/** Where a text goes, between two others. */
export interface Slot {
  readonly range: Range;
  readonly before: string;
  readonly after: string;
}

/**
 * Where the text of a key goes in a mapping: into the entry that waits for it, or into a new one. Undefined where what
 * stands under the key is neither nothing nor empty, or others stand for it.
 */
export function slotOf(yaml: YamlText, mapping: YamlNode, name: string): Slot | undefined {
  const index = indexOf(yaml, mapping, name);
  const entry = entriesOf(yaml, mapping)[index];
  if (entry === undefined) return newSlot(yaml, mapping, name);
  if (!isVacant(yaml, entry.value) || isAliased(yaml, entry.value)) return undefined;
  return isFlow(yaml, mapping)
    ? flowSlot(yaml, mapping, entry, index)
    : blockSlot(yaml, mapping, entry, index);
}

/** The edit that takes the text of a key out again; undefined where it has none. */
export function vacate(yaml: YamlText, mapping: YamlNode, name: string): TextEdit | undefined {
  const index = indexOf(yaml, mapping, name);
  const entry = entriesOf(yaml, mapping)[index];
  const text = entry && scalarText(yaml, entry.value);
  if (entry === undefined || text === undefined || isVacant(yaml, entry.value)) return undefined;
  // An alias elsewhere would stand for nothing.
  if (isAliased(yaml, entry.key) || isAliased(yaml, entry.value)) return undefined;
  const before = entriesOf(yaml, mapping).slice(0, index);
  const added = addedRange(yaml, mapping, index, additionOf(yaml, mapping, { name, text }, before));
  if (added !== undefined) return { ...added, text: "" };
  return isFlow(yaml, mapping) ? vacateFlow(yaml, entry) : vacateBlock(yaml, entry);
}

/** The last entry with a key, which is the one that counts. */
function indexOf(yaml: YamlText, mapping: YamlNode, name: string): number {
  return entriesOf(yaml, mapping).findLastIndex(
    ({ key }) => scalarText(yaml, dereference(yaml, key)) === name,
  );
}

/** True for nothing, null and an empty text, also behind an alias. */
function isVacant(yaml: YamlText, node: YamlNode): boolean {
  const target = dereference(yaml, node);
  const text = scalarText(yaml, target);
  return text !== undefined && (scalarType(yaml, target) === "null" || text.replaceAll("\n", "") === "");
}

function isAliased(yaml: YamlText, node: YamlNode): boolean {
  return anchorRange(yaml, node) !== undefined && yaml.anchored.has(node);
}

/** A character that stands for the text while its place is looked for: YAML has no other use for it. */
const TEXT = "\0";

function newSlot(yaml: YamlText, mapping: YamlNode, name: string): Slot {
  const place = placeOf(yaml, mapping, entriesOf(yaml, mapping));
  return slotIn(insert(yaml, mapping, additionOf(yaml, mapping, { name, text: TEXT }), { behind: place }));
}

function slotIn({ start, end, text }: TextEdit): Slot {
  const [before = "", after = ""] = text.split(TEXT);
  return { range: { start, end }, before, after };
}

/**
 * The index of the entry behind which a new one goes: in block style the first on one line, mostly the repository, but
 * none before a merge key, since kubectl lets what is merged win over what stands before it.
 */
function placeOf(yaml: YamlText, mapping: YamlNode, entries: readonly YamlEntry[]): number {
  const last = entries.length - 1;
  if (isFlow(yaml, mapping)) return last;
  const merge = entries.findLastIndex(({ key }) => isMergeKey(yaml, key));
  const first = entries.findIndex((entry, index) => index >= merge && isOnOneLine(yaml, entry));
  return first === -1 ? last : first;
}

function isOnOneLine(yaml: YamlText, entry: YamlEntry): boolean {
  const { keyEnd, valueStart, end } = entryLayout(yaml, entry);
  return valueStart !== undefined && !yaml.text.slice(keyEnd, end).includes("\n");
}

interface Named {
  readonly name: string;
  readonly text: string;
}

/** An entry as it is added, with the quotes of its neighbours in JSON. */
function additionOf(
  yaml: YamlText,
  mapping: YamlNode,
  { name, text }: Named,
  neighbours: readonly YamlEntry[] = entriesOf(yaml, mapping),
): Addition {
  const last = neighbours.at(-1);
  const quotes = last === undefined ? "" : doubleQuotes(yaml, last.key);
  return {
    block: () => `${quoted(name, "")}: ${text}\n`,
    flow: () => `${quoted(name, quotes)}: ${quotes}${text}${quotes}`,
  };
}

function doubleQuotes(yaml: YamlText, key: YamlNode): Quotes {
  return quotesOf(yaml, key) === '"' ? '"' : "";
}

/** Where the entry at an index stands if it was added. */
function addedRange(yaml: YamlText, mapping: YamlNode, index: number, addition: Addition): Range | undefined {
  const others = entriesOf(yaml, mapping).filter((_, other) => other !== index);
  const place = placeOf(yaml, mapping, others);
  return insertedRange(yaml, mapping, addition, { index, behind: place < index ? place : place + 1 });
}

function blockSlot(yaml: YamlText, mapping: YamlNode, entry: YamlEntry, index: number): Slot | undefined {
  const { valueStart, end } = entryLayout(yaml, entry);
  if (valueStart === undefined) {
    const slot = slotIn(fill(yaml, mapping, entry, TEXT));
    const isLikeOther = isLikeAdded(yaml, mapping, index) || isColonApart(yaml, entry);
    return isLikeOther ? { ...slot, after: " #" } : slot;
  }
  if (isEmptyQuotes(yaml, entry.value)) return quotedSlot(yaml, entry.value);
  const isOneLine = isBlockScalar(yaml, entry.value) || !yaml.text.slice(valueStart, end).includes("\n");
  // What stood there goes on as a comment.
  return isOneLine ? { range: { start: valueStart, end: valueStart }, before: "", after: " # " } : undefined;
}

/** True for a colon on a line of its own, as behind `? key`. */
function isColonApart(yaml: YamlText, entry: YamlEntry): boolean {
  const { keyEnd, colonEnd = keyEnd } = entryLayout(yaml, entry);
  return yaml.text.slice(keyEnd, colonEnd).includes("\n");
}

function flowSlot(yaml: YamlText, mapping: YamlNode, entry: YamlEntry, index: number): Slot {
  const { colonEnd, valueStart, end } = entryLayout(yaml, entry);
  const quotes = doubleQuotes(yaml, entry.key);
  if (colonEnd === undefined) {
    const { range, before, after } = slotIn(fill(yaml, mapping, entry, `${quotes}${TEXT}${quotes}`));
    return { range, before: ` ${before.trimStart()}`, after };
  }
  if (valueStart === undefined) {
    const blanks = isLikeAdded(yaml, mapping, index) ? NOTHING_BLANKS : " ";
    return { range: { start: colonEnd, end: colonEnd }, before: blanks + quotes, after: quotes };
  }
  if (isEmptyQuotes(yaml, entry.value)) {
    const inside = quotedSlot(yaml, entry.value);
    if (!isLikeAdded(yaml, mapping, index)) return inside;
    const { start, end: last } = inside.range;
    return { range: { start: start - 1, end: last + 1 }, before: ` ${quotes}`, after: quotes };
  }
  return { range: { start: valueStart, end }, before: NULL_BLANKS + quotes, after: quotes };
}

const NULL_BLANKS = "   ";
const NOTHING_BLANKS = "     ";

/** Whether an entry without a text would be taken for one that was added once it has one. */
function isLikeAdded(yaml: YamlText, mapping: YamlNode, index: number): boolean {
  const entries = entriesOf(yaml, mapping);
  const entry = entries[index];
  if (entry === undefined) return false;
  const name = scalarText(yaml, dereference(yaml, entry.key)) ?? "";
  const addition = additionOf(yaml, mapping, { name, text: "" }, entries.slice(0, index));
  const written = { block: () => addition.block().replace(": ", ":"), flow: addition.flow };
  return (addedRange(yaml, mapping, index, written)?.end ?? 0) >= entryLayout(yaml, entry).end;
}

function isEmptyQuotes(yaml: YamlText, node: YamlNode): boolean {
  return kindOf(yaml, node) === "scalar" && quotesOf(yaml, node) !== "" && scalarType(yaml, node) !== "null";
}

function quotedSlot(yaml: YamlText, node: YamlNode): Slot {
  return { range: scalarRange(yaml, node) ?? { start: 0, end: 0 }, before: "", after: "" };
}

function blanksBefore({ text }: YamlText, offset: number): number {
  let start = offset;
  while (text[start - 1] === " ") start--;
  return offset - start;
}

function vacateBlock(yaml: YamlText, entry: YamlEntry): TextEdit | undefined {
  const { text } = yaml;
  const { keyEnd, colonEnd = 0, valueStart = 0, end } = entryLayout(yaml, entry);
  const range = scalarRange(yaml, entry.value);
  if (range === undefined) return undefined;
  if (quotesOf(yaml, entry.value) !== "" || isBlockScalar(yaml, entry.value)) return { ...range, text: "" };
  const comment = text.slice(end, endOfLine(text, end));
  if (range.start === valueStart && WAS_NULL.test(comment))
    return { start: valueStart, end: end + 3, text: "" };
  if (comment === " #") return { start: colonEnd, end: end + 2, text: "" };
  // A question mark before the key: the colon came with the text.
  const line = endOfLine(text, keyEnd);
  if (text.slice(line, range.start).trim() === ":" && line < colonEnd - 1)
    return { start: line, end, text: "" };
  const isBehindColon = text.slice(colonEnd, range.start).trim() === "";
  return { start: isBehindColon ? colonEnd : range.start, end, text: "" };
}

// Null in all its spellings, and texts of no length, behind which a comment may stand.
const WAS_NULL =
  /^ # (?=\S)(?:[&!]\S*[ \t]*)*(?:~|null|Null|NULL|[|>][-+\d]*|\*\S+|""|'')?[ \t]*(?:(?<=\s)#.*)?$/;

function vacateFlow(yaml: YamlText, entry: YamlEntry): TextEdit | undefined {
  const { keyEnd, colonEnd = 0, valueStart = 0, end } = entryLayout(yaml, entry);
  const range = scalarRange(yaml, entry.value);
  if (range === undefined) return undefined;
  const blanks = blanksBefore(yaml, valueStart);
  const quotes = quotesOf(yaml, entry.value);
  if (colonEnd === keyEnd + 2 && blanks === 1) return { start: keyEnd, end, text: "" };
  const more = blanks - NULL_BLANKS.length;
  if (more === 0 || more === 1) return { start: valueStart - NULL_BLANKS.length, end, text: "null" };
  if (quotes === "") return { start: range.start === valueStart ? colonEnd : range.start, end, text: "" };
  return blanks === 2 ? { start: valueStart - 1, end, text: quotes + quotes } : { ...range, text: "" };
}
