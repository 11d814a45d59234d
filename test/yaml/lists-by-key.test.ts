import { expect, test } from "vitest";
import { appendTo } from "../../src/yaml/lists-by-key.ts";

test("appendTo keeps the order of keys and of the values of each", () => {
  const lists = new Map<string, number[]>();

  for (const [key, value] of [
    ["b", 1],
    ["a", 2],
    ["b", 3],
  ] as const)
    appendTo(lists, key, value);

  expect([...lists]).toEqual([
    ["b", [1, 3]],
    ["a", [2]],
  ]);
});
