/** Kinds for which the built-in table is to count, and that nothing is called: a slip of the pen, by which nothing is pinned. */
import type { Config } from "../config/config.ts";
import { nearestName } from "../config/nearest-name.ts";
import { tableKinds } from "../fields/table-kinds.ts";
import type { Resource } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import { quote } from "../text/quote.ts";

/** A warning for each kind of `builtIn` that is none of the table, and of which there is no object. */
export function builtInSlips(
  objects: readonly Pick<Resource, "kind" | "group">[],
  { builtIn }: Pick<Config, "builtIn">,
): readonly Result[] {
  if (typeof builtIn === "boolean" || builtIn.length === 0) return [];
  const here = new Set(objects.flatMap(namesOf).map((name) => name.toLowerCase()));
  const unknown = builtIn
    .map((name, at) => ({ name, at }))
    .filter(({ name }) => !here.has(name.toLowerCase()));
  if (unknown.length === 0) return [];
  const kinds = tableKinds();
  const known = new Set(kinds.map((kind) => kind.toLowerCase()));
  const names = [...new Set([...objects.map(({ kind }) => kind), ...kinds])];
  return unknown.flatMap(({ name, at }) => {
    const kind = name.split(".", 1)[0] ?? name;
    const isKnown = known.has(kind.toLowerCase());
    const others = objects.filter((object) => object.kind.toLowerCase() === kind.toLowerCase());
    const inGroup = kind === name ? undefined : nearestName(name, others.flatMap(namesOf));
    // Not every input has an object of each kind.
    if (isKnown && inGroup === undefined) return [];
    const nearest = nearestName(kind, names);
    const meant = inGroup ?? (nearest === undefined ? undefined : nearest + name.slice(kind.length));
    const hint = meant === undefined ? "" : `: did you mean ${quote(meant)}?`;
    const where = isKnown ? "no object here" : "nothing in the built-in table and of no object here";
    const message = `\`builtIn[${at}]\`: ${quote(name)} is the kind of ${where}${hint}`;
    return [{ message, severity: "warning" as const }];
  });
}

/** By what `builtIn` can name an object. */
function namesOf({ kind, group }: Pick<Resource, "kind" | "group">): readonly string[] {
  return [kind, `${kind}.${group}`];
}
