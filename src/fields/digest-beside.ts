/**
 * What stands beside a whole reference. A digest under a key of its own is the one that counts, as in
 * `{image: r.io/a:1, digest: sha256:…}`: with another in the reference, none would.
 */
import { isDigest } from "../image/digest.ts";
import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import { aliasesOf, type Member, membersByName } from "../yaml/members.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { clearKey, emptyKey, noPlace } from "./digest-slot.ts";
import type { Site } from "./embedded-document.ts";
import { extractReference, identityOf, push } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import type { ImageField, Writing } from "./image-field.ts";
import { companionsOf, indexParts, namespaceOf, type PartIndex } from "./likely-parts.ts";
import { namesHost } from "./likely-value.ts";
import { compose, type Part, partAt, partOf, textsOf } from "./reference-parts.ts";
import type { SplitKeys } from "./table/field-row.ts";
import type { Place, Walk } from "./walk-state.ts";

/**
 * Takes a whole reference that means something else by what stands beside it: a digest, or a tag that does not go with
 * its own. False where nothing does.
 */
export function extractBeside(walk: Walk, place: Place, rule: FieldRule, registry?: Part): boolean {
  const { map } = place;
  const key = walk.path.at(-1);
  if (map === undefined || typeof key !== "string" || !(rule.beside || rule.source === "user")) return false;
  const beside = whatIsBeside(map, key, rule);
  switch (beside.kind) {
    case "nothing":
      return false;
    case "fault":
      extractMarked(walk, place, rule, { fault: beside.fault });
      return true;
    case "copy":
      extractMarked(walk, place, rule, {
        writing: noPlace(`its digest stands twice, here and under \`${beside.key}\``),
      });
      return true;
    case "digest":
      walk.path.splice(-1, 1, ...beside.parts.digest.key.split("/"));
      extractComposed(walk, map, rule, { ...beside.parts, registry: registry ?? beside.parts.registry });
      walk.path.splice(-beside.parts.digest.key.split("/").length, Number.POSITIVE_INFINITY, key);
      return true;
  }
}

/** What tells the place of a digest under a key of a map from all others. */
export function digestPlace({ layer, node }: Site, key: string): string {
  return `${identityOf(layer, node)} ${key}`;
}

/** Where the other parts of a reference may stand, by the key of its name. */
export function companionsIn(map: Site, key: string): SplitKeys {
  const { index } = membersIn(map);
  return { ...companionsOf(key, index), ...namespaceOf(key, partAt(map, [key])?.text ?? "", index) };
}

/** The members of a map by name, and which of them may be parts of a reference. */
interface Named {
  readonly members: ReadonlyMap<string, Member>;
  readonly index: PartIndex;
}

/** Kept for all maps of a text: what stands between two images of one would have it made again for each. */
function membersIn({ layer: { yaml }, node }: Site): Named {
  const ofText = keptMembers.get(yaml) ?? new Map<YamlNode, Named>();
  keptMembers.set(yaml, ofText);
  const known = ofText.get(node);
  if (known !== undefined) return known;
  const members = membersByName(yaml, node);
  const made = { members, index: indexParts(members.keys()) };
  ofText.set(node, made);
  return made;
}

const keptMembers = new WeakMap<YamlText, Map<YamlNode, Named>>();

type Beside =
  | { readonly kind: "nothing" }
  | { readonly kind: "fault"; readonly fault: "two-tags" | "two-digests" }
  /** The digest of the reference once more. */
  | { readonly kind: "copy"; readonly key: string }
  | { readonly kind: "digest"; readonly parts: Parts };

const nothing = { kind: "nothing" } as const;

