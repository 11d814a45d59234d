/** References whose parts stand apart: `{repository, tag, digest}`, `{name, version}`, `{newName, newTag, digest}`. */

import { goType } from "../yaml/go-type.ts";
import { type Member, memberAt, membersOf } from "../yaml/members.ts";
import { kindOf, lastEventOf, type Range, writtenText } from "../yaml/node.ts";
import type { Locate } from "../yaml/scalar-source.ts";
import type { YamlNode } from "../yaml/scan.ts";
import { clearKey, noPlace, writeKey } from "./digest-slot.ts";
import type { EmbeddedDocument } from "./embedded-document.ts";
import { extractReference, identityOf, locatorOf, push } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import type { Writing } from "./image-field.ts";
import { doubledKeys, noteDouble } from "./note-flaw.ts";
import type { SplitKeys } from "./table/field-row.ts";
import { formatPath, type Place, type Walk } from "./walk-state.ts";

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
export function extractSplit(walk: Walk, { layer, node: map }: Place, rule: FieldRule): boolean {
  if (kindOf(layer.yaml, map) !== "mapping") return false;
  const keys = rule.keys ?? commonKeys;
  const repository = partAt(layer, map, keys.repository);
  if (repository === undefined || repository.text === "") {
    noteWish(walk, { layer, node: map }, rule);
    return false;
  }
  noteDoubledParts(walk, { layer, node: map }, keys);
  if (isWhole(repository.text) && rule.apart === undefined) {
    extractWhole(walk, { layer, map, part: repository, rule });
    return true;
  }
  const registry = partAt(layer, map, keys.registry ?? []);
  const tag = partAt(layer, map, keys.tag);
  const digest = partAt(layer, map, keys.digest ?? []);
  const composed = compose({ registry, repository, tag, digest });
  const inexact = [repository, registry, tag].find((part) => part?.inexact);
  const { writing, key } = writingOf({ layer, map, keys, rule, inexact, tag, digest });
  const path = formatPath([...walk.path, ...(key ?? "").split("/").filter(Boolean)]);
  push(
    walk,
    { layer, node: map },
    { ...rule, tagless: "keep" },
    {
      node: map,
      identity: `map ${identityOf(layer, map)}`,
      value: composed.value,
      locate: composed.locate,
      writing,
    },
  );
  const field = walk.fields.pop();
  if (field !== undefined) walk.fields.push({ ...field, path, tag: "keep" });
  return true;
}

