/** Patches of operations: where they stand, and what they put where. */
import { describe, expect, test } from "vitest";
import { digest, makeTree, pinTree, planTree, readTree } from "./tree.ts";

/** The images that a run over all of the files would change, by the files that they stand in. */
async function changedIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { results } = await planTree(makeTree(files));
  return results.flatMap(({ field, file }) =>
    field?.proposedValue === undefined ? [] : [`${file?.path} ${field.proposedValue.split("@")[0]}`],
  );
}

describe("a patch of operations", () => {
  const replace = `[{op: replace, path: /spec/containers/0/image, value: "redis:7"}]`;

  test("is pinned where it is written in the kustomization, whatever it is written as", async () => {
    const patch = `- {target: {kind: Pod}, patch: '${replace}'}`;
    const folder = makeTree({
      "a/kustomization.yaml": `patches:\n${patch}\n`,
      "b/kustomization.yaml": `patchesJson6902:\n${patch}\n`,
      "c/kustomization.yaml": `patches:\n- patch: |-\n    - op: add\n      path: /spec/template/spec/containers/-\n      value: {name: side, image: "redis:7"}\n`,
      "d/kustomization.yaml": `patches:\n- patch: |-\n    - op: add\n      path: /spec/template/spec/initContainers\n      value: [{name: side, image: "redis:7"}]\n`,
      "e/kustomization.yaml": `patches:\n- patch: |-\n    - op: replace\n      path: /spec/template/spec\n      value:\n        containers: [{name: side, image: "redis:7"}]\n`,
      "f/kustomization.yaml": `patches:\n- patch: |-\n    [{"op": "add", "path": "/spec/template/spec/volumes/-", "value": {"name": "v", "image": {"reference": "redis:7"}}}]\n`,
      "g/kustomization.yaml": `patches:\n- target: {group: monitoring.coreos.com, version: v1, kind: Prometheus}\n  patch: |-\n    - {op: replace, path: /spec/image, value: "redis:7"}\n`,
    });

    await pinTree(folder);

    for (const text of Object.values(readTree(folder))) expect(text).toContain(`"redis:7@${digest}"`);
  });

  test("is pinned in a file of its own that a kustomization names, of YAML or of JSON", async () => {
    const operations = `- op: replace\n  path: /spec/containers/0/image\n  value: redis:7\n`;
    const json = `[{"op": "add", "path": "/spec/image", "value": "redis:7"}]\n`;
    const folder = makeTree({
      "kustomization.yaml":
        "patches:\n- {path: p.yaml, target: {kind: Pod}}\n- {path: sub/p.json, target: {group: monitoring.coreos.com, kind: Prometheus}}\npatchesJson6902:\n- {path: old.yaml, target: {kind: Pod}}\n",
      "p.yaml": operations,
      "sub/p.json": json,
      "old.yaml": operations,
      "other.yaml": operations,
    });

    const { lines } = await pinTree(folder);

    expect(readTree(folder)).toMatchObject({
      "p.yaml": operations.replace("redis:7", `redis:7@${digest}`),
      "sub/p.json": json.replace("redis:7", `redis:7@${digest}`),
      "old.yaml": operations.replace("redis:7", `redis:7@${digest}`),
      "other.yaml": operations,
    });
    expect(lines).toContainEqual(expect.stringMatching(/^p\.yaml:3:10: \[info\] \[0\]\.value: pinned/));
  });

  test("may be a part of an object without an apiVersion, as kustomize takes it", async () => {
    const patch = `kind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: "redis:7"}]}\n`;
    const folder = makeTree({
      "kustomization.yaml": "patches: [{path: p.yaml, target: {kind: Pod}}]\n",
      "p.yaml": patch,
    });

    await pinTree(folder);

    expect(readTree(folder)["p.yaml"]).toBe(patch.replace("redis:7", `redis:7@${digest}`));
  });

  test("leaves alone what it tests, and tells so", async () => {
    const tests = `patches: [{target: {kind: Pod}, patch: '[{op: test, path: /spec/containers/0/image, value: "redis:7"}]'}]\n`;
    const folder = makeTree({ "kustomization.yaml": tests });

    const pin = await planTree(folder);
    const check = await planTree(folder, { options: { mode: "check" } });

    for (const { lines, changes } of [pin, check]) {
      expect(changes).toEqual([]);
      expect(lines).toEqual([expect.stringMatching(/\[warning\].*a `test` must say just what it tests/)]);
    }
  });

  test("is only likely an image where nobody knows the place", async () => {
    const folder = makeTree({
      "kustomization.yaml": `patches: [{target: {kind: Widget}, patch: '[{op: add, path: /spec/image, value: "ghcr.io/acme/a:1"}, {op: add, path: /spec/x, value: "ghcr.io/acme/b:1"}, {op: add, path: /spec/name, value: "b:1"}]'}]\n`,
    });

    const { lines } = await planTree(folder, { options: { mode: "check" } });

    expect(lines).toEqual([
      expect.stringMatching(
        /\[warning\] patches\[0\]\.patch\[0\]\.value: "ghcr\.io\/acme\/a:1" reads as an image/,
      ),
      expect.stringMatching(
        /\[warning\] patches\[0\]\.patch\[1\]\.value: "ghcr\.io\/acme\/b:1" reads as an image/,
      ),
    ]);
  });

  test("of a place that holds no image holds none", async () => {
    const operations = [
      `{op: add, path: /spec/volumes/0/rbd/image, value: "redis:7"}`,
      `{op: remove, path: /spec/containers/0/image}`,
      `{op: replace, path: spec/containers/0/image, value: "redis:7"}`,
      `{op: replace, path: /spec/containers/0/name, value: "redis:7"}`,
    ];
    const folder = makeTree({ "kustomization.yaml": `patches: [{patch: '[${operations.join(", ")}]'}]\n` });

    expect((await planTree(folder)).changes).toEqual([]);
  });

  test("holds what is set elsewhere where the same kustomization sets that", async () => {
    const operations = `[{op: replace, path: /spec/containers/0/image, value: app}]`;

    expect(
      await changedIn({
        "kustomization.yaml": `patches:\n- {target: {kind: Pod}, patch: '${operations}'}\n- {target: {kind: Pod}, path: p.yaml}\nimages: [{name: app, newTag: v2}]\n`,
        "p.yaml": `${operations}\n`,
      }),
    ).toEqual(["kustomization.yaml app:v2"]);
  });

  test("is pinned in objects of Flux and of Argo CD", async () => {
    const flux = (spec: string): string =>
      `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec:\n  ${spec}\n`;
    const argo = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec:\n  source: {kustomize: {patches: [{target: {kind: Pod}, patch: '${replace}'}]}}\n`;
    const folder = makeTree({
      "a.yaml": flux(`patches: [{target: {kind: Pod}, patch: '${replace}'}]`),
      "b.yaml": flux(`patchesJson6902: [{target: {kind: Pod}, patch: ${replace}}]`),
      "c.yaml": argo,
    });

    await pinTree(folder);

    for (const text of Object.values(readTree(folder))) expect(text).toContain(`"redis:7@${digest}"`);
  });
});
