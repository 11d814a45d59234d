import { describe, expect, test } from "vitest";
import { lineAndColumn } from "../../src/yaml/place.ts";

describe("lineAndColumn", () => {
  test.each([
    [0, 1, 1],
    [1, 1, 2],
    [2, 2, 1],
    [4, 3, 1],
    [5, 3, 2],
  ])("finds offset %i at line %i, column %i", (offset, line, column) => {
    expect(lineAndColumn("a\nb\nc", offset)).toEqual({ line, column });
  });

  test.each([
    ["\ufeffa\nb", 1, 1, 1],
    ["\ufeffa\nb", 0, 1, 1],
    ["\ufeffa\nb", 3, 2, 1],
    ["a\rb\r\nc", 2, 2, 1],
    ["a\rb\r\nc", 5, 3, 1],
  ])("counts as editors do, without a byte order mark, in %j: %i", (text, offset, line, column) => {
    expect(lineAndColumn(text, offset)).toEqual({ line, column });
  });
});
