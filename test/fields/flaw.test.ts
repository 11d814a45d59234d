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

  test("is told of the items of a list", async () => {
    const list = `apiVersion: v1\nkind: List\nmetadata: {name: all}\nitems:\n- {apiVersion: v1, kind: Pod, spec: {containers: [{image: a:1}]}}\nitems: []\n`;

    expect(await pin(list)).toMatchObject({ asked: [], told: [`warning items: ${twice("4 and 6")}`] });
  });

  test("is nobody's business where it leads to no image", async () => {
    const spec = "spec:\n  nodeName: a\n  nodeName: b\n  containers: [{image: a:1, name: x, name: y}]\n";

    expect((await pin(pod(spec))).told).toEqual([expect.stringMatching(/^info .*pinned "a:1"/)]);
  });
});
