/** Digests that stand where few write them: within a tag, beside a whole reference. */
import { describe, expect, test } from "vitest";
import { digest, makeTree, pinTree, readTree } from "../files/tree.ts";
import { pin } from "./pinning.ts";

const old = `sha256:${"2".repeat(64)}`;

function release(values: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec:\n  values:\n    ${values}\n`;
}

function widget(spec: string): string {
  return `apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: x}\nspec:\n  ${spec}\n`;
}

/** What a mode makes of the only file of a folder. */
async function changed(path: string, text: string, mode: string): Promise<string> {
  const chart = "apiVersion: v2\nname: chart\nversion: 1.0.0\n";
  const folder = makeTree({ [path]: text, ...(path === "values.yaml" && { "Chart.yaml": chart }) });
  const { ok } = await pinTree(folder, { options: { mode } });
  expect(ok).toBe(true);
  return readTree(folder)[path] ?? "";
}

describe("a digest within a tag", () => {
  const oci = (tag: string): string =>
    `apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: x}\nspec:\n  url: oci://ghcr.io/a/b\n  ref: {tag: ${tag}}\n`;
  const places: readonly (readonly [string, (tag: string) => string])[] = [
    ["values of a HelmRelease", (tag) => release(`image: {repository: ghcr.io/a/b, tag: ${tag}}`)],
    [
      "an empty digest beside it",
      (tag) => release(`image: {repository: ghcr.io/a/b, tag: ${tag}, digest: ""}`),
    ],
    ["an OCIRepository", oci],
    [
      "a Kustomization of Flux",
      (tag) =>
        `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {images: [{name: ghcr.io/a/b, newTag: ${tag}}]}\n`,
    ],
  ];

  test.each(places)("is left, followed and taken out where it stands: %s", async (_, at) => {
    const text = at(`v1@${old}`);

    const pinned = await pin(text);
    const updated = await pin(text, "mode: update");
    const unpinned = await pin(text, "mode: unpin");

    expect({ text: pinned.text, asked: pinned.asked }).toEqual({ text, asked: [] });
    expect({ text: updated.text, asked: updated.asked }).toEqual({
      text: at("v1@<digest>"),
      asked: ["ghcr.io/a/b:v1"],
    });
    expect(unpinned.text).toBe(at("v1"));
  });

  test("is taken out of a field that no rule knows, which cites no lock", async () => {
    const at = (tag: string): string => widget(`image: {repository: ghcr.io/a/b, tag: ${tag}}`);

    expect(await pin(at(`v1@${old}`), "mode: unpin")).toMatchObject({
      text: at("v1"),
      told: ['info spec.image.tag: removed the digest of "ghcr.io/a/b:v1": in a field that no rule knows'],
    });
  });

  test("is compared by a check", async () => {
    const text = oci(`v1@${old}`);

    const { told } = await pin(text, "mode: check");

    expect(told[0]).toMatch(/^warning spec\.ref\.tag: "ghcr\.io\/a\/b:v1": the tag now means sha256:0123/);
  });

  test("leaves a text where it goes from one without quotes", async () => {
    const at = (tag: string): string => release(`image: {repository: ghcr.io/a/b, tag: ${tag}}`);

    expect((await pin(at(`1.10@${old}`), "mode: unpin")).text).toBe(at('"1.10"'));
  });

  test.each([
    ["kustomization.yaml", "images:\n- name: ghcr.io/a/app\n  newTag: TAG\n"],
    ["kustomization.yaml", 'images:\n- name: ghcr.io/a/app\n  newTag: "TAG"\n  digest: ""\n'],
    ["kustomization.yaml", "images: [{name: ghcr.io/a/app, digest: , newTag: TAG}]\n"],
    ["values.yaml", 'web:\n  image: {repository: a/b, tag: TAG, digest: ""}\n'],
    ["values.yaml", "image: {repository: a/b, tag: TAG}\n"],
    ["values.yaml", "image:\n  repository: a/b\n  tag: TAG\n  digest:\n"],
  ])("of %s goes alone: %j", async (path, form) => {
    const text = form.replace("TAG", `v1@${old}`);

    expect(await changed(path, text, "unpin")).toBe(form.replace("TAG", "v1"));
    expect(await changed(path, text, "update")).toBe(form.replace("TAG", `v1@${digest}`));
    expect(await changed(path, text, "pin")).toBe(text);
  });
});
