/**
 * The one way in which something new comes into a collection, by where it stands: on lines of its own in block style,
 * behind a comma in flow style. Nothing that is there changes, and every reader reads it as before.
 */
import { isBarePair, type Layout, layoutOf } from "../layout.ts";
import {
  columnOf,
  indented,
  lineBreakAt,
  lineStart,
  linesAt,
  nextLine,
  skipComments,
  skipToContent,
} from "../line.ts";
import {
  behind,
  hasProperties,
  isBlockScalar,
  isFlow,
  lastEventOf,
  type Range,
  scalarRange,
  startOf,
} from "../node.ts";
import type { YamlNode, YamlText } from "../scan.ts";
import type { TextEdit } from "../text-edit.ts";

/** New members of a collection, in both styles. */
export interface Addition {
  /** Lines at the margin, each with its line break: `digest: …\n`, `- a: b\n  c: d\n`. */
  readonly block: () => string;
  /** The same without a line break: `digest: …`, `{a: b, c: d}`. */
  readonly flow: () => string;
}

/** Where among the members of a collection. */
export interface Place {
  /** The index of the member before; -1 for the front; the last one unless told. */
  readonly behind?: number;
  /**
   * Which comments below the member before stay with it: those that are indented deeper than it, or all up to the end of
   * the document, whose last line then ends in a break. None unless told.
   */
  readonly comments?: "deeper" | "all";
}

/** The edit that adds members to a collection. Several at one place keep the order in which they are made. */
export function insert(
  yaml: YamlText,
  collection: YamlNode,
  addition: Addition,
  place: Place = {},
): TextEdit {
  return inserter(yaml, collection)(addition, place);
}

/** {@link insert} for many members of one collection. */
export function inserter(
  yaml: YamlText,
  collection: YamlNode,
): (addition: Addition, place: Place) => TextEdit {
  const site = { yaml, collection, layout: layoutOf(yaml, collection) };
  return (addition, { behind = site.layout.size - 1, comments }) => {
    if (isFlow(yaml, collection)) {
      return behind < 0 ? inFront(site, addition) : behindComma(site, addition, behind);
    }
    const line = behind < 0 ? frontLine(site) : lineBehind(site, behind, comments);
    if (line === undefined) return beforeMember(site, addition, Math.max(behind, 0));
    const edit = onLines(site, addition, line);
    const isLeftOpen = comments === "all" && !edit.text.endsWith("\n") && !edit.text.endsWith("\r");
    return isLeftOpen ? { ...edit, text: edit.text + lineBreakAt(yaml, line) } : edit;
  };
}

/**
 * What to take out of a collection so that its member at `index` is gone, if it stands as {@link insert} puts it behind the
 * member at `behind`; undefined where it was written otherwise.
 */
export function insertedRange(
  yaml: YamlText,
  collection: YamlNode,
  addition: Addition,
  { index, behind }: { readonly index: number; readonly behind: number },
): Range | undefined {
  const site = { yaml, collection, layout: layoutOf(yaml, collection) };
  for (const edit of waysOf(site, addition, { index, behind })) {
    if (!yaml.source.startsWith(edit.text, edit.start)) continue;
    return { start: edit.start, end: edit.start + edit.text.length };
  }
  return undefined;
}

function waysOf(
  site: Site,
  addition: Addition,
  { index, behind }: { readonly index: number; readonly behind: number },
): readonly TextEdit[] {
  const isNext = behind === index - 1 && index > 0;
  if (isFlow(site.yaml, site.collection)) return isNext ? [behindComma(site, addition, behind)] : [];
  if (isNext) {
    const line = nextLine(site.yaml.text, site.layout.spanOf(behind).end);
    return [onLines(site, addition, line), ...onLastLine(site, addition, index)];
  }
  const isBefore = behind === index + 1 && lineBehind(site, behind, undefined) === undefined;
  return isBefore ? [beforeMember(site, addition, index)] : [];
}

interface Site {
  readonly yaml: YamlText;
  readonly collection: YamlNode;
  readonly layout: Layout;
}

function onLines({ yaml, collection }: Site, addition: Addition, at: number): TextEdit {
  return linesAt(yaml, { at, block: addition.block(), column: columnOf(yaml, collection) });
}

/** What {@link onLines} put behind a last line without a break. */
function onLastLine(
  { yaml, collection, layout }: Site,
  addition: Addition,
  index: number,
): readonly TextEdit[] {
  const start = lineStart(yaml.text, layout.spanOf(index).start);
  const eol = lineBreakAt(yaml, start);
  const lines = indented(addition.block(), columnOf(yaml, collection), eol).slice(0, -eol.length);
  if (start === 0 || start + lines.length !== yaml.text.length) return [];
  return [{ start: start - eol.length, end: start - eol.length, text: eol + lines }];
}

/** In the place of a member, which goes to the next line. That is right everywhere, and nowhere the first choice. */
function beforeMember({ yaml, collection, layout }: Site, addition: Addition, index: number): TextEdit {
  const { start } = layout.spanOf(index);
  const pad = " ".repeat(columnOf(yaml, collection));
  const lines = indented(addition.block(), pad.length, lineBreakAt(yaml, start));
  return { start, end: start, text: lines.slice(pad.length) + pad };
}

