import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { type ResourceList, readInput } from "../../src/krm/input.ts";
import { InputError } from "../../src/krm/input-error.ts";
import { resourceListEdits } from "../../src/krm/resource-list-edit.ts";
import { printableResult, type Result } from "../../src/krm/result.ts";
import { applyEdits } from "../../src/yaml/text-edit.ts";

const earlier = { message: "checked", severity: "warning" };
const fresh: Result = {
  message: 'pinned "nginx"',
  severity: "info",
  resourceRef: { apiVersion: "v1", kind: "Pod", name: "web" },
  field: { path: "spec.containers[0].image", currentValue: "nginx", proposedValue: "nginx:1" },
  file: { path: "web.yaml", index: 0 },
};
const other: Result = { message: "left alone", severity: "warning" };

async function readList(text: string): Promise<ResourceList> {
  const input = await readInput(text);
  if (input.kind === "stream") throw new Error("the test needs a ResourceList");
  return input;
}

async function close(text: string, results: readonly Result[] = [fresh]): Promise<string> {
  return applyEdits(text, await resourceListEdits(await readList(text), results));
}

/** As kpt and kustomize read it: one document, YAML 1.1. */
function read(text: string): Record<string, unknown> {
  const document = parseDocument(text, { version: "1.1", uniqueKeys: true });
  expect(document.errors).toEqual([]);
  return document.toJS();
}

const head = "kind: ResourceList\n";
const list = `${head}items:\n- kind: Pod\n`;
const items = [{ kind: "Pod" }];

