/** A diff of edits: whoever applies it gets what the run writes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { applyPatch } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filesDiff } from "../../src/files/file-diff.ts";
import { readFile, stateOf } from "../../src/files/file-text.ts";
import { applyEdits, type TextEdit } from "../../src/yaml/text-edit.ts";
import { makeTree } from "./tree.ts";

/** The diff of one file. */
function diffOf(before: string, edits: readonly TextEdit[], path = "x.yaml"): string {
  const place = join(makeTree({}), "x.yaml");
  writeFileSync(place, before);
  const state = stateOf(readFile(place).stats);
  const changes = [{ path, place, edits, images: 1, state, hash: undefined }];
  return [...filesDiff({ changes, locks: [] })].join("");
}

/** Texts of a few lines, in any of the ways to end one. */
const texts = fc
  .array(
    fc.tuple(fc.constantFrom("", "a", "b", "image: nginx:1", "-", "+"), fc.constantFrom("\n", "\n", "\r\n")),
    {
      maxLength: 40,
    },
  )
  .chain((lines) =>
    fc.boolean().map((isEnded) => {
      const text = lines.flat().join("");
      return isEnded ? text : text.replace(/\r?\n$/, "");
    }),
  );

/** Edits in the order of their places, none of which meet. */
function editsOf(text: string): fc.Arbitrary<readonly TextEdit[]> {
  return fc.uniqueArray(fc.nat(text.length), { maxLength: 8 }).chain((offsets) => {
    const sorted = offsets.sort((one, other) => one - other);
    const pairs = sorted.flatMap((start, at) =>
      at % 2 === 0 ? [[start, sorted[at + 1] ?? start] as const] : [],
    );
    return fc.tuple(
      ...pairs.map(([start, end]) =>
        fc
          .constantFrom("", "x", "@sha256:1", "new\n", "\n")
          .map((inserted) => ({ start, end, text: inserted })),
      ),
    );
  });
}

describe("filesDiff", () => {
  test("gives what the edits give, whoever applies it", () => {
    fc.assert(
      fc.property(
        texts.chain((text) => fc.tuple(fc.constant(text), editsOf(text))),
        ([before, edits]) => {
          const after = applyEdits(before, edits);
          // An empty file is none to a diff, and no edit makes a file empty.
          fc.pre(before !== "" && after !== "" && before !== after);

          expect(applyPatch(before, diffOf(before, edits), { autoConvertLineEndings: false })).toBe(after);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("shows three lines around a change, and changes that are near in one hunk", () => {
    const before = Array.from({ length: 40 }, (_, line) => `${line}\n`).join("");
    const edits = [10, 14, 30].map((line) => {
      const start = before.indexOf(`\n${line}\n`) + 1;
      return { start, end: start + 2, text: "new" };
    });

    expect(diffOf(before, edits).match(/^@@.*@@$/gm)).toEqual(["@@ -8,11 +8,11 @@", "@@ -28,7 +28,7 @@"]);
  });

  test("ends a name with a blank by a tab, as `git` does, since `patch` reads on to the first blank", () => {
    const edits = [{ start: 0, end: 1, text: "b" }];

    expect(diffOf("a\n", edits, "a b/x y.yaml")).toMatch(
      /^--- a\/a b\/x y\.yaml\t\n\+\+\+ b\/a b\/x y\.yaml\t\n/,
    );
    expect(diffOf("a\n", edits, "x.yaml")).toMatch(/^--- a\/x\.yaml\n\+\+\+ b\/x\.yaml\n/);
  });

  test("says where no line end is the last", () => {
    const end = "\\ No newline at end of file";

    expect(diffOf("a\nb", [{ start: 2, end: 3, text: "c" }])).toMatch(
      new RegExp(`\n a\n-b\n\\${end}\n\\+c\n\\${end}\n$`),
    );
  });
});
