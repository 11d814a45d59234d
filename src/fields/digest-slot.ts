/** A place for a digest beside the other parts of a reference. */

import { endOfText } from "../yaml/line.ts";
import { memberAt, membersOf } from "../yaml/members.ts";
import { entriesOf, isFlow, kindOf, type Range, scalarText, startOf } from "../yaml/node.ts";
import { closingBracket, endOf, endOfEntry } from "../yaml/node-end.ts";
import type { YamlNode } from "../yaml/scan.ts";
import type { EmbeddedDocument } from "./embedded-document.ts";
import type { Writing } from "./image-field.ts";

/** The digest as the value of a key that the user names: in its place where the key stands there, else as a new line. */
export function writeKey(layer: EmbeddedDocument, map: YamlNode, key: string): Writing {
  const names = key.split("/");
  const last = names.pop() ?? key;
  const owner = names.reduce<YamlNode | undefined>(
    (at, name) => (at === undefined ? at : memberAt(layer.yaml, at, name)),
    map,
  );
  if (owner === undefined || kindOf(layer.yaml, owner) !== "mapping") {
    return noPlace(`has no \`${names.join(".")}\` in which \`${last}\` could stand`);
  }
  const place = valuePlace(layer, owner, last) ?? newKeyPlace(layer, owner, last);
  const range = place && layer.toSource(place.range);
  if (place === undefined || range === undefined || layer.depth > 0) {
    return noPlace(`is written so that no key can be added beside it`);
  }
  return { kind: "digest", range, before: place.before, after: place.after };
}

/**
 * What to take out so that a digest under a key is gone: the key too where it stands as {@link writeKey} adds it, else
 * the value alone.
 */
export function clearKey(layer: EmbeddedDocument, map: YamlNode, key: string): Range | undefined {
  const { yaml } = layer;
  const names = key.split("/");
  const last = names.pop() ?? key;
  const owner = names.reduce<YamlNode | undefined>(
    (at, name) => (at === undefined ? at : memberAt(yaml, at, name)),
    map,
  );
  if (owner === undefined || layer.depth > 0) return undefined;
  const entry = entriesOf(yaml, owner).findLast((each) => scalarText(yaml, each.key) === last);
  const start = entry && startOf(yaml, entry.value);
  if (entry === undefined || start === undefined) return undefined;
  const end = endOfEntry(yaml, entry);
  const added = newKeyPlace(layer, owner, last, entry.key);
  const text = added && added.before + (scalarText(yaml, entry.value) ?? "") + added.after;
  if (added !== undefined && text === yaml.text.slice(added.range.start, end)) {
    if (isFlow(yaml, owner) || /\r?(?:\n|$)/y.test(yaml.text.slice(end, end + 2))) {
      return { start: added.range.start, end };
    }
  }
  const isQuoted = /^["']$/.test(yaml.text[start - 1] ?? "");
  return isQuoted ? { start, end: end - 1 } : { start: endOfText(yaml.text, start), end };
}

/** Why a digest is written nowhere. */
export function noPlace(reason: string): Writing {
  return { kind: "none", reason };
}

interface DigestPlace {
  readonly range: Range;
  readonly before: string;
  readonly after: string;
}

/** `digest: ""` or `digest:`, which stands there for the digest to come. */
function valuePlace({ yaml }: EmbeddedDocument, owner: YamlNode, name: string): DigestPlace | undefined {
  const member = membersOf(yaml, owner).findLast((each) => each.name === name);
  if (member === undefined) return undefined;
  const end = endOf(yaml, member.value, 0);
  const start = startOf(yaml, member.value);
  if (start !== undefined) {
    const quoted = /^["']$/.test(yaml.text[start - 1] ?? "") && yaml.text[start - 1] === yaml.text[end - 1];
    return { range: { start, end: quoted ? end - 1 : end }, before: "", after: "" };
  }
  for (const entry of entriesOf(yaml, owner)) {
    if (entry.value !== member.value) continue;
    const at = endOfEntry(yaml, entry);
    return { range: { start: at, end: at }, before: " ", after: "" };
  }
  return undefined;
}

/** Behind the first entry of the map, in the form that it has; as if the one with the key `without` were not there. */
function newKeyPlace(
  { yaml }: EmbeddedDocument,
  owner: YamlNode,
  name: string,
  without?: YamlNode,
): DigestPlace | undefined {
  const entries = entriesOf(yaml, owner).filter(({ key }) => key !== without);
  const last = entries.at(-1);
  if (last === undefined) return undefined;
  if (isFlow(yaml, owner)) {
    const quote = yaml.text[(startOf(yaml, last.key) ?? 0) - 1] === '"' ? '"' : "";
    const at = endOfEntry(yaml, last);
    if (at > closingBracket(yaml, owner)) return undefined;
    return { range: { start: at, end: at }, before: `, ${quote}${name}${quote}: ${quote}`, after: quote };
  }
  // A value on one line is what a new line can follow: mostly the repository or the tag.
  const before = entries.find(({ key, value }) =>
    isOneLine(yaml.text, startOf(yaml, key), endOf(yaml, value, 0)),
  );
  const start = before && startOf(yaml, before.key);
  if (before === undefined || start === undefined) return undefined;
  const lineBreak = yaml.text.indexOf("\n", endOf(yaml, before.value, start));
  const at = lineBreak === -1 ? yaml.text.length : lineBreak;
  const end = yaml.text[at - 1] === "\r" ? at - 1 : at;
  const eol = yaml.text[at - 1] === "\r" ? "\r\n" : "\n";
  const quotes = /["']/.test(yaml.text[start - 1] ?? "") ? 1 : 0;
  const column = start - quotes - (yaml.text.lastIndexOf("\n", start - 1) + 1);
  return { range: { start: end, end }, before: `${eol}${" ".repeat(column)}${name}: `, after: "" };
}

function isOneLine(text: string, start: number | undefined, end: number): boolean {
  return start !== undefined && end > start && !text.slice(start, end).includes("\n");
}
