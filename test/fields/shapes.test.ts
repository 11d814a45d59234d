import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { pin } from "./pinning.ts";

const keys = [
  "spec",
  "template",
  "containers",
  "initContainers",
  "container",
  "script",
  "image",
  "volumes",
  "reference",
  "rbd",
  "metadata",
  "annotations",
  "dapr.io/sidecar-image",
  "name",
  "env",
  "value",
  "args",
  "command",
  "items",
  "kind",
  "apiVersion",
  "status",
  "values",
  "repository",
  "tag",
  "digest",
  "images",
  "newTag",
  "steps",
  "params",
  "bundle",
  "data",
  "manifest",
  "resource",
  "<<",
  "x",
] as const;
const texts = [
  "nginx:1",
  "r.io/a",
  "a: b",
  "{",
  "--x-image=a:1",
  "--x-image",
  "RELATED_IMAGE_X",
  "bundle",
  "v1",
  "Pod",
  "HelmRelease",
  "",
  "auto",
  "$(X)",
];
const scalar = fc.oneof(fc.constantFrom(...texts), fc.constantFrom(null, true, 3, 1.5));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    scalar,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...keys), tie("tree"), { maxKeys: 6 }),
  ),
}));
const identity = fc.constantFrom(
  ["v1", "Pod"],
  ["v1", "ConfigMap"],
  ["apps/v1", "Deployment"],
  ["tekton.dev/v1", "Pipeline"],
  ["argoproj.io/v1alpha1", "Application"],
  ["helm.toolkit.fluxcd.io/v2", "HelmRelease"],
  ["kustomize.toolkit.fluxcd.io/v1", "Kustomization"],
  ["source.toolkit.fluxcd.io/v1", "OCIRepository"],
  ["nvidia.com/v1", "ClusterPolicy"],
  ["acme.io/v1", "WidgetList"],
);
const options = String.raw`
onError: warn
fieldSpecs:
- {path: "spec/**/image", in: repositoryAndTag, digestKey: digest}
- {path: spec/x, in: yaml}
- {path: spec/args, in: text, pattern: "(?<image>r.io/\\S+)"}
- {path: "spec/*/x"}
- {path: metadata, digestKey: digest}`;

describe("findImages", () => {
  test("takes any shape, changes nothing but references, and nothing the second time", async () => {
    await fc.assert(
      fc.asyncProperty(
        identity,
        fc.dictionary(fc.constantFrom(...keys), tree, { maxKeys: 6 }),
        fc.boolean(),
        async ([apiVersion, kind], body, user) => {
          const text = stringify({ ...body, apiVersion, kind });

          const first = await pin(text, user ? options : "onError: warn");
          const again = await pin(
            first.text.replaceAll("<digest>", `sha256:${"1".repeat(64)}`),
            user ? options : "onError: warn",
          );

          expect(
            first.text.replaceAll(/@<digest>|,? *\n? *"?digest"?: "?<digest>"?/g, "").length,
          ).toBeLessThanOrEqual(text.length + 2);
          expect(again.asked).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ["a text where maps are expected", "spec: {template: hello, containers: x, volumes: y}"],
    ["nulls", "spec: {containers: [null, {image: null}, {image: ~}], template: null}\nmetadata: null"],
    ["numbers", "spec: {containers: [1, 2.5, {image: 3}], volumes: [{image: 4}]}"],
    ["lists where texts are expected", "spec: {containers: [{image: [a]}]}"],
    ["lists of lists", "spec: {containers: [[{image: a:1}], [[]]]}"],
    ["duplicate keys", "spec: {containers: [{image: a:1, image: b:1}], containers: [{image: c:1}]}"],
    ["deep nesting", `spec: ${"{a: ".repeat(450)}1${"}".repeat(450)}`],
    ["keys that are no texts", "spec: {? {a: b} : {image: a:1}, ? [1] : x}"],
    [
      "aliases into container lists",
      "x: &c [{image: a:1}]\nspec: {containers: *c, template: {spec: {initContainers: *c}}}",
    ],
    ["aliases of aliases", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nspec: {containers: [*c, *c, *c]}"],
    // A pattern that runs across lines would need minutes.
    [
      "a text of empty lines where lines hold images",
      `spec: {containers: [{env: [{name: X_IMAGES, value: "${"\\n".repeat(300_000)}"}]}]}`,
    ],
    [
      "merge keys in circles of names",
      "a: &a {image: a:1}\nb: &b {<<: [*a, *a]}\nspec: {containers: [{<<: [*b, *b, *a]}]}",
    ],
  ])("is no crash on %s", async (_, body) => {
    const { text } = await pin(`apiVersion: v1\nkind: Pod\n${body}\n`, "onError: warn");

    expect(text).toContain("kind: Pod");
  });

  test("pins an anchored container list once, wherever it is used", async () => {
    const text =
      "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: x}\nspec:\n  a: {containers: &c [{image: a:1}]}\n  b: {containers: *c}\n";

    expect(await pin(text)).toMatchObject({ text: text.replace("a:1", "a:1@<digest>"), asked: ["a:1"] });
  });
});
