/** References whose parts stand apart: `{repository, tag, digest}`, `{name, version}`, `{newName, newTag, digest}`. */

import { parseIfImage } from "../image/likely-reference.ts";
import { KEY_MAX } from "../krm/field-path.ts";
import { keptMembersOf, membersByName } from "../yaml/members.ts";
import { dereference, kindOf, lastEventOf, scalarText } from "../yaml/node.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { companionsIn, digestPlace, extractBeside } from "./digest-beside.ts";
import { inheritanceOf } from "./digest-heirs.ts";
import { clearKey, emptyKey, noPlace, writeKey } from "./digest-slot.ts";
import type { Site } from "./embedded-document.ts";
import { extractReference, identityOf, push } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import type { ImageField, Writing } from "./image-field.ts";
import { meaningOf } from "./likely-key.ts";
import { digestKeyBeside, withNamespace } from "./likely-parts.ts";
import { isWhole, namesHost } from "./likely-value.ts";
import { doubledKeys, noteDouble } from "./note-flaw.ts";
import { compose, digestHolder, type Part, partAt } from "./reference-parts.ts";
import { type SuggestedSpec, specPath, unknownField } from "./suggested-spec.ts";
import type { SplitKeys } from "./table/field-row.ts";
import { formatPath, type Place, siteAt, type Walk } from "./walk-state.ts";

/** What the parts are mostly called. */
export const commonKeys: SplitKeys = {
  registry: ["registry", "imageRegistry"],
  repository: ["repository", "repo", "newName", "imageRepository", "name", "image", "baseImage", "url"],
  tag: ["tag", "newTag", "imageTag", "version", "imageVersion", "image_version", "ref/tag"],
  digest: ["digest", "hash", "ref/digest"],
};

/**
 * Takes the reference that the parts in a map make. Its digest is written where one stands already, into a tag whose
 * consumer bears it, or under the key that the user names; else the field says why it is not. False where the map holds
 * no repository.
 */
export function extractSplit(walk: Walk, map: Site, rule: FieldRule): boolean {
  const { layer, node } = map;
  if (kindOf(layer.yaml, node) !== "mapping") return false;
  const keys = rule.keys ?? usualKeys(walk, map);
  const repository = partAt(map, keys.repository);
  if (repository === undefined || repository.text === "") {
    noteWish(walk, map, rule);
    return false;
  }
  const registry = partAt(map, keys.registry ?? []);
  const version = partAt(map, keys.tag);
  if (rule.artifact !== undefined && !isByTag(registry ?? repository, version)) return false;
  // It may be a range of versions.
  const tag = rule.artifact !== undefined && !TAG.test(version?.text ?? "") ? undefined : version;
  noteDoubledParts(walk, map, keys);
  if (isWhole(repository.text) && rule.apart === undefined) {
    extractWhole(walk, { map, part: repository, registry, rule });
    return true;
  }
  const namespace = partAt(map, keys.namespace ?? []);
  const digest = digestAt(map, keys, overriddenKey(rule, keys));
  const composed = compose({ registry, namespace, repository, tag, digest });
  if (rule.artifact !== undefined && parseIfImage(composed.value) === undefined) return false;
  const inexact = [repository, registry, tag].find((part) => part?.inexact);
  const { writing, key, site } = writingOf({ map, keys, rule, inexact, repository, tag, digest });
  const path = formatPath([...walk.path, ...(key ?? "").split("/").filter(Boolean)]);
  push(
    walk,
    map,
    { ...rule, tagless: "keep" },
    { site, identity: identityOfParts(map, repository), isComposed: true, ...composed, writing },
  );
  const field = walk.fields.pop();
  const asks =
    writing.kind === "none" &&
    rule.source === "table" &&
    rule.artifact === undefined &&
    inexact === undefined;
  const suggestion = asks ? suggestParts(walk, map, { rule, repository, tag }) : undefined;
  const isApart = writing.kind === "digest" || (site === digest?.site && key === digest.key);
  if (field !== undefined)
    walk.fields.push({
      ...field,
      path,
      tag: "keep",
      suggestion,
      digestAt: isApart ? digestPlace(map, key ?? "") : undefined,
    });
  return true;
}

const TAG = /^\w[\w.-]{0,127}$/;

/** Whether an artifact is fetched from a registry by a tag, or by a range of versions. */
function isByTag({ scheme }: Part, tag: Part | undefined): boolean {
  return scheme === "oci://" && !/^sha\d+:/.test(tag?.text ?? "");
}