function whatIsBeside(map: Site, key: string, rule: FieldRule): Beside {
  const { override, keys } = rule;
  const companions = companionsOf(key, membersIn(map).index);
  const { registry: registries = [], tag: tags, digest: digests = [] } = companions;
  const named = override?.digestKey?.replaceAll(".", "/") ?? [];
  const digest = firstOf(map, [named, digests, keys?.digest ?? []].flat(), isDigestText);
  const isAppended = rule.in === "repositoryAndTag" || /(?:repo|repository|name)$/i.test(key);
  const names = [...tags, ...(keys?.tag ?? [])].filter((name) => /tag$/i.test(name));
  const tag = firstOf(map, names, Boolean);
  if (digest === undefined && !(isAppended && tag !== undefined)) return nothing;
  const repository = memberPart(map, key);
  const image = safeParseReference(repository?.text ?? "");
  if (repository === undefined || image instanceof InvalidReferenceError) return nothing;
  const isWhole = (image.tag ?? image.digest) !== undefined;
  if (isAppended && tag !== undefined && isWhole) return { kind: "fault", fault: "two-tags" };
  if (digest === undefined) return nothing;
  if (image.digest === undefined) {
    const registry = namesHost(repository.text) ? undefined : firstOf(map, registries, Boolean);
    const others = isWhole ? noOthers : { registry, tag };
    return { kind: "digest", parts: { ...others, repository, digest } };
  }
  return image.digest.endsWith(digest.text)
    ? { kind: "copy", key: digest.key }
    : { kind: "fault", fault: "two-digests" };
}

/** The first of the keys that holds such a text. */
function firstOf(map: Site, keys: readonly string[], isSought: (text: string) => boolean): Part | undefined {
  for (const key of keys) {
    const part = memberPart(map, key);
    if (part !== undefined && isSought(part.text)) return part;
  }
  return undefined;
}

function memberPart(map: Site, key: string): Part | undefined {
  if (key.includes("/")) return partAt(map, [key]);
  const member = membersIn(map).members.get(key);
  if (member === undefined) return undefined;
  const via = member.by === undefined ? map.via : [...map.via, ...aliasesOf(member.by)];
  return partOf({ layer: map.layer, node: member.value, via }, key);
}

/** True for a digest under a key of its own. Some charts leave out the algorithm; what else is called a hash is one of something else. */
export function isDigestText(text: string): boolean {
  return isDigest(text) || isDigest(`sha256:${text}`);
}

/** A name and its digest, with a registry and a tag that stand apart, where the name has none. */
interface Parts {
  readonly registry: Part | undefined;
  readonly repository: Part;
  readonly tag: Part | undefined;
  readonly digest: Part;
}

const noOthers = { registry: undefined, tag: undefined };

function extractComposed(walk: Walk, map: Site, rule: FieldRule, parts: Parts): void {
  const { key, site } = parts.digest;
  const isNamed = rule.override?.digestKey?.replaceAll(".", "/") === key;
  // What is filled where it waits beside a tag is emptied again.
  const isFilled = rule.fillsDigest && parts.tag !== undefined;
  const edit = isNamed
    ? clearKey(map.layer, map.node, key)
    : isFilled
      ? emptyKey(map.layer, map.node, key)
      : undefined;
  const writing: Writing = { kind: "in-place", removal: edit && { site: map, edit } };
  const identity = `map ${identityOf(map.layer, map.node)} ${parts.repository.key}`;
  const composed = compose({ ...parts, namespace: undefined });
  push(
    walk,
    map,
    { ...rule, tagless: "keep" },
    { site, identity, parts: textsOf(parts), ...composed, writing },
  );
  mark(walk, walk.fields.length - 1, { tag: "keep", digestAt: digestPlace(map, key) });
}

function extractMarked(walk: Walk, place: Place, rule: FieldRule, marks: Partial<ImageField>): void {
  const before = walk.fields.length;
  extractReference(walk, place, { ...rule, loose: false });
  mark(walk, before, marks);
}

function mark({ fields }: Walk, at: number, marks: Partial<ImageField>): void {
  const field = fields[at];
  if (field !== undefined) fields[at] = { ...field, ...marks };
}
