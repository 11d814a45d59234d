import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const old = `sha256:${"1".repeat(64)}`;
const spec =
  '{group: helm.toolkit.fluxcd.io, kind: HelmRelease, path: "spec/values/image", in: repositoryAndTag, digestKey: digest}';
const unless = `unless a fieldSpec names it as its \`digestKey\`, such as ${spec} if its kind has that key`;
const noKey = `"r.io/a:1": left alone: has no key for a digest, and none is added ${unless}`;
const empty = `"r.io/a:1": left alone: has an empty \`digest\`, and only one that is filled is changed ${unless}`;

function release(values: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec:\n  values:\n${values}`;
}

describe("extractSplit", () => {
  test.each([
    ["a tag alone", "    image: {repository: r.io/a, tag: '1'}\n", `warning spec.values.image: ${noKey}`],
    [
      "an empty digest",
      "    image: {repository: r.io/a, tag: '1', digest: ''}\n",
      `warning spec.values.image: ${empty}`,
    ],
    [
      "a tag that is a number",
      "    image: {repository: r.io/a, tag: 1.10}\n",
      'warning spec.values.image: "r.io/a:1.10": left alone: its `tag` is a number, a boolean or binary data, which readers write in ways of their own: write it in quotes',
    ],
  ])("says once why it leaves %s alone", async (_, values, told) => {
    const text = release(values);

    expect(await pin(text)).toEqual({ text, told: [told], asked: [] });
  });

  test("leaves a digest that stands there, and asks for nothing", async () => {
    const text = release(`    image: {repository: r.io/a, tag: '1', digest: ${old}}\n`);

    expect(await pin(text, "report: all")).toEqual({
      text,
      told: ["info spec.values.image.digest: left alone: has a digest"],
      asked: [],
    });
  });

  test("follows a digest under `sha` without its algorithm", async () => {
    const text = release(`    image: {repository: r.io/a, tag: '1', sha: ${old.slice("sha256:".length)}}\n`);

    const { asked, text: after } = await pin(text, "mode: update");

    expect(asked).toEqual(["r.io/a:1"]);
    expect(after).toMatch(/sha: [0-9a-f]{64}\}/);
    expect(after).not.toBe(text);
    expect((await pin(release("    image: {repository: r.io/a, tag: '1', sha: ''}\n"))).asked).toEqual([]);
  });

  test.each([
    `image: {registry: r.io, image: acme/a, tag: '1', digest: ${old}}`,
    `image: {name: web, registry: r.io, image: acme/a, tag: '1', digest: ${old}}`,
    `web: {image: r.io/acme/a, tag: '1', digest: ${old}}`,
    `web: {registry: r.io, image: acme/a, tag: '1', digest: ${old}}`,
    `web: {registry: r.io, image: 'acme/a:1', digest: ${old}}`,
  ])("follows the tag and the registry beside a name called image: %s", async (values) => {
    const text = release(`    ${values}\n`);

    expect(await pin(text, "mode: update")).toMatchObject({
      text: text.replace(old, "<digest>"),
      asked: ["r.io/acme/a:1"],
    });
  });

  test("takes a repository with a tag of its own for the whole reference", async () => {
    const text = release("    image: {repository: 'r.io/a:2', pullPolicy: Always}\n");

    expect((await pin(text)).text).toBe(text.replace("a:2", "a:2@<digest>"));
  });

  test("writes into a tag that kustomize puts behind a colon", async () => {
    const text =
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec:\n  images:\n  - name: a\n    newName: r.io/a\n    newTag: '1.2' # c\n  - {name: b, newTag: 3.1-x}\n";

    expect((await pin(text)).text).toBe(
      text.replace("1.2", "1.2@<digest>").replace("3.1-x", "3.1-x@<digest>"),
    );
  });

  test.each([
    ["spec/ref", "digest"],
    ["spec", "digest"],
    ["spec", "ref.digest"],
    ["spec/url", "ref/digest"],
    ["spec/ref/tag", "digest"],
  ])("adds the key that a user names, %s %s", async (path, digestKey) => {
    const text =
      "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: x}\nspec:\n  url: oci://r.io/a\n  ref:\n    tag: '1' # c\n  interval: 5m\n";

    const { text: after, told } = await pin(
      text,
      `fieldSpecs: [{kind: OCIRepository, path: ${path}, digestKey: ${digestKey}}]`,
    );

    expect(after).toBe(text.replace("'1' # c\n", "'1' # c\n    digest: <digest>\n"));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^info spec\.ref\.digest: pinned "r\.io\/a:1"/);
  });

  test.each([
    [
      "a block map",
      "    image:\n      repository: r.io/a # c\n      tag: '1'\n",
      "    image:\n      repository: r.io/a # c\n      digest: <digest>\n      tag: '1'\n",
    ],
    [
      "a flow map",
      "    image: {repository: r.io/a, tag: '1'} # c\n",
      "    image: {repository: r.io/a, tag: '1', digest: <digest>} # c\n",
    ],
    [
      "JSON",
      '    image: {"repository": "r.io/a", "tag": "1"}\n',
      '    image: {"repository": "r.io/a", "tag": "1", "digest": "<digest>"}\n',
    ],
    [
      "an element of a list",
      "    image:\n    - repository: r.io/a\n      tag: '1'\n",
      "    image:\n    - repository: r.io/a\n      digest: <digest>\n      tag: '1'\n",
    ],
    [
      "quotes that wait for it",
      "    image: {repository: r.io/a, tag: '1', digest: ''}\n",
      "    image: {repository: r.io/a, tag: '1', digest: '<digest>'}\n",
    ],
    [
      "a key that waits for it",
      "    image:\n      repository: r.io/a\n      tag: '1'\n      digest:\n",
      "    image:\n      repository: r.io/a\n      tag: '1'\n      digest: <digest>\n",
    ],
    [
      "carriage returns",
      "    image:\r\n      repository: r.io/a\r\n      tag: '1'\r\n",
      "    image:\r\n      repository: r.io/a\r\n      digest: <digest>\r\n      tag: '1'\r\n",
    ],
  ])("writes the user's key in %s, and nothing the second time", async (_, before, after) => {
    const spec = 'fieldSpecs: [{kind: HelmRelease, path: "spec/values/image", digestKey: digest}]';

    const first = await pin(release(before), spec);
    const second = await pin(first.text.replaceAll("<digest>", old), spec);

    expect(first.text).toBe(release(after));
    expect(second).toMatchObject({ text: release(after).replaceAll("<digest>", old), asked: [] });
  });

  test.each(["sha", "image_sha256"])("leaves the algorithm to what reads a key called %s", async (key) => {
    const spec = `fieldSpecs: [{kind: HelmRelease, path: "spec/values/image", digestKey: ${key}}]`;
    const text = release(`    image:\n      repository: r.io/a\n      tag: '1'\n      ${key}: ""\n`);

    const first = await pin(text, spec);
    const second = await pin(first.text, `${spec}\nmode: unpin`);

    expect(first.text).toBe(text.replace('""', `"${"0123456789abcdef".repeat(4)}"`));
    expect(second.text).toBe(text);
  });

  test("says what is missing where the key has no place", async () => {
    const { told } = await pin(
      release("    image: {repository: r.io/a, tag: '1'}\n"),
      'fieldSpecs: [{kind: HelmRelease, path: "spec/values/image", digestKey: ref.hash}]',
    );

    expect(told).toEqual([
      'warning spec.values.image.ref.hash: "r.io/a:1": left alone: has no `ref` in which `hash` could stand',
    ]);
  });
});

describe("parts that several references share", () => {
  test.each([
    ["merged", "- &a {name: a, newTag: '1'}\n  - {<<: *a, name: b}\n"],
    ["anchored", "- {name: a, newTag: &t '1'}\n  - {name: b, newTag: *t}\n"],
  ])("change once where they are %s and come to the same", async (_, images) => {
    const text = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec:\n  images:\n  ${images}`;

    const { text: after, asked } = await pin(text);

    expect({ after, asked }).toEqual({ after: text.replace("'1'", "'1@<digest>'"), asked: ["a:1", "b:1"] });
  });

  test.each([
    ["a map that is merged", "  base: &i {repository: r.io/a, tag: '1'}\n    image: {<<: *i, digest: ''}\n"],
    ["a map that is an alias", "  base: &i {repository: r.io/a, tag: '1', digest: ''}\n    image: *i\n"],
  ])("are left alone in %s, where the key of the digest would have to go elsewhere", async (name, lines) => {
    const text = release(`  ${lines}`);

    const { text: after } = await pin(
      text,
      'onError: warn\nfieldSpecs: [{kind: HelmRelease, path: "spec/values/image", digestKey: digest}]',
    );

    const isOwn = name === "a map that is merged";
    expect(after).toBe(isOwn ? text.replace("digest: ''", "digest: '<digest>'") : text);
  });
});

