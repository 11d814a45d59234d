/** A digest that is written into a map counts in each map that merges it: it must be that of their images too. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { pinDigests } from "../../src/pin-digests.ts";

const digestOf = (image: string) => parseDigest(`sha256:${createHash("sha256").update(image).digest("hex")}`);

const spec = '{kind: HelmRelease, path: "spec/values/**/image", digestKey: digest}';

/** What comes of a chart's values, with digests as `<a:1>`. */
async function pin(values: string, options: string) {
  const asked = new Set<string>();
  const head =
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  values:\n";
  const { text, results, ok } = await pinDigests(head + values, {
    functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: pin}\n${options}\n`,
    registry: {
      inspect: async (image) => {
        asked.add(image.text);
        return { digest: digestOf(image.text), recognizedBy: "by this test" };
      },
      hasDigest: async () => true,
    },
  });
  let after = text.replace(head, "");
  for (const image of asked) after = after.replaceAll(digestOf(image), `<${image}>`);
  return {
    after,
    ok,
    told: results.map(({ severity, field, message }) => `${severity} ${field?.path}: ${message}`),
  };
}

describe("heirConflict", () => {
  test.each([
    [
      "another tag",
      '    web: {image: &m {repository: r.io/x, tag: v1, digest: ""}}\n    worker: {image: {<<: *m, tag: v2}}\n',
      `fieldSpecs: [${spec}]`,
      'is "r.io/x:v2"',
    ],
    [
      "another tag in a map that no spec leads to",
      "    web: {image: &m {repository: r.io/x, tag: v1}}\n    worker: {img: {<<: *m, tag: v2}}\n",
      `fieldSpecs: [${spec}]`,
      'is "r.io/x:v2"',
    ],
    [
      "another tag that is to be left alone",
      "    web: {image: &m {repository: r.io/x, tag: v1}}\n    worker:\n      image:\n        <<: *m\n        tag: v2 # pin-digests: skip\n",
      `fieldSpecs: [${spec}]`,
      'is "r.io/x:v2"',
    ],
    [
      "another repository that is excluded",
      "    web: {image: &m {repository: r.io/x, tag: v1}}\n    worker: {image: {<<: *m, repository: r.io/y}}\n",
      `exclude: ["r.io/y:*"]\nfieldSpecs: [${spec}]`,
      'is "r.io/y:v1"',
    ],
    [
      "another registry",
      "    web: {image: &m {registry: r.io, repository: x, tag: v1}}\n    worker: {img: {<<: *m, registry: q.io}}\n",
      `fieldSpecs: [${spec}]`,
      'is "q.io/x:v1"',
    ],
    [
      "no repository",
      "    web: {image: &m {repository: r.io/x, tag: v1}}\n    worker: {img: {<<: *m, repository: null}}\n",
      `fieldSpecs: [${spec}]`,
      "is no image that is known",
    ],
    [
      "the same image that is to be left alone",
      '    web: {image: &m {repository: r.io/x, tag: v1, digest: ""}}\n    worker:\n      image:\n        <<: *m\n        tag: v1 # pin-digests: skip\n',
      `fieldSpecs: [${spec}]`,
      "is left alone: the comment on its line says so",
    ],
    [
      "one map on from another",
      "    web: {image: &m {repository: r.io/x, tag: v1}}\n    mid: &n {<<: [*m], pullPolicy: Always}\n    worker: {img: {<<: *n, tag: v2}}\n",
      `fieldSpecs: [${spec}]`,
      'is "r.io/x:v2"',
    ],
    [
      "a map within that is shared",
      "    web: {image: {repository: r.io/x, ref: &r {tag: v1}}}\n    worker: {img: {repository: r.io/y, ref: *r}}\n",
      `fieldSpecs: [{kind: HelmRelease, path: "spec/values/**/image", in: repositoryAndTag, digestKey: ref.digest}]`,
      "is ",
    ],
  ])("refuses a digest that would count for %s", async (_, values, options, there) => {
    const strict = await pin(values, options);
    const lenient = await pin(values, `onError: warn\n${options}`);

    expect(strict.ok).toBe(false);
    expect(strict.told.join("\n")).toMatch(
      /^error spec\.values\.web\.image[^ ]*: .*can't be changed on line 6 of the input alone/m,
    );
    expect(strict.told.join("\n")).toContain(`where it ${there}`);
    expect(lenient.after).toBe(values);
  });

  test.each([
    [
      "the same image",
      '    web: {image: &m {repository: r.io/x, tag: v1, digest: ""}}\n    worker: {image: {<<: *m, pullPolicy: Always}}\n',
      '    web: {image: &m {repository: r.io/x, tag: v1, digest: "<r.io/x:v1>"}}\n    worker: {image: {<<: *m, pullPolicy: Always}}\n',
    ],
    [
      "a map that gets its own digest",
      "    web: {image: &m {repository: r.io/x, tag: v1}}\n    worker: {image: {<<: *m, tag: v2}}\n",
      "    web: {image: &m {repository: r.io/x, tag: v1, digest: <r.io/x:v1>}}\n    worker: {image: {<<: *m, tag: v2, digest: <r.io/x:v2>}}\n",
    ],
    [
      "a map with a key of its own for it",
      '    web: {image: &m {repository: r.io/x, tag: v1, digest: ""}}\n    worker: {image: {<<: *m, tag: v2, digest: ""}}\n',
      '    web: {image: &m {repository: r.io/x, tag: v1, digest: "<r.io/x:v1>"}}\n    worker: {image: {<<: *m, tag: v2, digest: "<r.io/x:v2>"}}\n',
    ],
    [
      "a map that merges another digest before",
      "    none: &n {digest: ''}\n    web: {image: &m {repository: r.io/x, tag: v1}}\n    worker: {img: {<<: [*n, *m], tag: v2}}\n",
      "    none: &n {digest: ''}\n    web: {image: &m {repository: r.io/x, tag: v1, digest: <r.io/x:v1>}}\n    worker: {img: {<<: [*n, *m], tag: v2}}\n",
    ],
    [
      "a map that merges another image before",
      "    db: {image: &n {repository: r.io/y, tag: v1}}\n    web: {image: &m {repository: r.io/x, tag: v1}}\n    worker: {img: {<<: [*n, *m]}}\n",
      "    db: {image: &n {repository: r.io/y, tag: v1, digest: <r.io/y:v1>}}\n    web: {image: &m {repository: r.io/x, tag: v1, digest: <r.io/x:v1>}}\n    worker: {img: {<<: [*n, *m]}}\n",
    ],
  ])("lets a digest be that counts for %s", async (_, before, after) => {
    expect(await pin(before, `fieldSpecs: [${spec}]`)).toMatchObject({ after, ok: true });
  });
});