/** A part that stands twice makes two references. */
function noteDoubledParts(walk: Walk, { layer, node }: Place, keys: SplitKeys): void {
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
  for (const { layer, map, digestKey, rule, ...wish } of wishes) {
    const path = `${wish.path}.${digestKey}`;
    const above = pathsAbove(wish.path).flatMap((each) => fieldAt(each, "none"));
    const [at] = [...above, ...fieldAt(path, "in-place")].sort((one, other) => one - other);
    const field = at === undefined ? undefined : fields[at];
    if (at === undefined || field === undefined) continue;
    const writing =
      field.writing.kind === "none"
        ? writeKey(layer, map, digestKey)
        : removable(clearKey(layer, map, digestKey));
    fields[at] = { ...field, path, rule, writing };
  }

  function fieldAt(path: string, writing: Writing["kind"]): readonly number[] {
    const at = byPath.get(path);
    return at !== undefined && fields[at]?.path === path && fields[at].writing.kind === writing ? [at] : [];
  }
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
function removable(removal: Range | undefined): Writing {
  return { kind: "in-place", ...(removal !== undefined && { removal }) };
}

function noteWish(walk: Walk, { layer, node }: Place, rule: FieldRule): void {
  const digestKey = rule.override?.digestKey;
  if (digestKey === undefined) return;
  walk.wishes.push({ path: formatPath(walk.path), layer, map: node, digestKey, rule: rule.label });
}

interface Part {
  readonly key: string;
  readonly node: YamlNode;
  readonly text: string;
  readonly locate: Locate;
  /** True for a number or a boolean, of which the text may not be what the consumer reads: `1.10`. */
  readonly inexact: boolean;
}

/** The first of the keys that holds a text. */
function partAt(layer: EmbeddedDocument, map: YamlNode, keys: readonly string[]): Part | undefined {
  for (const key of keys) {
    const node = key
      .split("/")
      .reduce<YamlNode | undefined>(
        (at, name) => (at === undefined ? at : memberAt(layer.yaml, at, name)),
        map,
      );
    if (node === undefined) continue;
    const type = goType(layer.yaml, node);
    if (type === undefined || type === "null") continue;
    const written = writtenText(layer.yaml, node);
    const scheme = /^[a-z]+:\/\//.exec(written)?.[0].length ?? 0;
    const locate = locatorOf(layer, node);
    return {
      key,
      node,
      text: written.slice(scheme),
      locate: ({ start, end }) => locate({ start: start + scheme, end: end + scheme }),
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
  readonly layer: EmbeddedDocument;
  readonly map: YamlNode;
  readonly part: Part;
  readonly rule: FieldRule;
}

function extractWhole(walk: Walk, { layer, map, part, rule }: Whole): void {
  const siblings: readonly Member[] = membersOf(layer.yaml, map);
  const node = siblings.findLast(({ name }) => name === part.key)?.value ?? part.node;
  walk.path.push(part.key);
  extractReference(walk, { layer, node, map, siblings }, { ...rule, tagless: "keep" });
  walk.path.pop();
}

interface Parts {
  readonly registry: Part | undefined;
  readonly repository: Part;
  readonly tag: Part | undefined;
  readonly digest: Part | undefined;
}

interface Composed {
  readonly value: string;
  readonly locate: Locate;
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
  return { value, locate };
}

interface Slot {
  readonly layer: EmbeddedDocument;
  readonly map: YamlNode;
  readonly keys: SplitKeys;
  readonly rule: FieldRule;
  readonly inexact: Part | undefined;
  readonly tag: Part | undefined;
  readonly digest: Part | undefined;
}

/** How a digest is written, and under which key, so that people are told the field that changes. */
function writingOf({ layer, map, keys, rule, inexact, tag, digest }: Slot): {
  writing: Writing;
  key?: string;
} {
  const digestKey = overriddenKey(rule, keys);
  if (digest !== undefined && digest.text !== "") {
    const inPlace = removable(digestKey === undefined ? undefined : clearKey(layer, map, digest.key));
    return { writing: isOwn(layer, map, digest.node) ? inPlace : shared(digest.key), key: digest.key };
  }
  if (inexact !== undefined) {
    return {
      writing: noPlace(
        `its \`${inexact.key}\` is a number or a boolean, which readers write in ways of their own`,
      ),
    };
  }
  if (digestKey !== undefined) {
    return {
      writing: isOwn(layer, map, map) ? writeKey(layer, map, digestKey) : shared(digestKey),
      key: digestKey,
    };
  }
  if (rule.digestInTag && tag !== undefined) {
    return { writing: isOwn(layer, map, tag.node) ? { kind: "in-place" } : shared(tag.key), key: tag.key };
  }
  const lack =
    digest === undefined
      ? "has no key for a digest, and none is added"
      : `has an empty \`${digest.key}\`, and only one that is filled is changed`;
  return { writing: noPlace(`${lack} unless a fieldSpec names it as its \`digestKey\``) };
}

/** What an alias or a merge key brings in, or brings elsewhere, may be part of other references as well. */
function isOwn({ yaml }: EmbeddedDocument, map: YamlNode, node: YamlNode): boolean {
  if (node < map || node > lastEventOf(yaml, map)) return false;
  return !yaml.anchored.has(map) && !yaml.anchored.has(node);
}

function shared(key: string): Writing {
  return noPlace(`its \`${key}\` is shared through an anchor, and may be part of other references`);
}

/** `digest` where the kind keeps it at `ref/digest` means that. */
function overriddenKey({ override }: FieldRule, keys: SplitKeys): string | undefined {
  const digestKey = override?.digestKey?.replaceAll(".", "/");
  if (digestKey === undefined || keys.digest?.includes(digestKey)) return digestKey;
  return keys.digest?.find((key) => key.endsWith(`/${digestKey}`)) ?? digestKey;
}
