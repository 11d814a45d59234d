import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { specPath } from "../../src/fields/suggested-spec.ts";
import { parsePath } from "../../src/krm/field-path.ts";

describe("specPath", () => {
  test("leads where it should, or is none", () => {
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom("*", "**", "***", "a/b", "~", "~1", "~01", "{a,b}", "[]", "a=b", '"a"', "\\", " ", "#"),
      fc.integer({ min: 0, max: 400 }).map((length) => "k".repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(key, fc.nat(9)), { maxLength: 60 }), (parts) => {
        const path = specPath(parts);
        if (path === undefined) return;

        expect(path.length).toBeLessThanOrEqual(2000);
        expect(parsePath(path)).toEqual(
          parts.map((part) =>
            typeof part === "number" ? { kind: "elements" } : { kind: "key", name: part },
          ),
        );
      }),
    );
  });

  test.each([
    [["spec", "web", "image"], "spec/web/image"],
    [["spec", "images", 3], "spec/images[]"],
    [["spec", "a/b~c", "*"], 'spec/a~1b~0c/["*"]'],
  ])("of %j is %s", (parts, path) => {
    expect(specPath(parts)).toBe(path);
  });

  test.each([
    ["a key that no path can name", ["spec", "a[0]"]],
    ["a key that is too long", ["spec", "k".repeat(400)]],
    ["too many keys", Array<string>(60).fill("k")],
    ["a path that is too long", Array<string>(20).fill("k".repeat(200))],
  ])("is none for %s", (_, parts) => {
    expect(specPath(parts)).toBeUndefined();
  });
});
