import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { isDigest } from "../../../src/image/digest.ts";
import { isImageLock } from "../../../src/krm/resource.ts";
import { scalarText, startOf } from "../../../src/yaml/node.ts";
import { lineAndColumn } from "../../../src/yaml/place.ts";
import { contents, digest, readLock } from "../support.ts";

const head = "apiVersion: fn.kpt.dev/v1alpha1\nkind: ImageLock\nmetadata:\n  name: image-lock\n";

/** Problems as `line path: message`. */
async function problemsOf(text: string): Promise<readonly string[]> {
  const { lock, problems } = await readLock(text);
  return problems.map(({ path, message, node }) => {
    const { line } = lineAndColumn(text, startOf(lock.yaml, node) ?? -1);
    return `${line} ${path}: ${message}`;
  });
}

describe("isImageLock", () => {
  test.each([
    { kind: "ImageLock", group: "fn.kpt.dev", is: true },
    { kind: "ImageLock", group: "", is: true },
    { kind: "ImageLock", group: "acme.io", is: false },
    { kind: "ImagesLock", group: "fn.kpt.dev", is: false },
    { kind: "imagelock", group: "fn.kpt.dev", is: false },
    { kind: "", group: "fn.kpt.dev", is: false },
  ])("says $is of $kind in $group, whatever its name", ({ kind, group, is }) => {
    expect(isImageLock({ kind, group })).toBe(is);
  });
});

