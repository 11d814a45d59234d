import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const widget = (spec: string): string =>
  `apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\nspec: ${spec}\n`;

describe("fieldSpecs", () => {
  test.each([
    [
      '{group: acme.io, kind: Widget, path: "spec/workers[]/image"}',
      "{workers: [{image: a}, {image: b:1}]}",
      ["a", "b:1"],
    ],
    ['{kind: wIDGET, path: "spec/workers/image"}', "{workers: [{image: a}]}", ["a"]],
    ['{version: v1, path: "spec/m/*/image"}', "{m: {x: {image: a}, y: {image: b}}}", ["a", "b"]],
    ['{path: "spec/images[]"}', "{images: [a, b:1]}", ["a", "b:1"]],
    ['{path: "spec/images"}', "{images: [a, b:1]}", ["a", "b:1"]],
    ['{path: "spec/a~1b/c.d"}', "{a/b: {c.d: a:1}}", ["a:1"]],
    ['{path: "spec/a\\\\/b"}', "{a/b: a:1}", ["a:1"]],
    ['{path: "spec/l[name=x]/v"}', "{l: [{name: x, v: a:1}, {name: y, v: b:1}]}", ["a:1"]],
    ["{path: spec/x, tagless: keep}", "{x: a}", []],
    ["{path: spec/status/x}", "{status: {x: a:1}}", ["a:1"]],
    ["{path: metadata/annotations/none}", "{x: a:1}", []],
    ["{group: other.io, path: spec/x}", "{x: a:1}", []],
    ["{version: v2, path: spec/x}", "{x: a:1}", []],
    ["{kind: Gadget, path: spec/x}", "{x: a:1}", []],
  ])("%s finds in %s", async (spec, body, images) => {
    expect((await pin(widget(body), `fieldSpecs: [${spec}]`)).asked).toEqual(images);
  });

  test("takes a whole value, parts, texts and documents, in any style", async () => {
    const text = widget(`
  parts: {name: r.io/a, version: "1"}
  args: [--worker, r.io/b:1, "--helper=r.io/c:1"]
  lines: "x=r.io/d:1,\\n y=r.io/e:\\x31"
  json: "{\\"agent\\": {\\"image\\": \\"r.io\\\\/f:1\\"}, \\"other\\": \\"r.io/x:1\\"}"
  yaml: |
    # kept
    image: 'r.io/g:1' # kept
    deep:
    - image: >-
        r.io/h:1`);
    const specs = [
      "{path: spec/parts, in: repositoryAndTag, digestKey: digest}",
      String.raw`{path: spec/args, in: text, pattern: "^--(?:worker\\n|helper=)(?<image>\\S+)$"}`,
      String.raw`{path: spec/lines, in: text, pattern: "=(?<image>[^,\\s]+)"}`,
      "{path: spec/json, in: json}",
      "{path: spec/yaml, in: yaml}",
    ];

    expect((await pin(text, `fieldSpecs: [${specs.join(", ")}]`)).text).toBe(
      text
        .replace('version: "1"}', 'version: "1", digest: <digest>}')
        .replace("b:1", "b:1@<digest>")
        .replace("c:1", "c:1@<digest>")
        .replace("d:1", "d:1@<digest>")
        .replace("e:\\x31", "e:\\x31@<digest>")
        .replace("f:1", "f:1@<digest>")
        .replace("g:1", "g:1@<digest>")
        .replace("h:1", "h:1@<digest>"),
    );
  });

  test("have options of their own", async () => {
    const { text } = await pin(
      widget("{x: a:1, y: b:1}"),
      "fieldSpecs: [{path: spec/x, tag: drop}, {path: spec/y}]",
    );
    const failing = await pin(
      widget("{x: 'A:1', y: b:1}"),
      "fieldSpecs: [{path: spec/x, onError: warn}, {path: spec/y}]",
    );

    expect(text).toBe(widget("{x: a@<digest>, y: b:1@<digest>}"));
    expect(failing.text).toBe(widget("{x: 'A:1', y: b:1@<digest>}"));
    expect(failing.told[0]).toMatch(/^warning spec\.x: "[^"]+" must be an image reference/);
  });

  test("win over the deny table, and the later over the earlier", async () => {
    const text =
      "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata: {name: x}\nspec: {image: a:1}\n";

    expect(
      (await pin(text, "fieldSpecs: [{path: spec/image}, {path: spec/image, tag: drop}]")).text,
    ).toContain("{image: a@<digest>}");
  });

  test.each([
    ["Widget", "spec/wrkers[]/image", 1],
    ["Gadget", "spec/wrkers[]/image", 0],
  ])("of %s that lead to nothing are told", async (kind, path, warnings) => {
    const { told } = await pin(widget("{x: a:1}"), `fieldSpecs: [{kind: ${kind}, path: "${path}"}]`);

    expect(told).toEqual(
      Array.from(
        { length: warnings },
        () =>
          'warning -: `fieldSpecs[0]`: "spec/wrkers[]/image" leads to no image in 1 object of its kind: is the path right?',
      ),
    );
  });

  test.each([
    [
      "{path: /spec/x}",
      '`fieldSpecs[0].path` "/spec/x" must be a path such as "spec/workers[]/image": it begins with "/"',
    ],
    ["{path: 'a[0]'}", "names one element of a list"],
    ["{kind: Widget}", "`fieldSpecs[0].path` must say where the images are"],
    [
      "{path: a, in: tex}",
      '`fieldSpecs[0].in` must be "reference", "repositoryAndTag", "text", "json" or "yaml", but is "tex"',
    ],
    ["{path: a, in: text}", "`fieldSpecs[0]` must have a `pattern`"],
    ["{path: a, pattern: '(?<image>.)'}", "must say `in: text`, since it has a `pattern`"],
    ["{path: a, in: text, pattern: x}", "`fieldSpecs[0].pattern` must have a group for the reference"],
    ["{path: a, in: text, pattern: '(?<image>'}", "`fieldSpecs[0].pattern` must be a regular expression"],
    ["{path: a, in: json, digestKey: d}", "must say `in: repositoryAndTag`, since it has a `digestKey`"],
    ["{path: a, tagles: pin}", "unknown field `tagles`: did you mean `tagless`?"],
    ["{kind: Kptfile, path: a}", "`fieldSpecs[0]` can't match anything: a Kptfile is not for the cluster"],
    ["{path: metadata/name}", "can't match anything: `metadata/name` holds no image"],
    [
      "{group: kustomize.config.k8s.io, kind: Kustomization, path: images}",
      "can't match anything: a kustomization file is not for the cluster",
    ],
  ])("refuses %s", async (spec, message) => {
    const { told } = await pin(widget("{}"), `fieldSpecs: [${spec}]`);

    expect(told[0]).toMatch(/^error /);
    expect(told[0]).toContain(message);
  });

  test.each([
    ["(?<image>x+)(?=y)", "`fieldSpecs[0].pattern` must be a regular expression of RE2"],
    ["(?<image>x)\\1", "RE2 has no back-references: "],
  ])("refuses the pattern %s, since RE2 does", async (pattern, message) => {
    const { told } = await pin(
      widget("{x: xy}"),
      `fieldSpecs: [{path: spec/x, in: text, pattern: '${pattern}'}]`,
    );

    expect(told[0]).toContain(message);
  });

  test("reads a text of any length by its pattern", async () => {
    const pattern = "^--worker=(?<image>(a+)+:1)$";
    const text = widget(`{x: "${"a".repeat(100_000)}\\n--worker=a:1"}`);

    expect((await pin(text, `fieldSpecs: [{path: spec/x, in: text, pattern: '${pattern}'}]`)).asked).toEqual([
      "a:1",
    ]);
  });

  const sha = `sha256:${"f".repeat(64)}`;

  test.each([
    ["img=r.io/x:1 b", "img=r.io/x:1@<digest> b"],
    [`img=r.io/x:1@${sha} b`, `img=r.io/x:1@${sha} b`],
    [`img=r.io/x:1@${sha}`, `img=r.io/x:1@${sha}`],
    [
      "see img=r.io/x:1, or docker://img=r.io/y:1.",
      "see img=r.io/x:1@<digest>, or docker://img=r.io/y:1@<digest>.",
    ],
  ])("leaves a reference with one digest in %j", async (before, after) => {
    const { text, told } = await pin(
      widget(`{x: "${before}"}`),
      'fieldSpecs: [{path: spec/x, in: text, pattern: "img=(?<image>[a-z0-9./:-]*[a-z0-9])"}]',
    );

    expect(text).toBe(widget(`{x: "${after}"}`));
    expect(told.filter((each) => each.startsWith("error"))).toEqual([]);
  });

  test("takes out a digest behind the match of a pattern", async () => {
    const { text } = await pin(
      widget(`{x: "img=r.io/x:1@${sha} b"}`),
      'mode: unpin\nfieldSpecs: [{path: spec/x, in: text, pattern: "img=(?<image>[a-z0-9./:-]+)"}]',
    );

    expect(text).toBe(widget('{x: "img=r.io/x:1 b"}'));
  });

  test.each([
    ["img=r.io/x:1", "(?<image>[^:=]+)"],
    ["img=r.io/x:1", "(?<image>x:1)"],
    ["img=r.io/my-x:1", "(?<image>x:1)"],
    ["img=r.io/x:1@sha256:f0", "=(?<image>[a-z./]+:1)"],
    [`img=r.io/x:1@${sha}@${sha}`, "=(?<image>[a-z./]+:1)"],
    ["img=r.io/x:1.2", "=(?<image>[a-z./]+:1)"],
    ["img=r.io/x:1-$VARIANT", "=(?<image>[a-z./]+:1)"],
    ["img=r.io/x:{{tag}}", "=(?<image>[a-z./]+)"],
  ])("fails where, in %j, %s matches a part of a reference", async (value, pattern) => {
    const { told } = await pin(
      widget(`{x: "${value}"}`),
      `fieldSpecs: [{path: spec/x, in: text, pattern: "${pattern}"}]`,
    );

    expect(told[0]).toContain("error spec.x: the `pattern` must match whole references, but ");
  });

  test("fails where a pattern matches more than any text names images", async () => {
    const { told } = await pin(
      widget(`{x: "${"a".repeat(2000)}"}`),
      "fieldSpecs: [{path: spec/x, in: text, pattern: '(?<image>a.*b|a)'}]",
    );

    expect(told).toEqual([
      "error spec.x: the `pattern` must find the images of this text alone, but it matches more than 1,000 times",
    ]);
  });

  test.each([
    ["{a: b", "line 4 of the input can't be read: unexpected end of the stream within a flow collection"],
    ["hello", "it can't be read: it holds no map"],
  ])("warn where %s should be a document", async (text, reason) => {
    const { told } = await pin(widget(`{x: '${text}'}`), "fieldSpecs: [{path: spec/x, in: json}]");

    expect(told).toEqual([`warning spec.x: must hold YAML or JSON, but ${reason}; no image in it is found`]);
  });
});

describe("builtIn", () => {
  const text = `${widget("{containers: [{image: a:1}]}")}---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: b:1}], x: c:1}\n`;

  test.each([
    ["true", ["a:1", "b:1"]],
    ["false", []],
    ["[pod]", ["b:1"]],
    ["[Widget.acme.io]", ["a:1"]],
  ])("%s", async (builtIn, images) => {
    expect((await pin(text, `builtIn: ${builtIn}`)).asked).toEqual(images);
  });

  test("false leaves the user's own", async () => {
    expect((await pin(text, "builtIn: false\nfieldSpecs: [{path: spec/x}]")).asked).toEqual(["c:1"]);
  });
});
