import { describe, expect, test } from "vitest";
import { loosen } from "../../src/yaml/loose-text.ts";
import { anchorRange, rootOf, tagOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";
import { YamlSyntaxError } from "../../src/yaml/syntax-error.ts";
import { toValue } from "../../src/yaml/to-value.ts";

function read(text: string): readonly unknown[] {
  const yaml = scan(text);
  return yaml.documents.map((document) => toValue(yaml, rootOf(document)));
}

describe("scan, of what readers written in Go read", () => {
  test.each<[string, string, unknown]>([
    ["braces that go on at their parent's column", 'a: {\n"b": "c"\n}\nd: e\n', { a: { b: "c" }, d: "e" }],
    ["braces that go on left of it", "a:\n  b: {\nc: d,\n  e: f }\n", { a: { b: { c: "d", e: "f" } } }],
    ["brackets that end at it", "a:\n  b: [\n    c,\n    d\n  ]\n", { a: { b: ["c", "d"] } }],
    ["empty brackets over lines", "a:\n  b: [\n]\nc: d\n", { a: { b: [] }, c: "d" }],
    ["tabs in braces", 'a: {\n\t"b": "c",\n\t"d": ["e"]\n}\n', { a: { b: "c", d: ["e"] } }],
    ["a tab before braces", "a:\t{b: c}\nd: \t[e]\n", { a: { b: "c" }, d: ["e"] }],
    ["double quotes that go on at it", 'a:\n  b: "c\n  d"\n', { a: { b: "c d" } }],
    ["single quotes that go on left of it", "a:\n  b: 'c\n\nd'\n", { a: { b: "c\nd" } }],
    ["an escaped line break", 'a: "b\\\nc"\n', { a: "bc" }],
    ["a comment behind quotes", "a: \"b\"# c\nd: 'e'# f\n", { a: "b", d: "e" }],
    ["a comment behind brackets", "a: [b]# c\nd: {e: f}# {\n", { a: ["b"], d: { e: "f" } }],
    ["a comment behind a comma", "a: {b: c,# d }\n  e: f}\n", { a: { b: "c", e: "f" } }],
    ["a comment right behind JSON", '{"a": {"b": 1}}# c\n', { a: { b: 1 } }],
    ["a comment behind a bar", "a: |# b\n  c\n", { a: "c\n" }],
    ["a colon before a comma", "a: {b: c:, d: 'e'# f\n}\n", { a: { b: "c:", d: "e" } }],
    ["carriage returns", 'a: {\r\n"b": "c" # d\r\n}\r\n', { a: { b: "c" } }],
    [
      "a text in a literal that looks like it",
      'a: {\nb: c}\nd: |\n  e: {\n  "f\n',
      { a: { b: "c" }, d: 'e: {\n"f\n' },
    ],
    [
      "an apostrophe and a hash in plain text",
      "a: it's {b\nc: d#e\nf: {\ng: 'h'}\n",
      { a: "it's {b", c: "d#e", f: { g: "h" } },
    ],
    ["a literal at the column of its key", "a:\n|\n  b\n  c\nd: e\n", { a: "b\nc\n", d: "e" }],
    [
      "such a literal in a list",
      "a:\n- b:\n  # c\n  >-\n    d\n    e\n  f: g\n",
      { a: [{ b: "d e", f: "g" }] },
    ],
    ["a literal at the column of its dash", "a:\n-\n|\n  b\n- c\n", { a: ["b\n", "c"] }],
    ["such a literal with a tag and an anchor", "a: !!str &x\n|-\n  b\nc: *x\n", { a: "b", c: "b" }],
    ["an empty literal at the column of its key", "a:\n|\nb: c\n", { a: "", b: "c" }],
    ["an alias as a key", "a: &x b\n*x: c\nd: {e: f}\n", { a: "b", b: "c", d: { e: "f" } }],
    ["a comma in a tag", "a: !b,c d\n!, e: f\n", { a: "d", e: "f" }],
    ["brackets in a tag", "a: ![b] c\nd: [!e,f {}]\n", { a: "c", d: [{}] }],
    ["exclamation marks in a tag", "a: !!! b\nc: !~! d\n", { a: "b", c: "d" }],
    ["text right behind an anchor", "a: &b:c - d\ne: *b\n", { a: ":c - d", e: ":c - d" }],
    [
      "text right behind the anchor of a key",
      "&b:: d\n? e\n: f\n!!str &g:h: *b\n",
      { ":": "d", e: "f", ":h": ":" },
    ],
    [
      "two properties of a first key",
      "a:\n  &x !!str b: !!map\n    c: d\n  e: *x\n",
      { a: { b: { c: "d" }, e: "b" } },
    ],
    [
      "two properties of a first key in quotes",
      "a:\n- !!str &x 'b' :\n  - c\n  e: 'f\n  g'\n",
      { a: [{ b: ["c"], e: "f g" }] },
    ],
    ["properties right of a map", " &a !!map\nb: c\n", { b: "c" }],
    [
      "such a property above a key with one of its own",
      "--- !!map\n&a b: c\nd: {\ne: f\n}\n",
      { b: "c", d: { e: "f" } },
    ],
    [
      "such a property above a dash with one of its own",
      "--- !!seq\n- &a b\n- {\nc: d\n}\n",
      ["b", { c: "d" }],
    ],
    ["such properties behind a byte order mark", "\ufeff!a,b\nb: c\n", { b: "c" }],
    ["an escaped apostrophe", "a: \"it\\'s \\\\\\'\"\n", { a: "it's \\'" }],
    ["a dash in braces", "a: {-}\nb: [-, c]\n", { a: { "-": null }, b: ["-", "c"] }],
    [
      "a literal below a key with an anchor",
      'a: {\nb: c }\n&x d: |\n  "e\nf: g\n',
      { a: { b: "c" }, d: '"e\n', f: "g" },
    ],
  ])("reads %s", (_, text, value) => {
    expect(read(text)).toEqual([value]);
  });

  test("reads directives behind a document that nothing ends", () => {
    expect(read("!t\n%YAML 1.1\n---\na: b\n")).toEqual(["", { a: "b" }]);
    expect(read("a: b\n%YAML 1.1\n# c\n---\nd: |\n  e\n%TAG !x! y\n---\nf: g\n")).toEqual([
      { a: "b" },
      { d: "e\n" },
      { f: "g" },
    ]);
  });

  test("keeps anchors and tags that it passes over", () => {
    const yaml = scan("a: &b:c - d\ne: *b\n");
    const map = scan(" &a !!map\nb: c\n");
    const keys = scan("a:\n  !!str &x b:\n    c: *x\n");

    expect([...yaml.targets.values()].map((node) => anchorRange(yaml, node))).toEqual([{ start: 3, end: 5 }]);
    expect([...keys.targets.values()].map((node) => [anchorRange(keys, node), tagOf(keys, node)])).toEqual([
      [{ start: 11, end: 13 }, "!!str"],
    ]);
    expect(tagOf(map, rootOf(0))).toBe("!!map");
    expect(anchorRange(map, rootOf(0))).toEqual({ start: 1, end: 3 });
  });

  test.each<[string, string, unknown]>([
    ["a carriage return alone", "a: b # c\rd: |\r  e\r  f\rg: h\r", { a: "b", d: "e\nf\n", g: "h" }],
    ["NEL", "a: b # c\u0085d: |\u0085  e\u0085g: h\u0085", { a: "b", d: "e\n", g: "h" }],
    ["LS and PS", "a: b\u2028c: d # e\u2029f: g", { a: "b", c: "d", f: "g" }],
    ["NEL behind a brace", "{\u0085a: b}", { a: "b" }],
    ["NEL in quotes, where it is folded", 'a: "b\u0085c"\n', { a: "b c" }],
  ])("takes %s for the end of a line", (_, text, value) => {
    expect(read(text)).toEqual([value]);
  });

  test("keeps what is JSON or YAML 1.2 alone as that reads it", () => {
    expect(read('{"a": "b\u2028--- c"}')).toEqual([{ a: "b\u2028--- c" }]);
    expect(read("a: b\u2028c\nd: e\n")).toEqual([{ a: "b\u2028c", d: "e" }]);
  });

  test.each([
    ["text behind a comment that NEL ends", "items: # a\u0085b\n"],
    ["an open brace", "a: {\nb: c\n"],
    ["an open quote", "a: 'b\nc\n"],
    ["a document within braces", "a: {\n---\nb: c}\n"],
    ["text behind quotes", "a: 'b'c\n"],
    ["a tab for indentation", "a:\n\tb: {\nc: d}\n"],
    ["a literal left of its key", "a:\n  b:\n |\n   c\n"],
    ["an alias as a key that nothing defines", "*x: b\n"],
    ["an unknown directive behind a document", "a: b\n%FOO\n---\nc: d\n"],
  ])("refuses %s", (_, text) => {
    expect(() => scan(text)).toThrow(YamlSyntaxError);
  });
});

describe("loosen", () => {
  test.each([
    ["changes nothing that is read as it is", "a: {b: c} # d\ne: 'f'\n", undefined],
    ["keeps every other character where it is", "a: {\n\tb: c # d\n}\n", "a: {  b: c     }\n"],
    ["changes nothing in literals", "a: |\n  {\n  \"\nb: 'c\n  d'\n", "a: |\n  {\n  \"\nb: 'c   d'\n"],
  ])("%s", (_, text, expected) => {
    expect(loosen(text)?.text).toBe(expected);
    if (expected !== undefined) expect(expected).toHaveLength(text.length);
  });
});