describe("envelopeEdits", () => {
  test("finds keys that are aliases", async () => {
    const text = `x: [&i items, &r results]\n${head}*i : [a]\n*r : [b]\n`;

    expect(await close(text, [other])).toBe(
      `x: [&i items, &r results]\n${head}*i : [a]\n*r : [b, {"message":"left alone","severity":"warning"}]\n`,
    );
  });

  test("changes nothing where there is nothing to say", async () => {
    const text = `${list}results: # none yet\n`;

    expect(await close(text, [])).toBe(text);
  });

  test("writes results as the last key, in block style", async () => {
    const output = await close(list);

    expect(output).toBe(`${list}results:
- message: pinned "nginx"
  severity: info
  resourceRef:
    apiVersion: v1
    kind: Pod
    name: web
  field:
    path: spec.containers[0].image
    currentValue: nginx
    proposedValue: nginx:1
  file:
    path: web.yaml
    index: 0
`);
  });

  test.each<[string, string]>([
    ["no results", list],
    ["no final newline", list.trimEnd()],
    ["a final comment", `${list}# the end\n`],
    ["a final comment without a newline", `${list}# the end`],
    ["a document end", `${list}...\n`],
    ["a document end without a newline", `${list}...`],
    ["a comment before the document end", `${list}# the end\n...\n# after\n`],
    ["blank lines at the end", `${list}\n\n`],
    ["a document start", `---\n${list}`],
    ["a directive", `%YAML 1.1\n---\n${list}`],
    ["a byte order mark", `\ufeff${list}`],
    ["an indented root", `  kind: ResourceList\n  items:\n  - kind: Pod\n`],
    ["a root behind its tag", `--- !!map\n${list}`],
    ["results that are nothing", `${list}results:\n`],
    ["results that are nothing, without a newline", `${list}results:`],
    ["results that are nothing, with a comment", `${list}results: # none\n`],
    ["results that are nothing, not last", `results:\n${list}`],
    ["results that are null", `${list}results: null # none\n`],
    ["results that are a tilde", `${list}results: ~\n`],
    ["results that are tagged null", `${list}results: !!null null\n`],
    ["results that are a bare null tag", `${list}results: !!null # none\n`],
    ["results that are an anchored null", `${list}results: &none null\n`],
    ["results as an explicit key", `? kind\n: ResourceList\n? items\n: - kind: Pod\n? results\n`],
    ["results as an explicit key, not last", `? results\n? kind\n: ResourceList\n? items\n: - kind: Pod\n`],
    ["results as an explicit key with a colon", `${list}? results\n:\n`],
    ["an empty list of results", `${list}results: []\n`],
    ["an empty list with a comment", `${list}results: [ # ]\n  ]\n`],
    ["an empty list in the old form", `${list}results: {items: []}\n`],
    ["an old form with other lists", `${list}results: {name: [a], items: []}\n`],
    ["a flow list", "{kind: ResourceList, items: [{kind: Pod}]}\n"],
    ["a flow list with a comma at the end", "{kind: ResourceList, items: [{kind: Pod}], }\n"],
    ["a flow list with a comment at the end", "{kind: ResourceList, items: [{kind: Pod}] # }\n}\n"],
    ["a flow list with a scalar at the end", "{items: [{kind: Pod}], kind: ResourceList}"],
    ["a flow list with bare results", "{kind: ResourceList, results, items: [{kind: Pod}]}\n"],
    ["a flow list with explicit bare results", "{kind: ResourceList, ? results, items: [{kind: Pod}]}\n"],
    ["a flow list with results of nothing", "{kind: ResourceList, items: [{kind: Pod}], results: }\n"],
    ["compact JSON", '{"kind":"ResourceList","items":[{"kind":"Pod"}]}'],
    ["compact JSON with null results", '{"kind":"ResourceList","results":null,"items":[{"kind":"Pod"}]}'],
    ["compact JSON with no results", '{"kind":"ResourceList","results":[],"items":[{"kind":"Pod"}]}'],
    ["pretty JSON", '{\n  "kind": "ResourceList",\n  "items": [\n    {"kind": "Pod"}\n  ]\n}\n'],
  ])("adds valid results to a list with %s", async (_, text) => {
    const output = await close(text, [fresh, other]);

    const { results, ...rest } = read(output);
    expect(rest).toMatchObject({ kind: "ResourceList", items });
    expect([results].flatMap((each) => (each as { items?: unknown }).items ?? each)).toEqual([fresh, other]);
    if (text.startsWith('{"') || text.startsWith('{\n  "')) expect(JSON.parse(output)).toEqual(read(output));
  });

  test.each<[string, string]>([
    ["a block list", `${list}results:\n- message: checked\n  severity: warning\n`],
    ["a block list without a newline", `${list}results:\n- message: checked\n  severity: warning`],
    ["an indented block list", `${list}results:\n    - message: checked\n      severity: warning # kept\n`],
    [
      "a block list before items",
      `results:\n- message: checked\n  severity: warning\n\n# the items\n${list}`,
    ],
    [
      "a block list in the old form",
      `${list}results:\n  items:\n  - message: checked\n    severity: warning\n`,
    ],
    ["a flow list", `${list}results: [{message: checked, severity: warning}]\n`],
    ["a flow list with a comma at the end", `${list}results: [{message: checked, severity: warning} , ]\n`],
    [
      "a flow list with a comma and a comment at the end",
      `${list}results: [\n  {message: checked, severity: warning}, # ]\n  ]\n`,
    ],
    ["a flow list in the old form", `${list}results: {items: [{message: checked, severity: warning}]}\n`],
    [
      "compact JSON",
      '{"kind":"ResourceList","results":[{"message":"checked","severity":"warning"}],"items":[{"kind":"Pod"}]}',
    ],
  ])("keeps earlier results first in %s", async (_, text) => {
    const output = await close(text);

    const { results, ...rest } = read(output);
    expect(rest).toEqual({ kind: "ResourceList", items });
    expect([results].flatMap((each) => (each as { items?: unknown }).items ?? each)).toEqual([
      earlier,
      fresh,
    ]);
    expect(output.length).toBeGreaterThan(text.length);
    if (text.startsWith('{"')) expect(JSON.parse(output)).toEqual(read(output));
  });

  test("does not repeat a result that stands there already", async () => {
    const once = await close(list, [fresh, other]);

    expect(await close(once, [other, fresh])).toBe(once);
  });

  test.each([
    ["|+", "|+\n      text\n\n\n", "text\n\n\n"],
    ["|", "|\n      text\n", "text\n"],
    [">-", ">-\n      text\n", "text"],
    ["plain", "text\n", "text"],
  ])("keeps a last value in %s style as it is", async (_, written, value) => {
    const output = await close(`${list}functionConfig:\n  data:\n    last: ${written}`);

    expect(read(output)).toMatchObject({ functionConfig: { data: { last: value } }, results: [fresh] });
  });

  test("writes the line breaks of the list", async () => {
    const text = `${list}# the end\n...\n`.replaceAll("\n", "\r\n");

    const output = await close(text);

    expect(output.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(read(output)).toMatchObject({ items, results: [fresh] });
  });

  test.each<[string, string, string]>([
    ["a marker", `${list}---\n`, list],
    ["a marker without a newline", `${list}---`, list],
    ["a marker with blanks", `${list}---  \n`, list],
    [
      "a marker with a carriage return",
      "kind: ResourceList\r\nitems: []\r\n---\r\n",
      "kind: ResourceList\r\nitems: []\r\n",
    ],
    ["several markers", `${list}---\n---\n`, list],
    ["a marker before a comment", `${list}--- # the end\n`, `${list}# the end\n`],
    ["a document end before a marker", `${list}...\n---\n# the end\n`, `${list}...\n# the end\n`],
  ])("takes away %s behind the list, which would begin a second document", async (_, text, expected) => {
    expect(await close(text, [])).toBe(expected);
    expect(read(await close(text))).toMatchObject({ results: [fresh] });
  });

  test("keeps dashes that are text", async () => {
    const text = `${list}functionConfig:\n  data: |\n    ---\n    a\n`;

    expect(await close(text, [])).toBe(text);
  });

  test.each<[string, string, string]>([
    ["missing", head, `${head}items: []\n`],
    ["nothing", `${head}items:\n`, `${head}items: []\n`],
    ["nothing, with a comment", `${head}items: # none\n`, `${head}items: [] # none\n`],
    ["null", `${head}items: null\nfunctionConfig: {}\n`, `${head}items: []\nfunctionConfig: {}\n`],
    ["tagged null", `${head}items: !!null\n`, `${head}items: []\n`],
    ["missing in flow style", "{kind: ResourceList}\n", '{kind: ResourceList, "items": []}\n'],
    ["bare in flow style", "{items, kind: ResourceList}\n", "{items: [], kind: ResourceList}\n"],
    ["missing in JSON", '{"kind":"ResourceList"}', '{"kind":"ResourceList", "items": []}'],
    ["null in JSON", '{"items":null,"kind":"ResourceList"}', '{"items":[],"kind":"ResourceList"}'],
  ])("says that there are no items where `items` is %s", async (_, text, expected) => {
    expect(await close(text, [])).toBe(expected);
    expect(read(expected)).toMatchObject({ items: [] });
  });

  test.each([
    ["block style", head],
    ["flow style", "{kind: ResourceList}"],
    ["pretty JSON", '{\n  "kind": "ResourceList"\n}\n'],
  ])("adds `items` before `results` in %s", async (_, text) => {
    expect(read(await close(text))).toEqual({ kind: "ResourceList", items: [], results: [fresh] });
  });

  test.each([
    [
      "YAML 1.1's words",
      ["yes", "on", "null", "~", "0777", "1_000", "12:30:00", "2001-12-14", "1e3", ".inf", "0x1F"],
    ],
    [
      "signs of YAML",
      ["a: b", "a #b", "- a", "{a", "*a", "&a", "!a", "%a", "@a", "`a", "'a", '"a', "|", ">"],
    ],
    ["white space", ["", " ", " a", "a ", "a\nb", "\na", "a\n\n", "a\tb", "\t"]],
    [
      "characters that readers refuse",
      ["a\u0000b", "a\u007fb", "a\u0085b", "a\u009bb", "a\u2028b", "a\ufeffb", "\ufeff"],
    ],
    ["characters of two units", ["😀", "a😀b"]],
  ])("writes results with %s so that they are read back", async (_, values) => {
    const results = values.map(
      (value): Result => ({ ...fresh, message: value, field: { path: value, currentValue: value } }),
    );

    for (const text of [list, list.replaceAll("\n", "\r\n"), `${list}results: []\n`]) {
      const output = await close(text, results);

      expect(read(output).results).toEqual(results.map(printableResult));
      // What go-yaml refuses, or takes for a line break.
      expect(output).not.toMatch(/[^\P{Cc}\t\r\n]|[\u2028\u2029\ufeff\ufffe\uffff]/u);
    }
  });

  test.each([
    ["a text", "results: none\n"],
    ["a map", "results: {a: b}\n"],
    ["an alias", "a: &a []\nresults: *a\n"],
  ])("refuses results that are %s", async (_, line) => {
    await expect(close(list + line)).rejects.toThrow(InputError);
  });
});