/** Takes the reference of which the key that leads here holds the repository, or another part. */
export function extractSplitAt(walk: Walk, map: Site, rule: FieldRule): void {
  const key = String(walk.path.pop() ?? "");
  const isCommon = [commonKeys.registry ?? [], commonKeys.tag, commonKeys.digest ?? []].flat().includes(key);
  const isFirst = partAt(map, commonKeys.repository)?.key === key;
  // `{repository, versionTag}`
  const isWithoutTag = partAt(map, commonKeys.tag) === undefined;
  const isOther = rule.keys === undefined && !isCommon && (!isFirst || isWithoutTag);
  const keys = isOther ? companionsIn(map, key) : undefined;
  extractSplit(walk, map, keys === undefined ? rule : { ...rule, keys });
  walk.path.push(key);
}

/** One map may hold the parts of several references. */
function identityOfParts({ layer, node }: Site, { key }: Part): string {
  const map = `map ${identityOf(layer, node)}`;
  return commonKeys.repository.includes(key) ? map : `${map} ${key}`;
}

interface Resolved {
  readonly rule: FieldRule;
  readonly repository: Part;
  readonly tag: Part | undefined;
}

/** The fieldSpec by which the digest of such a reference would be written. */
function suggestParts(walk: Walk, map: Site, { rule, repository, tag }: Resolved): SuggestedSpec | undefined {
  if (map.layer.depth > 0) return undefined;
  const { keys = commonKeys } = rule;
  const isOwnMap =
    rule.label !== unknownField ||
    (isCalledImage(walk.path) &&
      partAt(map, usualKeys(walk, map).repository)?.key === repository.key &&
      partAt(map, commonKeys.tag)?.key === tag?.key);
  const path = specPath(isOwnMap ? walk.path : [...walk.path, repository.key]);
  const digestKey = digestKeyBeside({
    ...keys,
    repository: [repository.key],
    tag: tag === undefined ? [] : [tag.key],
  });
  // Dots and slashes in it would lead into other maps: only the table means that. Others no configuration takes.
  const isOneKey = rule.label !== unknownField || /^[A-Za-z_][\w-]*$/.test(digestKey);
  if (path === undefined || digestKey.length > KEY_MAX || !isOneKey) return undefined;
  return { path, in: "repositoryAndTag", digestKey };
}

/** The usual keys, as they are meant in a map to which a path leads. */
function usualKeys({ path }: Walk, map: Site): SplitKeys {
  if (!isCalledImage(path)) return commonKeys;
  const { yaml } = map.layer;
  return withNamespace(commonKeys, (key) => {
    const member = membersByName(yaml, map.node).get(key);
    return member && scalarText(yaml, dereference(yaml, member.value));
  });
}

/** Whether what stands at a path is called after an image, or one of those that a map or a list of images holds. */
function isCalledImage(path: Walk["path"]): boolean {
  const [above, last] = path.slice(-2).map((key) => (typeof key === "string" ? meaningOf(key) : undefined));
  return last === "image" || above === "images" || (path.length === 1 && above === "image");
}

/** The digest under the key that the user names, else under those of the kind. */
function digestAt(map: Site, keys: SplitKeys, named: string | undefined): Part | undefined {
  const own = named === undefined ? undefined : partAt(map, [named]);
  return own === undefined || own.text === "" ? partAt(map, keys.digest ?? []) : own;
}

/** A part that stands twice makes two references. */
function noteDoubledParts(walk: Walk, { layer, node }: Site, keys: SplitKeys): void {
  const doubled = doubledKeys(layer.yaml, node);
  if (doubled.size === 0) return;
  const names = [
    keys.registry ?? [],
    keys.namespace ?? [],
    keys.repository,
    keys.tag,
    keys.digest ?? [],
  ].flat();
  for (const name of new Set(names.map((key) => key.split("/", 1)[0] ?? key))) {
    const twins = doubled.get(name);
    if (twins === undefined) continue;
    walk.path.push(name);
    noteDouble(walk, layer, twins);
    walk.path.pop();
  }
}

