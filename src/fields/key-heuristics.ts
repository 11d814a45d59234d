/** What counts at a value of a map by its key alone, where no rule leads. */

import { type Member, memberOf, membersOf, memberText } from "../yaml/members.ts";
import { kindOf, scalarText, scalarType, type YamlKind } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { containerKeys, containerLists, deniedKeys } from "./container-heuristics.ts";
import { isDigestText } from "./digest-beside.ts";
import type { EmbeddedDocument } from "./embedded-document.ts";
import type { FieldRule } from "./field-rule.ts";
import { anyKindTree } from "./field-rules.ts";
import { isWhole } from "./likely-value.ts";
import {
  closed,
  containerRule,
  type NodeContext,
  plainVisit,
  type Role,
  type Scope,
  singleRule,
  volumeRule,
  withBranches,
  withFallback,
  withRole,
} from "./node-context.ts";
import type { SplitKeys } from "./table/field-row.ts";
import { commonKeys } from "./usual-keys.ts";
import { type Place, targetOf } from "./walk-state.ts";

/** A key, and what is known of the map that it stands in. */
export interface Named {
  readonly name: string;
  /** True in a map that can only be a container. */
  readonly single: boolean;
  /** What holds where nothing more is known. */
  readonly plain: NodeContext;
}

/** What counts at a value of a map by its key alone. */
export function childContext(
  context: NodeContext,
  place: Place,
  { name, single, plain }: Named,
): NodeContext {
  const { role, scope } = context;
  if (!scope.containers) {
    return role === "metadata" && name === "annotations" && scope.objects ? annotations(plain) : plain;
  }
  const { yaml } = place.layer;
  const target = targetOf(place);
  const kind = kindOf(yaml, target);
  if (name === "image" && role === "container") return withFallback(plain, containerRule);
  if (name === "image" && (role === "single container" || single)) return withFallback(plain, singleRule);
  if (role === "volume" && name === "image" && kind === "mapping") {
    return withRole(plain, "volume");
  }
  if (role === "volume" && name === "reference") return withFallback(plain, volumeRule);
  if (name === "metadata" && kind === "mapping")
    return withRole(plainVisit(metadataScope(scope)), "metadata");
  const denied = deniedKeys.get(name);
  if (denied !== undefined && kind !== "scalar") return withFallback(plain, denied);
  if (kind === "sequence") {
    const list = listRole(name);
    if (list !== undefined) return withRole(plain, list);
  } else if (mapRole(name, kind) !== undefined && hasTextImage(place.layer, membersOf(yaml, target))) {
    return withRole(plain, "single container");
  }
  if (scope.imageKeys === undefined) return plain;
  // It is the name of what its map holds the parts of.
  if (name === "image" && context.fallback?.keys?.repository === imageKey) return plain;
  return byImageKey(plain, place, name);
}

/** What counts at an element of a list in the values of a chart: parts of an image, where a key waits for its digest. */
export function elementRule({ imageKeys }: Scope, place: Place): FieldRule | undefined {
  if (imageKeys?.fillsDigest === undefined) return undefined;
  const { layer } = place;
  const target = targetOf(place);
  const members = kindOf(layer.yaml, target) === "mapping" ? membersOf(layer.yaml, target) : [];
  const map: ValueMap = { layer, members, name: "" };
  return digestKeysIn(map).length > 0 ? partsRule(imageKeys, map) : undefined;
}

/** What a list is by its key. */
export function listRole(name: string): Role | undefined {
  // Terraform's lists are called like their elements.
  if (containerLists.has(name) || name === "container") return "container list";
  return name === "volumes" ? "volume list" : undefined;
}

/** What a map is by its key, if it has an image that is a text. */
export function mapRole(name: string, kind: YamlKind): Role | undefined {
  return kind === "mapping" && containerKeys.has(name) ? "single container" : undefined;
}

/** True for a map with an `image` that is a text. */
export function hasTextImage({ yaml }: EmbeddedDocument, members: readonly Member[]): boolean {
  const image = memberOf(yaml, members, "image");
  return image !== undefined && scalarType(yaml, image) === "string";
}

