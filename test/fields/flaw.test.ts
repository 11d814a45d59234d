import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const pod = (spec: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n${spec}`;

const twice = (lines: string): string =>
  `must have this key once, but it stands on lines ${lines} of the input: kubectl reads the last one, other readers read another or none; delete the wrong one`;

describe("a key that stands twice", () => {
  test.each<[string, string, readonly string[], string, string]>([
    [
      "the image",
      "spec:\n  containers:\n  - image: a:1\n    image: b:2\n",
      ["b:2"],
      "spec.containers[0].image",
      "6 and 7",
    ],
    [
      "the image, three times",
      "spec:\n  containers:\n  - image: a:1\n    image: b:2\n    image: c:3\n",
      ["c:3"],
      "spec.containers[0].image",
      "6, 7 and 8",
    ],
    [
      "a list of containers",
      "spec:\n  containers: [{image: a:1}]\n  containers: [{image: b:2}]\n",
      ["b:2"],
      "spec.containers",
      "5 and 6",
    ],
    [
      "a list of containers of which the last is empty",
      "spec:\n  containers: [{image: a:1}]\n  containers: []\n",
      [],
      "spec.containers",
      "5 and 6",
    ],
    [
      "a spec of which the first is empty",
      "spec: {}\nspec: {containers: [{image: b:2}]}\n",
      ["b:2"],
      "spec",
      "4 and 5",
    ],
    [
      "a quoted key and a plain one",
      'spec:\n  containers:\n  - "image": a:1\n    image: b:2\n',
      ["b:2"],
      "spec.containers[0].image",
      "6 and 7",
    ],
    [
      "a variable's value",
      "spec:\n  containers:\n  - env:\n    - name: X_IMAGE\n      value: a:1\n      value: b:2\n",
      ["b:2"],
      "spec.containers[0].env[0].value",
      "8 and 9",
    ],
    [
      "an image that is merged",
      "spec:\n  x-base: &b\n    image: a:1\n    image: b:2\n  containers:\n  - <<: *b\n",
      ["b:2"],
      "spec.containers[0].image",
      "6 and 7",
    ],
  ])("pins the last of %s, and tells of it", async (_, spec, asked, path, lines) => {
    const result = await pin(pod(spec));

    expect(result.asked).toEqual(asked);
    expect(result.told[0]).toBe(`warning ${path}: ${twice(lines)}`);
  });

  test("is a finding of a check, in a stream and in a list", async () => {
    const lines = "spec:\n  containers:\n  - image: a:1@sha256:<d>\n    image: b:2@sha256:<d>\n".replaceAll(
      "<d>",
      "1".repeat(64),
    );
    const list = `kind: ResourceList\nitems:\n- ${pod(lines).trimEnd().replaceAll("\n", "\n  ")}\n`;

    const stream = await pin(pod(lines), "mode: check\nlock: off\ncheck: {unreachable: off, drift: off}");
    const inList = await pin(list, "mode: check\nlock: off\ncheck: {unreachable: off, drift: off}");

    expect(stream.told).toEqual([`error spec.containers[0].image: ${twice("6 and 7")}`]);
    expect(inList.told).toEqual([`error spec.containers[0].image: ${twice("8 and 9")}`]);
  });

  test.each([
    [
      "a part of a reference",
      "repository: a\n      tag: v1\n      tag: v2",
      "spec.values.image.tag",
      "8 and 9",
    ],
    [
      "a key in values",
      "repository: a/b:1\n      repository: a/b:2",
      "spec.values.image.repository",
      "7 and 8",
    ],
  ])("is told of %s", async (_, lines, path, places) => {
    const release = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  values:\n    image:\n      ${lines}\n`;

    expect((await pin(release)).told).toContain(`warning ${path}: ${twice(places)}`);
  });

  test("is told with its lines in the input where it stands in a document within", async () => {
    const chart =
      "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: web}\nspec:\n  valuesContent: |\n    image: a/b:1\n    image: a/c:2\n";

    const result = await pin(chart);

    expect(result.asked).toEqual(["a/c:2"]);
    expect(result.told[0]).toBe(`warning spec.valuesContent.image: ${twice("6 and 7")}`);
  });

  test("is told with its columns where it stands on one line, as in JSON", async () => {
    const text =
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"image":"a:1","image":"b:2"}]}}';

    expect((await pin(text)).told[0]).toBe(
      `warning spec.containers[0].image: ${twice("1 (column 83) and 1 (column 97)")}`,
    );
  });

  test("is told of the items of a list", async () => {
    const list = `apiVersion: v1\nkind: List\nmetadata: {name: all}\nitems:\n- {apiVersion: v1, kind: Pod, spec: {containers: [{image: a:1}]}}\nitems: []\n`;

    expect(await pin(list)).toMatchObject({ asked: [], told: [`warning items: ${twice("4 and 6")}`] });
  });

  test.each([
    ["a kind", "kind: ConfigMap\n", "kind", "2 and 4"],
    ["an apiVersion", "apiVersion: v2\n", "apiVersion", "1 and 4"],
    ["metadata", "metadata: {name: web}\n", "metadata", "3 and 4"],
    [
      "annotations",
      "spec: {containers: [{image: 'a:1'}]}\nmetadata:\n  name: web\n  annotations: {pin-digests.fn.kpt.dev/skip: 'true'}\n  annotations: {}\n",
      "metadata.annotations",
      "7 and 8",
    ],
    [
      "an opt-out",
      "spec: {containers: [{image: 'a:1'}]}\nmetadata:\n  name: web\n  annotations:\n    pin-digests.fn.kpt.dev/skip: 'true'\n    pin-digests.fn.kpt.dev/skip: 'false'\n",
      'metadata.annotations["pin-digests.fn.kpt.dev/skip"]',
      "8 and 9",
    ],
  ])("is told of %s, which decides what counts for the object", async (_, lines, path, places) => {
    const text = pod(lines);
    const checked = await pin(text, "mode: check\nlock: off\ncheck: {unpinned: off, unreachable: off}");

    expect((await pin(text)).told).toContain(`warning ${path}: ${twice(places)}`);
    expect(checked.told).toContain(`error ${path}: ${twice(places)}`);
  });

  test("is nobody's business where it leads to no image", async () => {
    const spec = "spec:\n  nodeName: a\n  nodeName: b\n  containers: [{image: a:1, name: x, name: y}]\n";

    expect((await pin(pod(spec))).told).toEqual([expect.stringMatching(/^info .*pinned "a:1"/)]);
  });
});

