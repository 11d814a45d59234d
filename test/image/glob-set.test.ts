import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesGlob } from "../../src/image/glob.ts";
import { globSet, prefixFinder } from "../../src/image/glob-set.ts";

const text = fc.stringMatching(/^[ab/]{0,6}$/);
const glob = fc.stringMatching(/^[ab/*]{0,6}$/);

describe("globSet", () => {
  test("finds the first glob that matches one of the texts, as trying each would", () => {
    fc.assert(
      fc.property(
        fc.array(glob, { maxLength: 12 }),
        fc.array(text, { minLength: 1, maxLength: 3 }),
        (globs, texts) => {
          const expected = globs.find((each) => texts.some((one) => matchesGlob(each, one)));

          expect(globSet(globs).first(texts)).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("prefixFinder", () => {
  test("finds the first text that another begins with, as trying each would", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), text, (beginnings, one) => {
        const expected = beginnings.findIndex((each) => one.startsWith(each));

        expect(prefixFinder(beginnings)(one) ?? -1).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
