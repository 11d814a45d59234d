/** References whose parts stand apart: `{repository, tag, digest}`, `{name, version}`, `{newName, newTag, digest}`. */

import { goType } from "../yaml/go-type.ts";
import { membersOf } from "../yaml/members.ts";
import { kindOf, lastEventOf, type Range, writtenText } from "../yaml/node.ts";
import { clearKey, noPlace, writeKey } from "./digest-slot.ts";
import type { Site } from "./embedded-document.ts";
import { access, extractReference, identityOf, push } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import type { ImageField, Writing } from "./image-field.ts";
import { doubledKeys, noteDouble } from "./note-flaw.ts";
import type { SplitKeys } from "./table/field-row.ts";
import { formatPath, siteAt, targetOf, type Walk } from "./walk-state.ts";

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
  const keys = rule.keys ?? commonKeys;
  const repository = partAt(map, keys.repository);
  if (repository === undefined || repository.text === "") {
    noteWish(walk, map, rule);
    return false;
  }
  noteDoubledParts(walk, map, keys);
  if (isWhole(repository.text) && rule.apart === undefined) {
    extractWhole(walk, { map, part: repository, rule });
    return true;
  }
  const registry = partAt(map, keys.registry ?? []);
  const tag = partAt(map, keys.tag);
  const digest = digestAt(map, keys, overriddenKey(rule, keys));
  const composed = compose({ registry, repository, tag, digest });
  const inexact = [repository, registry, tag].find((part) => part?.inexact);
  const { writing, key, site } = writingOf({ map, keys, rule, inexact, tag, digest });
  const path = formatPath([...walk.path, ...(key ?? "").split("/").filter(Boolean)]);
  push(
    walk,
    map,
    { ...rule, tagless: "keep" },
    { site, identity: `map ${identityOf(layer, node)}`, ...composed, writing },
  );
  const field = walk.fields.pop();
  if (field !== undefined) walk.fields.push({ ...field, path, tag: "keep" });
  return true;
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
  const names = [keys.registry ?? [], keys.repository, keys.tag, keys.digest ?? []].flat();
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
  for (const { map, digestKey, rule, ...wish } of wishes) {
    const path = `${wish.path}.${digestKey.replaceAll("/", ".")}`;
    const above = pathsAbove(wish.path).flatMap((each) => fieldAt(each, "none"));
    const [at] = [...above, ...fieldAt(path, "in-place")].sort((one, other) => one - other);
    const field = at === undefined ? undefined : fields[at];
    if (at === undefined || field === undefined) continue;
    const digest = field.writing.kind === "none" ? partAt(map, [digestKey]) : undefined;
    if (digest !== undefined && digest.text !== "") {
      fields[at] = { ...withDigest(field, digest), path, rule, writing: removable(map, digestKey) };
    } else if (field.writing.kind === "none") {
      fields[at] = { ...field, path, rule, writing: slotIn(map, digestKey), site: map };
    } else {
      fields[at] = { ...field, path, rule, writing: removable(map, digestKey) };
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
  const edit = digestKey === undefined ? undefined : clearKey(map.layer, map.node, digestKey);
  return { kind: "in-place", ...(edit !== undefined && { removal: { site: map, edit } }) };
}

function noteWish(walk: Walk, map: Site, rule: FieldRule): void {
  const digestKey = rule.override?.digestKey?.replaceAll(".", "/");
  if (digestKey === undefined) return;
  walk.wishes.push({ path: formatPath(walk.path), map, digestKey, rule: rule.label });
}

interface Part extends Pick<ImageField, "ends" | "locate"> {
  readonly key: string;
  readonly site: Site;
  readonly text: string;
  /** True for a number or a boolean, of which the text may not be what the consumer reads: `1.10`. */
  readonly inexact: boolean;
}

/** The first of the keys that holds a text. */
function partAt(map: Site, keys: readonly string[]): Part | undefined {
  const { layer } = map;
  for (const key of keys) {
    const site = siteAt(map, key);
    if (site === undefined) continue;
    const target = targetOf(site);
    const type = goType(layer.yaml, target);
    if (type === undefined || type === "null") continue;
    const written = writtenText(layer.yaml, target);
    const scheme = /^[a-z]+:\/\//.exec(written)?.[0].length ?? 0;
    const { locate, ends } = access(layer, site.node);
    return {
      key,
      site,
      text: written.slice(scheme),
      locate: ({ start, end }) => locate({ start: start + scheme, end: end + scheme }),
      ...(ends !== undefined && { ends }),
      inexact: type !== "string",
    };
  }
  return undefined;
}

/** A repository with a tag or a digest of its own: what stands beside it doesn't count. */
function isWhole(repository: string): boolean {
  return repository.includes("@") || repository.indexOf(":", repository.lastIndexOf("/") + 1) !== -1;
}

interface Whole {
  readonly map: Site;
  readonly part: Part;
  readonly rule: FieldRule;
}

function extractWhole(walk: Walk, { map, part, rule }: Whole): void {
  const siblings = membersOf(map.layer.yaml, map.node);
  walk.path.push(part.key);
  extractReference(walk, { ...part.site, map, siblings }, { ...rule, tagless: "keep" });
  walk.path.pop();
}

interface Parts {
  readonly registry: Part | undefined;
  readonly repository: Part;
  readonly tag: Part | undefined;
  readonly digest: Part | undefined;
}

interface Composed extends Pick<ImageField, "ends" | "locate"> {
  readonly value: string;
}

/** One text from the parts, of which each character knows where it stands. */
function compose({ registry, repository, tag, digest }: Parts): Composed {
  const pieces: { readonly start: number; readonly part: Part }[] = [];
  let value = "";
  const add = (prefix: string, part: Part | undefined): void => {
    if (part === undefined || part.text === "") return;
    value += prefix;
    pieces.push({ start: value.length, part });
    value += part.text;
  };
  add("", registry);
  add(value === "" || value.endsWith("/") ? "" : "/", repository);
  add(":", tag);
  add(/^[0-9a-f]{64}$/.test(digest?.text ?? "") ? "@sha256:" : "@", digest);
  const locate = ({ start, end }: Range): Range | undefined => {
    const piece = pieces.findLast((each) => each.start <= start);
    if (piece === undefined || end > piece.start + piece.part.text.length) return undefined;
    return piece.part.locate({ start: start - piece.start, end: end - piece.start });
  };
  const parts = [pieces[0]?.part, pieces.at(-1)?.part];
  if (parts.every((part) => part?.ends === undefined)) return { value, locate };
  const ends = parts.flatMap((part) => part?.ends ?? part?.locate({ start: 0, end: part.text.length }) ?? []);
  return { value, locate, ends };
}

interface Slot {
  readonly map: Site;
  readonly keys: SplitKeys;
  readonly rule: FieldRule;
  readonly inexact: Part | undefined;
  readonly tag: Part | undefined;
  readonly digest: Part | undefined;
}

/** How a digest is written, where, and under which key, so that people are told the field that changes. */
function writingOf({ map, keys, rule, inexact, tag, digest }: Slot): {
  writing: Writing;
  site: Site;
  key?: string;
} {
  const digestKey = overriddenKey(rule, keys);
  if (digest !== undefined && digest.text !== "") {
    const { key, site } = digest;
    return { writing: removable(map, digestKey === undefined ? undefined : key), site, key };
  }
  if (inexact !== undefined) {
    const reason = `its \`${inexact.key}\` is a number or a boolean, which readers write in ways of their own`;
    return { writing: noPlace(reason), site: map };
  }
  if (digestKey !== undefined) return { writing: slotIn(map, digestKey), site: map, key: digestKey };
  if (rule.digestInTag && tag !== undefined) {
    return { writing: { kind: "in-place" }, site: tag.site, key: tag.key };
  }
  const lack =
    digest === undefined
      ? "has no key for a digest, and none is added"
      : `has an empty \`${digest.key}\`, and only one that is filled is changed`;
  return { writing: noPlace(`${lack} unless a fieldSpec names it as its \`digestKey\``), site: map };
}

/** A place for a digest under a key of a map that brings in neither the key nor what it stands in from elsewhere. */
function slotIn(map: Site, digestKey: string): Writing {
  const { yaml } = map.layer;
  const isElsewhere = ancestorPaths(digestKey).some((path) => {
    const { node } = siteAt(map, path) ?? map;
    return node < map.node || node > lastEventOf(yaml, map.node) || kindOf(yaml, node) === "alias";
  });
  if (!isElsewhere) return writeKey(map.layer, map.node, digestKey);
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
