/**
 * An entry whose value is a text that goes in and may come out again, such as a digest: a new one, or one that is there
 * without a value. What stood in its place is told by how it is written, so that taking it out gives back what was:
 *
 *     block style                              flow style
 *     digest: sha256:…         no entry        , digest: sha256:…      no entry
 *     digest: sha256:… # null  the comment     digest:    sha256:…     null: three blanks more than there were; six for ~
 *     digest: sha256:… #       nothing         digest:     sha256:…    nothing: four more
 *     digest: "sha256:…"       ""              digest:  "sha256:…"     "": one more
 *                                              digest : sha256:…       the key alone
 *
 * The sign for nothing, and the blank for "", stand only where the entry would pass for another one without them. In flow
 * style more blanks than one before a value are told by their number, {@link wideSign}.
 */
import { entryLayout } from "../layout.ts";
import { columnOf } from "../line.ts";
import {
  anchorRange,
  dereference,
  entriesOf,
  isBlockScalar,
  isFlow,
  kindOf,
  type Range,
  scalarRange,
  scalarText,
  scalarType,
  type YamlEntry,
} from "../node.ts";
import type { YamlNode, YamlText } from "../scan.ts";
import type { TextEdit } from "../text-edit.ts";
import { addedRange, additionOf, doubleQuotes, placeOf } from "./added-entry.ts";
import { endOfLine, fill } from "./fill.ts";
import { insert } from "./insert.ts";
import { quotesOf } from "./text.ts";

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

/** The edit that takes the text of a key out again, with the key if that came with it; undefined where it has none. */
export function vacate(yaml: YamlText, mapping: YamlNode, name: string): TextEdit | undefined {
  const index = indexOf(yaml, mapping, name);
  const entry = filledAt(yaml, mapping, index);
  if (entry === undefined) return undefined;
  const text = scalarText(yaml, entry.value) ?? "";
  const before = entriesOf(yaml, mapping).slice(0, index);
  // What aliases stand for was there before.
  const added = isAliased(yaml, entry.key)
    ? undefined
    : addedRange(yaml, mapping, index, additionOf(yaml, { name, text }, before));
  return added === undefined ? empty(yaml, mapping, name) : { ...added, text: "" };
}

/** The edit that takes the text of a key out again and leaves the key; undefined where it has none. */
export function empty(yaml: YamlText, mapping: YamlNode, name: string): TextEdit | undefined {
  const entry = filledAt(yaml, mapping, indexOf(yaml, mapping, name));
  if (entry === undefined) return undefined;
  return isFlow(yaml, mapping) ? vacateFlow(yaml, entry) : vacateBlock(yaml, entry);
}

/** The entry at an index, where it has a text that nothing else stands for. */
function filledAt(yaml: YamlText, mapping: YamlNode, index: number): YamlEntry | undefined {
  const entry = entriesOf(yaml, mapping)[index];
  const text = entry && scalarText(yaml, entry.value);
  if (entry === undefined || text === undefined || isVacant(yaml, entry.value)) return undefined;
  // An alias elsewhere would stand for nothing.
  return isAliased(yaml, entry.value) ? undefined : entry;
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
  const entries = entriesOf(yaml, mapping);
  const addition = additionOf(yaml, { name, text: TEXT }, entries);
  return slotIn(insert(yaml, mapping, addition, { behind: placeOf(yaml, mapping, entries) }));
}

function slotIn({ start, end, text }: TextEdit): Slot {
  const [before = "", after = ""] = text.split(TEXT);
  return { range: { start, end }, before, after };
}

function blockSlot(yaml: YamlText, mapping: YamlNode, entry: YamlEntry, index: number): Slot | undefined {
  const { valueStart, end } = entryLayout(yaml, entry);
  if (valueStart === undefined) {
    const slot = slotIn(fill(yaml, mapping, entry, TEXT));
    const isLikeOther =
      isLikeAdded(yaml, mapping, index) || isColonApart(yaml, entry) || isSign(commentBehind(yaml, end));
    return isLikeOther ? { ...slot, after: " #" } : slot;
  }
  if (isEmptyQuotes(yaml, entry.value)) return quotedSlot(yaml, entry.value);
  const isBlock = isBlockScalar(yaml, entry.value);
  // The text of a block scalar begins behind the line of its sign.
  const last = isBlock ? (scalarRange(yaml, entry.value)?.start ?? end) - 1 : end;
  const isOneLine = !yaml.text.slice(valueStart, last).includes("\n");
  if (!isOneLine) return undefined;
  // What stood there goes on as a comment. Only a block scalar may begin at the column of its key.
  const isAtKey = valueStart - (yaml.text.lastIndexOf("\n", valueStart - 1) + 1) <= columnOf(yaml, mapping);
  const [before, after] = isAtKey ? [" ", " #  "] : ["", " # "];
  return { range: { start: valueStart, end: valueStart }, before, after };
}

