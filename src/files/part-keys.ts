/**
 * Keys that say a part of an image, in a map that is laid over another: where it says a tag and no digest, the digest below
 * goes on counting, which is that of another tag.
 */

import { subjectOf } from "../fields/likely-parts.ts";
import type { ImageParts } from "../krm/input.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { membersOf } from "../yaml/members.ts";
import { dereference, entriesOf, isMergeKey, kindOf, scalarText, scalarType, startOf } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { elementsIn, textAt, type YamlMap } from "./yaml-parts.ts";

/** A key, and what its map leaves of the image below. */
export interface PartKey {
  /** The keys that lead to it from the root. */
  readonly steps: readonly string[];
  /** Which of the images of its map it is about: `agent` of `agentTag`, mostly "". */
  readonly subject: string;
  /** The key of the name, where that is said beside the tag, which is the last of the steps. */
  readonly nameKey: string | undefined;
  /** What is said of the name and of the tag: "" where they are taken away, undefined where they stay. */
  readonly says: ImageParts;
  /** `stale`: the digest below stays, and is another's. `empty`: the digest below goes. `own`: a digest is said here. */
  readonly kind: "stale" | "empty" | "own";
  /** Where it stands in its text. */
  readonly at: number;
}

/** The keys in a map that is laid over another, map by map. */
export function overlaidKeys(root: YamlMap): readonly PartKey[] {
  const { yaml } = root;
  const found: PartKey[] = [];
  let left = MAPS_MAX;
  const walk = (node: YamlNode, above: readonly string[]): void => {
    if (left-- <= 0 || above.length > DEPTH_MAX) return;
    const entries = entriesIn(root, node);
    // What is below such a directive is no map of the two.
    if (entries.some(({ name }) => name === "$patch")) return;
    for (const key of partKeysOf(entries, above)) found.push(key);
    for (const { name, value } of entries)
      if (value !== undefined && kindOf(yaml, value) === "mapping") walk(value, [...above, name]);
  };
  if (kindOf(yaml, root.node) === "mapping") walk(root.node, []);
  return found;
}

// Aliases may bring maps to more places than anybody reads, and a map into itself.
const MAPS_MAX = 100_000;
const DEPTH_MAX = 100;

/** The entries of a map, with what aliases and merge keys bring in. */
function entriesIn({ yaml }: YamlMap, node: YamlNode): readonly Entry[] {
  const all = entriesOf(yaml, node);
  const own = all.flatMap(({ key, value }): readonly Entry[] => {
    const name = isMergeKey(yaml, key) ? undefined : scalarText(yaml, key);
    return name === undefined
      ? []
      : [{ name, yaml, value: dereference(yaml, value), at: startOf(yaml, key) ?? 0 }];
  });
  if (!all.some(({ key }) => isMergeKey(yaml, key))) return own;
  const names = new Set(own.map(({ name }) => name));
  const merged = membersOf(yaml, node).filter(({ name, by }) => by !== undefined && !names.has(name));
  const rest = merged.map(({ name, value }): Entry => {
    return { name, yaml, value: dereference(yaml, value), at: startOf(yaml, value) ?? 0 };
  });
  return [...own, ...rest];
}

/** The keys that operations of JSON Patch write. */
export function patchedKeys({ yaml, node }: YamlMap): readonly PartKey[] {
  const maps = new Map<string, { readonly above: readonly string[]; readonly entries: Entry[] }>();
  for (const operation of elementsIn(yaml, node)) {
    const [root, ...steps] = (textAt(operation, "path") ?? "").split("/");
    const name = steps.pop();
    if (root !== "" || name === undefined || !OPERATIONS.test(textAt(operation, "op") ?? "")) continue;
    const above = steps.map(unescaped);
    const key = JSON.stringify(above);
    const map = maps.get(key) ?? { above, entries: [] };
    maps.set(key, map);
    const value = entriesOf(yaml, operation.node).find((entry) => scalarText(yaml, entry.key) === "value");
    const at = startOf(yaml, value?.value ?? operation.node) ?? 0;
    map.entries.push({ name: unescaped(name), yaml, value: value?.value, at });
  }
  return [...maps.values()].flatMap(({ above, entries }) => partKeysOf(entries, above));
}

const OPERATIONS = /^(?:add|replace|remove)$/;

/** https://www.rfc-editor.org/rfc/rfc6901#section-4 */
function unescaped(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** An entry of a map. */
export interface Entry {
  readonly name: string;
  readonly yaml: YamlText;
  /** Undefined where the key is taken away. */
  readonly value: YamlNode | undefined;
  readonly at: number;
}

/** What entries of one map say of images: a key for each. */
export function partKeysOf(entries: readonly Entry[], above: readonly string[]): readonly PartKey[] {
  const parts = entries.filter(
    ({ name, yaml, value }) =>
      (isDigestKey(name) || isTagKey(name) || isNameKey(name)) &&
      (value === undefined || kindOf(yaml, value) === "scalar"),
  );
  return [...groupBy(parts, ({ name }) => subjectOf(name))].flatMap(([subject, own]) => {
    const digest = own.find(({ name }) => isDigestKey(name));
    const [tag, image] = [isTagKey, isNameKey].map((isMeant) => own.find(({ name }) => isMeant(name)));
    const key = digest ?? tag ?? image;
    if (key === undefined) return [];
    const isWhole = own.some((entry) => isNameKey(entry.name) && hasText(entry));
    const kind = digest === undefined ? "stale" : hasText(digest) || isWhole ? "own" : "empty";
    const says = { name: textOf(image), tag: textOf(tag) };
    const nameKey = key === tag ? image?.name : undefined;
    return [{ steps: [...above, key.name], subject, nameKey, says, kind, at: key.at }];
  });
}

/** Whether a key that leaves the digest below leaves it to another image than the one below. */
export function isOfAnother(
  { kind, says: { name, tag } }: Pick<PartKey, "kind" | "says">,
  below: ImageParts | undefined,
): boolean {
  if (kind !== "stale" || below === undefined) return true;
  return (name !== undefined && name !== below.name) || (tag !== undefined && tag !== below.tag);
}

function textOf(entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  return hasText(entry) && entry.value !== undefined ? scalarText(entry.yaml, entry.value) : "";
}

function hasText({ yaml, value }: Entry): boolean {
  return value !== undefined && scalarType(yaml, value) !== "null" && scalarText(yaml, value) !== "";
}

/** True for a key that may hold a digest. */
export function isDigestKey(name: string): boolean {
  return /(?:digest|sha(?:256)?|hash)$/i.test(name);
}

/** True for a key that may hold a tag. */
export function isTagKey(name: string): boolean {
  return /(?:tag|version)$/i.test(name);
}

/** True for a key that may hold the name of an image. A registry alone may be a mirror, which has the same digests. */
export function isNameKey(name: string): boolean {
  return /(?:repository|repo|image)$/i.test(name);
}

/** False for a text that certainly holds no such keys, which need not be read then. */
export function mayHoldParts(text: string): boolean {
  return MAY_HOLD.test(text);
}

// Behind "api", it is a key of every object.
const MAY_HOLD = /(?:digest|sha(?:256)?|hash|tag|(?<!api)version|repository|repo|image)\b/i;
