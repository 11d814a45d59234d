/**
 * Expressions on RE2, which is what kustomize's are: whatever is written in them, their time is linear in the text. Loaded
 * where a configuration has one that is more than a word.
 *
 * https://github.com/google/re2/wiki/Syntax
 */
import { RE2JS, RE2JSException } from "re2js";
import type { Range } from "../yaml/node.ts";
import {
  ExpressionError,
  type Expressions,
  isLiteral,
  literalExpression,
  withoutImageGroup,
} from "./expression.ts";

/** Makes expressions of texts. */
export const re2: Expressions = {
  // As kustomize anchors them: https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.19.0/api/types/selector.go
  whole(source) {
    if (isLiteral(source)) return literalExpression(source);
    compile(source, 0);
    const compiled = compile(`^(?:${source})$`, 0);
    return { source, matches: (text) => compiled.matcher(text).find() };
  },
  image(source) {
    const compiled = compile(source, RE2JS.MULTILINE);
    const group = compiled.namedGroups().image;
    if (group === undefined) throw withoutImageGroup(source);
    return { source, find: (text) => findAll(compiled, group, text) };
  },
};

function compile(source: string, flags: number): RE2JS {
  try {
    const compiled = RE2JS.compile(source, flags);
    if (compiled.programSize() <= PROGRAM_MAX) return compiled;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new ExpressionError(
      `must be a regular expression of RE2, as kustomize's are: ${explain(error.message)}`,
      {
        cause: error,
      },
    );
  }
  throw new ExpressionError(
    `must be a shorter regular expression, of at most ${PROGRAM_MAX} instructions: allow fewer repetitions, or list fewer alternatives`,
  );
}

// Each character of a text is held against all of them in the worst case.
const PROGRAM_MAX = 1000;

/** In the library's words, with what to write instead. */
function explain(message: string): string {
  const reason = message.replace("error parsing regexp: ", "").replace("`(?m)", "`");
  const advice = ADVICE.find(([sign]) => reason.includes(sign))?.[1];
  return advice === undefined ? reason : `${reason}: ${advice}`;
}

const lookAround =
  "RE2 has no look-around: match what stands around as well, outside of the group, or exclude it by an entry of its own";
const possessive = "RE2 has no possessive or atomic groups, and needs none: leave it out";

const ADVICE: readonly (readonly [sign: string, advice: string])[] = [
  ["`(?=", lookAround],
  ["`(?!", lookAround],
  ["`(?<=", lookAround],
  ["`(?<!", lookAround],
  ["`(?>", possessive],
  ["+`", possessive],
  ["`\\k", "RE2 has no back-references: write out the part that repeats"],
  ...Array.from({ length: 9 }, (_, at): readonly [string, string] => [
    `\`\\${at + 1}`,
    "RE2 has no back-references: write out the part that repeats",
  ]),
  ["`\\u", "write the character itself, or `\\x{…}`"],
];

function findAll(compiled: RE2JS, group: number, text: string): readonly Range[] | undefined {
  const found: Range[] = [];
  const matcher = compiled.matcher(text);
  while (matcher.find()) {
    // Each look for the next may go to the end of the text.
    if (found.length === MATCHES_MAX) return undefined;
    const start = matcher.start(group);
    found.push({ start, end: start === -1 ? -1 : matcher.end(group) });
  }
  return found.filter(({ start, end }) => start < end);
}

const MATCHES_MAX = 1000;
