/** What would let the digest of a reference in parts be written. */
import { KEY_MAX } from "../krm/field-path.ts";
import type { Site } from "./embedded-document.ts";
import type { FieldRule } from "./field-rule.ts";
import { digestKeyBeside } from "./likely-parts.ts";
import { type Part, partAt } from "./reference-parts.ts";
import { type SuggestedSpec, specPath, unknownField } from "./suggested-spec.ts";
import { commonKeys, isCalledImage, usualKeys } from "./usual-keys.ts";
import type { Walk } from "./walk-state.ts";

/** The parts of a reference, and the rule that found them. */
export interface FoundParts {
  readonly rule: FieldRule;
  readonly repository: Part;
  readonly tag: Part | undefined;
}

/** The fieldSpec by which the digest of such a reference would be written. */
export function suggestParts(
  walk: Walk,
  map: Site,
  { rule, repository, tag }: FoundParts,
): SuggestedSpec | undefined {
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
