/** Patches that write a part of an image, and leave it the digest of another. */
import { describe, expect, test } from "vitest";
import { digest, makeTree, planTree } from "./tree.ts";

const check = { options: { mode: "check", "check.gone": "off", "check.drift": "off" } };

function release(values: string, name = "web"): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${name}}\nspec: {values: ${values}}\n`;
}

const image = `{image: {repository: ghcr.io/a/b, tag: "1", digest: "${digest}"}}`;
const base = { "base/kustomization.yaml": "resources: [r.yaml]\n", "base/r.yaml": release(image) };

/** What is told of an overlay over a release that has a digest, without what is told of the release. */
async function toldOf(overlay: Readonly<Record<string, string>>, options = check) {
  const { lines, ok, results } = await planTree(makeTree({ ...base, ...overlay }), options);
  return { lines: lines.filter((line) => !line.startsWith("base/r.yaml")), ok, results };
}

const stale = (key: string, what: string): string =>
  `spec.values.image.${key}: changes the \`${key}\` of "${what}" and keeps its digest`;

describe("a patch of the values of a chart", () => {
  const toFile = "resources: [../base]\npatches: [{path: p.yaml}]\n";

  test.each([
    [
      "a file",
      { "o/kustomization.yaml": toFile, "o/p.yaml": release('{image: {tag: "2"}}') },
      "o/p.yaml:4:25",
    ],
    [
      "a file that is called otherwise",
      {
        "o/kustomization.yaml": "resources: [../base]\npatchesStrategicMerge: [p]\n",
        "o/p": release('{image: {tag: "2"}}'),
      },
      "o/p:4:25",
    ],
    [
      "a component",
      {
        "o/kustomization.yaml": "resources: [../base]\ncomponents: [../c]\n",
        "c/kustomization.yaml": "kind: Component\npatches: [{path: p.yaml}]\n",
        "c/p.yaml": release('{image: {tag: "2"}}'),
      },
      "c/p.yaml:4:25",
    ],
    [
      "a text",
      {
        "o/kustomization.yaml": `resources: [../base]\npatches:\n- patch: |-\n    ${release('{image: {tag: "2"}}').replaceAll("\n", "\n    ")}\n`,
      },
      "o/kustomization.yaml:7:29",
    ],
    [
      "operations",
      {
        "o/kustomization.yaml":
          "resources: [../base]\npatches:\n- target: {kind: HelmRelease, name: w.*}\n  patch: |-\n    - op: replace\n      path: /spec/values/image/tag\n      value: 2\n",
      },
      "o/kustomization.yaml:7:14",
    ],
    [
      "operations in JSON",
      {
        "o/kustomization.yaml":
          "resources: [../base]\npatchesJson6902: [{path: p.json, target: {group: helm.toolkit.fluxcd.io, version: v2, kind: HelmRelease, name: web}}]\n",
        "o/p.json": '[{"op": "add", "path": "/spec/values/image/tag", "value": "2"}]',
      },
      "o/p.json:1:60",
    ],
    [
      "an overlay of an overlay, which gives a prefix",
      {
        "m/kustomization.yaml": "resources: [../base]\nnamePrefix: my-\n",
        "o/kustomization.yaml": "resources: [../m]\npatches: [{path: p.yaml}]\n",
        "o/p.yaml": release('{image: {tag: "2"}}', "my-web"),
      },
      "o/p.yaml:4:25",
    ],
  ])("that changes the tag alone fails a check, in %s", async (_, overlay, place) => {
    const checked = await toldOf(overlay);
    const pin = await toldOf(overlay, { options: { mode: "update" } } as never);

    expect(checked.ok).toBe(false);
    expect(checked.lines).toEqual([
      expect.stringMatching(`^${place}: \\[error\\] .*${stale("tag", "ghcr.io/a/b:1")}`),
    ]);
    expect(checked.results[0]?.tags).toEqual({ class: "unpinned" });
    expect(pin.ok).toBe(true);
    expect(pin.lines).toEqual([expect.stringContaining(`${place}: [warning]`)]);
  });

  test("that changes the repository alone fails a check", async () => {
    const { lines } = await toldOf({
      "o/kustomization.yaml": toFile,
      "o/p.yaml": release("{image: {repository: ghcr.io/fork/b}}"),
    });

    expect(lines[0]).toContain(stale("repository", "ghcr.io/a/b:1"));
  });

  test("that changes the repository beside the same tag is told by both", async () => {
    const { lines } = await toldOf({
      "o/kustomization.yaml": toFile,
      "o/p.yaml": release('{image: {repository: ghcr.io/fork/b, tag: "1"}}'),
    });

    expect(lines[0]).toContain('changes the `repository` or the `tag` of "ghcr.io/a/b:1"');
  });

  test("that takes the digest away fails a check", async () => {
    const { lines } = await toldOf({
      "o/kustomization.yaml": toFile,
      "o/p.yaml": release('{image: {tag: "2", digest: null}}'),
    });

    expect(lines).toEqual([
      expect.stringContaining('[error] spec.values.image.digest: takes away the digest of "ghcr.io/a/b:1"'),
    ]);
  });

  test.each([
    ["says the digest, too", release(`{image: {tag: "2", digest: "${digest}"}}`)],
    ["replaces the map", release(`{image: {$patch: replace, tag: "2"}}`)],
    ["says the same once more", release('{image: {tag: "1"}, replicas: 2}')],
    ["is for another object", release('{image: {tag: "2"}}', "other")],
    ["is for another map", release('{other: {tag: "2"}}')],
    ["says something else", release("{image: {pullPolicy: Always}}")],
    ["can't be read", `${release('{image: {tag: "2"}}')}: :\n- x: [\n`],
  ])("that %s is told nothing", async (_, patch) => {
    const { lines } = await toldOf({ "o/kustomization.yaml": toFile, "o/p.yaml": patch });

    expect(lines.filter((line) => !line.includes("can't be read"))).toEqual([]);
  });

  test("may leave the digest to another patch", async () => {
    const { lines } = await toldOf({
      "o/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}, {path: q.yaml}]\n",
      "o/p.yaml": release('{image: {tag: "2"}}'),
      "o/q.yaml": release(`{image: {digest: "${digest}"}}`),
    });

    expect(lines).toEqual([]);
  });

  test("is told though another overlay says a digest", async () => {
    const { lines } = await toldOf({
      "o/kustomization.yaml": toFile,
      "o/p.yaml": release('{image: {tag: "2"}}'),
      "q/kustomization.yaml": toFile,
      "q/p.yaml": release(`{image: {tag: "3", digest: "${digest}"}}`),
      "r/kustomization.yaml": toFile,
      "r/p.yaml": release('{image: {tag: "4"}}'),
      "s/kustomization.yaml": "resources: [../r]\npatches: [{path: p.yaml}]\n",
      "s/p.yaml": release(`{image: {digest: "${digest}"}}`),
    });

    expect(lines).toEqual([expect.stringContaining("o/p.yaml:4:25: [error]")]);
  });

  test("is told of the last image, in whichever folder that is", async () => {
    const operation = '[{"op": "replace", "path": "/spec/values/image/tag", "value": "9"}]';

    const { lines } = await toldOf({
      "o/kustomization.yaml": `resources: [../base, r.yaml]\npatches:\n- target: {kind: HelmRelease}\n  patch: '${operation}'\n`,
      "o/r.yaml": release(`{image: {repository: ghcr.io/c/d, tag: "1", digest: "${digest}"}}`, "own"),
    });

    expect(lines).toEqual([expect.stringContaining('changes the `tag` of "ghcr.io/c/d:1"')]);
  });

  test("keeps a digest out of the file that it patches, where that has none yet", async () => {
    const functionConfig =
      "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nfieldSpecs:\n- {kind: HelmRelease, path: spec/values/image, in: repositoryAndTag, digestKey: digest}\n";
    const folder = makeTree({
      "kustomization.yaml": "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
      "r.yaml": release('{image: {repository: ghcr.io/a/b, tag: "1"}}'),
      "p.yaml": release('{image: {tag: "2"}}'),
    });

    const { changes, lines } = await planTree(folder, { functionConfig });

    expect(changes).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(/^r\.yaml:4:.*left alone: p\.yaml:4:25 changes its `tag` alone/),
    ]);
  });
});
