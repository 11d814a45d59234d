/** What real kustomize builds of files that were pinned: every image has its digest, however it gets there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { executable, run } from "./command.ts";
import { describeWith } from "./tools.ts";
import { folderOf } from "./workspace.ts";

const toImage = "{select: {kind: Pod, name: web}, fieldPaths: [spec.containers.0.image]}";
const fromMap = "{kind: ConfigMap, name: x, fieldPath: data.web}";
const replacement = `source: ${fromMap}\n  targets: [${toImage}]\n`;

describeWith(["kustomize", "kustomize5"], "kustomize over pinned files", () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry({ any: true });
  });

  afterAll(() => registry.close());

  const local = ', annotations: {config.kubernetes.io/local-config: "true"}';
  const trees: Readonly<Record<string, (image: string) => Readonly<Record<string, string>>>> = {
    "a replacement from an object": (image) => ({
      "kustomization.yaml": `resources: [p.yaml, x.yaml]\nreplacements:\n- ${replacement}`,
      "x.yaml": map(image, local),
    }),
    "a replacement in a file of its own": (image) => ({
      "kustomization.yaml": "resources: [p.yaml, x.yaml]\nreplacements: [{path: r.yaml}]\n",
      "r.yaml": replacement.replace("\n  ", "\n"),
      "x.yaml": map(image, local),
    }),
    "a replacement from a literal": (image) => ({
      "kustomization.yaml": `resources: [p.yaml]\nconfigMapGenerator: [{name: x, literals: ["web=${image}"]}]\nreplacements:\n- ${replacement}`,
    }),
    "a replacement of a component": (image) => ({
      "kustomization.yaml": "resources: [p.yaml]\ncomponents: [part]\n",
      "part/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [x.yaml]\nreplacements:\n- ${replacement}`,
      "part/x.yaml": map(image, local),
    }),
    "a transformer that replaces": (image) => ({
      "kustomization.yaml": "resources: [p.yaml, x.yaml]\ntransformers: [t.yaml]\n",
      "t.yaml": `apiVersion: builtin\nkind: ReplacementTransformer\nmetadata: {name: t}\nreplacements:\n- ${replacement}`,
      "x.yaml": map(image, local),
    }),
    "a transformer that patches by a file": (image) => ({
      "kustomization.yaml": "resources: [p.yaml]\ntransformers: [t.yaml]\n",
      "t.yaml":
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\ntarget: {kind: Pod}\npath: patch\n",
      patch: `- {op: replace, path: /spec/containers/0/image, value: "${image}"}\n`,
    }),
    "patches in files of any name": (image) => ({
      "kustomization.yaml":
        "resources: [p.yaml]\npatches: [{path: patch.txt}]\npatchesJson6902: [{target: {version: v1, kind: Pod, name: web}, path: json}]\n",
      "patch.txt": `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: more, image: "${image}"}]}\n`,
      json: `- {op: replace, path: /spec/containers/1/image, value: "${image}"}\n`,
    }),
    "a variable": (image) => ({
      "kustomization.yaml":
        "resources: [p.yaml, x.yaml]\nconfigurations: [c.yaml]\nvars: [{name: IMAGE, objref: {apiVersion: v1, kind: ConfigMap, name: x}, fieldref: {fieldpath: data.web}}]\n",
      "c.yaml": "varReference: [{path: spec/containers/image, kind: Pod}]\n",
      "p.yaml": pod("$(IMAGE)"),
      "x.yaml": map(image, ""),
    }),
  };

  test.each(Object.entries(trees))("finds the digest behind %s", async (_, tree) => {
    const image = `${registry.host}/app:1`;
    const folder = folderOf({ "p.yaml": pod("placeholder"), ...tree(image) });
    const pinned = `image: ${image}@${registry.digestOf("app", "1")}\n`;

    const pin = await run(executable, ["."], { cwd: folder });

    expect(pin.code, pin.stderr).toBe(0);
    for (const kustomize of ["kustomize", "kustomize5"]) {
      const { code, stdout, stderr } = await run(kustomize, ["build", folder]);
      expect(code, stderr).toBe(0);
      const images = stdout.match(/image: .*\n/g) ?? [];
      expect(images.length).toBeGreaterThan(0);
      expect([...new Set(images)]).toEqual([pinned]);
    }
  });
});

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: ${image}\n`;
}

function map(image: string, more: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x${more}}\ndata: {web: "${image}"}\n`;
}