/** True for a colon on a line of its own, as behind `? key`. */
function isColonApart(yaml: YamlText, entry: YamlEntry): boolean {
  const { keyEnd, colonEnd = keyEnd } = entryLayout(yaml, entry);
  return yaml.text.slice(keyEnd, colonEnd).includes("\n");
}

function flowSlot(yaml: YamlText, mapping: YamlNode, entry: YamlEntry, index: number): Slot {
  const { text } = yaml;
  const { keyEnd, colonEnd, valueStart, end } = entryLayout(yaml, entry);
  const quotes = doubleQuotes(yaml, entry.key);
  if (colonEnd === undefined) {
    const { range, before, after } = slotIn(fill(yaml, mapping, entry, `${quotes}${TEXT}${quotes}`));
    return { range, before: ` ${before.trimStart()}`, after };
  }
  const isApart = colonEnd !== keyEnd + 1;
  if (valueStart === undefined) {
    const isPressed = !/\s/.test(text[colonEnd] ?? "");
    const isSigned = isPressed || isApart || quotes !== "" || isLikeAdded(yaml, mapping, index);
    const before = (isSigned ? NOTHING_BLANKS : " ") + quotes;
    return { range: { start: colonEnd, end: colonEnd }, before, after: quotes };
  }
  const gap = gapOf(yaml, { colonEnd, valueStart });
  const blanks = blanksIn(gap);
  const value = text.slice(valueStart, end);
  const signed = (more: number, marks: string): Slot => ({
    range: { start: colonEnd, end },
    before: " ".repeat(more) + gap + marks,
    after: marks,
  });
  if (isEmptyQuotes(yaml, entry.value)) {
    const inside = quotedSlot(yaml, entry.value);
    if (value !== '""') return inside;
    if (blanks > 1) return signed(wideSign(value, blanks), '"');
    const isLikeOther = blanks === 1 && (isApart || isLikeAdded(yaml, mapping, index));
    return isLikeOther ? signed(1, '"') : inside;
  }
  if (blanks > 1) return signed(wideSign(value, blanks), quotes);
  const sign = nullSigns.find(({ word }) => word === value) ?? nullSigns[0];
  return signed(sign.blanks, quotes);
}

/** What stands between a colon and a value. */
function gapOf(
  { source }: YamlText,
  { colonEnd, valueStart }: { readonly colonEnd: number; readonly valueStart: number },
): string {
  return source.slice(colonEnd, valueStart);
}

/** How many blanks stand right behind the colon: those on other lines are indentation. */
function blanksIn(gap: string): number {
  return gap.length - gap.replace(/^ +/, "").length;
}

/** How many blanks are added to so many, so that their number tells how many there were, and of what. */
function wideSign(value: string, blanks: number): number {
  const sort = Math.max(wideValues.indexOf(value), 0);
  return blanks * (wideValues.length - 1) + sort + 2;
}

/** What stood before a text that {@link wideSign} told, and how many blanks are more than there were. */
function readWide(blanks: number): { readonly value: string; readonly more: number } | undefined {
  if (blanks < WIDE_MIN) return undefined;
  const sort = (blanks - 2) % wideValues.length;
  const before = (blanks - 2 - sort) / wideValues.length;
  return { value: wideValues[sort] ?? "", more: blanks - before };
}

const wideValues = ["null", "~", "Null", "NULL", '""'];
// Two blanks before null.
const WIDE_MIN = 12;

/** What null is written as again, by the blanks that are more than there were, of which there may have been one. */
const nullSigns = [
  { word: "null", blanks: 3 },
  { word: "~", blanks: 6 },
  { word: "Null", blanks: 8 },
  { word: "NULL", blanks: 10 },
] as const;
const NOTHING_BLANKS = "     ";

/** Whether an entry without a text would be taken for one that was added once it has one. */
function isLikeAdded(yaml: YamlText, mapping: YamlNode, index: number): boolean {
  const entries = entriesOf(yaml, mapping);
  const entry = entries[index];
  if (entry === undefined) return false;
  const name = scalarText(yaml, dereference(yaml, entry.key)) ?? "";
  const addition = additionOf(yaml, { name, text: "" }, entries.slice(0, index));
  const { end } = entryLayout(yaml, entry);
  // A colon may stand without a blank behind it.
  const pressed = {
    block: () => addition.block().replace(": ", ":"),
    flow: () => addition.flow().replace(": ", ":"),
  };
  return [pressed, { ...pressed, flow: addition.flow }].some(
    (written) => (addedRange(yaml, mapping, index, written)?.end ?? 0) >= end,
  );
}

