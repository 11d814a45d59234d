import { describe, expect, test } from "vitest";
import { expandBraces, parsePath } from "../../src/krm/field-path.ts";

describe("parsePath", () => {
  test.each([
    [
      "spec/image",
      [
        { kind: "key", name: "spec" },
        { kind: "key", name: "image" },
      ],
    ],
    ["a[]/b", [{ kind: "key", name: "a" }, { kind: "elements" }, { kind: "key", name: "b" }]],
    ["a[][]", [{ kind: "key", name: "a" }, { kind: "elements" }, { kind: "elements" }]],
    ["*/b", [{ kind: "any-key" }, { kind: "key", name: "b" }]],
    ["**/b", [{ kind: "any-depth" }, { kind: "key", name: "b" }]],
    [
      "a~1b/c",
      [
        { kind: "key", name: "a/b" },
        { kind: "key", name: "c" },
      ],
    ],
    [
      "a\\/b/c",
      [
        { kind: "key", name: "a/b" },
        { kind: "key", name: "c" },
      ],
    ],
    ["a~0b", [{ kind: "key", name: "a~b" }]],
    [
      "a.b/c",
      [
        { kind: "key", name: "a.b" },
        { kind: "key", name: "c" },
      ],
    ],
    [
      'a["b/c"]',
      [
        { kind: "key", name: "a" },
        { kind: "key", name: "b/c" },
      ],
    ],
    [
      "a[name=x/y*]",
      [
        { kind: "key", name: "a" },
        { kind: "select", key: "name", glob: "x/y*" },
      ],
    ],
  ])("reads %s", (path, steps) => {
    expect(parsePath(path)).toEqual(steps);
  });

  test.each([
    ["", "is empty"],
    ["/a", 'begins with "/"'],
    ["a//b", "has an empty part"],
    ["a/", "has an empty part"],
    ["a[", "has a bracket in the wrong place"],
    ["a]b", "has a bracket in the wrong place"],
    ["a\\", 'ends in "\\", which escapes nothing there'],
    ["a[0]", 'names one element of a list, in "a[0]": write "[]"'],
    ["a[b]", "has brackets that are neither"],
    ["a/**", 'ends in "**"'],
  ])("refuses %j", (path, problem) => {
    expect(() => parsePath(path)).toThrow(problem);
  });
});

describe("expandBraces", () => {
  test.each([
    ["a/b", ["a/b"]],
    ["a/{b,c}/d", ["a/b/d", "a/c/d"]],
    ["{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]],
    ["a{,/b}/c", ["a/c", "a/b/c"]],
  ])("spells %s out", (path, paths) => {
    expect(expandBraces(path)).toEqual(paths);
  });
});
