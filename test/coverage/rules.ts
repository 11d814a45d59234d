import { meaningOf, referenceKeys, speaksOfImage } from "../../src/fields/likely-key.ts";
import { unknownField } from "../../src/fields/suggested-spec.ts";

/** A value that would be pinned, and which rule says so: those of the heuristics exclude each other, so each is found by one alone. */
export interface Hit {
  readonly rule: string;
  /** Where it was found: images of kinds that no rule knows, or what is none. */
  readonly set: "pins" | "pins by default" | "nopins" | "false paths" | "corpus c" | "corpus b-nopin";
}

const sets = [
  "pins",
  "pins by default",
  "nopins",
  "false paths",
  "corpus c",
  "corpus b-nopin",
] as const satisfies readonly Hit["set"][];

/** The rule by which a value is taken for an image, by what the rule that found it is called, and by its path. */
export function ruleOf(label: string | undefined, path: string): string {
  if (label !== unknownField) return "a row or a container";
  const keys = path.split(/[.[\]"]+/).filter((key) => key !== "" && !/^\d+$/.test(key));
  const last = keys.at(-1) ?? "";
  const above = keys.slice(0, -1);
  if (last === "image") return "`image`";
  if (meaningOf(last) === "image")
    return /image$/i.test(last) ? "`…Image`, `…_image`" : "`…ImageRef`, `…ImagePullSpec` and the like";
  if (last === "value") return "the value of a variable";
  if (referenceKeys.has(last) && meaningOf(above.at(-1) ?? "") === "image") return "`image.{name,url,ref}`";
  if ([...above, last].some((key) => meaningOf(key) === "images")) return "maps and lists called `images`";
  return speaksOfImage(last) ? "`imageAgent`" : "flags and others";
}

/** What each rule adds, and what it takes by mistake, as lines of a table. */
export function ruleTable(hits: readonly Hit[]): readonly string[] {
  const rules = [...new Set(hits.map(({ rule }) => rule))];
  const count = (rule: string, set: Hit["set"]): number =>
    hits.filter((hit) => hit.rule === rule && hit.set === set).length;
  const rows = rules
    .toSorted((one, other) => count(other, "pins") - count(one, "pins"))
    .map((rule) => [rule, ...sets.map((set) => String(count(rule, set)))]);
  const lines = [["rule", ...sets], ...rows];
  return lines.map((cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(40) : cell.padStart((sets[at - 1]?.length ?? 0) + 2)))
      .join(""),
  );
}
