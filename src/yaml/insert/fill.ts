/** A value for a key that has none, or null. */
import { entryLayout } from "../layout.ts";
import { columnOf, lineBreakAt, lineEnd, linesAt, nextLine } from "../line.ts";
import { anchorRange, isFlow, kindOf, type YamlEntry } from "../node.ts";
import type { YamlNode, YamlText } from "../scan.ts";
import type { TextEdit } from "../text-edit.ts";

/** The edit that gives an entry a value in flow style in the place of nothing, or of null in any spelling. */
export function fill(yaml: YamlText, mapping: YamlNode, entry: YamlEntry, value: string): TextEdit {
  const { valueStart, end } = entryLayout(yaml, entry);
  if (valueStart === undefined) return fillNothing(yaml, mapping, entry, value);
  // An anchor stays, since others may stand for it; a tag says what the value no longer is.
  const anchor = anchorRange(yaml, entry.value);
  const kept = anchor === undefined ? "" : `${yaml.source.slice(anchor.start, anchor.end)} `;
  return { start: valueStart, end, text: kept + value };
}

/** The edits that give an entry in block style lines for a value, so much deeper than its key, in the place of what it has. */
export function fillLines(
  yaml: YamlText,
  mapping: YamlNode,
  entry: YamlEntry,
  { block, step }: { readonly block: string; readonly step: number },
): readonly TextEdit[] {
  const { keyEnd, colonEnd = keyEnd, valueStart, end } = entryLayout(yaml, entry);
  const edit = linesAt(yaml, { at: nextLine(yaml.text, end), block, column: columnOf(yaml, mapping) + step });
  return valueStart === undefined ? [edit] : [{ start: colonEnd, end, text: "" }, edit];
}

/** Behind the colon of a key, or behind a key that stands without one: `{items}`, and `? items` on a line of its own. */
function fillNothing(yaml: YamlText, mapping: YamlNode, entry: YamlEntry, value: string): TextEdit {
  const { text } = yaml;
  const { keyEnd, colonEnd } = entryLayout(yaml, entry);
  if (colonEnd !== undefined) return { start: colonEnd, end: colonEnd, text: ` ${value}` };
  if (isFlow(yaml, mapping)) {
    // A colon is a letter of an alias's name.
    const blank = kindOf(yaml, entry.key) === "alias" ? " " : "";
    return { start: keyEnd, end: keyEnd, text: `${blank}: ${value}` };
  }
  const at = endOfLine(text, keyEnd);
  const indentation = " ".repeat(columnOf(yaml, mapping));
  return { start: at, end: at, text: `${lineBreakAt(yaml, nextLine(text, at))}${indentation}: ${value}` };
}

/** Before the break of the line in which an offset stands. */
export function endOfLine(text: string, offset: number): number {
  const end = lineEnd(text, offset);
  return end < text.length && end > offset && text[end - 1] === "\r" ? end - 1 : end;
}
