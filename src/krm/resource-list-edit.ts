/** What a function adds to the list that it was given: `results`, and an explicit `items` where there was none. */

import { fill } from "../yaml/insert/fill.ts";
import { type Addition, insert } from "../yaml/insert/insert.ts";
import { endOf } from "../yaml/layout.ts";
import { nextLine } from "../yaml/line.ts";
import { dereference, entriesOf, scalarText, scalarType, type YamlEntry } from "../yaml/node.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { toValue } from "../yaml/to-value.ts";
import type { ResourceList } from "./input.ts";
import { printableResult, type Result } from "./result.ts";
import { flowText, resultLines } from "./result-yaml.ts";

/**
 * The edits that make a list one that an orchestrator takes back: `items` is there, even if empty; results are
 * appended to those of earlier functions, but for such as stand there already; nothing follows the list.
 */
export function resourceListEdits(list: ResourceList, results: readonly Result[]): readonly TextEdit[] {
  const existing = list.results;
  const known = new Set(existing === undefined ? [] : [toValue(list.yaml, existing)].flat().map(fingerprint));
  const fresh =
    known.size === 0 ? results : results.filter((result) => !known.has(fingerprint(printableResult(result))));
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
    if (scalarText(yaml, dereference(yaml, entry.key)) === name) return entry;
  }
  return undefined;
}

function itemsEdits(list: ResourceList): readonly TextEdit[] {
  const { yaml, root } = list;
  const entry = entryOf(list, "items");
  if (entry === undefined)
    return [insertLast(list, { block: () => "items: []\n", flow: () => '"items": []' })];
  return scalarType(yaml, dereference(yaml, entry.value)) === "null" ? [fill(yaml, root, entry, "[]")] : [];
}

function resultsEdits(list: ResourceList, results: readonly Result[]): readonly TextEdit[] {
  const { yaml, root, results: existing } = list;
  const entry = entryOf(list, "results");
  const flow = (): string => results.map((result) => flowText(printableResult(result))).join(", ");
  if (existing !== undefined) return [insert(yaml, existing, { block: () => resultLines(results), flow })];
  if (entry !== undefined) return [fill(yaml, root, entry, `[${flow()}]`)];
  return [
    insertLast(list, {
      block: () => resultLines(results, "results:\n"),
      flow: () => `"results": [${flow()}]`,
    }),
  ];
}

function insertLast({ yaml, root }: ResourceList, addition: Addition): TextEdit {
  return insert(yaml, root, addition, { comments: "all" });
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
