/** Moving in a {@link YamlText}: what a node is, what it holds, where it stands. */
import { COLLECTION_STYLE, EVENT_ID, type Event, SCALAR_STYLE } from "js-yaml";
import { eventAt, fast } from "./event-table.ts";
import { scalarValue } from "./scalar-value.ts";
import type { YamlNode, YamlText } from "./scan.ts";
import { trimEnd } from "./trim-end.ts";

/** What a node is. An alias is an alias; {@link dereference} gives what it stands for. */
export type YamlKind = "mapping" | "sequence" | "scalar" | "alias";

/** A key and its value in a mapping. */
export interface YamlEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** What a node is. */
export function kindOf(yaml: YamlText, node: YamlNode): YamlKind {
  switch (yaml.events.types[node]) {
    case EVENT_ID.MAPPING:
      return "mapping";
    case EVENT_ID.SEQUENCE:
      return "sequence";
    case EVENT_ID.ALIAS:
      return "alias";
    default:
      return "scalar";
  }
}

/** The node that an alias stands for; any other node itself. */
export function dereference(yaml: YamlText, node: YamlNode): YamlNode {
  return yaml.targets.get(node) ?? node;
}

/** The node of a document: what it holds, which is an empty scalar where it holds nothing. */
export function rootOf(document: YamlNode): YamlNode {
  return document + 1;
}

/** The entries of a mapping, in order, duplicates and merge keys as they stand. */
export function entriesOf(yaml: YamlText, mapping: YamlNode): readonly YamlEntry[] {
  return keysOf(yaml, mapping).map((key) => ({ key, value: behind(yaml, key) }));
}

/** The keys of a mapping, as {@link entriesOf} has them; the value of each is the node {@link behind} it. */
export function keysOf(yaml: YamlText, mapping: YamlNode): readonly YamlNode[] {
  const keys: YamlNode[] = [];
  const end = lastEventOf(yaml, mapping);
  for (let key = mapping + 1; key < end; key = behind(yaml, behind(yaml, key))) keys.push(key);
  return keys;
}

/** The elements of a sequence. */
export function elementsOf(yaml: YamlText, sequence: YamlNode): readonly YamlNode[] {
  const elements: YamlNode[] = [];
  const end = lastEventOf(yaml, sequence);
  for (let element = sequence + 1; element < end; element = behind(yaml, element)) elements.push(element);
  return elements;
}

/** The values in a mapping whose key is the plain or quoted text `name`. */
export function valuesOf(yaml: YamlText, mapping: YamlNode, name: string): readonly YamlNode[] {
  return keysOf(yaml, mapping).flatMap((key) => (says(yaml, key, name) ? behind(yaml, key) : []));
}

/** The node behind another in the collection that both stand in. */
export function behind(yaml: YamlText, node: YamlNode): YamlNode {
  return lastEventOf(yaml, node) + 1;
}

/** True for a scalar with this text, or an alias of one. */
function says(yaml: YamlText, node: YamlNode, name: string): boolean {
  const { starts, ends } = yaml.events;
  if (!isPlainlyWritten(yaml, node)) return scalarText(yaml, dereference(yaml, node)) === name;
  const start = starts[node] ?? 0;
  return (ends[node] ?? 0) - start === name.length && yaml.text.startsWith(name, start);
}

/** True for a scalar whose characters stand in the text one by one. */
export function isPlainlyWritten({ events: { types, styles } }: YamlText, node: YamlNode): boolean {
  return types[node] === EVENT_ID.SCALAR && ((styles[node] ?? 0) & fast) !== 0;
}

/** The value of a key, following aliases: undefined where `node` is no mapping or lacks it; the last of duplicates. */
export function childOf(yaml: YamlText, node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node === undefined || kindOf(yaml, node) !== "mapping") return undefined;
  let value: YamlNode | undefined;
  const end = lastEventOf(yaml, node);
  // Without a list of the values, since every resource is asked for half a dozen.
  for (let key = node + 1; key < end; key = behind(yaml, behind(yaml, key))) {
    if (says(yaml, key, name)) value = behind(yaml, key);
  }
  return value === undefined ? undefined : dereference(yaml, value);
}

/** How often a key stands in a mapping; 0 for what is no mapping. */
export function timesOf(yaml: YamlText, node: YamlNode, name: string): number {
  if (kindOf(yaml, node) !== "mapping") return 0;
  let times = 0;
  const end = lastEventOf(yaml, node);
  for (let key = node + 1; key < end; key = behind(yaml, behind(yaml, key))) {
    if (says(yaml, key, name)) times++;
  }
  return times;
}

/** The decoded text of a scalar, or undefined for any other node. */
export function scalarText(yaml: YamlText, node: YamlNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const { types, styles, starts, ends } = yaml.events;
  if (types[node] !== EVENT_ID.SCALAR) return undefined;
  if (((styles[node] ?? 0) & fast) !== 0) return yaml.text.slice(starts[node], ends[node]);
  const event = eventOf(yaml, node);
  return event.type === EVENT_ID.SCALAR ? scalarValue(yaml.text, event) : undefined;
}

/** The text of a scalar without the line breaks that end a block scalar, which belong to the notation. */
export function writtenText(yaml: YamlText, scalar: YamlNode): string {
  const text = scalarText(yaml, scalar) ?? "";
  return isBlockScalar(yaml, scalar) ? trimEnd(text, "\n") : text;
}

/** What YAML 1.2's core schema makes of a scalar. */
export type ScalarType = "string" | "null" | "boolean" | "number" | "binary" | "other";

/**
 * The type of a scalar by its tag, its quotes and its text.
 *
 * https://yaml.org/spec/1.2.2/#103-core-schema
 */
