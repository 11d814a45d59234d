import { describe, expect, test } from "vitest";
import { applyEdits, OverlapError } from "../../src/yaml/text-edit.ts";

describe("applyEdits", () => {
  test("gives the same text where there is nothing to edit", () => {
    expect(applyEdits("abc", [])).toBe("abc");
  });

  test("makes edits in any order", () => {
    const edits = [
      { start: 4, end: 6, text: "EF!" },
      { start: 0, end: 0, text: ">" },
      { start: 1, end: 3, text: "" },
      { start: 6, end: 6, text: "<" },
    ];

    expect(applyEdits("abcdef", edits)).toBe(">adEF!<");
    expect(edits[0]?.start).toBe(4);
  });

  test("keeps the order of insertions at one place", () => {
    const edits = ["1", "2", "3"].map((text) => ({ start: 1, end: 1, text }));

    expect(applyEdits("ab", edits)).toBe("a123b");
  });

  test("lets an edit begin where another ends", () => {
    const edits = [
      { start: 1, end: 2, text: "C" },
      { start: 0, end: 1, text: "B" },
    ];

    expect(applyEdits("ab", edits)).toBe("BC");
  });

  test.each([
    [
      "overlap",
      [
        { start: 0, end: 2 },
        { start: 1, end: 3 },
      ],
    ],
    [
      "hold one another",
      [
        { start: 0, end: 3 },
        { start: 1, end: 1 },
      ],
    ],
    ["end before they begin", [{ start: 2, end: 1 }]],
    ["begin before the text", [{ start: -1, end: 1 }]],
    ["end behind the text", [{ start: 2, end: 4 }]],
  ])("refuses edits that %s", (_, ranges) => {
    const edits = ranges.map((range) => ({ ...range, text: "x" }));

    expect(() => applyEdits("abc", edits)).toThrow(OverlapError);
  });

  test("refuses two digests at one place, and says where that is", () => {
    const edits = ["1", "2"].map((digit) => ({ start: 9, end: 9, text: `@sha256:${digit}` }));

    expect(() => applyEdits("a: 1\nb: c\n", edits)).toThrow(
      /^line 2, column 5: two changes contradict each other here, so nothing was written: /,
    );
  });
});
