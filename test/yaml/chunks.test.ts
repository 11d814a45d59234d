import { readdirSync, readFileSync, statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventAt } from "../../src/yaml/event-table.ts";
import { scan, type YamlText } from "../../src/yaml/scan.ts";
import { YamlSyntaxError } from "../../src/yaml/syntax-error.ts";
import { isMissing } from "../support/missing.ts";

/** All that is known of a text, or what is wrong with it. */
function scanned(text: string, partSize?: number): unknown {
  try {
    return essence(scan(text, partSize === undefined ? {} : { partSize }));
  } catch (error) {
    if (error instanceof YamlSyntaxError) return error.message;
    throw error;
  }
}

function essence({ events, targets, documents }: YamlText): unknown {
  const all = Array.from({ length: events.length }, (_, node) => [
    eventAt(events, node),
    events.starts[node],
    events.ends[node],
    events.styles[node],
  ]);
  return { all, targets: [...targets], documents };
}

function list(items: readonly string[], indentation = ""): string {
  const lines = items.flatMap((item) =>
    item.split("\n").map((line, n) => (n === 0 ? `- ${line}` : `  ${line}`)),
  );
  return `kind: ResourceList\nitems: # these\n${lines.map((line) => `${indentation}${line}\n`).join("")}`;
}

const items = [
  "a: 1",
  "a: |\n  - b\n\n  c",
  "a: >-\n  - b\n",
  'a: "b\n  - c"',
  "a: 'b\n\n  c'\nd: *x",
  "a: &x {b: [1,\n  2]}",
  "- b\n- - c",
  "# nothing\na: !!str 1",
  "a:\n- b\n- c: d # e",
  "? [a]\n: b",
  "plain\n  text",
  "",
  "|+\n  text\n\n",
];
const tails = [
  "",
  "functionConfig: {a: 1}\n",
  "results:\n- message: a\n",
  "metadata: {}\n",
  "...\n",
  "---\na: 1\n",
  "# end",
  "x: y",
];

describe("scan", () => {
  test.each<[string, string]>([
    ["a list", list(["a: 1", "a: 2", "a: 3"])],
    ["an indented list", list(["a: 1", "a: 2", "a: 3"], "  ")],
    ["lines with carriage returns", list(["a: 1", "a: |\n  b", "a: 3"]).replaceAll("\n", "\r\n")],
    ["comments between the items", list(["a: 1\n# b", "a: 2"]).replace("# b", "# b\n# c\n\n# d")],
    ["a document marker before a list", `---\n${list(["a: 1", "a: 2"])}`],
    ["an alias in another item", list(["a: &x 1", "b: *x"])],
    ["an alias of nothing", list(["a: &x 1", "b: *y"])],
    ["an item in the wrong column", list(["a: 1", "a: 2"]).replace("- a: 2", " - a: 2")],
    ["a key that is written behind the items", `${list(["a: 1", "a: 2"])}other: 1\n`],
    ["a bracket that is never closed", list(["a: [1", "a: 2"])],
    ["brackets that are closed in another item", list(["a: [1", "a: 2]", "a: 3"])],
    ["quotes that are closed in another item", list(['a: "1', 'a: 2"', "a: 3"])],
    ["documents", "a: 1\n---\na: 2\n--- # c\na: 3\n---\n"],
    ["nothing but comments before a document", "# a\n# b\n---\na: 1\n---\n# c\n"],
    ["directives", "%YAML 1.2\n---\na: 1\n...\n%TAG ! tag:x,2000:\n---\nb: !y 1\n"],
    ["dashes in a block", "a: |\n  ---\n  b\n---\nc: d\n"],
    ["dashes in quotes", 'a: "\n--- b"\n---\nc: d\n'],
    ["a mark of the byte order", "\ufeffa: 1\n---\nb: 2\n"],
    ["a mark of the byte order within", "a: 1\n---\n\ufeffb: 2\n"],
    ["JSON", '{"kind": "ResourceList", "items": [\n{"a": 1},\n{"a": 2}\n]}'],
    ["items that are no list", "items:\n  a: 1\n  b: 2\n"],
    ["items in a block", "a: |\n  x\n\nitems:\n- a: 1\n- b: 2\n"],
  ])("reads %s in parts as it reads it whole", (_, text) => {
    const whole = scanned(text);

    for (const size of [0, 1, 7, 20]) expect(scanned(text, size)).toEqual(whole);
  });

  test("reads any list in parts as it reads it whole", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...items), { maxLength: 5 }),
        fc.constantFrom("", " ", "  "),
        fc.constantFrom(...tails),
        fc.integer({ min: 0, max: 60 }),
        (members, indentation, tail, size) => {
          const text = `${list(members, indentation)}${tail}`;
          expect(scanned(text, size)).toEqual(scanned(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  const corpus = new URL("../../../shared/corpus/files/", import.meta.url);

  test.skipIf(isMissing("corpus of manifests at ../shared/corpus", corpus))(
    "reads real manifests in parts as it reads them whole, as a stream and as a list",
    () => {
      const texts = readdirSync(corpus, { recursive: true, encoding: "utf8" }).flatMap((path) => {
        const file = new URL(path, corpus);
        return statSync(file).isFile() ? [readFileSync(file, "utf8")] : [];
      });
      const different = texts.filter((text) => {
        const documents = text.split(/^---.*\n/m).filter((each) => /^\w/m.test(each));
        return [text, list(documents)].some(
          (each) => JSON.stringify(scanned(each, 300)) !== JSON.stringify(scanned(each)),
        );
      });

      expect(texts.length).toBeGreaterThan(1000);
      expect(different).toEqual([]);
    },
  );
});
