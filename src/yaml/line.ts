/** Lines of a text and their indentation, for those who write between them. */
import { startOf } from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";
import { lastUpTo } from "./sorted-offsets.ts";
import type { TextEdit } from "./text-edit.ts";

/** The start of the line in which `offset` stands. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** Where the break of the line stands in which `offset` is, or the end of the text; a carriage return counts to the line. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end;
}

/** The start of the line behind the one that `offset` ends in; a line's break counts to it. */
export function nextLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === "\n") return offset;
  return text.indexOf("\n", offset) + 1 || text.length;
}

/** A line and a column, both from 1. */
export interface LinePlace {
  readonly line: number;
  readonly column: number;
}

/** Tells on which line, from 1, an offset stands, as {@link placeFinder} does. */
export function lineFinder(text: string): (offset: number) => number {
  const place = placeFinder(text);
  return (offset) => place(offset).line;
}

/** Tells where an offset stands; the lines are counted once, when the first is asked for. */
export function placeFinder(text: string): (offset: number) => LinePlace {
  let breaks: readonly number[] | undefined;
  return (offset) => {
    breaks ??= lineBreaks(text);
    const before = lastUpTo(breaks, offset - 1);
    return { line: before + 2, column: offset - (breaks[before] ?? -1) };
  };
}

/** The lines of places, with the column of each where several stand on one line: `7 (column 22)`. */
export function lineNames(places: readonly LinePlace[]): readonly string[] {
  const columns = new Map<number, Set<number>>();
  for (const { line, column } of places) columns.set(line, (columns.get(line) ?? new Set()).add(column));
  return places.map(({ line, column }) =>
    (columns.get(line)?.size ?? 0) > 1 ? `${line} (column ${column})` : String(line),
  );
}

/** `line 7`, `lines 7, 8 and 9`; of many the first ones, and how many more there are. */
export function namedLines(all: readonly (number | string)[]): string {
  const lines = [...new Set(all)];
  const named = lines.slice(0, NAMED_MAX);
  const more = lines.length - named.length;
  const last = more > 0 ? `${more} more` : named.pop();
  return named.length === 0 ? `line ${last}` : `lines ${named.join(", ")} and ${last}`;
}

// All of a thousand would bury what is said of them.
const NAMED_MAX = 10;

/** As editors count: not all that ends a line for YAML 1.1. */
function lineBreaks(text: string): readonly number[] {
  const breaks: number[] = [];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) breaks.push(at);
  if (!text.includes("\r")) return breaks;
  return [...text.matchAll(/\r(?!\n)|\n/g)].map(({ index }) => index);
}

/** How far a collection is indented; what comes before it on its line, such as dashes, counts. */
export function columnOf(yaml: YamlText, node: YamlNode): number {
  const start = startOf(yaml, node) ?? 0;
  return yaml.text.slice(lineStart(yaml.text, start), start).replace("\ufeff", "").length;
}

/** The line break in use at an offset: that of the line before it, else the first one of the text. */
export function lineBreakAt({ source, text }: YamlText, offset: number): string {
  const before = offset === 0 ? -1 : text.lastIndexOf("\n", offset - 1);
  const at = before === -1 ? text.indexOf("\n") : before;
  // A line feed among breaks of YAML 1.1 alone would begin a document for those who split a stream at "\n---".
  const written = source[at];
  if (written !== undefined && written !== "\n") return written;
  return source[at - 1] === "\r" ? "\r\n" : "\n";
}

/** Behind the comments, from the start of a line on, that are indented deeper than `column`; blank lines between count. */
export function skipComments(text: string, offset: number, column: number): number {
  let end = offset;
  for (let at = offset; at < text.length; ) {
    const next = nextLine(text, at + 1);
    const [indentation = "", sign] = /^[ \t]*(?<sign>#|\r?\n|$)?/.exec(text.slice(at, next)) ?? [];
    if (sign === undefined) break;
    if (sign === "#") {
      if (indentation.length - 1 <= column) break;
      end = next;
    }
    at = next;
  }
  return end;
}

/** Behind all comments and blank lines, from the start of a line on. */
export function skipToContent(text: string, offset: number): number {
  let at = offset;
  while (at < text.length) {
    const next = nextLine(text, at + 1);
    if (!/^[ \t]*(?:#|\r?\n|$)/.test(text.slice(at, next))) break;
    at = next;
  }
  return at;
}

/** Lines at the margin, and where they go: where a line begins, or behind a last line without a break. */
export interface NewLines {
  readonly at: number;
  readonly block: string;
  readonly column: number;
}

/** The edit that puts lines into a text, indented, and broken as those around them. */
export function linesAt(yaml: YamlText, { at, block, column }: NewLines): TextEdit {
  const { text } = yaml;
  const eol = lineBreakAt(yaml, at);
  const lines = indented(block, column, eol);
  const isOpen = at === text.length && at > 0 && text[at - 1] !== "\n";
  return { start: at, end: at, text: isOpen ? eol + lines.slice(0, -eol.length) : lines };
}

/** Lines moved from the margin to a column, with the given breaks. */
export function indented(block: string, column: number, eol: string): string {
  const lines = column === 0 ? block : block.replaceAll(/^(?=.)/gm, " ".repeat(column));
  return eol === "\n" ? lines : lines.replaceAll("\n", eol);
}
