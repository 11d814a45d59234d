import { describe, expect, test } from "vitest";
import {
  aliasRange,
  childOf,
  dereference,
  elementsOf,
  entriesOf,
  eventOf,
  isBlockScalar,
  isFlow,
  isMergeKey,
  kindOf,
  type Range,
  rootOf,
  scalarRange,
  scalarText,
  scalarType,
  startOf,
  tagRange,
  valuesOf,
  writtenText,
} from "../../src/yaml/node.ts";
import { scan, type YamlNode, type YamlText } from "../../src/yaml/scan.ts";

interface Read {
  readonly yaml: YamlText;
  readonly root: YamlNode;
  /** The value of `v`. */
  readonly value: YamlNode;
}

async function read(text: string): Promise<Read> {
  const yaml = scan(text);
  const root = rootOf(yaml.documents[0] ?? 0);
  return { yaml, root, value: valuesOf(yaml, root, "v")[0] ?? -1 };
}

function cut({ text }: YamlText, range: Range | undefined): string | undefined {
  return range && text.slice(range.start, range.end);
}

describe("kindOf", () => {
  test.each([
    ["{}", "mapping"],
    ["[]", "sequence"],
    ["a", "scalar"],
    ["", "scalar"],
    ["*x", "alias"],
  ])("tells what %j is", async (text, kind) => {
    const { yaml, value } = await read(`x: &x 1\nv: ${text}\n`);

    expect(kindOf(yaml, value)).toBe(kind);
  });
});

describe("dereference", () => {
  test("gives what an alias stands for, and any other node itself", async () => {
    const { yaml, root, value } = await read("x: &x 1\nv: *x\n");

    expect(scalarText(yaml, dereference(yaml, value))).toBe("1");
    expect(dereference(yaml, root)).toBe(root);
  });
});

describe("entriesOf", () => {
  test("gives entries in order, duplicates, merge keys and nested collections as they stand", async () => {
    const { yaml, root } = await read("a: {x: [1, {y: z}]}\n<<: {b: 1}\na:\n'c': []\n[d]: 2\n");

    const entries = [...entriesOf(yaml, root)];

    expect(entries.map(({ key }) => scalarText(yaml, key))).toEqual(["a", "<<", "a", "c", undefined]);
    expect(entries.map(({ value }) => kindOf(yaml, value))).toEqual([
      "mapping",
      "mapping",
      "scalar",
      "sequence",
      "scalar",
    ]);
  });
});

describe("elementsOf", () => {
  test("gives elements in order, those that are empty too", async () => {
    const { yaml, root } = await read("- [a, [b]]\n-\n- c\n");

    expect([...elementsOf(yaml, root)].map((node) => scalarText(yaml, node))).toEqual([undefined, "", "c"]);
  });
});

describe("valuesOf", () => {
  test("finds a key however it is quoted, and not below", async () => {
    const { yaml, root } = await read("a: 1\n'a': 2\n\"\\x61\": 3\nb: {a: 4}\n");

    expect(valuesOf(yaml, root, "a").map((node) => scalarText(yaml, node))).toEqual(["1", "2", "3"]);
  });
});

describe("childOf", () => {
  test.each([
    ["the last of duplicates", "a: 1\na: 2\n", "2"],
    ["what an alias stands for", "x: &x 1\na: *x\n", "1"],
    ["nothing where the key is missing", "b: 1\n", undefined],
    ["nothing where there is no mapping", "[a, 1]\n", undefined],
    ["nothing in an empty document", "---\n", undefined],
  ])("gives %s", async (_, text, expected) => {
    const { yaml, root } = await read(text);

    expect(scalarText(yaml, childOf(yaml, root, "a"))).toBe(expected);
  });
});

describe("scalarText", () => {
  test.each([
    ["plain # c", "plain"],
    ["two\n  lines", "two lines"],
    ["'it''s'", "it's"],
    ['"\\x41\\u00e9\\U0001F600\\L\\/"', "Aé😀\u2028/"],
    ['"a\\\n  b"', "ab"],
    ["|\n  a\n  b\n", "a\nb\n"],
    [">-\n  a\n  b\n", "a b"],
    ["", ""],
  ])("decodes %j", async (text, expected) => {
    const { yaml, value } = await read(`v: ${text}\n`);

    expect(scalarText(yaml, value)).toBe(expected);
  });
});

