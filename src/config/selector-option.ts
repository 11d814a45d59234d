/** The option that says which objects are looked into. */
import type { Expressions } from "../krm/expression.ts";
import { parseRequirements, type Requirement, RequirementError } from "../krm/label-selector.ts";
import type { ResourceSelector } from "../krm/resource-selector.ts";
import { expression } from "./expressions.ts";
import { group, list, type OptionValue, type Problem, type Reader } from "./option-reader.ts";

/** The objects to look into, and those of them to leave alone. */
export interface ResourceSelection {
  readonly include: readonly ResourceSelector[];
  readonly exclude: readonly ResourceSelector[];
}

/** Selectors as kustomize's patches have them. */
export function resources(expressions: Expressions): Reader<ResourceSelection> {
  const oneSelector = selectorReader(expressions);
  const read = group<ResourceSelection>({
    include: list(oneSelector, SELECTORS_MAX),
    exclude: list(oneSelector, SELECTORS_MAX),
  });
  return (raw, tell) => {
    const selection = read(raw, tell);
    return selection && { include: [], exclude: [], ...selection };
  };
}

// Each object is held against all of them.
const SELECTORS_MAX = 100;

function selectorReader({ whole }: Expressions): Reader<ResourceSelector> {
  const read = group<ResourceSelector>({
    group: expression(whole),
    version: expression(whole),
    kind: expression(whole),
    name: expression(whole),
    namespace: expression(whole),
    labelSelector: requirements,
    annotationSelector: requirements,
  });
  return (raw, tell) => {
    const selector = read(raw, tell);
    // Nothing at all would match everything.
    const isEmpty = raw.kind === "null" || (raw.kind === "map" && raw.members.size === 0);
    if (!isEmpty) return selector;
    tell({
      path: raw.path,
      message: `\`${raw.path}\` must say which objects are meant, such as "kind: Job"`,
    });
    return undefined;
  };
}

function requirements(
  raw: OptionValue,
  tell: (problem: Problem) => void,
): readonly Requirement[] | undefined {
  const must = `\`${raw.path}\` must be a selector, such as "tier=dev,app in (web, api)"`;
  if (raw.kind !== "text") {
    tell({ path: raw.path, message: must });
    return undefined;
  }
  try {
    return parseRequirements(raw.text);
  } catch (error) {
    if (!(error instanceof RequirementError)) throw error;
    tell({ path: raw.path, message: `${must}: ${error.message}`, value: raw.text });
    return undefined;
  }
}
