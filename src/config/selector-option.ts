/** The option that says which objects are looked into. */
import type { Expressions } from "../krm/expression.ts";
import {
  parseRequirements,
  type Requirement,
  RequirementError,
  requirementsPattern,
} from "../krm/label-selector.ts";
import type { ResourceSelector } from "../krm/resource-selector.ts";
import type { ResourceSelection } from "./config.ts";
import { expression } from "./expressions.ts";
import type { JsonSchema } from "./json-schema.ts";
import { list, type OptionValue, type Reader, reader, type Tell } from "./option-reader.ts";
import { tableReader } from "./option-row.ts";

/** Selectors as kustomize's patches have them. */
export function resources(expressions: Expressions): Reader<ResourceSelection> {
  const selectors = list(selectorReader(expressions), SELECTORS_MAX);
  const read = tableReader<ResourceSelection>({
    include: { type: selectors, default: [], meaning: "only objects that one of these selects" },
    exclude: { type: selectors, default: [], meaning: "not the objects that one of these selects" },
  });
  return reader((raw: OptionValue, tell: Tell) => {
    const selection = read(raw, tell);
    return selection && { include: [], exclude: [], ...selection };
  }, read.traits);
}

// Each object is held against all of them.
const SELECTORS_MAX = 100;

function selectorReader({ whole }: Expressions): Reader<ResourceSelector> {
  const matching = (what: string) => ({
    type: expression(whole),
    meaning: `the whole ${what}, an expression of RE2`,
  });
  const read = tableReader<ResourceSelector>(
    {
      group: matching("group"),
      version: matching("version"),
      kind: matching("kind"),
      name: matching("name"),
      namespace: matching("namespace"),
      labelSelector: { type: requirements, meaning: "what its labels must be" },
      annotationSelector: { type: requirements, meaning: "what its annotations must be" },
    },
    // Nothing at all would match everything.
    { type: "object", minProperties: 1 },
  );
  return reader((raw: OptionValue, tell: Tell) => {
    const selector = read(raw, tell);
    const isEmpty = raw.kind === "null" || (raw.kind === "map" && raw.members.size === 0);
    if (!isEmpty) return selector;
    tell({
      path: raw.path,
      message: `\`${raw.path}\` must say which objects are meant, such as "kind: Job"`,
    });
    return undefined;
  }, read.traits);
}

const requirements: Reader<readonly Requirement[]> = reader(
  (raw: OptionValue, tell: Tell) => {
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
  },
  {
    get schema(): JsonSchema {
      return { type: "string", pattern: requirementsPattern() };
    },
    shape: "scalar",
    shown: "SELECTOR",
  },
);
