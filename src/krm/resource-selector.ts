/**
 * Selectors of resources, as the targets of kustomize's patches.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
 */
import type { Resource } from "./resource.ts";

/** What a resource must be: each part that is given must match. All but the last two are anchored regular expressions. */
export interface ResourceSelector {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

/** A resource with its labels. */
export type Labelled = Resource & { readonly labels: ReadonlyMap<string, string> };

/** Whether a selector means a resource. */
export function selects(selector: ResourceSelector, resource: Labelled): boolean {
  const { apiVersion, group, kind, name = "", namespace = "", labels, annotations } = resource;
  return (
    matches(selector.group, group) &&
    matches(selector.version, apiVersion.slice(apiVersion.indexOf("/") + 1)) &&
    matches(selector.kind, kind) &&
    matches(selector.name, name) &&
    matches(selector.namespace, namespace) &&
    holds(selector.labelSelector, labels) &&
    holds(selector.annotationSelector, annotations)
  );
}

/** Says what keeps a text from being a selector of labels; nothing where it is one. */
export function selectorProblem(text: string): string | undefined {
  const wrong = requirements(text).find((requirement) => !REQUIREMENT.test(requirement));
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no requirement`;
}

function matches(pattern: string | undefined, text: string): boolean {
  return pattern === undefined || pattern === "" || new RegExp(`^(?:${pattern})$`).test(text);
}

// requirement := "!" key | key | key ("=" | "==" | "!=") value | key ("in" | "notin") "(" value *("," value) ")"
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
const KEY = "(?<key>[A-Za-z0-9][\\w./-]*)";
const REQUIREMENT = new RegExp(
  `^(?:!\\s*(?<absent>[A-Za-z0-9][\\w./-]*)|${KEY}(?:\\s*(?<operator>==?|!=)\\s*(?<value>[^\\s,()=!]*)|\\s+(?<set>in|notin)\\s*\\((?<values>[^()]*)\\))?)$`,
);

/** Commas part requirements, but not within parentheses. */
function requirements(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((requirement) => requirement.trim())
    .filter(Boolean);
}

function holds(selector: string | undefined, values: ReadonlyMap<string, string>): boolean {
  return selector === undefined || requirements(selector).every((requirement) => meets(requirement, values));
}

function meets(requirement: string, values: ReadonlyMap<string, string>): boolean {
  const {
    absent,
    key = "",
    operator,
    value,
    set,
    values: listed,
  } = REQUIREMENT.exec(requirement)?.groups ?? {};
  if (absent !== undefined) return !values.has(absent);
  const actual = values.get(key);
  // Kubernetes: what is missing differs from every value.
  if (operator !== undefined) return operator === "!=" ? actual !== value : actual === value;
  if (set === undefined) return actual !== undefined;
  const isListed = actual !== undefined && (listed ?? "").split(",").some((each) => each.trim() === actual);
  return set === "in" ? isListed : !isListed;
}
