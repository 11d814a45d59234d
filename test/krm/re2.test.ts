import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExpressionError } from "../../src/krm/expression.ts";
import { re2 } from "../../src/krm/re2.ts";

function problemOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
  throw new Error("no problem was told");
}

describe("an expression for a whole text", () => {
  test.each([
    ["", "anything", true],
    ["Deployment", "Deployment", true],
    ["Deploy", "Deployment", false],
    ["Deploy.*", "Deployment", true],
    ["eployment", "Deployment", false],
    ["a|b", "b", true],
    ["a|b", "ab", false],
    ["a|b", "xb", false],
    [".", "\n", false],
    ["a", "a\n", false],
    ["(?i)deployment", "Deployment", true],
    ["(?P<x>a)b", "ab", true],
    ["(?<x>a)b", "ab", true],
    ["\\pL+", "é", true],
    ["[[:alpha:]]", "x", true],
    ["(a+)+", `${"a".repeat(50_000)}!`, false],
    ["(a|aa)*b", "a".repeat(50_000), false],
  ])("%j on %j: %j", (source, text, matches) => {
    expect(re2.whole(source).matches(text)).toBe(matches);
  });

  test("is anchored as a whole, as JavaScript would read it", () => {
    const source = fc.stringMatching(/^[ab.*|]{0,8}$/).filter((each) => isExpression(`^(?:${each})$`));

    fc.assert(
      fc.property(source, fc.stringMatching(/^[abc]{0,6}$/), (each, text) => {
        expect(re2.whole(each).matches(text)).toBe(each === "" || new RegExp(`^(?:${each})$`).test(text));
      }),
    );
  });

  test.each([
    ["(?=a)b", "invalid or unsupported Perl syntax: `(?=`: RE2 has no look-around: "],
    ["a(?!b)", "invalid or unsupported Perl syntax: `(?!`: RE2 has no look-around: "],
    ["(?<=a)b", "RE2 has no look-around: "],
    ["(?<!a)b", "RE2 has no look-around: "],
    ["(a)\\1", "invalid escape sequence: `\\1`: RE2 has no back-references: "],
    ["(?<x>a)\\k<x>", "RE2 has no back-references: "],
    ["(?>a)", "RE2 has no possessive or atomic groups"],
    ["a*+", "RE2 has no possessive or atomic groups"],
    ["\\u0041", "write the character itself"],
    ["a)|(b", "unexpected ): `a)|(b`"],
    ["(", "missing closing ): `(`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["(".repeat(2000) + ")".repeat(2000), "expression nests too deeply"],
  ])("%s is refused with what to write", (source, message) => {
    const problem = problemOf(() => re2.whole(source));

    expect(problem).toMatch(/^must be a regular expression of RE2, as kustomize's are: /);
    expect(problem).toContain(message);
  });

  test("is refused where it is too large", () => {
    expect(problemOf(() => re2.whole("(?:a?){1000}b"))).toMatch(/^must be a shorter regular expression/);
  });
});

describe("a pattern of images", () => {
  const find = (source: string, text: string) =>
    re2
      .image(source)
      .find(text)
      ?.map(({ start, end }) => text.slice(start, end));

  test.each([
    ["--worker=(?<image>.+)", "--worker=a:1\n--other\n--worker=b:2", ["a:1", "b:2"]],
    ["--worker=(?P<image>.+)", "--worker=a:1", ["a:1"]],
    ["^(?<image>\\S+)$", "a:1\n b:2\nc:3", ["a:1", "c:3"]],
    ["(?:x=(?<image>a)|y)", "y x=a y", ["a"]],
    ["(?<image>a*)", "b", []],
    ["(?<image>b+)", "é𝒳bb\u{1f600}b", ["bb", "b"]],
    ["image: (?<image>[^ ]+)(?: |$)", "image: a:1 image: b:1", ["a:1", "b:1"]],
  ])("%s finds in %j what JavaScript finds", (source, text, images) => {
    const javaScript = new RegExp(source.replace("?P<", "?<"), "gm");

    expect(find(source, text)).toEqual(images);
    expect([...text.matchAll(javaScript)].flatMap(({ groups }) => groups?.image || [])).toEqual(images);
  });

  test("must have a group for the image", () => {
    const message =
      'must have a group for the reference, such as "--worker=(?<image>.+)", but is "--worker=.+"';

    expect(problemOf(() => re2.image("--worker=.+"))).toBe(message);
    expect(problemOf(() => re2.image("(?<img>a)"))).toContain("must have a group for the reference");
  });

  test("finds nothing where it would find more images than any text names", () => {
    expect(find("(?<image>a)", "a".repeat(1000))).toHaveLength(1000);
    expect(find("(?<image>a)", "a".repeat(1001))).toBeUndefined();
  });
});

function isExpression(source: string): boolean {
  try {
    new RegExp(source);
    return !/\*\*|\.\*\.\*\*/.test(source);
  } catch {
    return false;
  }
}
