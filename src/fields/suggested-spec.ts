/** The fieldSpec that would settle what no rule knows, ready to be copied into a configuration. */
import type { Resource } from "../krm/resource.ts";
import type { FieldSpec } from "./field-spec.ts";

/** How fields that no rule knows are called where a rule would be named. */
export const unknownField = "unknown field";

/** What a fieldSpec says of a field beside its kind. */
export type SuggestedSpec = Pick<FieldSpec, "path" | "in" | "digestKey">;

/** The path of a fieldSpec that leads where the keys and indices of a path do; undefined where none can. */
export function specPath(parts: readonly (string | number)[]): string | undefined {
  if (parts.some((part) => typeof part === "string" && !/^[^[\]\\]+$/.test(part))) return undefined;
  return parts
    .map((part) => (typeof part === "number" ? "[]" : `/${escaped(part)}`))
    .join("")
    .slice(1);
}

/** A fieldSpec in one line of YAML; undefined where its object has no kind that can be named. */
export function formatSpec({ group, kind }: Resource, { path, ...spec }: SuggestedSpec): string | undefined {
  if (!/^[A-Za-z][\w.]*$/.test(kind) || !/^(?:[A-Za-z0-9][\w.-]*)?$/.test(group)) return undefined;
  const more = Object.entries(spec).map(([key, value]) => `, ${key}: ${value}`);
  return `{group: ${group === "" ? '""' : group}, kind: ${kind}, path: ${JSON.stringify(path)}${more.join("")}}`;
}

/** A key as a part of a path, in which slashes and stars mean something. */
function escaped(key: string): string {
  if (/^\*{1,2}$/.test(key)) return `["${key}"]`;
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
