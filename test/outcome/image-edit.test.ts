import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseReference } from "../../src/image/reference.ts";
import { readResource } from "../../src/krm/resource.ts";
import { imageEdit } from "../../src/outcome/image-edit.ts";
import { dereference, rootOf, scalarText, valuesOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";
import { applyEdits } from "../../src/yaml/text-edit.ts";
import { imageField } from "../support/image-field.ts";

const digest = `@sha256:${"0123456789abcdef".repeat(4)}`;

async function edit(text: string, from: string, to: string): Promise<string | undefined> {
  const yaml = scan(text);
  const [node = -1] = valuesOf(yaml, rootOf(yaml.documents[0] ?? 0), "image");
  const value = scalarText(yaml, dereference(yaml, node)) ?? "";
  const field = imageField(yaml, node, { resource: readResource(yaml, 0), path: "image", value });
  const made = imageEdit({ field, from, to });
  return made && applyEdits(text, [made.edit]);
}

describe("imageEdit", () => {
  test.each([
    ["1234", '"1234"'],
    ["1e3", '"1e3"'],
    ["0b11", '"0b11"'],
    ["yes", '"yes"'],
    ["null", '"null"'],
    ["2026-11-28", '"2026-11-28"'],
    ["nginx", "nginx"],
    ["1234a", "1234a"],
  ])("leaves the name %s a text when its digest goes", async (name, expected) => {
    expect(await edit(`image: ${name}${digest} # c\n`, `${name}${digest}`, name)).toBe(
      `image: ${expected} # c\n`,
    );
  });

  test.each([
    [`image: '1234${digest}'\n`, "image: '1234'\n"],
    [`image: !!str 1234${digest}\n`, "image: !!str 1234\n"],
  ])("leaves the quotes of %s alone", async (text, expected) => {
    expect(await edit(text, `1234${digest}`, "1234")).toBe(expected);
  });

  test.each([
    ["plain", "image: nginx:1 # c\n", `image: nginx:1${digest} # c\n`],
    ["single quotes", "image: 'nginx:1'\n", `image: 'nginx:1${digest}'\n`],
    ["double quotes", 'image: "nginx:1"\n', `image: "nginx:1${digest}"\n`],
    ["an escape at the end", 'image: "nginx:\\x31"\n', `image: "nginx:\\x31${digest}"\n`],
    ["an escaped line break", 'image: "nginx\\\n  :1" # c\n', `image: "nginx\\\n  :1${digest}" # c\n`],
    ["flow style", "{image: nginx:1, a: b}\n", `{image: nginx:1${digest}, a: b}\n`],
    ["JSON", '{"image":"nginx:1"}', `{"image":"nginx:1${digest}"}`],
    ["a tag and an anchor", "image: !!str &a nginx:1\n", `image: !!str &a nginx:1${digest}\n`],
    ["a literal block", "image: |-\n  nginx:1\na: b\n", `image: |-\n  nginx:1${digest}\na: b\n`],
    [
      "a folded block",
      "image: > # c\n\n   nginx:1\n\n\na: b\n",
      `image: > # c\n\n   nginx:1${digest}\n\n\na: b\n`,
    ],
    ["a line of its own", "image:\n  nginx:1\n", `image:\n  nginx:1${digest}\n`],
    ["carriage returns", "image: |\r\n  nginx:1\r\na: b\r\n", `image: |\r\n  nginx:1${digest}\r\na: b\r\n`],
  ])("puts a digest behind a reference in %s", async (_, text, expected) => {
    expect(await edit(text, "nginx:1", `nginx:1${digest}`)).toBe(expected);
  });

  test.each([
    [
      "a tag for a digest",
      "image: nginx:1f # c\n",
      "nginx:1f",
      `nginx${digest}`,
      `image: nginx${digest} # c\n`,
    ],
    [
      "a tag before a digest",
      `image: 'nginx:1${digest}'\n`,
      `nginx:1${digest}`,
      `nginx${digest}`,
      `image: 'nginx${digest}'\n`,
    ],
    [
      "an escaped tag",
      'image: "nginx\\x3a\\x31"\n',
      "nginx:1",
      `nginx${digest}`,
      `image: "nginx${digest}"\n`,
    ],
    ["a port like the tag", "image: a:1/b:1\n", "a:1/b:1", `a:1/b${digest}`, `image: a:1/b${digest}\n`],
  ])("changes %s", async (_, text, from, to, expected) => {
    expect(await edit(text, from, to)).toBe(expected);
  });

  test.each([
    ["an empty value", "image:\n"],
    ["another text", "image: redis\n"],
    ["a map", "image: {a: b}\n"],
  ])("makes no edit of %s", async (_, text) => {
    expect(await edit(text, "nginx:1", `nginx:1${digest}`)).toBeUndefined();
  });

  test("makes any reference another, in any quoting, and changes nothing around it", async () => {
    const name = fc.stringMatching(/^(?:[a-f0-9]{1,4}\.io\/)?[a-f0-9]{1,6}$/);
    const tag = fc.stringMatching(/^[a-f0-9]{1,6}$/);
    const quoting = fc.constantFrom<readonly [string, string]>(
      ["", ""],
      ["'", "'"],
      ['"', '"'],
      ["!!str ", ""],
      [">-\n    ", ""],
      ['"\\\n  ', '\\\n  "'],
    );
    await fc.assert(
      fc.asyncProperty(
        name,
        fc.option(tag),
        fc.boolean(),
        quoting,
        async (name, tag, drop, [open, close]) => {
          const from = tag === null ? name : `${name}:${tag}`;
          const to = `${drop ? name : from}${digest}`;
          const written = (image: string): string =>
            `a: ["${from}"]\nimage: ${open}${image}${close}\nb: '${from}'\n`;

          const output = await edit(written(from), from, to);

          expect(parseReference(to).digest).toBe(digest.slice(1));
          expect(output).toBe(written(to));
          expect(parse(output ?? "")).toEqual({ a: [from], image: to, b: from });
        },
      ),
    );
  });
});
