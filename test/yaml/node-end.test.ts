import { describe, expect, test } from "vitest";
import { childOf, elementsOf, entriesOf, rootOf, valuesOf } from "../../src/yaml/node.ts";
import { closingBracket, endOf, endOfEntry } from "../../src/yaml/node-end.ts";
import { scan, type YamlNode, type YamlText } from "../../src/yaml/scan.ts";

async function rootOfText(text: string): Promise<{ readonly yaml: YamlText; readonly root: YamlNode }> {
  const yaml = await scan(text);
  return { yaml, root: rootOf(yaml.documents[0] ?? 0) };
}

/** The text with a bar where the value of `v` ends. */
async function marked(text: string): Promise<string> {
  const { yaml, root } = await rootOfText(text);
  const [value = -1] = valuesOf(yaml, root, "v");
  const end = endOf(yaml, value, 0);
  return `${text.slice(0, end)}¦${text.slice(end)}`;
}

describe("endOf", () => {
  test.each([
    ["a plain scalar", "v: a b # c\n", "v: a b¦ # c\n"],
    ["a plain scalar over two lines", "v: a\n  b\n", "v: a\n  b¦\n"],
    ["single quotes", "v: 'a''' # c\n", "v: 'a'''¦ # c\n"],
    ["double quotes", 'v: "a\\"" # c\n', 'v: "a\\""¦ # c\n'],
    ["an alias", "a: &x 1\nv: *x # c\n", "a: &x 1\nv: *x¦ # c\n"],
    ["a tag without a value", "v: !!null # c\n", "v: !!null¦ # c\n"],
    ["an anchor without a value", "v: &x # c\n", "v: &x¦ # c\n"],
    ["an empty flow sequence", "v: [ ] # c\n", "v: [ ]¦ # c\n"],
    ["an empty flow mapping", "v: {} # c\n", "v: {}¦ # c\n"],
    ["a flow sequence with a bracket in a comment", "v: [a, # ]\n  ] # c\n", "v: [a, # ]\n  ]¦ # c\n"],
    ["an empty flow sequence with a comment", "v: [ # ]\n  ] # c\n", "v: [ # ]\n  ]¦ # c\n"],
    ["a flow sequence with a bracket in quotes", 'v: ["]"] # c\n', 'v: ["]"]¦ # c\n'],
    ["a flow mapping without a last value", "v: {a: 1, b: } # c\n", "v: {a: 1, b: }¦ # c\n"],
    ["a flow mapping with a bare key", "v: {a} # c\n", "v: {a}¦ # c\n"],
    ["nested flow collections", "v: [[a], {b: [c]}] # c\n", "v: [[a], {b: [c]}]¦ # c\n"],
    ["a bare pair in a flow sequence", "v: [a: b] # c ]\n", "v: [a: b]¦ # c ]\n"],
    ["a bare pair without a value", "v: [a: ] # c ]\n", "v: [a: ]¦ # c ]\n"],
    ["a bare pair before a comma", "v: [a: b, ] # c ]\n", "v: [a: b, ]¦ # c ]\n"],
    ["a block sequence", "v:\n- a\n- b # c\nw: 1\n", "v:\n- a\n- b¦ # c\nw: 1\n"],
    ["a block sequence that ends empty", "v:\n- a # b\n- # c\nw: 1\n", "v:\n- a # b\n-¦ # c\nw: 1\n"],
    ["a block sequence of nothing", "v:\n-\n-\nw: 1\n", "v:\n-\n-¦\nw: 1\n"],
    ["a block mapping", "v:\n  a: 1\n  b: 2 # c\nw: 1\n", "v:\n  a: 1\n  b: 2¦ # c\nw: 1\n"],
    ["a block mapping that ends empty", "v:\n  a: 1\n  b: # c\nw: 1\n", "v:\n  a: 1\n  b:¦ # c\nw: 1\n"],
    ["a sequence in a sequence", "v:\n- - a\n  - b\nw: 1\n", "v:\n- - a\n  - b¦\nw: 1\n"],
  ])("is behind the last character of %s", async (_, text, expected) => {
    const actual = await marked(text);

    expect(actual).toBe(expected);
  });

  test.each([
    ["|", "v: |\n  a\n"],
    ["|+", "v: |+\n  a\n\n"],
    [">-", "v: >-\n  a\n  b\n"],
  ])("is not behind what follows a %s block scalar", async (_, text) => {
    const { yaml, root } = await rootOfText(`${text}w: 1\n`);

    const end = endOf(yaml, childOf(yaml, root, "v") ?? 0, 0);

    expect(end).toBeGreaterThanOrEqual(text.trimEnd().length);
    expect(end).toBeLessThanOrEqual(text.length);
  });

  test("is the fallback for an empty node", async () => {
    const { yaml, root } = await rootOfText("v:\n");

    expect(endOf(yaml, valuesOf(yaml, root, "v")[0] ?? 0, 7)).toBe(7);
  });

  test("looks at each node once, however deep they nest", async () => {
    const text = `v: ${"[".repeat(60)}${"]".repeat(60)}\n`;

    expect(await marked(text)).toBe(`${text.trimEnd()}¦\n`);
  });
});

describe("endOfEntry", () => {
  test.each([
    ["a value", "a: 1\nb: 2 # c\n", "a: 1\nb: 2"],
    ["no value", "a: 1\nb : # c\n", "a: 1\nb :"],
    ["a quoted key and no value", 'a: 1\n"b":\n', 'a: 1\n"b":'],
    ["a key without a colon", "{a: 1, b}\n", "{a: 1, b"],
    ["an explicit key and no value", "? a\n: 1\n? b\n", "? a\n: 1\n? b"],
  ])("is right for an entry with %s", async (_, text, upTo) => {
    const { yaml, root } = await rootOfText(text);
    const last = [...entriesOf(yaml, root)].at(-1);

    expect(text.slice(0, last && endOfEntry(yaml, last))).toBe(upTo);
  });
});

describe("closingBracket", () => {
  test("is the offset of the bracket itself", async () => {
    const { yaml, root } = await rootOfText("[[a], [b, # ]\n] ] # ]\n");
    const [, second = 0] = elementsOf(yaml, root);

    expect([closingBracket(yaml, second), closingBracket(yaml, root)]).toEqual([14, 16]);
  });
});
