/** FieldSpecs that lead nowhere: mostly a slip of the pen, by which nothing is pinned, or what was to be left alone is. */

import type { Config } from "../config/config.ts";
import { isSlip, isTypo, nearestName } from "../config/nearest-name.ts";
import { matchesKind } from "../fields/field-rules.ts";
import type { FieldSpec } from "../krm/field-spec.ts";
import type { Resource } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import { quote } from "../text/quote.ts";
import { appendTo } from "../yaml/lists-by-key.ts";

/** As much of what was found as says which rules led somewhere. */
export interface RuleUses {
  readonly resource: Pick<Resource, "apiVersion" | "kind">;
  readonly fields: readonly { readonly rule: string; readonly path: string }[];
  readonly likely: readonly { readonly path: string }[];
  readonly flaws: readonly { readonly rule?: string }[];
  readonly reached?: ReadonlySet<string> | undefined;
  readonly skipped?: string | undefined;
}

/** A warning for each field spec whose path leads nowhere in all the objects of its kind. */
export function fieldSpecSlips(
  resources: readonly RuleUses[],
  { fieldSpecs }: Pick<Config, "fieldSpecs">,
): readonly Result[] {
  if (fieldSpecs.length === 0) return [];
  const used = new Set(
    resources.flatMap(({ fields, flaws, reached = none }) => [
      ...[...fields, ...flaws].map(({ rule }) => rule),
      ...reached,
    ]),
  );
  const open = resources.filter(({ skipped }) => skipped === undefined);
  const kinds = byKind(open);
  const names = [...new Set(open.map(({ resource }) => resource.kind))].slice(0, NAMES_MAX);
  let hints = 0;
  return fieldSpecs.flatMap((spec, index) => {
    // A spec for every kind finds nothing in most of them.
    if (spec.kind === undefined || used.has(`fieldSpecs[${index}]`)) return [];
    const named = [...(kinds.get(spec.kind.toLowerCase())?.values() ?? [])];
    const matching = named
      .filter(([first]) => first !== undefined && matchesKind(spec, first.resource))
      .flat();
    // Each is held against all names: more are one habit, which the first ones show.
    const hasHint = ++hints <= HINTS_MAX;
    if (matching.length > 0) {
      const message = pathSlip(spec, matching, hasHint ? pathsOf(matching) : []);
      return message === undefined ? [] : slip(index, message);
    }
    const message = hasHint ? kindSlip(spec, { named, names }) : undefined;
    return message === undefined ? [] : slip(index, message);
  });
}

function slip(index: number, message: string): Result {
  return { message: `\`fieldSpecs[${index}]\`: ${message}`, severity: "warning" };
}

const none: ReadonlySet<string> = new Set();
const NAMES_MAX = 1000;
const HINTS_MAX = 100;

type ByVersion = ReadonlyMap<string, readonly RuleUses[]>;

/** The objects of each kind, by its name and its apiVersion. */
function byKind(resources: readonly RuleUses[]): ReadonlyMap<string, ByVersion> {
  const kinds = new Map<string, Map<string, RuleUses[]>>();
  for (const each of resources) {
    const name = each.resource.kind.toLowerCase();
    const versions = kinds.get(name) ?? new Map<string, RuleUses[]>();
    kinds.set(name, versions);
    appendTo(versions, each.resource.apiVersion, each);
  }
  return kinds;
}

/** Where no object is of the kind: many packages share a configuration, so that only what is nearly right is a slip. */
function kindSlip(
  { kind = "", group = "" }: FieldSpec,
  { named, names }: { readonly named: readonly (readonly RuleUses[])[]; readonly names: readonly string[] },
): string | undefined {
  // Another version is no slip of the pen.
  const groups = named.flatMap(([first]) => first?.resource.apiVersion.replace(/\/?[^/]*$/, "") ?? []);
  const [part, said, known] = named.length === 0 ? ["kind", kind, names] : ["group", group, groups];
  const nearest = nearestName(said, known);
  if (!nearest || nearest === said || !isTypo(said.toLowerCase(), nearest.toLowerCase())) return undefined;
  return `no object here has the ${part} ${quote(said)}: did you mean ${quote(nearest)}?`;
}

function pathsOf(objects: readonly RuleUses[]): readonly string[] {
  const fields = objects.slice(0, NAMES_MAX).flatMap((each) => [...each.fields, ...each.likely]);
  return [...new Set(fields.slice(0, NAMES_MAX).map((field) => specPathOf(field.path)))];
}

function pathSlip(
  { path, pin }: FieldSpec,
  objects: readonly RuleUses[],
  known: readonly string[],
): string | undefined {
  const nearest = nearestName(path, known);
  const isNear = nearest !== undefined && nearest !== path && isSlip(plain(path), plain(nearest));
  // What is denied for all packages is not in each of them.
  if (pin === "never" && !isNear) return undefined;
  const hint = isNear ? `did you mean ${quote(nearest)}?` : "is the path right?";
  const count = `${objects.length} ${objects.length === 1 ? "object" : "objects"} of its kind`;
  return `${quote(path)} leads to no image in ${count}: ${hint}`;
}

/** The path of a result as one of a field spec. */
function specPathOf(path: string): string {
  return path
    .replaceAll(/\[\d+\]/g, "[]")
    .replaceAll(
      /\["([^"]*)"\]/g,
      (_, key: string) => `.${key.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll(".", "\0")}`,
    )
    .replaceAll("/", "~1")
    .replaceAll(".", "/")
    .replaceAll("\0", ".");
}

/** What is the same however lists are written. */
function plain(path: string): string {
  return path.replaceAll(/\[[^\]]*\]/g, "");
}