describe("a registry beside a name with a tag of its own", () => {
  const registry = release("    image: {registry: quay.io, repository: 'acme/a:2'}\n");

  test("is asked for it", async () => {
    const { text, asked } = await pin(registry);

    expect({ text, asked }).toEqual({
      text: registry.replace("a:2", "a:2@<digest>"),
      asked: ["quay.io/acme/a:2"],
    });
  });

  test("does not count where the name says another", async () => {
    expect((await pin(registry.replace("acme/a", "ghcr.io/a"))).asked).toEqual(["ghcr.io/a:2"]);
  });
});

describe("a digest where a version should stand", () => {
  const digest = `sha256:${"2".repeat(64)}`;

  test.each([
    [
      "mellanox.com/v1alpha1",
      "NicClusterPolicy",
      `{p: {image: a, repository: r.io/acme, version: "${digest}"}}`,
    ],
    [
      "mellanox.com/v1alpha1",
      "NicNodePolicy",
      `{p: {image: a, repository: r.io/acme, version: "${digest}"}}`,
    ],
    ["nvidia.com/v1alpha1", "NVIDIADriver", `{image: driver, repository: r.io/acme, version: "${digest}"}`],
    ["acme.example/v1", "Widget", `{image: {registry: r.io, repository: acme/a, tag: "${digest}"}}`],
    ["acme.example/v1", "Widget", `{image: r.io/acme/a, imageTag: "${digest}"}`],
  ])("is one: %s %s %s", async (apiVersion, kind, spec) => {
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\nspec: ${spec}\n`;

    expect(await pin(text)).toMatchObject({ text, asked: [], told: [] });
    expect((await pin(text, "mode: unpin")).text).toBe(text);
  });
});
