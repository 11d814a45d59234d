import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tableRules } from "../../src/fields/field-rules.ts";
import { canSkip, mayHoldImages } from "../../src/fields/prefilter.ts";
import { anyKindRows } from "../../src/fields/table/tables.ts";
import { pinDigests } from "../../src/pin-digests.ts";
import { childOf, rootOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";

const digest = `sha256:${"1".repeat(64)}`;

function glance(text: string): boolean {
  const yaml = scan(text);
  return canSkip(yaml, rootOf(yaml.documents[0] ?? 0));
}

describe("isBarren", () => {
  test.each([
    "matchLabels: {app: web}",
    "- {name: http, containerPort: 8080}",
    "limits:\n  cpu: 500m\n  memory: 256Mi",
    "httpGet: {path: /image, port: http}",
    // Longer and shorter than the key, or a part of it.
    "images: a\nimag: b\nmyimage: c",
    "{}",
  ])("is true of %j", (text) => {
    expect(glance(text)).toBe(true);
  });

  test.each([
    "image: nginx:1",
    "a: {b: {c: [{image: nginx:1}]}}",
    "'image': nginx:1",
    'a: {"im\\x61ge": nginx:1}',
    "volumes: [{image: {reference: a}}]",
    "sidecars: [{args: [--image=a]}]",
    "spec: {apiVersion: v1}",
    "status: {}",
    "a: {rbd: {pool: b}}",
    "annotations: {}",
    "base: &base {a: b}\nother: {<<: *base}",
    "a: &a b\nc: *a",
  ])("is false of %j", (text) => {
    expect(glance(text)).toBe(false);
  });

  test("says nothing of what is long", () => {
    expect(glance(`[${"a, ".repeat(30)}]`)).toBe(true);
    expect(glance(`[${"a, ".repeat(100)}]`)).toBe(false);
  });
});

describe("maySayImages", () => {
  function mayHold(text: string): boolean {
    const yaml = scan(text);
    return mayHoldImages(yaml, rootOf(yaml.documents[0] ?? 0));
  }

  test("is true of every annotation that holds an image", () => {
    const keys = anyKindRows.annotations.flatMap((row) =>
      tableRules("annotations", row).map(({ path }) => path),
    );

    expect(keys).not.toHaveLength(0);
    for (const key of keys)
      expect([key, mayHold(`a: b\n${key.replace("~1", "/")}: c\n`)]).toEqual([key, true]);
  });

  test.each(["{}", "config.kubernetes.io/path: a.yaml\nother: image"])("is false of %j", (text) => {
    expect(mayHold(text)).toBe(false);
  });

  test.each(["<<: *a", "? *a\n: b", "? [a]\n: b"])("is true of %j, which may say anything", (text) => {
    const yaml = scan(`a: &a {b: c}\nannotations:\n  ${text.replace("\n", "\n  ")}\n`);
    const root = rootOf(yaml.documents[0] ?? 0);

    expect(mayHoldImages(yaml, childOf(yaml, root, "annotations") ?? root)).toBe(true);
  });
});

/** Objects of keys that count in some places, of others, and of texts that may be images. */
const parts = fc.letrec((tie) => ({
  part: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.constantFrom("nginx:1.27", "a.io/b:2", "web", "v1", "Pod", "5"),
    fc.array(tie("part"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        ..."image reference container containers initContainers sidecars script volumes metadata annotations status rbd apiVersion kind spec template args env name value command volumeMounts".split(
          " ",
        ),
      ),
      tie("part"),
      { maxKeys: 4 },
    ),
  ),
})).part;

/** The same object with so much more in each map that a glance at it tells nothing. */
function padded(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(padded);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).map(([key, value]) => [key, padded(value)]);
  return { ...Object.fromEntries(entries), padding: Array.from({ length: 80 }, () => "x") };
}

async function imagesOf(spec: unknown): Promise<readonly string[]> {
  const pod = { apiVersion: "acme.io/v1", kind: "Widget", metadata: { name: "a" }, spec };
  const { images } = await pinDigests(JSON.stringify(pod), { resolveDigest: async () => digest });
  return images.map(({ path, text }) => `${path}: ${text}`);
}

test("an image that a glance would hide is found as where no glance tells", async () => {
  await fc.assert(
    fc.asyncProperty(parts, async (spec) => {
      expect(await imagesOf(spec)).toEqual(await imagesOf(padded(spec)));
    }),
    { numRuns: 2_000 },
  );
});