function isEmptyQuotes(yaml: YamlText, node: YamlNode): boolean {
  return kindOf(yaml, node) === "scalar" && quotesOf(yaml, node) !== "" && scalarType(yaml, node) !== "null";
}

function quotedSlot(yaml: YamlText, node: YamlNode): Slot {
  return { range: scalarRange(yaml, node) ?? { start: 0, end: 0 }, before: "", after: "" };
}

function vacateBlock(yaml: YamlText, entry: YamlEntry): TextEdit | undefined {
  const { text } = yaml;
  const { keyEnd, colonEnd = 0, valueStart = 0, end } = entryLayout(yaml, entry);
  const range = scalarRange(yaml, entry.value);
  if (range === undefined) return undefined;
  if (quotesOf(yaml, entry.value) !== "" || isBlockScalar(yaml, entry.value)) return { ...range, text: "" };
  const comment = commentBehind(yaml, end);
  if (WAS_AT_KEY.test(comment)) return { start: valueStart - 1, end: end + 4, text: "" };
  if (range.start === valueStart && WAS_NULL.test(comment))
    return { start: valueStart, end: end + 3, text: "" };
  if (WAS_NOTHING.test(comment)) return { start: colonEnd, end: end + 2, text: "" };
  // A question mark before the key: the colon came with the text.
  const line = endOfLine(text, keyEnd);
  if (text.slice(line, range.start).trim() === ":" && line < colonEnd - 1)
    return { start: line, end, text: "" };
  const isBehindColon = text.slice(colonEnd, range.start).trim() === "";
  return { start: isBehindColon ? colonEnd : range.start, end, text: "" };
}

function commentBehind({ text }: YamlText, offset: number): string {
  return text.slice(offset, endOfLine(text, offset));
}

/** Whether a comment behind a text would pass for what stood there before. */
function isSign(comment: string): boolean {
  return WAS_NOTHING.test(comment) || WAS_AT_KEY.test(comment) || WAS_NULL.test(comment);
}

const WAS_NOTHING = /^ #[ \t]*$/;

// Null in all its spellings, and texts of no length, behind which a comment may stand.
const WAS_NULL =
  /^ # (?=\S| *#)(?:[&!]\S*(?:[ \t]+|$))*(?:~|null|Null|NULL|[|>][-+\d]*|\*\S+|""|'')?[ \t]*(?:(?<=\s)#.*)?$/;

// A block scalar that began at the column of its key, and is one further right.
const WAS_AT_KEY = /^ # {2}[|>]/;

function vacateFlow(yaml: YamlText, entry: YamlEntry): TextEdit | undefined {
  const { keyEnd, colonEnd = 0, valueStart = 0, end } = entryLayout(yaml, entry);
  const range = scalarRange(yaml, entry.value);
  if (range === undefined) return undefined;
  const gap = gapOf(yaml, { colonEnd, valueStart });
  const blanks = blanksIn(gap);
  const quotes = quotesOf(yaml, entry.value);
  // No sign stands before other quotes than those of JSON, nor before a tag.
  if (quotes === "'" || (quotes !== "" && range.start !== valueStart + 1)) return { ...range, text: "" };
  if (colonEnd === keyEnd + 2 && gap === " ") return { start: keyEnd, end, text: "" };
  const sign = nullSigns.find((each) => blanks === each.blanks || blanks === each.blanks + 1);
  if (sign !== undefined) {
    const left = gap.slice(sign.blanks);
    // Without a blank, which is there unless somebody else wrote the text, a plain key would go on.
    const isPressed = left === "" && quotesOf(yaml, entry.key) === "";
    return { start: colonEnd, end, text: (isPressed ? " " : left) + sign.word };
  }
  const wide = readWide(blanks);
  if (wide !== undefined) return { start: colonEnd, end, text: gap.slice(wide.more) + wide.value };
  if (quotes !== "" && gap === NOTHING_BLANKS) return { start: colonEnd, end, text: "" };
  if (quotes === "") {
    const isBehindColon = yaml.text.slice(colonEnd, range.start).trim() === "";
    const start = isBehindColon ? colonEnd : range.start;
    // To go-yaml, a colon or a tag right before a comma or a brace goes on with it.
    const isPressed = !/\s/.test(yaml.text[end] ?? "") && quotesOf(yaml, entry.key) === "";
    return { start, end, text: isPressed ? `${isBehindColon ? " " : ""}""` : "" };
  }
  return blanks === 2 ? { start: colonEnd, end, text: `${gap.slice(1)}""` } : { ...range, text: "" };
}
