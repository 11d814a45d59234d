/** The option that says which objects are looked into. */
import { type ResourceSelector, selectorProblem } from "../krm/resource-selector.ts";
import { group, list, type OptionValue, type Problem, type Reader } from "./option-reader.ts";

/** The objects to look into, and those of them to leave alone. */
export interface ResourceSelection {
  readonly include: readonly ResourceSelector[];
  readonly exclude: readonly ResourceSelector[];
}

const expression = checked((written) => {
  try {
    new RegExp(`^(?:${written})$`);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `must be a regular expression: ${error.message}`;
  }
});

const requirements = checked((written) => {
  const problem = selectorProblem(written);
  return problem && `must be a selector, such as "tier=dev,app in (web, api)": ${problem}`;
});

const selector = group<ResourceSelector>({
  group: expression,
  version: expression,
  kind: expression,
  name: expression,
  namespace: expression,
  labelSelector: requirements,
  annotationSelector: requirements,
});

/** Selectors as kustomize's patches have them. */
export function resources(raw: OptionValue, tell: (problem: Problem) => void): ResourceSelection | undefined {
  const selection = group<ResourceSelection>({ include: list(oneSelector), exclude: list(oneSelector) })(
    raw,
    tell,
  );
  return selection && { include: [], exclude: [], ...selection };
}

function oneSelector(raw: OptionValue, tell: (problem: Problem) => void): ResourceSelector | undefined {
  const read = selector(raw, tell);
  // Nothing at all would match everything.
  const isEmpty = raw.kind === "null" || (raw.kind === "map" && raw.members.size === 0);
  if (!isEmpty) return read;
  tell({ path: raw.path, message: `\`${raw.path}\` must say which objects are meant, such as "kind: Job"` });
  return undefined;
}

function checked(problemOf: (written: string) => string | undefined): Reader<string> {
  return (raw, tell) => {
    const problem = raw.kind === "text" ? problemOf(raw.text) : "must be a text";
    if (raw.kind === "text" && problem === undefined) return raw.text;
    tell({
      path: raw.path,
      message: `\`${raw.path}\` ${problem}`,
      ...(raw.kind === "text" && { value: raw.text }),
    });
    return undefined;
  };
}