/** Annotations count, by rows; nothing else in metadata does. */
function metadataScope({ rulesOf, objects }: Scope): Scope {
  return { rulesOf, objects, containers: false };
}

function annotations(plain: NodeContext): NodeContext {
  return withBranches(plainVisit(closed(plain.scope)), [anyKindTree("annotations")]);
}

/** In the values of a chart, and in documents that are said to hold images, the keys tell. */
function byImageKey(plain: NodeContext, place: Place, name: string): NodeContext {
  const { imageKeys } = plain.scope;
  const { yaml } = place.layer;
  const target = targetOf(place);
  switch (kindOf(yaml, target)) {
    case "scalar":
      return imageKeys !== undefined && /(?:^i|I|[_-]i)mage$/.test(name)
        ? withFallback(plain, {
            ...imageKeys,
            in: "reference",
            beside: true,
            loose: imageKeys.tagless === "keep" || name !== "image",
          })
        : plain;
    case "sequence":
      return /(?:^i|I|[_-]i)mages$/.test(name) ? withRole(plain, "image list") : plain;
    default: {
      const rule =
        imageKeys && partsRule(imageKeys, { layer: place.layer, members: membersOf(yaml, target), name });
      return rule === undefined ? plain : withFallback(plain, rule);
    }
  }
}

interface ValueMap {
  readonly layer: EmbeddedDocument;
  readonly members: readonly Member[];
  /** The key that leads to it; empty for an element of a list. */
  readonly name: string;
}

/** The rule for a map that holds the parts of an image. */
function partsRule(imageKeys: FieldRule, map: ValueMap): FieldRule | undefined {
  const digest = ["digest", ...digestKeysIn(map)];
  if (isSplit(map)) return { ...imageKeys, in: "repositoryAndTag", keys: { ...valueKeys, digest } };
  if (!isNamedByImage(map, imageKeys)) return undefined;
  return { ...imageKeys, in: "repositoryAndTag", keys: { ...valueKeys, repository: imageKey, digest } };
}

const valueKeys: SplitKeys = {
  ...commonKeys,
  repository: ["repository", "repo", "name"],
  tag: ["tag"],
};

const imageKey = ["image"];

/** The keys that hold a digest or wait for one. Charts such as Grafana's put `sha256:` before what stands under `sha`. */
function digestKeysIn({ layer: { yaml }, members }: ValueMap): readonly string[] {
  return members.flatMap(({ name }) => {
    if (name === "digest") return [name];
    const text = /^sha(?:256)?$/.test(name) ? memberOf(yaml, members, name) : undefined;
    return text !== undefined && isDigestOrNothing(yaml, text) ? [name] : [];
  });
}

/** A `sha` may be that of a commit. */
function isDigestOrNothing(yaml: YamlText, value: YamlNode): boolean {
  const text = scalarType(yaml, value) === "null" ? "" : scalarText(yaml, value);
  return text === "" || (text !== undefined && isDigestText(text));
}

/** The chart of ingress-nginx says `image: {registry, image, tag}`; elsewhere it takes a key that waits for a digest. */
function isNamedByImage(map: ValueMap, { fillsDigest }: FieldRule): boolean {
  const { layer, members, name } = map;
  if (!/image$/i.test(name) && !(fillsDigest && digestKeysIn(map).length > 0)) return false;
  const image = memberText(layer.yaml, members, "image");
  return image !== undefined && !isWhole(image) && memberText(layer.yaml, members, "tag") !== undefined;
}

/** Charts say `image: {repository, tag}`. */
function isSplit({ layer: { yaml }, members, name }: ValueMap): boolean {
  const has = (key: string): boolean => memberText(yaml, members, key) !== undefined;
  if (
    !has("repository") &&
    !(has("repo") && has("tag")) &&
    !(has("name") && !has("image") && has("tag") && /image$/i.test(name))
  )
    return false;
  return has("tag") || has("digest") || has("registry") || /image$/i.test(name);
}
