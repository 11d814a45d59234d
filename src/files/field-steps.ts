/**
 * Paths of fields as replacements and vars write them: `spec.template.spec.containers.[name=web].image`.
 *
 *     path := step *( "." step )          vars leave out the dot before a bracket
 *     step := key | index | "*" | "[" key "=" value "]"
 *
 * A dot in a key is written `\.`, or the key stands in brackets.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
 */

/** One step of a path. An index is the key of an element. */
export type FieldStep =
  | { readonly kind: "key"; readonly name: string }
  | { readonly kind: "any" }
  | { readonly kind: "select"; readonly key: string; readonly value: string };

/** Whether something is meant; `maybe` where nobody can tell from what is known. */
export type Match = "yes" | "maybe" | "no";

/** Reads a path. */
export function parseFieldPath(path: string): readonly FieldStep[] {
  return (path.match(STEP) ?? []).map((written): FieldStep => {
    if (written === "*") return { kind: "any" };
    const inside = /^\[(?<inside>.*)\]$/s.exec(written)?.groups?.inside;
    if (inside === undefined) return { kind: "key", name: written.replaceAll("\\.", ".") };
    const { key, value } = /^(?<key>[^=]+)=(?<value>.*)$/s.exec(inside)?.groups ?? {};
    return key === undefined || value === undefined
      ? { kind: "key", name: inside }
      : { kind: "select", key, value };
  });
}

const STEP = /\[[^\]]*\]|(?:\\.|[^.\\[])+/gs;

/** The keys and indices of a path as results name it: `data["a.b"]`, `spec.containers[0].image`. */
export function parseShownPath(path: string): readonly string[] {
  // A path that is cut leads nowhere.
  if (path.includes("…")) return [];
  return [...path.matchAll(SHOWN)].map(({ groups = {} }) => {
    const { index, quoted, key = "" } = groups;
    return quoted === undefined ? (index ?? key) : String(JSON.parse(quoted));
  });
}

const SHOWN = /\[(?<index>\d+)\]|\[(?<quoted>"(?:[^"\\]|\\.)*")\]|(?<key>[^.[\]]+)/gs;

/** A field, by the keys and indices that lead to it. */
export interface FieldAt {
  readonly keys: readonly string[];
  /** The name of the container that has it; undefined where nobody here knows it. */
  readonly owner: string | undefined;
}

/** Whether a path leads to a field, or to something that holds it. */
export function leadsTo(steps: readonly FieldStep[], field: FieldAt): Match {
  const { keys } = field;
  if (steps.length > keys.length) return "no";
  let match: Match = "yes";
  for (const [at, step] of steps.entries()) {
    const one = stepMatch(step, at, field);
    if (one === "no") return "no";
    if (one === "maybe") match = "maybe";
  }
  return match;
}

function stepMatch(step: FieldStep, at: number, { keys, owner }: FieldAt): Match {
  const key = keys[at] ?? "";
  switch (step.kind) {
    case "any":
      return "yes";
    case "key":
      return step.name === key ? "yes" : "no";
    case "select":
      if (!/^\d+$/.test(key)) return "no";
      // Of other lists the elements' keys are not known here.
      if (step.key !== "name" || owner === undefined || at !== keys.length - 2) return "maybe";
      return step.value === owner ? "yes" : "no";
  }
}

/** True for a path to the image of a container. */
export function isContainerImage(steps: readonly FieldStep[]): boolean {
  const [list, which, last] = steps.slice(-3);
  return (
    which !== undefined &&
    last?.kind === "key" &&
    last.name === "image" &&
    list?.kind === "key" &&
    /^(?:containers|initContainers|ephemeralContainers)$/.test(list.name)
  );
}

/** True for a path whose last key is called after an image, or whose last element is. */
export function isCalledImage(steps: readonly FieldStep[]): boolean {
  const [before, last] = steps.slice(-2);
  if (last?.kind !== "key") return false;
  return (
    /image$/i.test(last.name) ||
    (last.name === "value" && before?.kind === "select" && /image$/i.test(before.value))
  );
}

/** The path of a fieldSpec that leads to the same; undefined where none can. */
export function specOf(steps: readonly FieldStep[]): string | undefined {
  if (steps.some((step) => step.kind !== "any" && !isPlain(step.kind === "key" ? step.name : step.value)))
    return undefined;
  return steps.map(segmentOf).join("").replace(/^\//, "");
}

function segmentOf(step: FieldStep): string {
  switch (step.kind) {
    case "key":
      return `/["${step.name}"]`;
    case "any":
      return "[]";
    case "select":
      return `[${step.key}=${step.value}]`;
  }
}

/** A number may be the index of an element, which no fieldSpec names. */
function isPlain(text: string): boolean {
  return /^[\w./-]*[A-Za-z_./-][\w./-]*$/.test(text);
}
