/** What counts at a value of a map by its key alone, where no rule leads. */

import { type Member, memberOf, membersOf, memberText } from "../yaml/members.ts";
import { kindOf, scalarType, type YamlKind } from "../yaml/node.ts";
import { containerKeys, containerLists, deniedKeys } from "./container-heuristics.ts";
import { isDigestText } from "./digest-beside.ts";
import type { EmbeddedDocument } from "./embedded-document.ts";
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
  return scope.imageKeys === undefined ? plain : byImageKey(plain, place, name);
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
      if (imageKeys === undefined) return plain;
      const members = membersOf(yaml, target);
      const keys = { ...valueKeys, digest: digestKeysIn(members, place.layer) };
      if (isSplit(members, place.layer, name))
        return withFallback(plain, { ...imageKeys, in: "repositoryAndTag", keys });
      if (!isNamedByImage(members, place.layer, name)) return plain;
      const rule = {
        ...imageKeys,
        in: "repositoryAndTag",
        keys: { ...keys, repository: ["image"] },
      } as const;
      return withFallback(plainVisit(closed(plain.scope)), rule);
    }
  }
}

const valueKeys = {
  ...commonKeys,
  repository: ["repository", "repo", "name"],
  tag: ["tag"],
};

/** Charts such as Grafana's have a key `sha`, which never has the algorithm: it is read, and an empty one is not filled. */
function digestKeysIn(members: readonly Member[], { yaml }: EmbeddedDocument): readonly string[] {
  const isFilled = (key: string): boolean => isDigestText(memberText(yaml, members, key) ?? "");
  return ["digest", ...["sha", "sha256"].filter(isFilled)];
}

/** The chart of ingress-nginx says `image: {registry, image, tag}`. */
function isNamedByImage(members: readonly Member[], { yaml }: EmbeddedDocument, name: string): boolean {
  if (!/image$/i.test(name) || memberText(yaml, members, "tag") === undefined) return false;
  const image = memberText(yaml, members, "image");
  return image !== undefined && !isWhole(image);
}

/** Charts say `image: {repository, tag}`. */
function isSplit(members: readonly Member[], { yaml }: EmbeddedDocument, name: string): boolean {
  const has = (key: string): boolean => memberText(yaml, members, key) !== undefined;
  if (
    !has("repository") &&
    !(has("repo") && has("tag")) &&
    !(has("name") && has("tag") && /image$/i.test(name))
  )
    return false;
  return has("tag") || has("digest") || has("registry") || /image$/i.test(name);
}
