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

describe("a digest beside a whole reference", () => {
  const image = (digest: string, reference = "ghcr.io/a/b:v1"): string =>
    `{image: "${reference}", digest: ${digest}}`;
  const kinds: readonly (readonly [string, (image: string) => string])[] = [
    ["values of a HelmRelease", (image) => release(`a: ${image}`)],
    [
      "a map of values that is called image",
      (image) => release(`image: ${image.replace("{image:", "{repository:")}`),
    ],
    ["an unknown kind", (image) => widget(`a: ${image}`)],
    [
      "an unknown kind whose map is called image",
      (image) => widget(`image: ${image.replace("{image:", "{repository:")}`),
    ],
  ];

  test.each(kinds)("is the one that counts: %s", async (name, at) => {
    const text = at(image(old));

    const pinned = await pin(text, "report: all");
    const updated = await pin(text, "mode: update");
    const unpinned = await pin(text, "mode: unpin");
    const checked = await pin(text, "mode: check");

    const path = `${at("x").includes("image: x") ? "image" : "a"}.digest`;
    expect(pinned).toEqual({
      text,
      told: [expect.stringMatching(`^info spec\\.(?:values\\.)?${path}: left alone: has a digest`)],
      asked: [],
    });
    expect(unpinned).toMatchObject({ text, told: [expect.stringContaining("under a key of its own")] });
    if (name.startsWith("values") || name.startsWith("a map")) {
      expect(updated).toMatchObject({ text: at(image("<digest>")), asked: ["ghcr.io/a/b:v1"] });
      expect(checked.told[0]).toMatch(
        /"ghcr\.io\/a\/b:v1": the tag now means sha256:0123.*, not sha256:2222/,
      );
    } else
      expect(updated).toMatchObject({ text, told: [expect.stringContaining("ghcr.io/a/b:v1@sha256:2222")] });
  });

  test("is that of a name of its own", async () => {
    const text = release(
      `sidecarImage: r.io/a/b:v1\n    sidecarImageDigest: ${old}\n    webImage: r.io/a/c:v2`,
    );

    expect((await pin(text)).text).toBe(
      text.replaceAll(old, "<digest>").replace("<digest>", old).replace("c:v2", "c:v2@<digest>"),
    );
  });

  test.each(["", '""', "null", "abc", `${"a".repeat(40)}`])(
    "is none where nothing or something else stands there: %j",
    async (value) => {
      const text = release(`a: ${image(value)}`);

      expect((await pin(text)).text).toBe(release(`a: ${image(value, "ghcr.io/a/b:v1@<digest>")}`));
    },
  );

  test("is the user's own digestKey, which unpin takes out", async () => {
    const spec = "fieldSpecs: [{kind: Widget, path: spec/a, in: repositoryAndTag, digestKey: sum}]";
    const at = (digest: string): string => widget(`a: {image: "r.io/a/b:v1", sum: ${digest}}`);

    expect((await pin(at(old), spec)).text).toBe(at(old));
    expect((await pin(at(old), `mode: update\n${spec}`)).text).toBe(at("<digest>"));
    expect((await pin(at(`"${old}"`), `mode: unpin\n${spec}`)).text).toBe(at('""'));
  });

  test("counts for a fieldSpec that names the image", async () => {
    const text = widget(`a: ${image(old)}`);

    expect((await pin(text, "fieldSpecs: [{kind: Widget, path: spec/a/image}]")).text).toBe(text);
  });

  test.each(kinds)("that is another than the reference has is told: %s", async (_, at) => {
    const text = at(image(old, `ghcr.io/a/b:v1@sha256:${"3".repeat(64)}`));

    for (const mode of ["pin", "update", "unpin", "check"]) {
      expect(await pin(text, `mode: ${mode}`)).toEqual({
        text,
        told: [expect.stringMatching(/^warning .*has a digest, and another digest stands beside it/)],
        asked: [],
      });
    }
  });

  test.each(kinds)("that says what the reference says is left with it: %s", async (_, at) => {
    const text = at(image(old, `ghcr.io/a/b:v1@${old}`));

    expect(await pin(text)).toEqual({ text, told: [], asked: [] });
    expect((await pin(text, "mode: update")).text).toBe(text);
    expect((await pin(text, "mode: unpin")).text).toBe(text);
  });
});

describe("a tag beside a repository that has one", () => {
  test.each([
    ["values of a HelmRelease", release],
    ["an unknown kind", widget],
  ])("makes no reference, which is told: %s", async (_, at) => {
    const text = at(`image: {repository: "ghcr.io/a/b:v1", tag: v2}`);

    for (const mode of ["pin", "update", "unpin", "check"]) {
      expect(await pin(text, `mode: ${mode}`)).toEqual({
        text,
        told: [
          expect.stringMatching(
            /^warning spec\.(?:values\.)?image\.repository: .*has a tag, and another tag stands beside it/,
          ),
        ],
        asked: [],
      });
    }
  });

  test("is none where it is empty", async () => {
    const at = (tag: string): string => release(`image: {repository: "ghcr.io/a/b:${tag}", tag: ""}`);

    expect((await pin(at("v1"))).text).toBe(at("v1@<digest>"));
  });
});

test.each([
  'image:\n  repository: a/b\n  digest: ""\n  tag: v1\n',
  "image:\n  repository: a/b\n  digest:\n  tag: v1\n",
  'image: {repository: a/b, tag: v1, digest: ""}\n',
  "image: {repository: a/b, tag: v1, digest: ~}\n",
])("values come back once they are unpinned: %j", async (text) => {
  const folder = makeTree({
    "values.yaml": text,
    "Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
  });
  await pinTree(folder, {});
  expect(readTree(folder)["values.yaml"]).toContain(digest);
  await pinTree(folder, { options: { mode: "unpin" } });
  expect(readTree(folder)["values.yaml"]).toBe(text);
});
