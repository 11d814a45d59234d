/** The fieldSpec that would settle what no rule knows, ready to be copied into a configuration. */

import { KEY_MAX, PATH_MAX, STEPS_MAX } from "../krm/field-path.ts";
import type { FieldSpec } from "../krm/field-spec.ts";
import type { Resource } from "../krm/resource.ts";
import { yamlText } from "../krm/yaml-text.ts";

/** How fields that no rule knows are called where a rule would be named. */
export const unknownField = "unknown field";

/** What a fieldSpec says of a field beside its kind. */
export type SuggestedSpec = Pick<FieldSpec, "path" | "in" | "digestKey">;

/** The path of a fieldSpec that leads where the keys and indices of a path do; undefined where none can, or none that anybody would write. */
export function specPath(parts: readonly (string | number)[]): string | undefined {
  if (parts.length > STEPS_MAX || typeof parts[0] === "number") return undefined;
  if (parts.some((part) => typeof part === "string" && !isNameable(part))) return undefined;
  const path = parts
    .map((part) => (typeof part === "number" ? "[]" : `/${escaped(part)}`))
    .join("")
    .slice(1);
  return path.trim() === "" ? undefined : shortPath(path);
}

/** A path, unless it is longer than anybody would write. */
export function shortPath(path: string): string | undefined {
  return path.length > PATH_MAX ? undefined : path;
}

/** A fieldSpec for what stands below keys and indices, given that for what is below them; undefined where none can be. */
export function specBelow(
  parts: readonly (string | number)[],
  { path, ...more }: SuggestedSpec,
): SuggestedSpec | undefined {
  if (parts.length === 0) return { path, ...more };
  const above = specPath(parts);
  if (above === undefined || above.length + path.length >= PATH_MAX) return undefined;
  return parts.length + path.split(/[/[]/).length > STEPS_MAX
    ? undefined
    : { path: `${above}/${path}`, ...more };
}

/** True for a key that a path can name. */
function isNameable(key: string): boolean {
  return key.length <= KEY_MAX && /^[^[\]\\]+$/.test(key);
}

/** A fieldSpec for the fields of one kind. */
export interface KindSpec extends SuggestedSpec {
  readonly group: string;
  readonly kind: string;
}

/** The fieldSpec for a field; undefined where there is none, or its object has no kind that can be named. */
export function specFor({ resource, suggestion }: Suggested): KindSpec | undefined {
  const { group, kind } = resource;
  const isNamed = /^[A-Za-z][\w.]*$/.test(kind) && /^(?:[A-Za-z0-9][\w.-]*)?$/.test(group);
  return suggestion === undefined || !isNamed ? undefined : { group, kind, ...suggestion };
}

/** The fieldSpec for a field in one line of YAML. */
export function formatSpec(field: Suggested): string | undefined {
  const spec = specFor(field);
  if (spec === undefined) return undefined;
  const { group, kind, path, ...more } = spec;
  const members = Object.entries(more).map(([key, value]) => `, ${key}: ${yamlText(value)}`);
  return `{group: ${yamlText(group)}, kind: ${yamlText(kind)}, path: ${JSON.stringify(path)}${members.join("")}}`;
}

/** A field with what would settle it. */
interface Suggested {
  readonly resource: Resource;
  readonly suggestion?: SuggestedSpec | undefined;
}

/** A key as a part of a path, in which slashes and stars mean something. */
function escaped(key: string): string {
  if (/^\*{1,2}$/.test(key)) return `["${key}"]`;
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
