import { describe, expect, test } from "vitest";
import { scan } from "../../src/yaml/scan.ts";
import { YamlSyntaxError } from "../../src/yaml/syntax-error.ts";

/** Links of a chain, each an alias of the one before. */
function chain(links: number, link: (at: number) => string): string {
  return `- &a0 x\n${Array.from({ length: links }, (_, at) => `- &a${at + 1} ${link(at)}\n`).join("")}`;
}

describe("the size of a text", () => {
  test.each([
    ["a", 4],
    ["[a, b]", 8],
    ["[&x [a, b], *x]", 7],
    ["[&x [a, b], *x, *x]", 10],
    ["[&x [a], &y [*x, *x], *y]", 13],
    ["{a: &x {b: c}, <<: *x}", 6 + 8 * 3],
    ["{a: &x {b: c}, <<: [*x]}", 7 + 8 * 3],
    ["{a: &x {b: c}, <<: {d: *x}}", 8 + 3],
    ["[&x [a], *x]\n---\n[&x b, *x, *x]", 9],
    [`[&x ${"a".repeat(160)}, *x]`, 23],
  ])("of %s is %i, aliases unfolded", (text, size) => {
    const yaml = scan(text);

    // Without aliases it is not worth counting: each event is one.
    expect(yaml.size).toBe(yaml.targets.size === 0 ? yaml.events.length : size);
  });
});

function errorOf(text: string): YamlSyntaxError {
  try {
    scan(text);
  } catch (error) {
    if (error instanceof YamlSyntaxError) return error;
    throw error;
  }
  throw new Error("the text should be refused");
}

describe("a text that unfolds to too much", () => {
  test.each([
    ["aliases of aliases", chain(2000, (at) => `[*a${at}, *a${at}]`)],
    ["maps that merge", chain(2000, (at) => `{<<: [*a${at}, *a${at}]}`)],
    ["a map that many merge", `[&x {${"k: v, ".repeat(400)}}, ${"{<<: *x}, ".repeat(400)}]`],
    ["a long text", `[&x "${"long ".repeat(8000)}", ${"*x, ".repeat(2000)}]`],
  ])("is refused at the alias that is too many: %s", (_, text) => {
    const error = errorOf(text);

    expect(error).toMatchObject({
      code: "unfolding",
      message: expect.stringMatching(
        /^line \d+, column \d+: with what `\*(?:a\d+|x)` stands for, aliases unfold to more than \d{6,} nodes: use it in fewer places, or write out what is needed of it$/,
      ),
    });
  });

  test("is one of more nodes than its size allows", () => {
    const text = (times: number) =>
      `[&x [${"a, ".repeat(99)}], &y [${"*x, ".repeat(25)}], ${"*y, ".repeat(times)}]`;

    expect(scan(text(38)).size).toBe(1 + 100 + 39 * 2501);
    expect(() => scan(text(39))).toThrow("unfold to more than 100000 nodes");
    expect(scan(text(39) + " ".repeat(2000)).size).toBe(1 + 100 + 40 * 2501);
  });
});

describe("aliases that lead to each other", () => {
  test.each([
    ["lists", chain(5_000, (at) => `[*a${at}]`)],
    ["lists side by side", chain(5_000, (at) => `[*a0, *a${at}, x]`)],
    ["maps that merge", chain(5_000, (at) => `{<<: *a${at}}`)],
    ["many more maps", chain(500_000, (at) => `{<<: *a${at}}`)],
    ["the keys of maps", chain(5_000, (at) => `{? [*a${at}] : x}`)],
  ])("are refused where there are too many: %s", (_, text) => {
    const { code, line, reason } = errorOf(text);

    expect({ code, line }).toEqual({ code: "unfolding", line: 52 });
    expect(reason).toBe(
      "`*a50` is one of more than 50 aliases that lead to each other: write out what one of them stands for",
    );
  });

  test("may be more than any text has", () => {
    expect(scan(chain(50, (at) => `[*a${at}]`)).documents).toHaveLength(1);
  });

  test("may be as deep as what is written out", () => {
    const deep = (links: number) => chain(links, (at) => `${"[".repeat(10)}*a${at}${"]".repeat(10)}`);

    expect(scan(deep(49)).documents).toHaveLength(1);
    expect(() => scan(deep(50))).toThrow(expect.objectContaining({ code: "nesting" }));
  });
});
