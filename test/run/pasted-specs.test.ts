import { describe, expect, test } from "vitest";
import { formatFieldSpecs } from "../../src/report/field-specs.ts";
import { explain } from "../../src/run/explain.ts";
import { pin } from "../fields/pinning.ts";

function widget(spec: string): string {
  return `apiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: w}\nspec: ${spec}\n`;
}

/** The fieldSpecs that `explain` prints, and what comes of them in a run. */
async function paste(text: string) {
  const specs = formatFieldSpecs((await explain(text)).explanations);
  return { specs, ...(await pin(text, specs)) };
}

describe("fieldSpecs of `explain`, pasted as they are", () => {
  test.each([
    ["a key with a dot", `{"a.b": {image: r.io/a:1}}`],
    ["a key with a slash", `{"a/b": {image: r.io/a:1}}`],
    ["a key with a tilde", `{"a~1b": {image: r.io/a:1}}`],
    ["a key that is a star", `{"**": {image: r.io/a:1}}`],
    ["a key with quotes", `{"é#: '\\"": {image: r.io/a:1}}`],
    ["a key that is a number", "{1: {image: r.io/a:1}}"],
    ["a list of lists of maps", "{jobs: [[{image: r.io/a:1}], [{image: r.io/a:1}]]}"],
    ["a list of lists of images", "{images: [[r.io/a:1], [r.io/a:1]]}"],
    ["a map of maps", "{images: {a: {b: r.io/a:1}}}"],
    ["a variable among others", "{env: [{name: AGENT, value: r.io/a:1}, {name: LEVEL, value: info}]}"],
    ["a setting among others", "{things: [{key: a, val: r.io/a:1}, {key: b, val: info}]}"],
    ["parts below a key with a slash", `{"a/b.c": {repository: r.io/a, tag: "1"}}`],
    ["parts in a list of lists", `{jobs: [[{repository: r.io/a, tag: "1"}]]}`],
    ["a tag with a word before it", `{web: {repository: r.io/a, versionTag: "1"}}`],
    ["a tag with a word before it, in an image", `{imageSpec: {repository: r.io/a, versionTag: "1"}}`],
    ["a name behind what is called repository", `{web: {repository: r.io, image: a, version: "1"}}`],
    ["a text of JSON", `{config: '{"containers": [{"image": "r.io/a:1"}]}'}`],
    [
      "a text of objects",
      "{config: 'kind: Pod\n\n    apiVersion: v1\n\n    spec: {containers: [{image: r.io/a:1}]}'}",
    ],
    [
      "several in one map",
      `{web: {agentRepository: r.io/a, agentTag: "1", image: r.io/a:1, proxyImage: r.io/a, proxyImageTag: "1"}}`,
    ],
  ])("settle all that was found: %s", async (_, spec) => {
    const { specs, asked, told } = await paste(widget(spec));

    expect(specs).toContain("kind: Widget");
    expect(told.filter((each) => !each.startsWith("info"))).toEqual([]);
    expect(new Set(asked)).toEqual(new Set(["r.io/a:1"]));
  });

  test("settle an annotation and a variable of a Deployment", async () => {
    const text =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, annotations: {acme.io/agent: r.io/b:1}}\nspec: {template: {spec: {containers: [{name: c, image: r.io/a:1, env: [{name: X, value: r.io/c:1}, {name: Y, value: y}]}]}}}\n";

    const { asked, told } = await paste(text);

    expect(asked).toEqual(["r.io/b:1", "r.io/a:1", "r.io/c:1"]);
    expect(told.filter((each) => !each.startsWith("info"))).toEqual([]);
  });

  test("settle a field of Flux's Kustomization", async () => {
    const text =
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\nspec: {postBuild: {substitute: {AGENT: r.io/a:1}}}\n";

    expect((await paste(text)).asked).toEqual(["r.io/a:1"]);
  });

  test.each([
    ["what cannot be read as an image", "{image: r.io/A:1}"],
    ["a tag that none can have", "{image: r.io/a:1.0+b}"],
    ["parts whose digest has a key that no path names", `{m: {"my.repository": r.io/a, "my.tag": v1}}`],
    [
      "parts whose digest has a key that no configuration takes",
      `{m: {"my repository": r.io/a, "my tag": v1}}`,
    ],
    ["an element that nothing tells from the others", "{things: [{val: r.io/a:1}, {val: info}]}"],
    ["a list of images and others", "{things: [r.io/a:1, info]}"],
    ["a text within a text", `{patch: 'a: {values: "b: 1\\n\\nimage: r.io/a:1"}'}`],
  ])("are none for %s", async (_, spec) => {
    expect((await paste(widget(spec))).specs).toBe("fieldSpecs: []\n");
  });
});
