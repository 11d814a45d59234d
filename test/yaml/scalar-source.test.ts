import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { rootOf, scalarText, valuesOf } from "../../src/yaml/node.ts";
import { sourceRange } from "../../src/yaml/scalar-source.ts";
import { scan } from "../../src/yaml/scan.ts";
import { applyEdits } from "../../src/yaml/text-edit.ts";

async function sourceOf(text: string, part: string): Promise<string | undefined> {
  const yaml = scan(text);
  const [node = -1] = valuesOf(yaml, rootOf(yaml.documents[0] ?? 0), "v");
  const start = scalarText(yaml, node)?.indexOf(part) ?? -1;
  const range = sourceRange(yaml, node, { start, end: start + part.length });
  return range && text.slice(range.start, range.end);
}

const referenceText = fc.string({
  unit: fc.constantFrom(..."abcxyz0189/:@._-"),
  minLength: 1,
  maxLength: 40,
});

/** How one character may be written between double quotes. */
const escapes: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => `\\x${hex(character, 2)}`,
  (character) => `\\u${hex(character, 4)}`,
  (character) => `\\U${hex(character, 8)}`,
  (character) => (character === "/" ? "\\/" : character),
  // A line break that is escaped is none.
  (character) => `\\\n      ${character}`,
  (character) => `\\\r\n \t ${character}`,
];

function hex(character: string, width: number): string {
  return character.charCodeAt(0).toString(16).padStart(width, "0");
}

const doubleQuoted = referenceText.chain((text) =>
  fc
    .array(fc.constantFrom(...escapes), { minLength: text.length, maxLength: text.length })
    .map((how) => ({ text, written: `"${[...text].map((each, n) => how[n]?.(each)).join("")}"` })),
);

const written = fc.oneof(
  doubleQuoted,
  referenceText.map((text) => ({ text, written: `'${text}'` })),
  referenceText
    .map((text) => ({ text, written: `!!str a${text}b` }))
    .filter(({ written }) => !/: |:$/.test(written)),
  referenceText.chain((text) =>
    fc.constantFrom("|", "|-", "|+", ">", ">-", ">+", "|2", ">1-").map((header) => ({
      text,
      written: `${header} # c\n${/\d/.test(header) ? "   " : "     "}${text}\n\n`,
    })),
  ),
  referenceText.map((text) => ({ text, written: `"  ${text}  " # c` })),
  referenceText.map((text) => ({ text, written: `'it''s\n\n   ${text}\n   ''' # c` })),
  referenceText.map((text) => ({ text, written: `it's\n\n   x${text}x\n   more # c` })),
  referenceText.map((text) => ({ text, written: `>\n  first\n\n  ${text}\n    more\n  last` })),
);

describe("sourceRange", () => {
  test("finds the text that stands for a reference, in any style: replacing it replaces that part of the value", async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.boolean(), async ({ text, written }, crlf) => {
        const source = `a: 1\nv: ${written}\nw: 2\n`.replaceAll(/\r?\n/g, crlf ? "\r\n" : "\n");
        const yaml = scan(source);
        const [node = -1] = valuesOf(yaml, rootOf(yaml.documents[0] ?? 0), "v");
        const value = scalarText(yaml, node) ?? "";
        const start = value.indexOf(text);
        const end = start + text.length;

        const range = sourceRange(yaml, node, { start, end });

        expect({ value, start }).toEqual({ value: expect.stringContaining(text), start: expect.any(Number) });
        const output = range && applyEdits(source, [{ ...range, text: "REPLACED" }]);
        expect(output && parse(output).v).toBe(`${value.slice(0, start)}REPLACED${value.slice(end)}`);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["an escape", 'v: "nginx\\u003a1"\n', ":1", "\\u003a1"],
    ["a part between escapes", 'v: "\\x6eginx\\x3a1"\n', "ginx", "ginx"],
    ["a quote", "v: 'a''b'\n", "'b", "''b"],
    ["a pair of two units", 'v: "\\U0001F600a"\n', "\u{1f600}a", "\\U0001F600a"],
    ["a pair of two escapes", 'v: "\\ud83d\\ude00a"\n', "\u{1f600}a", "\\ud83d\\ude00a"],
    ["a plain scalar's second line", "v: a\n   b:1\n", "b:1", "b:1"],
  ])("finds %s", async (_, text, part, expected) => {
    expect(await sourceOf(text, part)).toBe(expected);
  });

  test("finds nothing behind an escape of no character", async () => {
    expect(await sourceOf('v: "\\UFFFFFFFFnginx"\n', "nginx")).toBeUndefined();
  });

  test.each([
    ["an empty node", "v:\n"],
    ["a mapping", "v: {}\n"],
    ["an alias", "x: &x a\nv: *x\n"],
  ])("finds nothing in %s", async (_, text) => {
    const yaml = scan(text);
    const [node = -1] = valuesOf(yaml, rootOf(yaml.documents[0] ?? 0), "v");

    expect(sourceRange(yaml, node, { start: 0, end: 1 })).toBeUndefined();
  });
});