/** The place of a digest that a user names for a reference whose parts stand above: `ref.digest` of `spec.url`. */
export function applyDigestKeys({ wishes, fields }: Walk): void {
  if (wishes.length === 0) return;
  const byPath = new Map<string, number>();
  for (const [at, { path }] of fields.entries()) if (!byPath.has(path)) byPath.set(path, at);
  for (const { map, digestKey, rule, isUsers, ...wish } of wishes) {
    const path = `${wish.path}.${digestKey.replaceAll("/", ".")}`;
    const above = pathsAbove(wish.path).flatMap((each) => fieldAt(each, "none"));
    const [at] = [...above, ...fieldAt(path, "in-place")].sort((one, other) => one - other);
    const field = at === undefined ? undefined : fields[at];
    if (at === undefined || field === undefined) continue;
    const digest = field.writing.kind === "none" ? partAt(map, [digestKey]) : undefined;
    if (digest !== undefined && digest.text !== "") {
      fields[at] = {
        ...withDigest(field, digest),
        path,
        rule,
        isUsers,
        writing: removable(map, digestKey),
      };
    } else if (field.writing.kind === "none") {
      fields[at] = { ...field, path, rule, isUsers, writing: slotIn(map, digestKey), site: map };
    } else {
      fields[at] = { ...field, path, rule, isUsers, writing: removable(map, digestKey) };
    }
  }

  function fieldAt(path: string, writing: Writing["kind"]): readonly number[] {
    const at = byPath.get(path);
    return at !== undefined && fields[at]?.path === path && fields[at].writing.kind === writing ? [at] : [];
  }
}

/** A field whose digest stands under a key that only the user knows. */
function withDigest(field: ImageField, digest: Part): ImageField {
  const { value = "", locate } = field;
  const start = value.length + 1;
  return {
    ...field,
    value: `${value}@${digest.text}`,
    site: digest.site,
    locate: (range) =>
      range.start < start
        ? locate(range)
        : digest.locate({ start: range.start - start, end: range.end - start }),
  };
}

/** A path and those of the maps around it. */
function pathsAbove(path: string): readonly string[] {
  const paths = [path];
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    paths.push(path.slice(0, dot));
  }
  return paths;
}

/** A digest that stands where it can be changed, and taken out again where a user lets it. */
function removable(map: Site, digestKey: string | undefined): Writing {
  return withRemoval(map, digestKey === undefined ? undefined : clearKey(map.layer, map.node, digestKey));
}

function withRemoval(map: Site, edit: TextEdit | undefined): Writing {
  return { kind: "in-place", removal: edit && { site: map, edit } };
}

function noteWish(walk: Walk, map: Site, rule: FieldRule): void {
  const digestKey = rule.override?.digestKey?.replaceAll(".", "/");
  if (digestKey === undefined) return;
  const isUsers = rule.source === "user";
  walk.wishes.push({ path: formatPath(walk.path), map, digestKey, rule: rule.label, isUsers });
}

interface Whole {
  readonly map: Site;
  readonly part: Part;
  readonly registry: Part | undefined;
  readonly rule: FieldRule;
}

/**
 * Takes a whole reference with the registry that stands beside it, as charts put both together: `{registry: quay.io,
 * image: acme/a:1}`. False where there is none, or the reference names its own.
 */
export function extractWithRegistry(walk: Walk, { map, siblings }: Place, rule: FieldRule): boolean {
  const key = walk.path.at(-1);
  if (!rule.beside || map === undefined || typeof key !== "string") return false;
  if (!siblings?.some(({ name }) => commonKeys.registry?.includes(name))) return false;
  const registry = partAt(map, commonKeys.registry ?? []);
  const part = partAt(map, [key]);
  const isApart = registry !== undefined && !registry.inexact && namesHost(`${registry.text}/`);
  if (!isApart || part === undefined || !isWhole(part.text) || namesHost(part.text)) return false;
  walk.path.pop();
  extractWhole(walk, { map, part, registry, rule });
  walk.path.push(key);
  return true;
}

/** A name with a tag or a digest of its own: where it names no registry, the one beside it counts. */
function extractWhole(walk: Walk, { map, part, registry, rule }: Whole): void {
  const siblings = keptMembersOf(map.layer.yaml, map.node);
  const place = { ...part.site, map, siblings };
  const whole = { ...rule, tagless: "keep", beside: true } as const;
  const isApart = registry !== undefined && registry.text !== "" && !namesHost(part.text);
  walk.path.push(part.key);
  const isTaken = extractBeside(walk, place, whole, isApart ? registry : undefined);
  if (isTaken) {
    walk.path.pop();
    return;
  }
  if (isApart && rule.label === unknownField) {
    walk.path.pop();
    extractApart(walk, { map, part, registry, rule });
    return;
  }
  if (isApart) {
    const identity = identityOf(part.site.layer, part.site.node);
    const writing = { kind: "in-place" } as const;
    push(walk, place, whole, {
      site: part.site,
      identity,
      ...compose({ ...onlyName, registry, repository: part }),
      writing,
    });
  } else {
    extractReference(walk, place, whole);
  }
  walk.path.pop();
}