describe("readImageLock", () => {
  test("reads entries in order, with their platforms in normal form", async () => {
    const { lock, problems } = await readLock(`${head}images:
  nginx:1.27:
    digest: ${digest("1")}
  ghcr.io/acme/app:v1:
    note: kept
    digest: "${digest("2")}"
    platform: linux/aarch64
    platforms: [linux/x86_64, linux/arm64/v8]
`);

    expect(problems).toEqual([]);
    expect(lock.entries.map(({ reference }) => reference.text)).toEqual([
      "nginx:1.27",
      "ghcr.io/acme/app:v1",
    ]);
    expect(lock.entries[1]).toMatchObject({
      digest: digest("2"),
      platform: "linux/arm64",
      platforms: ["linux/amd64", "linux/arm64"],
    });
    expect(scalarText(lock.yaml, lock.entries[1]?.key)).toBe("ghcr.io/acme/app:v1");
  });

  test.each([
    ["no images", ""],
    ["nothing for images", "images:\n"],
    ["null for images", "images: null\n"],
    ["an empty map", "images: {}\n"],
  ])("reads %s as an empty lock", async (_, images) => {
    const { lock, problems } = await readLock(head + images);

    expect(problems).toEqual([]);
    expect(lock.entries).toEqual([]);
  });

  test.each([
    ["single quotes", `'${digest("1")}'`],
    ["double quotes with an escape", `"${digest("1").replace(":", "\\x3a")}"`],
    ["a literal block", `|\n      ${digest("1")}`],
    ["a folded block", `>-\n      ${digest("1")}`],
    ["a tag", `!!str ${digest("1")}`],
  ])("reads a digest in %s", async (_, text) => {
    const { lock, problems } = await readLock(`${head}images:\n  nginx:\n    digest: ${text}\n`);

    expect(problems).toEqual([]);
    expect(contents(lock.entries)).toEqual(["nginx sha256:11111 - -"]);
  });

  test("takes two entries for one image that agree, and two for two platforms", async () => {
    const { lock, problems } = await readLock(`${head}images:
  nginx: {digest: ${digest("1")}}
  docker.io/library/nginx:latest: {digest: ${digest("1")}}
  nginx:latest: {digest: ${digest("2")}, platform: linux/arm64}
`);

    expect(problems).toEqual([]);
    expect(lock.entries).toHaveLength(3);
  });

  test.each([
    {
      what: "another version",
      text: "kind: ImageLock\napiVersion: fn.kpt.dev/v1\n",
      says: '2 apiVersion: an ImageLock must be of `fn.kpt.dev/v1alpha1`, but this one is of "fn.kpt.dev/v1"; `lock: off` leaves it alone',
    },
    {
      what: "no version",
      text: "kind: ImageLock\n",
      says: "1 apiVersion: an ImageLock must be of `fn.kpt.dev/v1alpha1`, but this one has none; `lock: off` leaves it alone",
    },
    {
      what: "a list of images",
      text: `${head}images:\n- nginx\n`,
      says: "6 images: `images` must be a map from images to their digests, but is a list",
    },
    {
      what: "a text for images",
      text: `${head}images: nginx\n`,
      says: '5 images: `images` must be a map from images to their digests, but is the text "nginx"',
    },
    {
      what: "images twice",
      text: `${head}images: {}\nimages: {}\n`,
      says: "6 images: `images` must be there once, but here is another",
    },
    {
      what: "an entry that is a text",
      text: `${head}images:\n  nginx: ${digest("1")}\n`,
      says: `6 images["nginx"]: an entry of \`images\` must be a map with a \`digest\`, but is the text "${digest("1")}"`,
    },
    {
      what: "an entry that is empty",
      text: `${head}images:\n  nginx:\n`,
      says: '6 images["nginx"]: an entry of `images` must be a map with a `digest`, but is empty',
    },
    {
      what: "an entry without a digest",
      text: `${head}images:\n  nginx:\n    note: x\n`,
      says: '7 images["nginx"].digest: `digest` must say what the image meant, but is missing',
    },
    {
      what: "two digests",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    digest: ${digest("2")}\n`,
      says: '8 images["nginx"].digest: `digest` must be there once, but here is another',
    },
    {
      what: "two platforms",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    platform: linux/a\n    platform: linux/b\n`,
      says: '9 images["nginx"].platform: `platform` must be there once, but here is another',
    },
    {
      what: "a short digest",
      text: `${head}images:\n  nginx:\n    digest: sha256:abc\n`,
      says: '7 images["nginx"].digest: `digest` must be a digest: invalid checksum digest length: sha256 has 64 hexadecimal digits, not 3',
    },
    {
      what: "a digest that is a number",
      text: `${head}images:\n  nginx:\n    digest: 12\n`,
      says: '7 images["nginx"].digest: `digest` must be the text of a digest, but is "12"',
    },
    {
      what: "an empty digest",
      text: `${head}images:\n  nginx:\n    digest:\n`,
      says: '7 images["nginx"].digest: `digest` must be the text of a digest, but is empty',
    },
    {
      what: "a key that is no image",
      text: `${head}images:\n  Nginx:\n    digest: ${digest("1")}\n`,
      says: '6 images["Nginx"]: a key of `images` must be an image: invalid reference format: repository name (library/Nginx) must be lowercase: write "nginx"',
    },
    {
      what: "a key with a digest",
      text: `${head}images:\n  nginx:1@${digest("1")}:\n    digest: ${digest("1")}\n`,
      says: `6 images["nginx:1@${digest("1")}"]: a key of \`images\` must be an image as it is written before it has a digest: write "nginx:1"`,
    },
    {
      what: "a key that is a list",
      text: `${head}images:\n  ? [a]\n  : digest: ${digest("1")}\n`,
      says: "6 images[?]: a key of `images` must be an image, but is a list",
    },
    {
      what: "a bad platform",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    platform: arm64\n`,
      says: '8 images["nginx"].platform: "arm64" is not a platform: write it as "linux/arm64", "linux/arm/v7" or "windows(10.0.17763)/amd64"',
    },
    {
      what: "platforms that are a text",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    platforms: linux/amd64\n`,
      says: '8 images["nginx"].platforms: `platforms` must be a list of platforms, but is the text "linux/amd64"',
    },
    {
      what: "a bad platform among platforms",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    platforms: [linux/amd64, 3]\n`,
      says: '8 images["nginx"].platforms[1]: a platform must be a text, but is "3"',
    },
    {
      what: "an empty platform",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    platform:\n`,
      says: '8 images["nginx"].platform: a platform must be a text, but is empty',
    },
    {
      what: "empty platforms",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    platforms:\n    - linux/amd64\n    -\n`,
      says: '9 images["nginx"].platforms[1]: a platform must be a text, but is empty',
    },
    {
      what: "an empty next",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    next:\n`,
      says: '8 images["nginx"].next: `next` must have a `digest` and the time at which it was `seen`, such as 2026-11-28T10:00:00Z',
    },
    {
      what: "a misspelt platform",
      text: `${head}images:\n  nginx:\n    digest: ${digest("1")}\n    platfrom: linux/arm64\n`,
      says: '8 images["nginx"]: unknown field "platfrom": did you mean `platform`?',
    },
    {
      what: "a platform that a merge key brings in",
      text: `${head}images:\n  nginx:\n    <<: {platform: linux/arm64}\n    digest: ${digest("1")}\n`,
      says: '7 images["nginx"]: an entry of `images` must be written out, but a merge key brings in a part of it',
    },
    {
      what: "two entries that disagree",
      text: `${head}images:\n  nginx: {digest: ${digest("1")}}\n  nginx:latest: {digest: ${digest("2")}}\n`,
      says: '7 images["nginx:latest"]: "nginx:latest" is the same image as "nginx", but has another digest: remove the one that is wrong',
    },
    {
      what: "one key twice",
      text: `${head}images:\n  nginx: {digest: ${digest("1")}}\n  nginx: {digest: ${digest("2")}}\n`,
      says: '7 images["nginx"]: "nginx" stands here twice, with two digests: remove the one that is wrong',
    },
    {
      what: "an alias",
      text: `x: &d\n  digest: ${digest("1")}\n${head}images:\n  nginx: *d\n`,
      says: "8 images: `images` must be written out: an anchor or alias in it would change in two places",
    },
    {
      what: "an anchor that is used elsewhere",
      text: `${head}images:\n  nginx:\n    digest: &d ${digest("1")}\nother: *d\n`,
      says: "7 images: `images` must be written out: an anchor or alias in it would change in two places",
    },
    {
      what: "a merge key",
      text: `${head}images:\n  <<: {nginx: {digest: ${digest("1")}}}\n`,
      says: '6 images["<<"]: a key of `images` must be an image: invalid reference format: "<<" is no part of a name: that is lower-case letters and digits with ".", "_", "__" or "-" between them',
    },
    {
      what: "images that a merge key brings in",
      text: `x: &x {images: {nginx: {digest: ${digest("1")}}}}\n<<: *x\n${head}`,
      says: "2 images: `images` must be written out: what a merge key brings in would change in two places",
    },
  ])("complains of $what, and says where", async ({ text, says }) => {
    expect((await problemsOf(text))[0]).toBe(says);
  });

  test("tells of all that is wrong, and keeps the entries that are right", async () => {
    const { lock, problems } = await readLock(`${head}images:
  nginx: {digest: nope}
  redis: {digest: ${digest("2")}}
  Bad: {}
`);

    expect(problems.map(({ path }) => path)).toEqual([
      'images["nginx"].digest',
      'images["Bad"]',
      'images["Bad"].digest',
    ]);
    expect(contents(lock.entries)).toEqual(["redis sha256:22222 - -"]);
  });
});

describe("readImageLock, of anything", () => {
  test("throws nothing, and gives entries that are right", async () => {
    const scalar = fc.oneof(
      fc.constantFrom<unknown>("nginx", digest("1"), "linux/amd64", "", "a: b", null, true, 1.5),
      fc.string(),
    );
    const field = fc.constantFrom("digest", "platform", "platforms", "note", "nginx:1.27", "<<", "__proto__");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        scalar,
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(field, tie("tree"), { maxKeys: 4 }),
      ),
    }));

    await fc.assert(
      fc.asyncProperty(tree, fc.boolean(), async (images, pretty) => {
        const lock = { apiVersion: "fn.kpt.dev/v1alpha1", kind: "ImageLock", images };
        const text = pretty ? stringify(lock) : JSON.stringify(lock);

        const read = await readLock(text);

        for (const entry of read.lock.entries) {
          expect(isDigest(entry.digest)).toBe(true);
          expect(entry.reference.digest).toBeUndefined();
        }
        for (const { message, node } of read.problems) {
          expect(message).not.toBe("");
          expect(node).toBeLessThan(read.lock.yaml.events.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});
