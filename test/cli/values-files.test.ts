import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { UsageError } from "../../src/cli/usage-error.ts";
import { findValues } from "../../src/cli/values-files.ts";

describe("findValues", () => {
  test.each([
    "*a*a*a*b.yaml",
    "envs/*-*-*-*/values.yaml",
    "{*a,*b}*{c,d}*.yaml",
    "+(a)*a*a*b.yaml",
    "**/a/**/a/**/a/**/b.yaml",
  ])("refuses %s, whose stars could share a name in too many ways", (glob) => {
    expect(() => findValues([glob])).toThrow(UsageError);
    expect(() => findValues([glob])).toThrow("has too many stars");
  });

  test.each(["a", "[", "{a,"])("refuses one that is longer than any path, of %j", (part) => {
    const glob = part.repeat(70_000);

    expect(() => findValues([glob])).toThrow(UsageError);
    expect(() => findValues([glob])).toThrow(
      /^`--values` ".{1,200}…" is longer than a path of a file can be/,
    );
  });

  test.each([
    "**/values-*.yaml",
    "**/envs/*/*/*/*-values.*.yaml",
    "**/{a,b}/**/values*.{yaml,yml}",
    "charts/*/ci/[*]*values*.yaml",
    String.raw`a\*\*\*\*.yaml`,
  ])("takes %s", (glob) => {
    expect(findValues([glob]).unmatched()).toHaveLength(1);
  });
});

test("takes as many paths as one likes, and some globs", () => {
  const paths = Array.from({ length: 101 }, (_, at) => `.github/${at}/values.yaml`);
  const globs = paths.map((path) => path.replace("values", "*"));

  expect(findValues(paths).unmatched()).toHaveLength(101);
  expect(findValues([...globs.slice(0, 100), ...globs.slice(0, 100)]).unmatched()).toHaveLength(200);
  expect(() => findValues(globs)).toThrow(UsageError);
  expect(() => findValues(globs)).toThrow("101 globs with wildcards");
});

test("takes the files that globs and mere paths mean, and no links", () => {
  const folder = mkdtempSync(join(tmpdir(), "values-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ["a.yaml", "[b].yaml", "c.yaml"]) writeFileSync(join(folder, name), "");
  symlinkSync("a.yaml", join(folder, "link.yaml"));
  const paths = ["a.yaml", "./a.yaml", "\\[b\\].yaml", "c*.yaml", "link.yaml"];

  const values = findValues([...paths, "a.yaml/e.yaml", "none.yaml"].map((path) => `${folder}/${path}`));

  const names = ["a.yaml", "[b].yaml", "c.yaml", "link.yaml"];
  expect(names.filter((name) => values.isValues(join(folder, name)))).toEqual([
    "a.yaml",
    "[b].yaml",
    "c.yaml",
  ]);
  expect(values.unmatched()).toHaveLength(3);
});
