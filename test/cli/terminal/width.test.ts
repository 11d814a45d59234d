import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutToWidth, padToWidth, widthOf, wrapToWidth } from "../../../src/cli/terminal/width.ts";

describe("widthOf", () => {
  test.each([
    ["", 0],
    ["nginx:1.27", 10],
    ["网络", 4],
    ["한글", 4],
    ["e\u0301", 1],
    ["🚀", 2],
    ["→ …", 3],
  ])("of %j is %i", (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

describe("cutToWidth", () => {
  test.each([
    ["ghcr.io/acme/app:1", 18, "ghcr.io/acme/app:1"],
    ["ghcr.io/acme/app:1", 11, "ghcr.…app:1"],
    ["网络网络", 5, "网…络"],
  ])("cuts %j to %i columns", (text, most, cut) => {
    expect(cutToWidth(text, most)).toBe(cut);
  });
});

test("nothing is ever wider than it may be, and no word is lost where lines are wrapped", () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom("a", "/", "网", "🚀", ":"), maxLength: 60 }));

  fc.assert(
    fc.property(words, fc.integer({ min: 20, max: 100 }), (list, columns) => {
      const text = list.join(" ");
      const lines = wrapToWidth(text, columns, "  ");

      expect(lines.every((line) => widthOf(line) <= columns)).toBe(true);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      expect(widthOf(cutToWidth(text, columns))).toBeLessThanOrEqual(columns);
      expect(widthOf(padToWidth(text, columns))).toBeGreaterThanOrEqual(columns);
    }),
  );
});
