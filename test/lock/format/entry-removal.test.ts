import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { removalEdits } from "../../../src/lock/format/entry-removal.ts";
import { readImageLock } from "../../../src/lock/format/image-lock.ts";
import { rootOf } from "../../../src/yaml/node.ts";
import { scan } from "../../../src/yaml/scan.ts";
import { applyEdits } from "../../../src/yaml/text-edit.ts";

const digest = `sha256:${"1".repeat(64)}`;
const head = "apiVersion: fn.kpt.dev/v1alpha1\nkind: ImageLock\n";

/** The lock without the entries of these names. */
async function without(text: string, ...names: readonly string[]): Promise<string> {
  const { lock, problems } = await read(text);
  expect(problems).toEqual([]);
  const removed = lock.entries.filter(({ reference }) => names.includes(reference.text));
  expect(removed).toHaveLength(names.length);
  return applyEdits(text, removalEdits(lock, removed));
}

async function read(text: string) {
  const yaml = await scan(text);
  const [document] = yaml.documents;
  if (document === undefined) throw new Error("a lock is one document");
  return readImageLock(yaml, rootOf(document));
}

async function namesIn(text: string): Promise<readonly string[]> {
  const { lock, problems } = await read(text);
  expect(problems).toEqual([]);
  return lock.entries.map(({ reference }) => reference.text);
}

describe("removalEdits", () => {
  const block = `${head}images: # all
  # of the shop
  a:1: # one
    digest: ${digest}
    # seen on Monday

  # of the bank
  # and of the post
  b:1:
    digest: ${digest}
  ? c:1
  : digest: ${digest}
  # the last word
metadata: {name: l}
`;

  test("takes an entry out of lines, with the comments that belong to it", async () => {
    expect(await without(block, "b:1")).toBe(
      block.replace(/ {2}# of the bank\n {2}# and of the post\n {2}b:1:\n.*\n/, ""),
    );
    expect(await without(block, "a:1")).toBe(
      block.replace(/ {2}# of the shop\n {2}a:1: # one\n.*\n {4}# seen on Monday\n/, ""),
    );
    expect(await without(block, "c:1")).toBe(block.replace(/ {2}\? c:1\n.*\n/, ""));
  });

  test("leaves a map where the last entry goes, with the comment behind its key", async () => {
    const text = await without(block, "a:1", "b:1", "c:1");

    expect(text).toBe(`${head}images: {} # all\n\n  # the last word\nmetadata: {name: l}\n`);
    expect(await namesIn(text)).toEqual([]);
  });

  test.each([
    ["carriage returns", block.replaceAll("\n", "\r\n")],
    [
      "no line break at the end",
      `${head}images:\n  a:1:\n    digest: ${digest}\n  b:1:\n    digest: ${digest}`,
    ],
    ["entries in braces", `${head}images:\n  a:1: {digest: "${digest}"}\n  b:1: {digest: "${digest}"} # b\n`],
    ["keys in quotes", `${head}images:\n  "a:1":\n    digest: ${digest}\n  'b:1': {digest: '${digest}'}\n`],
    [
      "a tag on the map",
      `${head}images: !!map\n  a:1: {digest: "${digest}"}\n  b:1: {digest: "${digest}"}\n`,
    ],
    ["braces", `${head}images: {a:1: {digest: "${digest}"}, "b:1": {"digest": "${digest}"}}\n`],
    [
      "braces on lines",
      `${head}images: {\n  "a:1": {digest: "${digest}"}, # one\n  "b:1": {digest: "${digest}"},\n}\n`,
    ],
    [
      "braces with question marks",
      `${head}images: {? "a:1" : {digest: "${digest}"}, ? "b:1" : {digest: "${digest}"}}\n`,
    ],
    [
      "JSON",
      JSON.stringify({
        apiVersion: "fn.kpt.dev/v1alpha1",
        kind: "ImageLock",
        images: { "a:1": { digest }, "b:1": { digest } },
      }),
    ],
    [
      "JSON on lines",
      JSON.stringify(
        {
          apiVersion: "fn.kpt.dev/v1alpha1",
          kind: "ImageLock",
          images: { "a:1": { digest }, "b:1": { digest } },
          x: 1,
        },
        undefined,
        2,
      ),
    ],
  ])("leaves all others as they are, with %s", async (_, text) => {
    const names = await namesIn(text);

    for (const name of names) {
      const rest = await without(text, name);
      expect(await namesIn(rest)).toEqual(names.filter((each) => each !== name));
      expect(isSubsequence(rest, text)).toBe(true);
    }
    expect(await namesIn(await without(text, ...names))).toEqual([]);
  });

  test.each([
    [["a:1"], ["b:1", "c:1", "d:1"]],
    [
      ["a:1", "b:1"],
      ["c:1", "d:1"],
    ],
    [
      ["a:1", "c:1"],
      ["b:1", "d:1"],
    ],
    [["b:1", "c:1", "d:1"], ["a:1"]],
    [["d:1"], ["a:1", "b:1", "c:1"]],
  ])("takes %j out of braces", async (names, left) => {
    const entry = (name: string): string => `"${name}": {"digest": "${digest}"}`;
    const text = `${head}images: {${["a:1", "b:1", "c:1", "d:1"].map(entry).join(", ")}}\n`;

    expect(await without(text, ...names)).toBe(`${head}images: {${left.map(entry).join(", ")}}\n`);
  });

  const entry = fc.record({
    above: fc.constantFrom("", "  # above\n", "\n", "  # apart\n\n", "      # deeper\n"),
    form: fc.constantFrom(
      (key: string) => `  ${key}:\n    digest: ${digest}\n`,
      (key: string) => `  "${key}": # quoted\n      digest: "${digest}"\n      platforms: [linux/amd64]\n`,
      (key: string) => `  ${key}: {digest: "${digest}"} # in braces\n`,
      (key: string) => `  ? ${key}\n  : digest: ${digest}\n`,
      (key: string) => `  ${key}:\n    digest: |-\n      ${digest}\n    # below\n`,
    ),
    goes: fc.boolean(),
  });

  test("leaves all others as they are, however they are written", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("", "metadata: {name: l}\n"),
        async (entries, tail) => {
          const named = entries.map((each, index) => ({ ...each, name: `app-${index}:1` }));
          const body = named.map(({ above, form, name }) => above + form(name)).join("");
          const text = `${head}images:\n${body}${tail}`;

          const rest = await without(text, ...named.filter(({ goes }) => goes).map(({ name }) => name));

          expect(await namesIn(rest)).toEqual(named.filter(({ goes }) => !goes).map(({ name }) => name));
          expect(isSubsequence(rest.replace("images: {}", "images:"), text)).toBe(true);
          for (const { goes, form, name } of named) if (!goes) expect(rest).toContain(form(name));
        },
      ),
    );
  });

  test("does nothing where nothing is to go", async () => {
    const { lock } = await read(`${head}images:\n`);

    expect(removalEdits(lock, [])).toEqual([]);
  });
});

/** True for a text of which another has every character, in their order. */
function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at++;
  return at === part.length;
}
