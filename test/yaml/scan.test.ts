import { describe, expect, test } from "vitest";
import { aliasRange, childOf, elementsOf, lastEventOf, rootOf, scalarText } from "../../src/yaml/node.ts";
import { scan, type YamlText } from "../../src/yaml/scan.ts";
import { strictEvents } from "../../src/yaml/strict-events.ts";
import { YamlSyntaxError } from "../../src/yaml/syntax-error.ts";

function keysOf(yaml: YamlText, name: string): readonly (string | undefined)[] {
  return yaml.documents.map((document) => scalarText(yaml, childOf(yaml, rootOf(document), name)));
}

function errorOf(text: string): YamlSyntaxError {
  try {
    scan(text);
  } catch (error) {
    if (error instanceof YamlSyntaxError) return error;
    throw error;
  }
  throw new Error("the text should be refused");
}

describe("scan", () => {
  test.each<[string, string, readonly string[]]>([
    ["nothing", "", []],
    ["one without a marker", "a: 1\n", ["1"]],
    ["one behind a marker", "---\na: 1\n", ["1"]],
    ["two", "a: 1\n---\na: 2\n", ["1", "2"]],
    ["two with document ends", "---\na: 1\n...\n---\na: 2\n...\n", ["1", "2"]],
    ["two with carriage returns", "a: 1\r\n---\r\na: 2\r\n", ["1", "2"]],
    ["an empty one in between", "a: 1\n---\n# nothing\n---\na: 2\n", ["1", "2"]],
    ["one behind a byte order mark", "\ufeffa: 1\n", ["1"]],
    [
      "files put one after the other, each with its byte order mark",
      "\ufeffa: 1\n---\n\ufeffa: 2\n",
      ["1", "2"],
    ],
    [
      "three of them, with carriage returns",
      "a: 1\r\n---\r\n\ufeffa: 2\r\n--- \r\n\ufeffa: 3\r\n",
      ["1", "2", "3"],
    ],
  ])("finds the documents of a text with %s", (_, text, values) => {
    const yaml = scan(text);

    expect(keysOf(yaml, "a").filter((value) => value !== undefined)).toEqual(values);
  });

  test("takes the marker before an inner byte order mark for an empty document", () => {
    const yaml = scan("a: 1\n---\n\ufeffa: 2\n");

    expect(keysOf(yaml, "a")).toEqual(["1", undefined, "2"]);
  });

  test("keeps a byte order mark that is text", () => {
    const yaml = scan('a: "x\ufeffy"\n');

    expect(keysOf(yaml, "a")).toEqual(["x\ufeffy"]);
  });

  test("finds anchors behind an inner byte order mark", () => {
    const yaml = scan("a: 1\n---\n\ufeffb: &x !!str 2\na: *x\n");

    expect(keysOf(yaml, "a")).toEqual(["1", undefined, "2"]);
  });

  test("lets an alias stand for the anchor that was defined last before it", () => {
    const yaml = scan("[&x 1, *x, &x 2, *x]\n");
    const elements = [...elementsOf(yaml, rootOf(yaml.documents[0] ?? 0))];

    expect(elements.map((node) => scalarText(yaml, yaml.targets.get(node)))).toEqual([
      undefined,
      "1",
      undefined,
      "2",
    ]);
  });

  test("lets an alias stand for a mapping or a sequence", () => {
    const yaml = scan("m: &m {a: 1}\ns: &s [1]\nx: *m\ny: *s\n");

    expect([...yaml.targets].map(([alias]) => aliasRange(yaml, alias)?.start)).toEqual([26, 32]);
  });

  test("closes each collection at its own end", () => {
    const yaml = scan("- [a, {b: c}]\n- d\n");
    const root = rootOf(yaml.documents[0] ?? 0);

    expect([...elementsOf(yaml, root)].map((node) => lastEventOf(yaml, node))).toEqual([8, 9]);
    expect(lastEventOf(yaml, root)).toBe(10);
  });

  test.each([
    ["an anchor that is not defined", "a: 1\nb: *x\n", 2, 4],
    ["an anchor that is defined later", "a: *x\nb: &x 1\n", 1, 4],
    ["an anchor of an earlier document", "a: &x 1\n---\nb: *x\n", 3, 4],
    ["what it stands in", "a: &x\n  b: [1, *x]\n", 2, 10],
  ])("refuses an alias of %s", (_, text, line, column) => {
    const error = errorOf(text);

    expect(error).toMatchObject({ message: expect.stringContaining("alias of"), line, column });
  });

  test.each([
    ["an open quote", 'a: 1\nb: "x\n', 3, 1],
    ["an open bracket", "a: 1\nb: [x\n", 3, 1],
    ["a tab for indentation", "a:\n\tb: 1\n", 2, 1],
    ["a key in the wrong column", "a:\n  b: 1\n c: 2\n", 3, 2],
    ["a second value", "a: 1\n]\n", 2, 1],
    ["a fault behind a byte order mark of its own", "a: 1\n---\n\ufeffb: 1\nc: ]\n", 4, 4],
  ])("says where %s stands", (_, text, line, column) => {
    const error = errorOf(text);

    expect(error.message).toMatch(new RegExp(`^line ${line}, column ${column}: .`));
    expect(error).toMatchObject({ line, column, cause: expect.any(Error) });
  });

  test.each([
    ["flow", (depth: number) => "[".repeat(depth) + "]".repeat(depth)],
    ["block", (depth: number) => `${"- ".repeat(depth)}a`],
  ])(
    "reads %s collections that nest as deep as any real one, and refuses what nests without end",
    (_, nest) => {
      expect(scan(nest(400)).documents).toHaveLength(1);
      expect(() => scan(nest(20_000))).toThrow(/^line 1, column \d+: nesting exceeded maxDepth/);
    },
  );

  test("reads a closing bracket at its parent's indentation, which only the second reader does", () => {
    const text = "a:\n  b: [\n    x\n  ]\nc: &x [\n  y\n]\nd: *x\n";
    expect(() => strictEvents(text, 500)).toThrow(YamlSyntaxError);

    const yaml = scan(text);

    expect([...yaml.targets.values()].map((node) => scalarText(yaml, node + 1))).toEqual(["y"]);
  });

  test("complains in the words of the first reader where neither reads a text", () => {
    const text = "a: [\n";
    const { message } = errorOf(text);

    expect(() => strictEvents(text, 500)).toThrow(message);
  });
});
