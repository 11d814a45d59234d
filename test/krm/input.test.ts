import { describe, expect, test } from "vitest";
import { type Input, readInput } from "../../src/krm/input.ts";
import { InputError } from "../../src/krm/input-error.ts";
import { identityOf, readResource } from "../../src/krm/resource.ts";
import { childOf, kindOf, scalarText } from "../../src/yaml/node.ts";

function kindsOf({ yaml, items }: Input): readonly (string | undefined)[] {
  return items.map((item) => scalarText(yaml, childOf(yaml, item, "kind")));
}

const pod = "apiVersion: v1\nkind: Pod\n";
const list = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- kind: Pod\n- kind: Job\n";

describe("readInput", () => {
  test.each([
    ["block style", list],
    ["flow style", "{kind: ResourceList, items: [{kind: Pod}, {kind: Job}]}"],
    ["JSON", '{"kind":"ResourceList","items":[{"kind":"Pod"},{"kind":"Job"}]}'],
    ["markers around it", `---\n# c\n---\n${list}---\n# c\n...\n`],
    ["a byte order mark and carriage returns", `\ufeff${list}`.replaceAll("\n", "\r\n")],
    ["items that are an alias", "x: &x [{kind: Pod}, {kind: Job}]\nkind: ResourceList\nitems: *x\n"],
    ["an item that is an alias", "x: &x {kind: Job}\nkind: ResourceList\nitems: [{kind: Pod}, *x]\n"],
    ["a quoted kind", list.replace("ResourceList", '"ResourceList"')],
  ])("reads a ResourceList in %s", async (_, text) => {
    const input = await readInput(text);

    expect(input.kind).toBe("ResourceList");
    expect(kindsOf(input)).toEqual(["Pod", "Job"]);
  });

  test.each([
    ["are missing", "kind: ResourceList\n"],
    ["are nothing", "kind: ResourceList\nitems:\n"],
    ["are null", "kind: ResourceList\nitems: null\n"],
    ["are an empty list", "kind: ResourceList\nitems: []\n"],
  ])("reads a ResourceList whose items %s", async (_, text) => {
    expect((await readInput(text)).items).toEqual([]);
  });

  test("keeps items that are no objects", async () => {
    const input = await readInput("kind: ResourceList\nitems: [{kind: Pod}, null, a, [b]]\n");

    expect(input.items.map((item) => kindOf(input.yaml, item))).toEqual([
      "mapping",
      "scalar",
      "scalar",
      "sequence",
    ]);
  });

  test.each([
    ["a map", "functionConfig: {kind: ConfigMap}\n", "ConfigMap"],
    ["an alias", "x: &x {kind: ConfigMap}\nfunctionConfig: *x\n", "ConfigMap"],
    ["null", "functionConfig: null\n", undefined],
    ["nothing", "functionConfig:\n", undefined],
  ])("reads a functionConfig that is %s", async (_, lines, kind) => {
    const input = await readInput(`${list}${lines}`);

    if (input.kind !== "ResourceList") throw new Error("the test needs a ResourceList");
    expect(scalarText(input.yaml, childOf(input.yaml, input.functionConfig, "kind"))).toBe(kind);
  });

  test.each<[string, string, readonly string[]]>([
    ["one document", pod, ["Pod"]],
    ["several", `---\n${pod}---\n${pod.replace("Pod", "Job")}...\n`, ["Pod", "Job"]],
    ["comments and empty ones between", `# a\n---\n# b\n---\n${pod}---\n---\n# c\n`, ["Pod"]],
    ["null between", `null\n---\n${pod}--- ~\n--- !!null\n`, ["Pod"]],
    ["JSON", '{"apiVersion":"v1","kind":"List","items":[]}\n', ["List"]],
    [
      "JSON objects one behind the other",
      '{"apiVersion":"v1","kind":"Pod"}{"apiVersion":"v1","kind":"Job"}',
      ["Pod", "Job"],
    ],
    [
      "lines of JSON",
      '\n{"apiVersion":"v1","kind":"Pod","a":"} {\\""}\n# c {\n{"apiVersion":"v1",\n"kind":"Job"} \r\n',
      ["Pod", "Job"],
    ],
    ["a kind behind an alias", "apiVersion: &a v1\nkind: *a\n", ["v1"]],
    ["a kind with a tag of its own", "apiVersion: !mine v1\nkind: !<x> Pod\n", ["Pod"]],
  ])("reads a stream of %s", async (_, text, kinds) => {
    const input = await readInput(text);

    expect(input.kind).toBe("stream");
    expect(kindsOf(input)).toEqual(kinds);
  });

  test.each([
    ["nothing", ""],
    ["white space", " \n\t\r\n"],
    ["line breaks of YAML 1.1", "\u0085\u2028 \u2029\ufeff"],
    ["a byte order mark", "\ufeff"],
  ])("refuses %s as empty", async (_, text) => {
    await expect(readInput(text)).rejects.toThrow(InputError);
    await expect(readInput(text)).rejects.toThrow(
      "the input must hold a ResourceList or manifests, but it is empty: is the command before this one right?",
    );
  });

  test.each([
    ["a comment", "# Source: x\n"],
    ["a marker", "---\n"],
    ["markers and a comment", "---\n# Source: x\n---\n...\n"],
    ["null", "null\n"],
    ["a directive", "%YAML 1.2\n---\n"],
  ])("reads a stream without objects of %s", async (_, text) => {
    expect(await readInput(text)).toMatchObject({ kind: "stream", items: [] });
  });

  test("reads the identity of an object that merge keys bring in", async () => {
    const { yaml, items } = await readInput(
      "a: &a {apiVersion: v1, kind: Pod}\nm: &m {name: web}\n<<: *a\nmetadata: {<<: *m}\n",
    );

    expect(items.map((item) => identityOf(readResource(yaml, item)))).toEqual([
      { apiVersion: "v1", kind: "Pod", name: "web" },
    ]);
  });

  test.each([
    ["text between them", '{"apiVersion":"v1","kind":"Pod"},{"apiVersion":"v1","kind":"Job"}'],
    ["markers as well", '{"apiVersion":"v1","kind":"Pod"}{"apiVersion":"v1","kind":"Job"}\n---\n{}'],
    ["no JSON", "{apiVersion: v1, kind: Pod}{apiVersion: v1, kind: Job}"],
    ["an open one", '{"apiVersion":"v1","kind":"Pod"}{"apiVersion":"v1"'],
  ])("refuses objects one behind the other with %s, as kubectl passes over some", async (_, text) => {
    await expect(readInput(text)).rejects.toThrow(/^the input must be YAML or JSON: line 1, column /);
  });

  test.each([
    [
      "a log line",
      "Pulling image\n",
      'line 1, column 1: each document must be a Kubernetes object, but here is the text "Pulling image"',
    ],
    [
      "an error page",
      `${pod}---\n<html>${"x".repeat(80)}</html>\n`,
      `line 4, column 1: each document must be a Kubernetes object, but here is the text "<html>${"x".repeat(54)}…"`,
    ],
    [
      "a list",
      `- ${pod.replace("\n", "\n  ")}`,
      "line 1, column 1: each document must be a Kubernetes object, but here is a list",
    ],
    [
      "a values file",
      "image: nginx\n",
      "line 1, column 1: each document must be a Kubernetes object with `apiVersion`, but that is missing here",
    ],
    [
      "an object without kind",
      "# c\napiVersion: v1\n",
      "line 2, column 1: each document must be a Kubernetes object with `kind`, but that is missing here",
    ],
    [
      "an object whose kind is nothing",
      "apiVersion: v1\nkind:\n",
      "line 1, column 1: each document must be a Kubernetes object with `kind`, but here is nothing",
    ],
    [
      "an object whose kind is a map",
      "apiVersion: v1\nkind: {a: b}\n",
      "line 1, column 1: each document must be a Kubernetes object with `kind`, but here is a map",
    ],
    [
      "an object whose kind is an empty list",
      "apiVersion: v1\nkind: []\n",
      "line 1, column 1: each document must be a Kubernetes object with `kind`, but here is a list",
    ],
    [
      "an object whose apiVersion is a number",
      "apiVersion: 1\nkind: Pod\n",
      'line 1, column 1: each document must be a Kubernetes object with `apiVersion`, but here is "1", which kubectl reads as a number: quote it if it is a text',
    ],
    [
      "an object whose kind is a word of YAML 1.1",
      "apiVersion: v1\nkind: yes\n",
      'line 1, column 1: each document must be a Kubernetes object with `kind`, but here is "yes", which kubectl reads as a boolean: quote it if it is a text',
    ],
    [
      "an object whose kind is in base64",
      "apiVersion: v1\nkind: !!binary UG9k\n",
      'line 1, column 1: each document must be a Kubernetes object with `kind`, but here is "UG9k", which kubectl reads as binary data: quote it if it is a text',
    ],
    [
      "an empty map",
      "{}\n",
      "line 1, column 1: each document must be a Kubernetes object with `apiVersion`, but that is missing here",
    ],
    [
      "an alias of nothing",
      "a: *b\n",
      "the input must be YAML or JSON: line 1, column 4: alias of an anchor that is not defined before it",
    ],
    [
      "a ResourceList after a manifest",
      `${pod}---\n${list}`,
      "line 4, column 1: a ResourceList must be the only document of the input",
    ],
    [
      "a manifest after a ResourceList",
      `${list}---\n${pod}`,
      "line 7, column 1: a ResourceList must be the only document of the input",
    ],
    [
      "two ResourceLists",
      `${list}---\n${list}`,
      "line 7, column 1: a ResourceList must be the only document of the input",
    ],
    [
      "null before a ResourceList",
      `null\n---\n${list}`,
      "line 1, column 1: a ResourceList must be the only document of the input",
    ],
    [
      "null after a ResourceList",
      `${list}--- null\n`,
      "line 6, column 5: a ResourceList must be the only document of the input",
    ],
    [
      "items that are a map",
      "kind: ResourceList\nitems: {a: b}\n",
      "line 2, column 8: `items` of a ResourceList must be a list, but here is a map",
    ],
    [
      "items that are a text",
      "kind: ResourceList\nitems: none\n",
      'line 2, column 8: `items` of a ResourceList must be a list, but here is the text "none"',
    ],
    [
      "two items keys",
      `${list}items: []\n`,
      "line 6, column 8: a ResourceList must have one `items`, but here is another",
    ],
    [
      "items that a merge key brings in",
      "x: &x {items: [a]}\n<<: *x\nkind: ResourceList\n",
      "line 1, column 15: `items` of a ResourceList must be written out, but a merge key brings them in",
    ],
    [
      "a functionConfig that a merge key brings in",
      "kind: ResourceList\nitems: []\n<<: {functionConfig: {kind: ConfigMap}}\n",
      "line 3, column 22: `functionConfig` of a ResourceList must be written out, but a merge key brings it in",
    ],
    [
      "two results keys, the second empty",
      `${list}results: []\nresults:\n`,
      "line 7, column 1: a ResourceList must have one `results`, but here is another",
    ],
  ])("refuses %s and says where and why", async (_, text, message) => {
    const error = await readInput(text).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toBe(message);
  });

  test.each([
    ["a truncated list", `${list}- kind: "Po`],
    ["truncated JSON", '{"kind":"ResourceList","items":[{"kind":"Pod"}'],
    ["a tab for indentation", "kind: ResourceList\nitems:\n\t- a\n"],
  ])("refuses %s with line and column", async (_, text) => {
    await expect(readInput(text)).rejects.toThrow(
      /^the input must be YAML or JSON: line \d+, column \d+: \S/,
    );
  });
});
