/** Entries whose texts go in and come out again: where they go in a mapping, and whether one stands as it was put there. */
import { entryLayout } from "../layout.ts";
import { entriesOf, isFlow, isMergeKey, type Range, scalarText, type YamlEntry } from "../node.ts";
import type { YamlNode, YamlText } from "../scan.ts";
import { type Addition, insertedRange } from "./insert.ts";
import { type Quotes, quoted, quotesOf } from "./text.ts";

/** Where the entry at an index stands if it was added, alone or with others, one behind the other. */
export function addedRange(
  yaml: YamlText,
  mapping: YamlNode,
  index: number,
  addition: Addition,
): Range | undefined {
  const others = entriesOf(yaml, mapping).filter((_, other) => other !== index);
  const place = placeOf(yaml, mapping, others);
  const behind = place < index ? place : place + 1;
  return (
    insertedRange(yaml, mapping, addition, { index, behind }) ??
    rangeAmongAdded(yaml, mapping, index, addition)
  );
}

/** The same where others stand between the entry and the place behind which it was put, or behind it. */
function rangeAmongAdded(
  yaml: YamlText,
  mapping: YamlNode,
  index: number,
  addition: Addition,
): Range | undefined {
  const entries = entriesOf(yaml, mapping);
  const isRunning = (at: number): boolean =>
    Math.abs(at - index) < RUN_MAX && standsAsAdded(yaml, mapping, entries, at);
  let first = index;
  while (isRunning(first - 1)) first--;
  let last = index;
  while (isRunning(last + 1)) last++;
  const others = entries.filter((_, at) => at < first || at > last);
  if (first === last || placeOf(yaml, mapping, others) !== first - 1) return undefined;
  const range = insertedRange(yaml, mapping, addition, { index, behind: index - 1 });
  // With the break of the last line, which is not there, the entry above would lose its own.
  const isOpen = range?.end === yaml.text.length && !/[\r\n]$/.test(yaml.text);
  return isOpen ? undefined : range;
}

// No map has more references, and each look at an entry goes through all of them.
const RUN_MAX = 50;

/** Whether an entry has such a text, and stands behind the one before it as it would have been put there. */
function standsAsAdded(
  yaml: YamlText,
  mapping: YamlNode,
  entries: readonly YamlEntry[],
  index: number,
): boolean {
  const [before, entry] = [entries[index - 1], entries[index]];
  if (before === undefined || entry === undefined) return false;
  const [name, text] = [scalarText(yaml, entry.key), scalarText(yaml, entry.value)];
  if (name === undefined || text === undefined || !HASH.test(text)) return false;
  const addition = additionOf(yaml, { name, text }, [before]);
  return insertedRange(yaml, mapping, addition, { index, behind: index - 1 }) !== undefined;
}

/** What goes in where several texts do: a digest. */
const HASH = /^sha\d+:[0-9a-f]{64,128}$/;

/**
 * The index of the entry behind which a new one goes: in block style the first on one line, mostly the repository, but
 * none before a merge key, since kubectl lets what is merged win over what stands before it.
 */
export function placeOf(yaml: YamlText, mapping: YamlNode, entries: readonly YamlEntry[]): number {
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

/** An entry as it is added behind others, with their quotes in JSON. */
export function additionOf(
  yaml: YamlText,
  { name, text }: Named,
  neighbours: readonly YamlEntry[],
): Addition {
  const last = neighbours.at(-1);
  const quotes = last === undefined ? "" : doubleQuotes(yaml, last.key);
  return {
    block: () => `${quoted(name, "")}: ${text}\n`,
    flow: () => `${quoted(name, quotes)}: ${quotes}${text}${quotes}`,
  };
}

/** The quotes of JSON, where a key has them. */
export function doubleQuotes(yaml: YamlText, key: YamlNode): Quotes {
  return quotesOf(yaml, key) === '"' ? '"' : "";
}
