import { describe, expect, test } from "vitest";
import { localReason, type Resource, readResource, resourceRef } from "../../src/krm/resource.ts";
import { rootOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";

async function read(text: string): Promise<Resource> {
  const yaml = scan(text);
  return readResource(yaml, rootOf(yaml.documents[0] ?? 0));
}

function annotated(...lines: readonly string[]): Promise<Resource> {
  return read(`metadata:\n  annotations:\n${lines.map((line) => `    ${line}\n`).join("")}`);
}

describe("readResource", () => {
  test("reads the identity, and what aliases stand for", async () => {
    const resource = await read(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: &n web, namespace: *n, annotations: {a: 1, b: *n, c: null, d: [e]}}\n",
    );

    expect(resource).toMatchObject({
      apiVersion: "apps/v1",
      group: "apps",
      kind: "Deployment",
      name: "web",
      namespace: "web",
    });
    expect([...resource.annotations]).toEqual([
      ["a", "1"],
      ["b", "web"],
    ]);
  });

  test.each([
    ["nothing", "---\n"],
    ["a list", "[a]\n"],
    ["a text", "a\n"],
    [
      "an object of other types",
      "apiVersion: {}\nkind: [a]\nmetadata: {name: {}, namespace: '', annotations: [a]}\n",
    ],
    ["metadata that is a text", "metadata: a\n"],
  ])("leaves out what is missing in %s", async (_, text) => {
    const { node: _node, annotations, ...rest } = await read(text);

    expect(rest).toEqual({ apiVersion: "", group: "", kind: "" });
    expect(annotations.size).toBe(0);
  });

  test.each([
    [
      "both spellings",
      ["internal.config.kubernetes.io/path: a.yaml", "config.kubernetes.io/path: b.yaml"],
      { path: "a.yaml" },
    ],
    [
      "the old spelling",
      ["config.kubernetes.io/path: b.yaml", "config.kubernetes.io/index: '1'"],
      { path: "b.yaml", index: 1 },
    ],
    [
      "an unquoted index",
      ["config.kubernetes.io/path: b.yaml", "config.kubernetes.io/index: 0"],
      { path: "b.yaml", index: 0 },
    ],
    [
      "an index that is none",
      ["config.kubernetes.io/path: b.yaml", "config.kubernetes.io/index: '-1'"],
      { path: "b.yaml" },
    ],
    ["a path of Windows", ["config.kubernetes.io/path: sub\\a.yaml"], { path: "sub/a.yaml" }],
    ["an empty path", ["config.kubernetes.io/path: ''"], undefined],
    ["an index alone", ["config.kubernetes.io/index: '0'"], undefined],
  ])("reads the file from %s", async (_, lines, file) => {
    expect((await annotated(...lines)).file).toEqual(file);
  });
});

describe("resourceRef", () => {
  test.each([
    ["metadata: {name: a}\n", { apiVersion: "v1", kind: "Pod", name: "a" }],
    ["metadata: {name: a, namespace: b}\n", { apiVersion: "v1", kind: "Pod", name: "a", namespace: "b" }],
    ["metadata: {generateName: a-}\n", undefined],
    ["", undefined],
  ])("names an object with %j", async (lines, ref) => {
    expect(resourceRef(await read(`apiVersion: v1\nkind: Pod\n${lines}`))).toEqual(ref);
  });

  test("needs apiVersion and kind", async () => {
    expect(resourceRef(await read("kind: Pod\nmetadata: {name: a}\n"))).toBeUndefined();
    expect(resourceRef(await read("apiVersion: v1\nmetadata: {name: a}\n"))).toBeUndefined();
  });
});

describe("localReason", () => {
  test.each([
    ["a Kptfile", "apiVersion: kpt.dev/v1\nkind: Kptfile\n", "the Kptfile configures kpt"],
    [
      "a Kustomization",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
      "a kustomization file configures kustomize",
    ],
    [
      "a Component",
      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
      "a kustomization file configures kustomize",
    ],
    [
      "a kustomization file without a kind",
      "metadata: {annotations: {config.kubernetes.io/path: base/kustomization.yaml}}\n",
      "a kustomization file configures kustomize",
    ],
    [
      "a transformer of kustomize",
      'kind: SetImage\nmetadata: {annotations: {config.kubernetes.io/function: "container: {}"}}\n',
      "it configures a function",
    ],
    [
      "a local object",
      'kind: Pod\nmetadata: {annotations: {config.kubernetes.io/local-config: "true"}}\n',
      "its annotation `config.kubernetes.io/local-config` says that it is not for the cluster",
    ],
    [
      "a local object whose annotation says anything else",
      'kind: Pod\nmetadata: {annotations: {config.kubernetes.io/local-config: ""}}\n',
      "its annotation `config.kubernetes.io/local-config` says that it is not for the cluster",
    ],
    [
      "an object that is not local",
      'kind: Pod\nmetadata: {annotations: {config.kubernetes.io/local-config: "false"}}\n',
      undefined,
    ],
    [
      "a Kustomization of Flux",
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n",
      undefined,
    ],
    [
      "a manifest in a file called so",
      "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {config.kubernetes.io/path: kustomization.yaml}}\n",
      undefined,
    ],
    [
      "a file called otherwise",
      "metadata: {annotations: {config.kubernetes.io/path: my-kustomization.yaml}}\n",
      undefined,
    ],
  ])("says of %s why it is left alone", async (_, text, reason) => {
    expect(localReason(await read(text))).toBe(reason);
  });
});
