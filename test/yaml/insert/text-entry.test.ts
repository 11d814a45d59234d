import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { slotOf, vacate } from "../../../src/yaml/insert/text-entry.ts";
import { scan } from "../../../src/yaml/scan.ts";
import { applyEdits } from "../../../src/yaml/text-edit.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

/** A text whose root gets a digest, and the same once it is taken out again. */
function inAndOut(before: string): { readonly filled: string; readonly vacated: string } {
  const yaml = scan(before);
  const slot = slotOf(yaml, 1, "digest");
  if (slot === undefined) throw new Error(`no slot in ${JSON.stringify(before)}`);
  const text = slot.before + digest + slot.after;
  const filled = applyEdits(before, [{ ...slot.range, text }]);
  const edit = vacate(scan(filled), 1, "digest");
  return { filled, vacated: applyEdits(filled, edit === undefined ? [] : [edit]) };
}

const values = ["", "null", "~", "Null", "NULL", '""', "''"];
const gaps = [...[0, 1, 2, 3, 5, 6, 12].map((count) => " ".repeat(count)), "\t", "\n   "];
const keys = ["digest", "'digest'", '"digest"'];
const keysInBraces = [...keys, "digest ", '"digest" '];

/** With what a value of nothing may be followed by. */
function members(): readonly string[] {
  return keysInBraces.flatMap((key) =>
    gaps.flatMap((gap) =>
      values.flatMap((value) => {
        const ends = ["", " "].map((behind) => `${key}:${gap}${value}${behind}`);
        // To readers written in Go, a colon without a blank behind it is a part of a plain key.
        return key.startsWith("d") ? ends.filter((end) => /:\s/.test(end)) : ends;
      }),
    ),
  );
}

const maps = members().flatMap((member) => [
  `{repository: a/b, ${member}, tag: v1}\n`,
  `{${member},repository: a/b}\n`,
  `{"repository": "a/b", ${member}}\n`,
  `{\n  repository: a/b,\n  ${member}\n}\n`,
]);

const comments = [
  "c",
  "null",
  "|",
  "|-",
  ">- c",
  "~",
  "*a",
  '""',
  "!!str x",
  "& b",
  "# |",
  "#",
  "",
  " |",
  " c",
];
const lines = [...keys, "? digest\n"].flatMap((key) =>
  ["", "  "].flatMap((gap) =>
    values.flatMap((value) =>
      ["", ...comments.flatMap((comment) => [` # ${comment}`, ` #${comment}`, `  # ${comment}`])].map(
        (comment) => `${key}:${value === "" ? "" : ` ${gap}${value}`}${comment}`,
      ),
    ),
  ),
);
const blocks = lines.flatMap((line) => [`repository: a/b\n${line}\ntag: v1\n`, `${line}\nrepository: a/b\n`]);

describe("a text that goes into an entry without one", () => {
  test.each([
    ["braces", maps],
    ["lines", [...new Set(blocks)]],
  ])("stands there alone, and leaves what was there once it is taken out: in %s", (_, all) => {
    const faults = all.flatMap((before) => {
      const { filled, vacated } = inAndOut(before);
      const isRight = JSON.stringify(parse(filled)) === JSON.stringify({ ...parse(before), digest });
      return isRight && vacated === before ? [] : [[before, filled, vacated]];
    });

    expect(all.length).toBeGreaterThan(1000);
    expect(faults).toEqual([]);
  });

  test.each(["", "!!str ", "&a "])(
    "leaves its key where somebody else wrote it behind blanks and %j",
    (properties) => {
      const faults = Array.from({ length: 40 }, (_, count) =>
        ["", '"', "'"].flatMap((quotes) => {
          const text = `{repository: a/b, digest:${" ".repeat(count + 1)}${properties}${quotes}${digest}${quotes}, tag: v1}\n`;
          const edit = vacate(scan(text), 1, "digest");
          const { digest: left, ...others } = parse(applyEdits(text, edit === undefined ? [] : [edit]));
          const isRight =
            !left && JSON.stringify(others) === JSON.stringify({ repository: "a/b", tag: "v1" });
          return isRight ? [] : [[text, others, left]];
        }),
      ).flat();

      expect(faults).toEqual([]);
    },
  );

  test("takes no time to tell a comment from what stood there", () => {
    expect(inAndOut(`digest: # ${"&".repeat(1000)} x\n`).filled).toContain(digest);
  });
});
