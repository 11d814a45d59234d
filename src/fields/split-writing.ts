/** How the digest of a reference whose parts stand apart is written. */
import { kindOf, lastEventOf } from "../yaml/node.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { inheritanceOf } from "./digest-heirs.ts";
import { clearKey, emptyKey, isBareKey, noPlace, writeKey } from "./digest-slot.ts";
import type { Site } from "./embedded-document.ts";
import type { FieldRule } from "./field-rule.ts";
import type { Writing } from "./image-field.ts";
import { digestHolder, type Part } from "./reference-parts.ts";
import type { SplitKeys } from "./table/field-row.ts";
import { siteAt } from "./walk-state.ts";

/** Such a reference, and the rule that found it. */
export interface SplitReference {
  readonly map: Site;
  readonly keys: SplitKeys;
  readonly rule: FieldRule;
  readonly inexact: Part | undefined;
  readonly repository: Part;
  readonly tag: Part | undefined;
  readonly digest: Part | undefined;
}

/** How a digest is written, where, and under which key, so that people are told the field that changes. */
export function writingOf({ map, keys, rule, inexact, repository, tag, digest }: SplitReference): {
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
    // Nothing but what was empty was filled, in the form that the key asks for.
    const isFilled =
      digestKey === undefined && rule.fillsDigest && holder.text.includes(":") !== isBareKey(key);
    const writing = isFilled
      ? withRemoval(map, emptyKey(map.layer, map.node, key))
      : removable(map, digestKey && key);
    return { writing, site, key };
  }
  if (inexact !== undefined) {
    const reason = `its \`${inexact.key}\` is a number, a boolean or binary data, which readers write in ways of their own: write it in quotes`;
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
export function slotIn(map: Site, digestKey: string, keys?: SplitKeys): Writing {
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
export function overriddenKey({ override }: FieldRule, keys: SplitKeys): string | undefined {
  const digestKey = override?.digestKey?.replaceAll(".", "/");
  if (digestKey === undefined || keys.digest?.includes(digestKey)) return digestKey;
  return keys.digest?.find((key) => key.endsWith(`/${digestKey}`)) ?? digestKey;
}

/** A digest that stands where it can be changed, and taken out again where a user lets it. */
export function removable(map: Site, digestKey: string | undefined): Writing {
  return withRemoval(map, digestKey === undefined ? undefined : clearKey(map.layer, map.node, digestKey));
}

function withRemoval(map: Site, edit: TextEdit | undefined): Writing {
  return { kind: "in-place", removal: edit && { site: map, edit } };
}
