import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable, printableJson, printableLines } from "../../src/text/printable.ts";

describe("printable", () => {
  test.each<readonly [string, string]>([
    ["nginx:1.27 é ж 漢 😀", "nginx:1.27 é ж 漢 😀"],
    ["a\tb\r\nc", String.raw`a\tb\r\nc`],
    ["\u001b[2J\u0007", String.raw`\u001b[2J\u0007`],
    ["\u007f\u0085\u009b2J", String.raw`\u007f\u0085\u009b2J`],
    ["\u202eabc\u2066", String.raw`\u202eabc\u2066`],
    ["a\u200bb\u00adc\ufeffd\u2060", String.raw`a\u200bb\u00adc\ufeffd\u2060`],
    ["a\u00a0b\u3000c\u2800", String.raw`a\u00a0b\u3000c\u2800`],
    ["\u2028\u2029", String.raw`\u2028\u2029`],
    ["\ufe0f\u034f\u115f\u3164\u{e0101}\u{e0041}", String.raw`\ufe0f\u034f\u115f\u3164\u{e0101}\u{e0041}`],
    ["\u0600\u06dd\u070f\ufff9", String.raw`\u0600\u06dd\u070f\ufff9`],
    ["\ud800 \udc00", String.raw`\ud800 \udc00`],
    ["\ue000\ufffe", String.raw`\ue000\ufffe`],
  ])("shows %j as %s", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.each([
    ["##[add-mask]x", String.raw`\u0023#[add-mask]x`],
    ["a ###[group]", String.raw`a #\u0023#[group]`],
    ["a ##vso[task.setvariable]", String.raw`a \u0023#vso[task.setvariable]`],
    ["##teamcity[buildStop]", String.raw`\u0023#teamcity[buildStop]`],
    ["::add-mask::x", String.raw`\u003a:add-mask::x`],
    ["  ::error::x", String.raw`  \u003a:error::x`],
    ["section_start:1:a section_end:1:a", String.raw`section\u005fstart:1:a section\u005fend:1:a`],
    ["travis_fold:start:a", String.raw`travis\u005ffold:start:a`],
    ["--- a", String.raw`\u002d-- a`],
    ["+++ a", String.raw`\u002b++ a`],
    ["~~~ a", String.raw`\u007e~~ a`],
    ["^^^ +++", String.raw`\u005e^^ +++`],
    ["## a [b] a::b [::1]:5000/a", "## a [b] a::b [::1]:5000/a"],
  ])("makes no command of %j", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test("is one line of harmless characters, and the same when it is shown again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = printable(text);

        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]|##\w*\[|^\s*::/u);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});

describe("printableLines", () => {
  test("keeps the lines apart", () => {
    expect(printableLines("a\u0007\n::b\r\n")).toBe(`a\\u0007\n\\u003a:b\\r\n`);
  });
});

describe("printableJson", () => {
  test("means the same, in harmless characters", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ noUnicodeString: false }),
        fc.constantFrom("", "##[group]", "\u202e\u{e0041}"),
        (value, extra) => {
          const data = { value, [extra]: `::${extra}` };

          const shown = printableJson(JSON.stringify(data, undefined, 2));

          expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(data)));
          expect(shown).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]|##\w*\[/u);
        },
      ),
    );
  });
});
