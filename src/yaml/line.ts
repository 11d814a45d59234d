/** Lines of a text and their indentation, for those who write between them. */
import { startOf } from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";
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