describe("scalarType", () => {
  test.each([
    ["a", "string"],
    ["yes", "string"],
    ["1:30", "string"],
    ["0x", "string"],
    [".", "string"],
    ["1e", "string"],
    ['""', "string"],
    ["|", "string"],
    ["!<tag:yaml.org,2002:str> 1", "string"],
    ["", "null"],
    ["NULL", "null"],
    ["!!null a", "null"],
    ["TRUE", "boolean"],
    ["!!bool yes", "boolean"],
    ["1.", "number"],
    ["1e3", "number"],
    ["-.inf", "number"],
    ["!!float 1", "number"],
    ["!mine a", "other"],
    ["!!binary YQ==", "binary"],
    ["[]", undefined],
  ])("says what %j is", async (text, type) => {
    const { yaml, value } = await read(`v: ${text}\n`);

    expect(scalarType(yaml, value)).toBe(type);
  });
});

describe("writtenText", () => {
  test.each([
    ["|\n  a\n\n\n", "a"],
    ["|+\n  a\n\n  b\n\n", "a\n\nb"],
    ['"a\\n"', "a\n"],
    ["a", "a"],
  ])("of %j is %j", async (text, written) => {
    const { yaml, value } = await read(`v: ${text}\n`);

    expect(writtenText(yaml, value)).toBe(written);
  });
});

describe("scalarRange", () => {
  test.each([
    ["a b # c", "a b"],
    ["'a' # c", "a"],
    ['!!str &x "a" # c', "a"],
    ["a\n  b", "a\n  b"],
    ["''", ""],
    ["", undefined],
    ["[a]", undefined],
  ])("is where the text of %j stands", async (text, expected) => {
    const { yaml, value } = await read(`v: ${text}\n`);

    expect(cut(yaml, scalarRange(yaml, value))).toBe(expected);
  });
});

describe("tagRange", () => {
  test("is where a tag stands, and nothing where there is none", async () => {
    const { yaml, root } = await read("[!!str a, &x ! b, c, !!seq []]\n");

    expect([...elementsOf(yaml, root)].map((node) => cut(yaml, tagRange(yaml, node)))).toEqual([
      "!!str",
      "!",
      undefined,
      undefined,
    ]);
  });
});

describe("aliasRange", () => {
  test("is where an alias stands with its asterisk, and nothing for other nodes", async () => {
    const { yaml, root, value } = await read("x: &x-1 1\nv: *x-1 # c\n");

    expect(cut(yaml, aliasRange(yaml, value))).toBe("*x-1");
    expect(aliasRange(yaml, root)).toBeUndefined();
  });
});

describe("isFlow", () => {
  test.each([
    ["[a]", true],
    ["{}", true],
    ["\n- a", false],
    ["\n  a: b", false],
    ["a", false],
  ])("tells of %j whether it stands in brackets", async (text, expected) => {
    const { yaml, value } = await read(`v: ${text}\n`);

    expect(isFlow(yaml, value)).toBe(expected);
  });
});

describe("isBlockScalar", () => {
  test.each([
    ["|\n  a", true],
    [">-\n  a", true],
    ["a", false],
    ["'|'", false],
    ["[]", false],
  ])("tells of %j whether it stands under a header", async (text, expected) => {
    const { yaml, value } = await read(`v: ${text}\n`);

    expect(isBlockScalar(yaml, value)).toBe(expected);
  });
});

describe("startOf", () => {
  test.each([
    ["{a: b}", "{"],
    ["!!seq &x [a]", "["],
    ["\n  - a", "-"],
    ["\n  a: b", "a"],
    ["'a'", "a"],
    ["*y", "*"],
    ["", undefined],
  ])("is where %j begins", async (text, expected) => {
    const { yaml, value } = await read(`y: &y 1\nv: ${text}\n`);
    const start = startOf(yaml, value);

    expect(start === undefined ? undefined : yaml.text[start]).toBe(expected);
  });
});

describe("isMergeKey", () => {
  test.each([
    ["<<", true],
    ["!!merge <<", true],
    ["! <<", true],
    ['"<<"', false],
    ["'<<'", false],
    ["!!str <<", false],
    ["a", false],
  ])("tells of %j whether it merges", async (key, expected) => {
    const { yaml, root } = await read(`${key}: {a: 1}\n`);

    expect([...entriesOf(yaml, root)].map((entry) => isMergeKey(yaml, entry.key))).toEqual([expected]);
  });
});

describe("eventOf", () => {
  test("throws for what is no node", async () => {
    const { yaml } = await read("a: 1\n");

    expect(() => eventOf(yaml, 99)).toThrow(RangeError);
  });
});
