/**
 * Selectors of labels and annotations.
 *
 *     selector    := requirement *( "," requirement )
 *     requirement := "!" key | key | key ( "=" | "==" | "!=" ) value | key ( "in" | "notin" ) "(" value *( "," value ) ")"
 *
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
import { quote } from "../text/quote.ts";

/** What the value of a key must be. */
export interface Requirement {
  readonly key: string;
  /** True where it must be none of the values: what is missing differs from every value. */
  readonly negated: boolean;
  /** Absent where any value will do. */
  readonly values?: ReadonlySet<string>;
}

/** A text that is no selector; the message says which part of it is none. */
export class RequirementError extends Error {
  override readonly name = "RequirementError";
}

/** Reads a selector. @throws {RequirementError} */
export function parseRequirements(text: string): readonly Requirement[] {
  const parts = split(text)
    .map((part) => part.trim())
    .filter(Boolean);
  if (parts.length > REQUIREMENTS_MAX)
    throw new RequirementError(`it has ${parts.length} requirements, of at most ${REQUIREMENTS_MAX}`);
  return parts.map(parseRequirement);
}

// The labels of each object are held against all of them.
const REQUIREMENTS_MAX = 100;

/** Commas part requirements, but not within parentheses. */
function split(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let isInside = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "(") isInside = true;
    else if (character === ")") isInside = false;
    else if (character === "," && !isInside) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function parseRequirement(text: string): Requirement {
  const { absent, key, operator, value = "", set, values = "" } = REQUIREMENT.exec(text)?.groups ?? {};
  if (absent !== undefined) return { key: absent, negated: true };
  if (key === undefined) throw new RequirementError(`${quote(text)} is not a requirement`);
  if (operator !== undefined) return { key, negated: operator === "!=", values: new Set([value]) };
  if (set === undefined) return { key, negated: false };
  return { key, negated: set === "notin", values: new Set(values.split(",").map((each) => each.trim())) };
}

/** What {@link parseRequirements} takes, as an expression without names. */
export function requirementsPattern(): string {
  const requirement = REQUIREMENT.source.slice(1, -1).replaceAll(/\(\?<\w+>/g, "(?:");
  return String.raw`^[\s,]*(?:${requirement}\s*(?:,[\s,]*|$)){0,${REQUIREMENTS_MAX}}$`;
}

const REQUIREMENT =
  /^(?:!\s*(?<absent>[A-Za-z0-9][\w./-]*)|(?<key>[A-Za-z0-9][\w./-]*)(?:\s*(?<operator>==?|!=)\s*(?<value>[^\s,()=!]*)|\s+(?<set>in|notin)\s*\((?<values>[^()]*)\))?)$/;

/** Whether labels, or annotations, meet all requirements. */
export function meets(requirements: readonly Requirement[], labels: ReadonlyMap<string, string>): boolean {
  return requirements.every(({ key, negated, values }) => {
    const actual = labels.get(key);
    const isMet = values === undefined ? actual !== undefined : actual !== undefined && values.has(actual);
    return isMet !== negated;
  });
}