export function scalarType(yaml: YamlText, node: YamlNode): ScalarType | undefined {
  const { types, styles } = yaml.events;
  if (types[node] !== EVENT_ID.SCALAR) return undefined;
  const tag = tagOf(yaml, node);
  if (tag !== undefined) return typeOfTag[tag] ?? "other";
  if (((styles[node] ?? 0) & ~fast) !== SCALAR_STYLE.PLAIN) return "string";
  const text = scalarText(yaml, node) ?? "";
  const word = wordTypes.get(text);
  if (word !== undefined) return word;
  if (!NUMBER_STARTS.includes(text.charAt(0))) return "string";
  if (/^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/.test(text)) return "number";
  if (
    /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(
      text,
    )
  ) {
    return "number";
  }
  return "string";
}

const NUMBER_STARTS = "0123456789+-.";

const wordTypes: ReadonlyMap<string, ScalarType> = new Map([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, "null"] as const),
  ...["true", "True", "TRUE", "false", "False", "FALSE"].map((word) => [word, "boolean"] as const),
]);

const typeOfTag: Readonly<Record<string, ScalarType | undefined>> = {
  "!": "string",
  "!!str": "string",
  "!!null": "null",
  "!!bool": "boolean",
  "!!int": "number",
  "!!float": "number",
  "!!binary": "binary",
};

/** The tag of a node as people write it, `!!str`, also where it is written out; undefined where it has none. */
export function tagOf(yaml: YamlText, node: YamlNode): string | undefined {
  const event = yaml.events.rare.get(node);
  if (event === undefined || !("tagStart" in event) || event.tagStart === -1) return undefined;
  const tag = yaml.text.slice(event.tagStart, event.tagEnd);
  return tag.startsWith(CORE_TAG) ? `!!${tag.slice(CORE_TAG.length, -1)}` : tag;
}

/** Where the anchor of a node stands, with its ampersand; undefined where it has none, as an alias. */
export function anchorRange(yaml: YamlText, node: YamlNode): Range | undefined {
  const event = yaml.events.rare.get(node);
  if (event === undefined || !("tagStart" in event) || event.anchorStart === -1) return undefined;
  return { start: event.anchorStart - 1, end: event.anchorEnd };
}

/** True for a node with an anchor or a tag. */
export function hasProperties(yaml: YamlText, node: YamlNode): boolean {
  const event = yaml.events.rare.get(node);
  if (event === undefined || !("tagStart" in event)) return false;
  return event.tagStart !== -1 || event.anchorStart !== -1;
}

const CORE_TAG = "!<tag:yaml.org,2002:";

/** A range of the text, end-exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where the text of a scalar stands, without quotes and block headers; undefined for an empty plain one. */
export function scalarRange(yaml: YamlText, node: YamlNode): Range | undefined {
  const { types, starts, ends } = yaml.events;
  const start = starts[node] ?? -1;
  if (types[node] !== EVENT_ID.SCALAR || start === -1) return undefined;
  return { start, end: ends[node] ?? start };
}

/** Where an alias stands, with its asterisk; undefined for any other node. */
export function aliasRange(yaml: YamlText, node: YamlNode): Range | undefined {
  const { types, starts, ends } = yaml.events;
  if (types[node] !== EVENT_ID.ALIAS) return undefined;
  return { start: (starts[node] ?? 0) - 1, end: ends[node] ?? 0 };
}

/** Where the tag of a scalar stands; undefined where it has none. */
export function tagRange(yaml: YamlText, node: YamlNode): Range | undefined {
  const event = eventOf(yaml, node);
  if (event.type !== EVENT_ID.SCALAR || event.tagStart === -1) return undefined;
  return { start: event.tagStart, end: event.tagEnd };
}

/** True for a collection in brackets or braces. */
export function isFlow(yaml: YamlText, node: YamlNode): boolean {
  const { types, styles } = yaml.events;
  const type = types[node];
  return (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) && styles[node] === COLLECTION_STYLE.FLOW;
}

/** True for a scalar without quotes on or behind the line of its key. */
export function isPlainScalar({ events: { types, styles } }: YamlText, node: YamlNode): boolean {
  return types[node] === EVENT_ID.SCALAR && ((styles[node] ?? 0) & ~fast) === SCALAR_STYLE.PLAIN;
}

/** True for a scalar under a `|` or `>`. */
export function isBlockScalar(yaml: YamlText, node: YamlNode): boolean {
  const { types, styles } = yaml.events;
  const style = (styles[node] ?? 0) & ~fast;
  if (types[node] !== EVENT_ID.SCALAR) return false;
  return style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
}

/** Where a node begins: its text, quotes and properties left out. */
export function startOf(yaml: YamlText, node: YamlNode): number | undefined {
  const { types, starts } = yaml.events;
  const start = starts[node] ?? -1;
  if (start === -1) return undefined;
  return types[node] === EVENT_ID.ALIAS ? start - 1 : start;
}

/**
 * True for a key that merges another mapping into this one: `<<`, as kyaml reads and writes it (`!!merge <<`). In quotes, or
 * with another tag, it is a key like any other.
 */
export function isMergeKey(yaml: YamlText, key: YamlNode): boolean {
  if (scalarText(yaml, key) !== "<<") return false;
  const tag = tagOf(yaml, key);
  return tag === "!!merge" || (isPlainScalar(yaml, key) && (tag === undefined || tag === "!"));
}

/** The event that a node begins with. @throws {RangeError} where there is none */
export function eventOf(yaml: YamlText, node: YamlNode): Event {
  return eventAt(yaml.events, node);
}

/** The event that a node ends with: that which closes a collection, else its own. */
export function lastEventOf(yaml: YamlText, node: YamlNode): number {
  const { types, ends } = yaml.events;
  const type = types[node];
  return type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE ? (ends[node] ?? node) : node;
}
