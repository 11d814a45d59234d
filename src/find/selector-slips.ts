/** Selectors that match no object of a run, and what was probably meant by them. */
import { isSlip, nearestName } from "../config/nearest-name.ts";
import type { Requirement } from "../krm/label-selector.ts";
import type { Resource } from "../krm/resource.ts";
import type { ResourceSelector } from "../krm/resource-selector.ts";
import type { Result } from "../krm/result.ts";

/** As much of an object as selectors go by, apart from labels. */
export type SelectedObject = Pick<Resource, "kind" | "group" | "name" | "namespace">;

/** By what an object can be selected beside its name. */
export interface Labels {
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** Those of the pods that it describes, by which nothing selects it. */
  readonly podLabels: ReadonlyMap<string, string>;
}

/** What the selectors of a run are held against. */
export interface SelectableObjects {
  readonly objects: readonly SelectedObject[];
  readonly labels: readonly Labels[];
  readonly isMatched: (selector: number) => boolean;
}

/** The selectors of `resources.include`, and behind them those of `resources.exclude`. */
export interface Selectors {
  readonly included: number;
  readonly selectors: readonly ResourceSelector[];
}

/** True for a selector that asks for labels or annotations. */
export function asksForLabels({ labelSelector, annotationSelector }: ResourceSelector): boolean {
  return labelSelector !== undefined || annotationSelector !== undefined;
}

/**
 * A warning for each selector that matches nothing. What is shared by many packages excludes what some of them do not have:
 * of `resources.exclude`, only what is near is a slip.
 */
export function selectorSlips(
  { objects, labels, isMatched }: SelectableObjects,
  { included, selectors }: Selectors,
): readonly Result[] {
  if (objects.length === 0) return [];
  return selectors.flatMap((selector, at) => {
    if (isMatched(at)) return [];
    const isIncluded = at < included;
    const place = isIncluded ? `resources.include[${at}]` : `resources.exclude[${at - included}]`;
    const hint = nearestPart(selector, objects) ?? labelHint(selector, labels);
    if (hint === undefined && !isIncluded) return [];
    const message = `\`${place}\` matches none of the objects here${hint === undefined ? "" : `: ${hint}`}`;
    return [{ message, severity: "warning" }];
  });
}

/** The kind or the name of an object that is nearly what a selector says. */
function nearestPart(selector: ResourceSelector, resources: readonly SelectedObject[]): string | undefined {
  for (const part of ["kind", "name", "namespace", "group"] as const) {
    const source = selector[part]?.source;
    // A group with its version is what `apiVersion` says.
    const group = part === "group" ? /^([\w.-]+)\/v\w+$/.exec(source ?? "")?.[1] : undefined;
    if (group !== undefined && resources.some((resource) => resource.group === group))
      return `did you mean \`group: ${group}\`?`;
    if (source === undefined || !/^[\w.-]+$/.test(source)) continue;
    const known = [...new Set(resources.map((resource) => resource[part] ?? ""))].slice(0, NAMES_MAX);
    const nearest = known.includes(source) ? undefined : nearestName(source, known);
    if (nearest !== undefined && isSlip(source, nearest)) return `did you mean \`${part}: ${nearest}\`?`;
  }
  return undefined;
}

/** What a selector of labels or annotations was probably meant to say. */
function labelHint(selector: ResourceSelector, all: readonly Labels[]): string | undefined {
  for (const kind of ["label", "annotation"] as const) {
    const sets = all.map(({ labels, annotations }) => (kind === "label" ? labels : annotations));
    for (const requirement of selector[`${kind}Selector`] ?? []) {
      if (requirement.negated || sets.some((set) => isMet(requirement, set))) continue;
      const nearest = nearestLabel(requirement, sets);
      if (nearest !== undefined) return `did you mean the ${kind} \`${nearest}\`?`;
      if (kind === "label" && all.some(({ podLabels }) => isMet(requirement, podLabels)))
        return `only pods have the label \`${requirement.key}\` so, and the object's own labels count`;
    }
  }
  return undefined;
}

function isMet({ key, values }: Requirement, set: ReadonlyMap<string, string>): boolean {
  const actual = set.get(key);
  return actual !== undefined && values?.has(actual) !== false;
}

/** A label that is nearly what is required, by its key or by its value. */
function nearestLabel(
  { key, values }: Requirement,
  sets: readonly ReadonlyMap<string, string>[],
): string | undefined {
  const keys = [...new Set(sets.flatMap((set) => [...set.keys()]))].slice(0, NAMES_MAX);
  if (!keys.includes(key)) {
    const nearest = nearestName(key, keys);
    return nearest !== undefined && isSlip(key, nearest) ? nearest : undefined;
  }
  const known = [...new Set(sets.flatMap((set) => set.get(key) ?? []))].slice(0, NAMES_MAX);
  for (const value of [...(values ?? [])].slice(0, VALUES_MAX)) {
    const nearest = nearestName(value, known);
    if (nearest !== undefined && isSlip(value, nearest)) return `${key}=${nearest}`;
  }
  return undefined;
}

// Each is held against what is asked for, letter by letter.
const NAMES_MAX = 1000;
const VALUES_MAX = 10;
