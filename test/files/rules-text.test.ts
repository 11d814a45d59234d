/** Of many rules only some are asked, and they say the same as all of them. */
import fc from "fast-check";
import ignore from "ignore";
import { describe, expect, test } from "vitest";
import { readRulesText } from "../../src/files/rules-text.ts";

const others = Array.from({ length: 60 }, (_, at) => `other${at}`);
const parts = [
  "a",
  "b",
  "ab",
  "a.y",
  "/",
  "/",
  "*",
  "**",
  "?",
  "[ab]",
  "[!a]",
  "[a/b]",
  "[",
  "]",
  "\\a",
  "\\*",
  " ",
];
const names = ["a", "b", "ab", "ba", "a.y", "b.y", "*", "ac", "[", "]", "a b"];

describe("readRulesText", () => {
  test("says of every path what the library says of all rules", () => {
    const rule = fc
      .record({
        sign: fc.constantFrom("", "", "", "!"),
        parts: fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 5 }),
      })
      .map(({ sign, parts }) => sign + parts.join(""));
    const path = fc
      .record({
        names: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
        end: fc.constantFrom("", "/"),
      })
      .map(({ names, end }) => names.join("/") + end);
    const rules = fc.array(rule, { minLength: 1, maxLength: 8 });

    fc.assert(
      fc.property(rules, fc.array(path, { minLength: 20, maxLength: 20 }), (own, paths) => {
        const text = [...others, ...own].join("\n");
        const [asked, all] = [readRulesText(text, ".gitignore"), ignore({ ignorecase: false }).add(text)];

        for (const each of paths) {
          const { ignored, unignored } = all.test(each);

          expect(asked.test(each), each).toMatchObject({ ignored, unignored });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["a byte order mark at the beginning", `\ufeffx\n${others.join("\n")}`, "x"],
    ["a byte order mark elsewhere", `${others.join("\n")}\n\ufeffx`, "\ufeffx"],
    ["lines that end in CR and LF", `${others.join("\r\n")}\r\nx\r\n`, "x"],
    ["a CR behind a line", `${others.join("\n")}\nx\r\r\ny`, "x\r"],
    ["a CR at the end", `${others.join("\n")}\nx\r`, "x"],
  ])("reads %s as the library does", (_name, text, path) => {
    const { ignored } = ignore({ ignorecase: false }).add(text).test(path);

    expect([ignored, readRulesText(text, ".gitignore").test(path).ignored]).toEqual([true, true]);
  });

  test("says that too many rules may mean a path", () => {
    const text = Array.from({ length: 1_001 }, (_, at) => `*x${at}*`).join("\n");

    expect(() => readRulesText(text, "a/.gitignore").test("p.yaml")).toThrow(
      '"a/.gitignore" has 1001 rules that may mean "p.yaml", of at most 1000: write names in them in place of wildcards',
    );
  });
});
