import { describe, expect, test } from "vitest";
import { closingBracket, endOf, entryLayout, layoutOf } from "../../src/yaml/layout.ts";
import { childOf, elementsOf, entriesOf, rootOf, scalarText, valuesOf } from "../../src/yaml/node.ts";
import { scan, type YamlNode, type YamlText } from "../../src/yaml/scan.ts";

function rootOfText(text: string): { readonly yaml: YamlText; readonly root: YamlNode } {
  const yaml = scan(text);
  return { yaml, root: rootOf(yaml.documents[0] ?? 0) };
}

function barred(text: string, places: readonly number[]): string {
  return [...places].reverse().reduce((marked, at) => `${marked.slice(0, at)}¦${marked.slice(at)}`, text);
}

/** The text with a bar where the value of `v` ends. */
function marked(text: string): string {
  const { yaml, root } = rootOfText(text);
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
  ])("is behind the last character of %s", (_, text, expected) => {
    const actual = marked(text);

    expect(actual).toBe(expected);
  });

  test.each([
    ["|", "v: |\n  a\n"],
    ["|+", "v: |+\n  a\n\n"],
    [">-", "v: >-\n  a\n  b\n"],
  ])("is not behind what follows a %s block scalar", (_, text) => {
    const { yaml, root } = rootOfText(`${text}w: 1\n`);

    const end = endOf(yaml, childOf(yaml, root, "v") ?? 0, 0);

    expect(end).toBeGreaterThanOrEqual(text.trimEnd().length);
    expect(end).toBeLessThanOrEqual(text.length);
  });

  test("is the fallback for an empty node", () => {
    const { yaml, root } = rootOfText("v:\n");

    expect(endOf(yaml, valuesOf(yaml, root, "v")[0] ?? 0, 7)).toBe(7);
  });

  test("looks at each node once, however deep they nest", () => {
    const text = `v: ${"[".repeat(60)}${"]".repeat(60)}\n`;

    expect(marked(text)).toBe(`${text.trimEnd()}¦\n`);
  });
});

describe("entryLayout", () => {
  test.each([
    ["a value", "a: 1\nb: 2 # c\n", "b¦:¦ ¦2¦ # c\n"],
    ["no value", "a: 1\nb : # c\n", "b¦ :¦¦¦ # c\n"],
    ["a quoted key and no value", 'a: 1\n"b":\n', 'b"¦:¦¦¦\n'],
    ["a key without a colon", "{a: 1, b}\n", "b¦¦}\n"],
    ["an explicit key and no value", "? a\n: 1\n? b\n", "b¦¦\n"],
    ["an explicit key and a value", "? b # c\n: !!str # d\n  'e'\n", "b¦ # c\n:¦ ¦!!str # d\n  'e'¦\n"],
    ["a block scalar", "b: &x |- # c\n  d\nc: e\n", "b¦:¦ ¦&x |- # c\n  d\n¦c: e\n"],
    ["a property alone", "{b: &x }\n", "b¦:¦ ¦&x¦ }\n"],
  ])("says where the parts of an entry with %s end", (_, text, expected) => {
    const { yaml, root } = rootOfText(text);
    const entry = entriesOf(yaml, root).find(({ key }) => scalarText(yaml, key) === "b") ?? {
      key: 0,
      value: 0,
    };
    const { keyEnd, colonEnd = keyEnd, valueStart = colonEnd, end } = entryLayout(yaml, entry);

    const places = colonEnd === keyEnd ? [keyEnd, end] : [keyEnd, colonEnd, valueStart, end];

    expect(barred(text, places).slice(text.indexOf("b"))).toBe(expected);
  });
});

describe("layoutOf", () => {
  test.each([
    ["keys with quotes, tags and anchors", "!!str 'a': 1 # c\n&k b: 2\n", ["!!str 'a': 1", "&k b: 2"]],
    ["explicit and empty keys", "? a\n: 1\n?\n: 2\n? c\n", ["? a\n: 1", "?\n: 2", "? c"]],
    ["a map in braces", "{a: 1, 'b', ? c, d: , e: [f]}\n", ["a: 1", "'b'", "? c", "d:", "e: [f]"]],
    [
      "a list",
      "- a # b\n-\n- # c\n- - d\n  - e\n- f: |\n    g\n\n",
      ["- a", "-", "-", "- - d\n  - e", "- f: |\n    g\n\n"],
    ],
    ["a list of nothing", "-\n-\n-\n", ["-", "-", "-"]],
    ["a list in brackets", "[a, b: c, {d: e}, , ]\n".replace(", ,", ","), ["a", "b: c", "{d: e}"]],
    ["nothing", "{}\n", []],
  ])("knows the members of %s", (_, text, members) => {
    const { yaml, root } = rootOfText(text);
    const { size, spanOf } = layoutOf(yaml, root);
    const spans = Array.from({ length: size }, (_, index) => spanOf(index));

    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(members);
  });
});

describe("closingBracket", () => {
  test("is the offset of the bracket itself", () => {
    const { yaml, root } = rootOfText("[[a], [b, # ]\n] ] # ]\n");
    const [, second = 0] = elementsOf(yaml, root);

    expect([closingBracket(yaml, second), closingBracket(yaml, root)]).toEqual([14, 16]);
  });
});
