/** The options that are expressions: read where the library that runs them is loaded, if any needs it. */
import {
  ExpressionError,
  type Expressions,
  isLiteral,
  literalExpression,
  withoutImageGroup,
} from "../krm/expression.ts";
import { type OptionValue, type Reader, reader, type Tell } from "./option-reader.ts";

/** What makes the expressions of a configuration: the library is loaded where there is one that is more than a word. */
export async function expressionsFor(options: OptionValue): Promise<Expressions> {
  if (!textsOf(options).some((text) => !isLiteral(text))) return literals;
  const { re2 } = await import("../krm/re2.ts");
  return re2;
}

/** What makes expressions where all are words. */
export const literals: Expressions = {
  whole: literalExpression,
  image(source) {
    throw withoutImageGroup(source);
  },
};

/** The texts in a configuration that are read as expressions. */
function textsOf(options: OptionValue): readonly string[] {
  const selection = memberOf(options, "resources");
  const selectors = ["include", "exclude"].flatMap((name) => elementsOf(memberOf(selection, name)));
  const named = selectors.flatMap((selector) => selectorKeys.map((key) => memberOf(selector, key)));
  const patterns = elementsOf(memberOf(options, "fieldSpecs")).map((spec) => memberOf(spec, "pattern"));
  return [...named, ...patterns].flatMap((each) => (each?.kind === "text" ? each.text : []));
}

const selectorKeys = ["group", "version", "kind", "name", "namespace"] as const;

function memberOf(value: OptionValue | undefined, name: string): OptionValue | undefined {
  return value?.kind === "map" ? value.members.get(name) : undefined;
}

function elementsOf(value: OptionValue | undefined): readonly OptionValue[] {
  return value?.kind === "list" ? value.elements : [];
}

/** Reads an expression; a schema can say of one that it has a certain part. */
export function expression<T>(make: (source: string) => T, part?: string): Reader<T> {
  return reader(
    (raw: OptionValue, tell: Tell) => {
      if (raw.kind !== "text") {
        tell({ path: raw.path, message: `\`${raw.path}\` must be a text` });
        return undefined;
      }
      try {
        return make(raw.text);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        tell({ path: raw.path, message: `\`${raw.path}\` ${error.message}`, value: raw.text });
        return undefined;
      }
    },
    {
      schema: { type: "string", ...(part !== undefined && { pattern: part }) },
      shape: "scalar",
      shown: "RE2",
    },
  );
}