/** Where the first member's line begins, above the comments that belong to it; undefined where it doesn't begin one. */
function frontLine({ yaml: { text }, layout }: Site): number | undefined {
  const { start } = layout.spanOf(0);
  const line = lineStart(text, start);
  if (/[^ \ufeff]/.test(text.slice(line, start))) return undefined;
  let front = line;
  for (;;) {
    const above = lineStart(text, front - 1);
    if (front === 0 || !/^[ \t]*(?:#.*)?\r?\n$/.test(text.slice(above, front))) break;
    front = above;
  }
  return front === 0 && text.startsWith("\ufeff") ? 1 : front;
}

/**
 * Where the line behind a member begins. Undefined behind a block scalar in a last line without a break: with one, some
 * readers would find another in the scalar.
 */
function lineBehind(
  { yaml, collection, layout }: Site,
  index: number,
  comments: Place["comments"],
): number | undefined {
  const { text } = yaml;
  const line = nextLine(text, layout.spanOf(index).end);
  const below =
    comments === undefined ? line : behindComments(yaml, columnOf(yaml, collection), { line, comments });
  const isOpen = below === text.length && !text.endsWith("\n");
  if (!isOpen || !endsInBlockScalar(yaml, collection)) return below;
  return line < text.length ? line : undefined;
}

function behindComments(
  { text }: YamlText,
  column: number,
  { line, comments }: { readonly line: number; readonly comments: "deeper" | "all" },
): number {
  return comments === "all" ? skipToContent(text, line) : skipComments(text, line, column);
}

function endsInBlockScalar(yaml: YamlText, collection: YamlNode): boolean {
  let leaf = lastEventOf(yaml, collection);
  while (leaf > collection && scalarRange(yaml, leaf) === undefined) leaf--;
  const { start, end } = scalarRange(yaml, leaf) ?? { start: 0, end: 0 };
  const hasLines = start < yaml.text.length;
  return isBlockScalar(yaml, leaf) && hasLines && yaml.text.slice(end).trim() === "";
}

function inFront({ yaml: { text }, layout }: Site, addition: Addition): TextEdit {
  const at = layout.inside;
  if (layout.size === 0) return flowEdit(text, at, addition.flow());
  const lead = /\s*/y;
  lead.lastIndex = at;
  const [blanks = ""] = lead.exec(text) ?? [];
  return flowEdit(text, at, `${blanks}${addition.flow()},${blanks === "" ? " " : ""}`);
}

/** Behind a member, where a comma may follow or not: either way the new one stands between two. */
function behindComma({ yaml, layout }: Site, addition: Addition, index: number): TextEdit {
  const { text } = yaml;
  const { start, end } = layout.spanOf(index);
  const { at, blank } = commaPlace(yaml, layout.valueOf(index), end);
  // Not from the start of its line: all of a list may stand on one.
  const blanks = startOfBlanks(text, start);
  const isOnOwnLine = blanks > layout.inside && text[blanks - 1] === "\n";
  const between = isOnOwnLine ? lineBreakAt(yaml, start) + text.slice(blanks, start) : " ";
  return flowEdit(text, at, `${blank},${between}${addition.flow()}`);
}

function startOfBlanks(text: string, offset: number): number {
  let start = offset;
  while (text[start - 1] !== "\n" && /\s/.test(text[start - 1] ?? "")) start--;
  return start;
}

/** Without a blank a sign that begins a comment would be the last of a plain scalar. */
function flowEdit(text: string, at: number, addition: string): TextEdit {
  return { start: at, end: at, text: text[at] === "#" ? `${addition} ` : addition };
}

/**
 * Where a comma goes behind a member with this value. To readers of YAML 1.1 a comma right behind a colon or a tag is a part of it, so a
 * blank stands between: the one that is there, or a new one. Such a tag may also be all there is of a key without a value.
 */
export function commaPlace(
  yaml: YamlText,
  value: YamlNode,
  end: number,
): { readonly at: number; readonly blank: string } {
  const { text } = yaml;
  const next = text[end] ?? "";
  const last = isBarePair(yaml, value) ? behind(yaml, value + 1) : value;
  const isEmpty = startOf(yaml, last) === undefined;
  const isColon = text[end - 1] === ":";
  if (!isEmpty || !(isColon || hasProperties(yaml, last) || isSign(text, end))) return { at: end, blank: "" };
  if (next === " " || next === "\t") return { at: end + 1, blank: "" };
  // A key whose colon has no blank behind it has it as its last character.
  return { at: end, blank: isColon && !/\s/.test(next) ? "" : " " };
}

/** Whether the last word is a tag or a question mark. */
function isSign(text: string, end: number): boolean {
  let start = end;
  while (start > 0 && !/[\s,[{]/.test(text[start - 1] ?? "")) start--;
  return /^(?:!|\?$)/.test(text.slice(start, end));
}
