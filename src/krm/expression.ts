/** Expressions that users write, apart from the library that runs them: few configurations have any. */
import { quote } from "../text/quote.ts";
import type { Range } from "../yaml/node.ts";

/** An expression that a whole text must match. */
export interface Expression {
  readonly source: string;
  matches(text: string): boolean;
}

/** An expression with a group `image`; `^` and `$` mean lines. */
export interface ImagePattern {
  readonly source: string;
  /** Where the group matches in a text; undefined where that is more often than any text names images. */
  find(text: string): readonly Range[] | undefined;
}

/** What makes expressions of texts. @throws {ExpressionError} */
export interface Expressions {
  whole(source: string): Expression;
  image(source: string): ImagePattern;
}

/** A text that is no expression; the message says what it must be. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

/** What is said of a pattern without the group. */
export function withoutImageGroup(source: string): ExpressionError {
  return new ExpressionError(
    `must have a group for the reference, such as "--worker=(?<image>.+)", but is ${quote(source)}`,
  );
}

/** True for an expression that means itself alone, as most names of kinds do: it needs no library. */
export function isLiteral(source: string): boolean {
  return /^[A-Za-z0-9_-]*$/.test(source);
}

/** The expression that a text is which means itself. Nothing at all means anything, as in kustomize. */
export function literalExpression(source: string): Expression {
  return { source, matches: (text) => source === "" || text === source };
}
