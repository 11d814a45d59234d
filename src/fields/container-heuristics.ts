/** What is a container without doubt, in kinds that nobody has heard of. */

import { type Member, memberOf, memberText } from "../yaml/members.ts";
import { kindOf, scalarType } from "../yaml/node.ts";
import type { YamlText } from "../yaml/scan.ts";
import type { FieldRule } from "./field-rule.ts";
import { isWhole } from "./likely-value.ts";

/** Lists of containers, by key. */
export const containerLists: ReadonlySet<string> = new Set([
  "containers",
  "initContainers",
  "ephemeralContainers",
  "sidecars",
  "sidecarContainers",
  "extraContainers",
  "extraInitContainers",
  "additionalContainers",
  "additionalInitContainers",
  "vaultContainers",
  "vaultInitContainers",
]);

/** Single containers, by key, where they have an image that is a text. */
export const containerKeys: ReadonlySet<string> = new Set(["container", "script"]);

/** Keys below which no image is looked for unless a rule leads there. */
export const deniedKeys: ReadonlyMap<string, FieldRule> = new Map(
  Object.entries({
    status: "a status is what a controller wrote",
    rbd: "the image of an rbd volume is a block device of Ceph",
  }).map(([key, why]) => [
    key,
    { source: "deny", label: why, path: key, why, tagless: "keep", loose: false },
  ]),
);

/**
 * True for a map with an `image` and what only containers have beside it. Where the parts of a reference stand apart,
 * the image is one of them.
 */
export function looksLikeContainer(yaml: YamlText, members: readonly Member[]): boolean {
  const image = imageOf(members);
  if (image === undefined) return false;
  return (
    members.some(({ name, value }) => {
      const kind = evidence.get(name);
      return kind !== undefined && (kind === "any" || kindOf(yaml, value) === kind);
    }) &&
    !members.some(({ name }) => partKeys.has(name)) &&
    scalarType(yaml, memberOf(yaml, members, "image") ?? image.value) === "string"
  );
}

/** True for a container whose image has no tag, beside what may be one: the two make one reference. */
export function isInParts(yaml: YamlText, members: readonly Member[]): boolean {
  const image = imageOf(members);
  if (image === undefined) return false;
  const text = memberText(yaml, members, "image");
  if (text === undefined || text === "" || isWhole(text)) return false;
  return members.some(({ name }) => partKeys.has(name));
}

/** Most maps have none: this is asked of every one. */
function imageOf(members: readonly Member[]): Member | undefined {
  for (const member of members) if (member.name === "image") return member;
  return undefined;
}

const evidence: ReadonlyMap<string, "any" | "sequence"> = new Map([
  ["imagePullPolicy", "any"],
  ["imagePullSecrets", "sequence"],
  ["volumeMounts", "sequence"],
  ["command", "sequence"],
  ["args", "sequence"],
  ["env", "sequence"],
  ["envFrom", "sequence"],
]);

const partKeys: ReadonlySet<string> = new Set([
  "repository",
  "registry",
  "tag",
  "version",
  "digest",
  "hash",
  "imageTag",
  "image_version",
  "imageRepository",
]);
