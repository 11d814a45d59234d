/** Lines of a text and their indentation, for those who write between them. */
import { startOf } from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";
import { lastUpTo } from "./sorted-offsets.ts";
import type { TextEdit } from "./text-edit.ts";

/** The start of the line in which `offset` stands. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** The start of the line behind the one that `offset` ends in; a line's break counts to it. */
export function nextLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === "\n") return offset;
  return text.indexOf("\n", offset) + 1 || text.length;
}

/** Behind the last character before an offset that is no blank. */
export function endOfText(text: string, offset: number): number {
  let end = offset;
  while (text[end - 1] === " " || text[end - 1] === "\t") end--;
  return end;
}

/** Tells on which line, from 1, an offset stands; the lines are counted once, when the first is asked for. */
export function lineFinder(text: string): (offset: number) => number {
  const place = placeFinder(text);
  return (offset) => place(offset).line;
}

/** Tells the line and the column, both from 1, of an offset, as {@link lineFinder} does. */
export function placeFinder(
  text: string,
): (offset: number) => { readonly line: number; readonly column: number } {
  let breaks: readonly number[] | undefined;
  return (offset) => {
    breaks ??= lineBreaks(text);
    const before = lastUpTo(breaks, offset - 1);
    return { line: before + 2, column: offset - (breaks[before] ?? -1) };
  };
}

function lineBreaks(text: string): readonly number[] {
  const breaks: number[] = [];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) breaks.push(at);
  return breaks;
}

/** How far a collection is indented; what comes before it on its line, such as dashes, counts. */
export function columnOf(yaml: YamlText, node: YamlNode): number {
  const start = startOf(yaml, node) ?? 0;
  return yaml.text.slice(lineStart(yaml.text, start), start).replace("\ufeff", "").length;
}

/** Behind the comments, from the start of a line on, that are indented deeper than `column`. */
export function skipComments(text: string, offset: number, column: number): number {
  const comment = new RegExp(`(?:[ \\t]*\\r?\\n)* {${column + 1},}#[^\\n]*(?:\\n|$)`, "y");
  let position = offset;
  for (;;) {
    comment.lastIndex = position;
    const [match] = comment.exec(text) ?? [];
    if (match === undefined) return position;
    position += match.length;
  }
}

/** The edit that puts lines where a line starts, or behind a last line that has no break. */
export function insertLines(text: string, at: number, lines: readonly string[]): TextEdit {
  const eol = lineBreak(text, at);
  const isOpen = at > 0 && text[at - 1] !== "\n";
  const block = lines.join(eol);
  return { start: at, end: at, text: isOpen ? eol + block : block + eol };
}

/** The line break in use before an offset. */
function lineBreak(text: string, offset: number): "\n" | "\r\n" {
  const before = text.lastIndexOf("\n", offset - 1);
  return text[(before === -1 ? text.indexOf("\n") : before) - 1] === "\r" ? "\r\n" : "\n";
}
