import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

/** What is told, and never written to. */
async function told(spec: string): Promise<readonly string[]> {
  const text = `apiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: w}\nspec: ${spec}\n`;
  const { text: after, asked, told } = await pin(text);
  expect({ after, asked }).toEqual({ after: text, asked: [] });
  return told.map((each) => /"([^"]*)" reads as an image/.exec(each)?.[1] ?? each);
}

describe("a text that names images and is none", () => {
  test.each([
    ["a setting", "{args: [--agent=r.io/a:1]}", ["r.io/a:1"]],
    ["a line of an environment", "{env: [AGENT=r.io/a:1]}", ["r.io/a:1"]],
    ["a scheme of Docker's", "{url: 'docker://r.io/a:1'}", ["r.io/a:1"]],
    ["a list with commas", "{images: 'r.io/a:1,r.io/b:2'}", ["r.io/a:1", "r.io/b:2"]],
    ["a list with spaces", "{extra: 'r.io/a:1  r.io/b:2'}", ["r.io/a:1", "r.io/b:2"]],
    ["a list with names", "{defaultImages: 'a=r.io/a:1;b=r.io/b:2'}", ["r.io/a:1", "r.io/b:2"]],
    ["a list with lines", "{images: 'r.io/a:1\n\n  r.io/b:2'}", ["r.io/a:1", "r.io/b:2"]],
  ])("is told, image by image: %s", async (_, spec, expected) => {
    expect(await told(spec)).toEqual(expected);
  });

  test.each([
    ["what is pushed", "{args: [--destination=r.io/a:1, --push-to=r.io/a:1]}"],
    ["what is pushed, in two parts", "{args: [--tag, 'r.io/a:1']}"],
    ["what a result is called", "{env: [{name: OUTPUT_IMAGE, value: 'r.io/a:1'}]}"],
    ["a chart", "{url: 'oci://r.io/charts/a:1'}"],
    ["short names", "{images: 'a:1,b:2'}"],
    ["prose", "{note: 'see r.io/a:1, and others'}"],
    ["addresses", "{brokers: 'a.io:9092/x,b.io:9092/x'}"],
  ])("is left unspoken where it is %s", async (_, spec) => {
    expect(await told(spec)).toEqual([]);
  });
});

describe("a reference in parts", () => {
  test.each([
    ["a name of a registry beside a tag", "{app: {name: ghcr.io/acme/a, tag: v1}}"],
    ["an address of a registry beside a tag", "{app: {repositoryUrl: ghcr.io/acme/a, tag: v1}}"],
    ["keys with slashes", `{app: {"my/repository": ghcr.io/acme/a, "my/tag": v1}}`],
    [
      "parts that a merge key brings in",
      "{all: &a {repository: ghcr.io/acme/a, tag: v0}, web: {<<: *a, tag: v1}}",
    ],
  ])("is told of %s", async (_, spec) => {
    const text = `apiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: w}\nspec: ${spec}\n`;

    expect((await pin(text)).told).toContainEqual(
      expect.stringMatching(/"ghcr\.io\/acme\/a:v1" reads as an image/),
    );
  });
});

test.each([
  ["string: 'r.io/a:1'", "image", ".string"],
  ["array: ['r.io/a:1']", "extra-images", ".array[0]"],
  ["array: ['r.io/a:1']", "image", ".array[0]"],
  ["map: {web: 'r.io/a:1'}", "images", ".map.web"],
])("what a plugin of Argo CD is told is told: %s of %s", async (value, name, place) => {
  const source = `{plugin: {parameters: [{name: other, string: x}, {name: ${name}, ${value}}]}}`;
  const text = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: ${source}}\n`;

  expect((await pin(text)).told).toEqual([
    expect.stringContaining(`warning spec.source.plugin.parameters[1]${place}: "r.io/a:1" reads as an image`),
  ]);
});