/** The same, where nobody knows yet that the two make one reference. */
function extractApart(walk: Walk, { map, part, registry, rule }: Whole): void {
  const writing = noPlace(`its registry stands apart, under \`${registry?.key}\``);
  const composed = compose({ ...onlyName, registry, repository: part });
  push(walk, map, rule, {
    site: map,
    identity: identityOfParts(map, part),
    isComposed: true,
    ...composed,
    writing,
  });
  const field = walk.fields.pop();
  const suggestion = suggestParts(walk, map, { rule, repository: part, tag: undefined });
  if (field === undefined) return;
  walk.fields.push({
    ...field,
    suggestion: suggestion && { path: suggestion.path, in: "repositoryAndTag" },
  });
}

const onlyName = { namespace: undefined, tag: undefined, digest: undefined };

interface Slot {
  readonly map: Site;
  readonly keys: SplitKeys;
  readonly rule: FieldRule;
  readonly inexact: Part | undefined;
  readonly repository: Part;
  readonly tag: Part | undefined;
  readonly digest: Part | undefined;
}

/** How a digest is written, where, and under which key, so that people are told the field that changes. */
function writingOf({ map, keys, rule, inexact, repository, tag, digest }: Slot): {
  writing: Writing;
  site: Site;
  key?: string;
} {
  if (rule.artifact !== undefined) return { writing: noPlace(rule.artifact), site: map };
  const digestKey = overriddenKey(rule, keys);
  const holder = digestHolder({ repository, tag, digest });
  if (holder !== undefined) {
    const { key, site } = holder;
    if (holder !== digest) return { writing: { kind: "in-place" }, site, key };
    // Nothing but what was empty was filled.
    const isFilled = digestKey === undefined && rule.fillsDigest;
    const writing = isFilled
      ? withRemoval(map, emptyKey(map.layer, map.node, key))
      : removable(map, digestKey && key);
    return { writing, site, key };
  }
  if (inexact !== undefined) {
    const reason = `its \`${inexact.key}\` is a number, a boolean or binary data, which readers write in ways of their own`;
    return { writing: noPlace(reason), site: map };
  }
  if (digestKey !== undefined) return { writing: slotIn(map, digestKey, keys), site: map, key: digestKey };
  const empty = keys.digest?.find((name) => siteAt(map, name) !== undefined);
  if (empty !== undefined && rule.fillsDigest)
    return { writing: slotIn(map, empty, keys), site: map, key: empty };
  if (rule.digestInTag && tag !== undefined) {
    return { writing: { kind: "in-place" }, site: tag.site, key: tag.key };
  }
  const lack =
    empty === undefined
      ? "has no key for a digest, and none is added"
      : `has an empty \`${empty}\`, and only one that is filled is changed`;
  return { writing: noPlace(`${lack} unless a fieldSpec names it as its \`digestKey\``), site: map };
}

/** A place for a digest under a key of a map that brings in neither the key nor what it stands in from elsewhere. */
function slotIn(map: Site, digestKey: string, keys?: SplitKeys): Writing {
  const { yaml } = map.layer;
  const isElsewhere = ancestorPaths(digestKey).some((path) => {
    const { node } = siteAt(map, path) ?? map;
    return node < map.node || node > lastEventOf(yaml, map.node) || kindOf(yaml, node) === "alias";
  });
  if (!isElsewhere) {
    const writing = writeKey(map.layer, map.node, digestKey);
    if (writing.kind !== "digest") return writing;
    const inheritance = inheritanceOf(map, digestKey, keys);
    return inheritance === undefined ? writing : { ...writing, inheritance };
  }
  return noPlace(`its \`${digestKey}\` is shared through an anchor, and may be part of other references`);
}

/** `a`, `a/b`, `a/b/c`. */
function ancestorPaths(path: string): readonly string[] {
  const names = path.split("/");
  return names.map((_, last) => names.slice(0, last + 1).join("/"));
}

/** `digest` where the kind keeps it at `ref/digest` means that. */
function overriddenKey({ override }: FieldRule, keys: SplitKeys): string | undefined {
  const digestKey = override?.digestKey?.replaceAll(".", "/");
  if (digestKey === undefined || keys.digest?.includes(digestKey)) return digestKey;
  return keys.digest?.find((key) => key.endsWith(`/${digestKey}`)) ?? digestKey;
}