describe("a text that must be a document and can't be read", () => {
  const chart = (values: string): string =>
    `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: web}\nspec:\n  valuesContent: |\n    ${values.replaceAll("\n", "\n    ")}\n`;
  const message = (line: number, reason: string): string =>
    `spec.valuesContent: must hold YAML or JSON, but line ${line} of the input can't be read: ${reason}; no image in it is found`;

  test.each([
    ["a tab", "a: b\n\timage: x/y:1", 7, /tab/],
    ["a bracket without its twin", "a: b\n\nc:\n- [image: x/y:1", 9, /indentation/],
    ["a second column", "image: x/y:1\n tag: 2", 7, /./],
  ])("is told with its line: %s", async (_, values, line, reason) => {
    const pinned = await pin(chart(values));
    const checked = await pin(chart(values), "mode: check\nlock: off");

    expect(pinned.told).toEqual([expect.stringMatching(/^warning /)]);
    expect(pinned.told[0]).toContain(`but line ${line} of the input can't be read: `);
    expect(pinned.told[0]).toMatch(reason);
    expect(checked.told).toEqual([pinned.told[0]?.replace("warning", "error")]);
  });

  test("is told with its line where it is quoted", async () => {
    const text =
      'apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: web}\nspec: {valuesContent: "a: b\\nc: [\\n"}\n';

    expect((await pin(text)).told[0]).toContain("line 4 of the input can't be read");
  });

  test("is no error of a check where it is a template", async () => {
    const checked = await pin(chart("image: x/y:1\n{{ if .x }}\ny: z\n{{ end }}"), "mode: check\nlock: off");

    expect(checked.told).toEqual([`warning ${message(7, "it is a template")}`]);
  });

  test("is left alone where the annotation names it", async () => {
    const text = chart("a: [").replace(
      "{name: web}",
      "{name: web, annotations: {pin-digests.fn.kpt.dev/skip: spec.valuesContent}}",
    );

    expect((await pin(text)).told).toEqual([]);
  });

  test.each([
    ["a ConfigMap's script", "v1", "ConfigMap", 'data: {run.sh: "if true; then\\n\\techo a: [\\nfi\\n"}'],
    ["nginx.conf", "v1", "ConfigMap", 'data: {nginx.conf: "http {\\n\\tserver { listen: [ }\\n}\\n"}'],
    [
      "a bundle's notes",
      "fleet.cattle.io/v1alpha1",
      "Bundle",
      'spec: {resources: [{name: NOTES.txt, content: "Note: [\\n"}]}',
    ],
    ["an annotation", "v1", "ConfigMap", 'metadata: {name: a, annotations: {image-note: "a: ["}}'],
  ])("is nobody's business in %s", async (_, apiVersion, kind, body) => {
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\n${body}\n`;

    expect((await pin(text, "mode: check\nlock: off")).told).toEqual([]);
  });
});

describe("a reference that is spelt wrongly", () => {
  const release = (values: string): string =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec: {values: {${values}}}\n`;
  const container = (body: string): string => pod(`spec: {containers: [{image: "a:1", ${body}}]}\n`);

  test.each([
    ["a chart's values", release("image: Acme/V:1"), "spec.values.image"],
    ["a key called after an image", release("a: {sidecarImage: r.io/x:1+2}"), "spec.values.a.sidecarImage"],
    ["a list of images", release("images: ['r.io/x@sha256:12']"), "spec.values.images[0]"],
    [
      "a variable",
      container("env: [{name: X_IMAGE, value: r.io/Acme:1}]"),
      "spec.containers[0].env[0].value",
    ],
    ["an argument", container("args: [--job-image=r.io/Acme:1]"), "spec.containers[0].args[0]"],
  ])("fails the run and the check in %s", async (_, text, path) => {
    const pinned = await pin(text);
    const checked = await pin(text, "mode: check\nlock: off\ncheck: {unpinned: off, unreachable: off}");

    const told = new RegExp(
      `error ${path.replaceAll(/[[\\].]/g, "\\$&")}: "[^"]+" must be an image reference: `,
    );
    expect(pinned.told[0]).toMatch(told);
    expect(checked.told[0]).toMatch(told);
  });

  test.each(["'ghcr.io/a/b:1 # c'", "|-\n      ghcr.io/a/b:1\n      # c"])(
    "is told where a comment is a part of the text: %j",
    async (value) => {
      const text = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  values:\n    image: ${value}\n`;

      expect((await pin(text)).told).toEqual([
        expect.stringMatching(
          /^warning spec\.values\.image: "ghcr\.io\/a\/b:1.* reads as an image .*white space/,
        ),
      ]);
    },
  );

  test.each(["https://acme.io/logo.png", "data:image/png;base64,AAAA", "Acme", "a b:c", "./x/y.png"])(
    "is not %s",
    async (value) => {
      expect((await pin(release(`logo: {image: "${value}"}`))).told).toEqual([]);
    },
  );
});
