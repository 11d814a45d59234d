/** What the parts of a reference are mostly called, and which reference of a map they make. */
import { membersByName } from "../yaml/members.ts";
import { dereference, scalarText } from "../yaml/node.ts";
import type { Site } from "./embedded-document.ts";
import { identityOf } from "./extract.ts";
import { meaningOf } from "./likely-key.ts";
import { withNamespace } from "./likely-parts.ts";
import type { Part } from "./reference-parts.ts";
import type { SplitKeys } from "./table/field-row.ts";
import type { Walk } from "./walk-state.ts";

/** What the parts are mostly called. */
export const commonKeys: SplitKeys = {
  registry: ["registry", "imageRegistry"],
  repository: ["repository", "repo", "newName", "imageRepository", "name", "image", "baseImage", "url"],
  tag: ["tag", "newTag", "imageTag", "version", "imageVersion", "image_version", "ref/tag"],
  digest: ["digest", "hash", "ref/digest"],
};

/** The usual keys, as they are meant in a map to which a path leads. */
export function usualKeys({ path }: Walk, map: Site): SplitKeys {
  if (!isCalledImage(path)) return commonKeys;
  const { yaml } = map.layer;
  return withNamespace(commonKeys, (key) => {
    const member = membersByName(yaml, map.node).get(key);
    return member && scalarText(yaml, dereference(yaml, member.value));
  });
}

/** Whether what stands at a path is called after an image, or one of those that a map or a list of images holds. */
export function isCalledImage(path: Walk["path"]): boolean {
  const [above, last] = path.slice(-2).map((key) => (typeof key === "string" ? meaningOf(key) : undefined));
  return last === "image" || above === "images" || (path.length === 1 && above === "image");
}

/** One map may hold the parts of several references. */
export function identityOfParts({ layer, node }: Site, { key }: Part): string {
  const map = `map ${identityOf(layer, node)}`;
  return commonKeys.repository.includes(key) ? map : `${map} ${key}`;
}
