/** What a function adds to the list that it was given: `results`, and an explicit `items` where there was none. */

import { columnOf, nextLine } from "../yaml/line.ts";
import {
  elementsOf,
  entriesOf,
  isFlow,
  scalarRange,
  scalarText,
  scalarType,
  startOf,
  tagRange,
  type YamlEntry,
} from "../yaml/node.ts";
import { closingBracket, endOf, endOfEntry } from "../yaml/node-end.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { toValue } from "../yaml/to-value.ts";
import type { ResourceList } from "./input.ts";
import type { Result } from "./result.ts";
import { flowText, resultLines } from "./result-yaml.ts";

/**
 * The edits that make a list one that an orchestrator takes back: `items` is there, even if empty; results are
 * appended to those of earlier functions, but for such as stand there already; nothing follows the list.
 */
export function resourceListEdits(list: ResourceList, results: readonly Result[]): readonly TextEdit[] {
  const existing = list.results;
  const known = new Set(existing === undefined ? [] : [toValue(list.yaml, existing)].flat().map(fingerprint));
  const fresh = known.size === 0 ? results : results.filter((result) => !known.has(fingerprint(result)));
  return [
    ...itemsEdits(list),
    ...(fresh.length === 0 ? [] : resultsEdits(list, fresh)),
    ...trailingMarkerEdits(list),
  ];
}

/** Equal for equal data, whatever the order of its keys. */
function fingerprint(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(fingerprint).join()}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${fingerprint(member)}`,
  );
  return `{${members.toSorted().join()}}`;
}

function entryOf({ yaml, root }: ResourceList, name: string): YamlEntry | undefined {
  for (const entry of entriesOf(yaml, root)) {
    if (scalarText(yaml, entry.key) === name) return entry;
  }
  return undefined;
}

function itemsEdits(list: ResourceList): readonly TextEdit[] {
  const entry = entryOf(list, "items");
  if (entry === undefined)
    return [newKey(list, { name: "items", block: () => "items: []\n", flow: () => "[]" })];
  return scalarType(list.yaml, entry.value) === "null" ? fillEmpty(list, entry, "[]") : [];
}

function resultsEdits(list: ResourceList, results: readonly Result[]): readonly TextEdit[] {
  const { yaml } = list;
  const flow = () => results.map(flowText).join(", ");
  const existing = list.results;
  const entry = entryOf(list, "results");
  if (existing !== undefined && isFlow(yaml, existing)) {
    const last = elementsOf(yaml, existing).at(-1);
    const at = last === undefined ? (startOf(yaml, existing) ?? 0) + 1 : endOf(yaml, last, 0);
    return [{ start: at, end: at, text: last === undefined ? flow() : `, ${flow()}` }];
  }
  if (existing !== undefined) {
    const block = resultLines(results);
    const at = nextLine(yaml.text, endOf(yaml, existing, 0));
    return [insertLines(yaml.text, at, indented(block, columnOf(yaml, existing)))];
  }
  if (entry !== undefined) return fillEmpty(list, entry, `[${flow()}]`);
  const block = () => `results:\n${resultLines(results)}`;
  return [newKey(list, { name: "results", block, flow: () => `[${flow()}]` })];
}

interface NewKey {
  readonly name: string;
  readonly block: () => string;
  readonly flow: () => string;
}

/** A key behind all others of the list. */
function newKey({ yaml, root }: ResourceList, { name, block, flow }: NewKey): TextEdit {
  if (!isFlow(yaml, root)) {
    return insertLines(yaml.text, endOfDocument(yaml, root), indented(block(), columnOf(yaml, root)));
  }
  const bracket = closingBracket(yaml, root);
  const last = entriesOf(yaml, root).at(-1);
  const at = last === undefined ? bracket : endOfEntry(yaml, last);
  const pretty = yaml.text.slice(at, bracket).includes("\n");
  return { start: at, end: at, text: `,${pretty ? `${lineBreak(yaml.text)}  ` : " "}"${name}": ${flow()}` };
}

/** A list in place of nothing or `null`. */
function fillEmpty(list: ResourceList, entry: YamlEntry, text: string): readonly TextEdit[] {
  const { yaml } = list;
  const tag = tagRange(yaml, entry.value);
  const edits = tag === undefined ? [] : [{ ...tag, text: "!!seq" }];
  const range = scalarRange(yaml, entry.value);
  if (range !== undefined) return [...edits, { ...range, text }];
  const at = endOfEntry(yaml, entry);
  return [...edits, { start: at, end: at, text: `${missingColon(list, entry, at)} ${text}` }];
}

/** A key without a value may stand without a colon: `{items}`, and `? items` on a line of its own. */
function missingColon({ yaml, root }: ResourceList, { key }: YamlEntry, at: number): string {
  if (at > endOf(yaml, key, 0)) return "";
  return isFlow(yaml, root) ? ":" : `${lineBreak(yaml.text)}${" ".repeat(columnOf(yaml, root))}:`;
}

/** Orchestrators take one document: a marker behind it would begin a second. */
function trailingMarkerEdits({ yaml, root }: ResourceList): readonly TextEdit[] {
  const from = nextLine(yaml.text, endOf(yaml, root, 0));
  if (from === yaml.text.length) return [];
  return [...yaml.text.slice(from).matchAll(/^---[ \t]*(?:\r?\n|$)?/gm)].map((marker) => {
    const start = from + marker.index;
    return { start, end: start + marker[0].length, text: "" };
  });
}

/** Where the lines of a document end: behind its last comment, before `...`, `---` or the end of the text. */
function endOfDocument(yaml: YamlText, root: YamlNode): number {
  const { text } = yaml;
  let position = nextLine(text, endOf(yaml, root, 0));
  while (position < text.length) {
    const next = text.indexOf("\n", position) + 1 || text.length;
    if (!/^[ \t]*(?:#.*)?\r?\n?$/.test(text.slice(position, next))) return position;
    position = next;
  }
  return position;
}

function insertLines(text: string, at: number, lines: string): TextEdit {
  const eol = lineBreak(text);
  const begin = at > 0 && text[at - 1] !== "\n" ? eol : "";
  return { start: at, end: at, text: begin + (eol === "\n" ? lines : lines.replaceAll("\n", eol)) };
}

function indented(block: string, column: number): string {
  return column === 0 ? block : block.replaceAll(/^(?=.)/gm, " ".repeat(column));
}

function lineBreak(text: string): string {
  return text[text.indexOf("\n") - 1] === "\r" ? "\r\n" : "\n";
}
