import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

function deployment(skip: string, rest = ""): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {tier: dev, app: web}, annotations: {${skip}}}
spec:
  template:
    spec:
      initContainers:
      - {name: init, image: init:1}
      containers:
      - name: web
        image: web:1${rest}
      - name: log
        image: log:1
`;
}

describe("the annotation pin-digests.fn.kpt.dev/skip", () => {
  test.each([
    ['"true"', []],
    ['"false"', ["init:1", "web:1", "log:1"]],
    ["web", ["init:1", "log:1"]],
    ['"web, log"', ["init:1"]],
    ['"web\\nlog"', ["init:1"]],
    ["'spec.template.spec.containers[0].image'", ["init:1", "log:1"]],
    ["'spec.template.spec.containers[].image'", ["init:1"]],
    ["'spec/template/spec/containers[]/image'", ["init:1"]],
    ["other", ["init:1", "web:1", "log:1"]],
  ])("with %s leaves only %j", async (value, asked) => {
    expect((await pin(deployment(`pin-digests.fn.kpt.dev/skip: ${value}`))).asked).toEqual(asked);
  });

  test("is told where all is told", async () => {
    const whole = await pin(deployment('pin-digests.fn.kpt.dev/skip: "true"'), "report: all");
    const part = await pin(deployment("pin-digests.fn.kpt.dev/skip: web"), "report: all");

    expect(whole.told).toEqual(["info -: left alone: its annotation `pin-digests.fn.kpt.dev/skip` says so"]);
    expect(part.told).toContain(
      "info spec.template.spec.containers[0].image: left alone: the annotation `pin-digests.fn.kpt.dev/skip` names it",
    );
  });
});

describe("the comment pin-digests: skip", () => {
  test.each([[" # pin-digests: skip"], [" # ours; pin-digests:skip, see above"]])(
    "leaves the image before%s alone",
    async (comment) => {
      const { asked, told } = await pin(deployment("", comment), "report: all");

      expect(asked).toEqual(["init:1", "log:1"]);
      expect(told).toContain(
        "info spec.template.spec.containers[0].image: left alone: the comment on its line says so",
      );
    },
  );

  test("is looked for once in a line, however many images stand on it", async () => {
    const containers = Array.from({ length: 4 }, (_, at) => `{name: c${at}, image: a${at}:1}`);
    const text = (inner: string, end: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [${containers.join(", ")}${inner}]}${end}\n`;

    expect((await pin(text("", " # pin-digests: skip"))).asked).toEqual([]);
    expect((await pin(text(", # pin-digests: skip\n  {image: b:1}", ""))).asked).toEqual(["b:1"]);
    expect((await pin(text("", ` ${"# ".repeat(5)}pin-digests: x`))).asked).toHaveLength(4);
  });

  test.each([
    ["image: a:1 # pin-digests: skip, or pin-digests: not", []],
    ["image: a:1 # pin-digests: not, but pin-digests: skip", []],
    ["image: a:1 #pin-digests:\tskip", []],
    ["image: |- # pin-digests: skip\n      a:1", []],
    ["image: 'a:1'   # pin-digests: skip", []],
    ["image: &x a:1 # pin-digests: skip", []],
    ["image: a:1\n    # pin-digests: skip", ["a:1"]],
    ["image: a:1 # pin-digests: skipper", ["a:1"]],
    ["name: x # pin-digests: skip\n    image: a:1", ["a:1"]],
  ])("stands on the line of %j", async (image, asked) => {
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - ${image}\n`;

    expect((await pin(text)).asked).toEqual(asked);
  });
});

describe("resources", () => {
  test.each([
    ["exclude: [{kind: Deploy}]", 3],
    ["exclude: [{kind: Deploy.*}]", 0],
    ["exclude: [{group: apps, version: v1, kind: Deployment, name: w.b, namespace: shop}]", 0],
    ["exclude: [{name: other}, {labelSelector: 'tier=dev,app in (web, api),!gone'}]", 0],
    ["exclude: [{labelSelector: 'tier!=dev'}]", 3],
    ["exclude: [{labelSelector: 'app notin (web)'}]", 3],
    ["exclude: [{annotationSelector: 'team'}]", 0],
    ["include: [{kind: Deployment}]", 3],
    ["include: [{kind: Pod}]", 0],
    ["include: [{kind: Deployment}], exclude: [{name: web}]", 0],
  ])("{%s} lets %d images in", async (selection, count) => {
    const text = deployment("team: a");
    const inList = `apiVersion: v1\nkind: List\nitems:\n- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`;

    expect((await pin(text, `resources: {${selection}}`)).asked).toHaveLength(count);
    expect((await pin(inList, `resources: {${selection}}`)).asked).toHaveLength(count);
  });

  test("are told where all is told", async () => {
    const { told } = await pin(
      deployment(""),
      "report: all\nresources: {exclude: [{kind: Job}, {name: web}]}",
    );

    expect(told).toEqual(["info -: left alone: it matches `resources.exclude[1]`"]);
  });

  test.each([
    ["{include: [{kind: '('}]}", "`resources.include[0].kind` must be a regular expression"],
    ["{exclude: [{labelSelector: a in b}]}", "`resources.exclude[0].labelSelector` must be a selector"],
    ["{exclude: [{}]}", "`resources.exclude[0]` must say which objects are meant"],
    ["{exclude: [{kinds: Job}]}", "unknown field `kinds`: did you mean `kind`?"],
  ])("%s is refused", async (selection, message) => {
    expect((await pin(deployment(""), `resources: ${selection}`)).told[0]).toContain(message);
  });
});

describe("precedence", () => {
  const spec = "fieldSpecs: [{kind: Deployment, path: 'spec/template/spec/containers[]/image'}]";

  test.each([
    [
      "an excluded resource over a fieldSpec",
      deployment(""),
      `${spec}\nresources: {exclude: [{kind: Deployment}]}`,
      [],
    ],
    ["an annotated resource over a fieldSpec", deployment('pin-digests.fn.kpt.dev/skip: "true"'), spec, []],
    [
      "an annotated field over a fieldSpec",
      deployment("pin-digests.fn.kpt.dev/skip: web"),
      spec,
      ["init:1", "log:1"],
    ],
    ["a comment over `include`", deployment("", " # pin-digests: skip"), "include: ['web:*']", []],
    [
      "`exclude` over `include` and a fieldSpec",
      deployment(""),
      `${spec}\ninclude: ['web:*', 'log:*']\nexclude: ['web:*']`,
      ["log:1"],
    ],
  ])("puts %s", async (_, text, options, asked) => {
    expect((await pin(text, options)).asked).toEqual(asked);
  });
});
