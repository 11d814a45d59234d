import { describe, expect, test } from "vitest";
import { lockEdits } from "../../../src/lock/format/lock-edit.ts";
import type { LockedImage } from "../../../src/lock/format/locked-image.ts";
import { lockText } from "../../../src/lock/format/new-lock.ts";
import { applyEdits } from "../../../src/yaml/text-edit.ts";
import { runToEnd } from "../../support/time-limit.ts";
import { digest, locked, readLock } from "../support.ts";

const head = "apiVersion: fn.kpt.dev/v1alpha1\nkind: ImageLock\n";
const one = digest("1");
const two = digest("2");
const three = digest("3");

async function edit(text: string, images: readonly LockedImage[]): Promise<string> {
  const { lock, problems } = await readLock(text);
  expect(problems).toEqual([]);
  return applyEdits(text, lockEdits(lock, images));
}

describe("lockEdits adds an entry", () => {
  test.each([
    {
      where: "behind the nearest smaller key",
      before: `${head}images:\n  alpine:3:\n    digest: ${one}\n  redis:7:\n    digest: ${two}\n`,
      after: `${head}images:\n  alpine:3:\n    digest: ${one}\n  nginx:1.27:\n    digest: ${three}\n  redis:7:\n    digest: ${two}\n`,
    },
    {
      where: "at the end where no key is greater",
      before: `${head}images:\n  alpine:3:\n    digest: ${one}\n`,
      after: `${head}images:\n  alpine:3:\n    digest: ${one}\n  nginx:1.27:\n    digest: ${three}\n`,
    },
    {
      where: "before all where no key is smaller, above the comment of the first",
      before: `${head}images:\n  # cache\n  redis:7:\n    digest: ${two}\n`,
      after: `${head}images:\n  nginx:1.27:\n    digest: ${three}\n  # cache\n  redis:7:\n    digest: ${two}\n`,
    },
    {
      where: "behind the nearest smaller key of an order of the user's own",
      before: `${head}images:\n  redis:7:\n    digest: ${two}\n  alpine:3:\n    digest: ${one}\n`,
      after: `${head}images:\n  redis:7:\n    digest: ${two}\n  alpine:3:\n    digest: ${one}\n  nginx:1.27:\n    digest: ${three}\n`,
    },
    {
      where: "between the comments of its neighbours",
      before: `${head}images:\n  # base\n  alpine:3: # old\n    digest: ${one} # by hand\n    # checked\n  # cache\n  redis:7:\n    digest: ${two}\n`,
      after: `${head}images:\n  # base\n  alpine:3: # old\n    digest: ${one} # by hand\n    # checked\n  nginx:1.27:\n    digest: ${three}\n  # cache\n  redis:7:\n    digest: ${two}\n`,
    },
    {
      where: "with the indentation of its neighbours",
      before: `${head}images:\n     alpine:3:\n        digest: ${one}\n`,
      after: `${head}images:\n     alpine:3:\n        digest: ${one}\n     nginx:1.27:\n        digest: ${three}\n`,
    },
    {
      where: "with the quotes of its neighbours",
      before: `${head}images:\n  'alpine:3':\n    "digest": "${one}"\n`,
      after: `${head}images:\n  'alpine:3':\n    "digest": "${one}"\n  'nginx:1.27':\n    "digest": "${three}"\n`,
    },
    {
      where: "without quotes that only its neighbour needs",
      before: `${head}images:\n  "12:30":\n    digest: ${one}\n`,
      after: `${head}images:\n  "12:30":\n    digest: ${one}\n  nginx:1.27:\n    digest: ${three}\n`,
    },
    {
      where: "in braces where its neighbours are",
      before: `${head}images:\n  alpine:3: {digest: ${one}, note: x}\n`,
      after: `${head}images:\n  alpine:3: {digest: ${one}, note: x}\n  nginx:1.27: {digest: ${three}}\n`,
    },
    {
      where: "behind fields that are unknown",
      before: `${head}images:\n  alpine:3:\n    digest: ${one}\n    by: |+\n      ada\n\nother: 1\n`,
      after: `${head}images:\n  alpine:3:\n    digest: ${one}\n    by: |+\n      ada\n\n  nginx:1.27:\n    digest: ${three}\nother: 1\n`,
    },
    {
      where: "with the line breaks of the text",
      before: `${head}images:\n  alpine:3:\n    digest: ${one}\nother: 1\n`.replaceAll("\n", "\r\n"),
      after:
        `${head}images:\n  alpine:3:\n    digest: ${one}\n  nginx:1.27:\n    digest: ${three}\nother: 1\n`.replaceAll(
          "\n",
          "\r\n",
        ),
    },
    {
      where: "behind a last line without a break",
      before: `${head}images:\n  alpine:3:\n    digest: ${one}`,
      after: `${head}images:\n  alpine:3:\n    digest: ${one}\n  nginx:1.27:\n    digest: ${three}`,
    },
    {
      where: "to `images: {}`",
      before: `${head}images: {} # none yet\nother: 1\n`,
      after: `${head}images: # none yet\n  nginx:1.27:\n    digest: ${three}\nother: 1\n`,
    },
    {
      where: "to `images:`",
      before: `${head}images:\nother: 1\n`,
      after: `${head}images:\n  nginx:1.27:\n    digest: ${three}\nother: 1\n`,
    },
    {
      where: "to `images: null` at the end of a text",
      before: `${head}images: null`,
      after: `${head}images:\n  nginx:1.27:\n    digest: ${three}`,
    },
    {
      where: "to `images: !!null`",
      before: `${head}images: !!null\n`,
      after: `${head}images:\n  nginx:1.27:\n    digest: ${three}\n`,
    },
    {
      where: "to braces that hold a comment",
      before: `${head}images: { # none\n  }\n`,
      after: `${head}images: {"nginx:1.27": {digest: "${three}"} # none\n  }\n`,
    },
    {
      where: "to a lock without images, as deep as the lock indents",
      before: `${head}metadata:\n    name: x\n    # the end\n# foot\n`,
      after: `${head}metadata:\n    name: x\n    # the end\nimages:\n    nginx:1.27:\n        digest: ${three}\n# foot\n`,
    },
    {
      where: "to a map in braces, behind the nearest smaller key",
      before: `${head}images: {alpine:3: {digest: ${one}}, redis:7: {digest: ${two}}}\n`,
      after: `${head}images: {alpine:3: {digest: ${one}}, nginx:1.27: {digest: ${three}}, redis:7: {digest: ${two}}}\n`,
    },
    {
      where: "to a map in braces, before all",
      before: `${head}images: {redis:7: {digest: '${two}'}, }\n`,
      after: `${head}images: {nginx:1.27: {digest: '${three}'}, redis:7: {digest: '${two}'}, }\n`,
    },
    {
      where: "to JSON in one line",
      before: `{"apiVersion":"fn.kpt.dev/v1alpha1","kind":"ImageLock","images":{}}`,
      after: `{"apiVersion":"fn.kpt.dev/v1alpha1","kind":"ImageLock","images":{"nginx:1.27": {"digest": "${three}"}}}`,
    },
    {
      where: "to JSON with null",
      before: `{"apiVersion":"fn.kpt.dev/v1alpha1","kind":"ImageLock","images":null}`,
      after: `{"apiVersion":"fn.kpt.dev/v1alpha1","kind":"ImageLock","images":{"nginx:1.27": {"digest": "${three}"}}}`,
    },
    {
      where: "to JSON without images",
      before: `{"apiVersion":"fn.kpt.dev/v1alpha1","kind":"ImageLock"}`,
      after: `{"apiVersion":"fn.kpt.dev/v1alpha1","kind":"ImageLock", "images": {"nginx:1.27": {"digest": "${three}"}}}`,
    },
    {
      where: "to JSON in lines",
      before: `{\n  "apiVersion": "fn.kpt.dev/v1alpha1",\n  "kind": "ImageLock",\n  "images": {\n    "redis:7": {\n      "digest": "${two}"\n    }\n  }\n}\n`,
      after: `{\n  "apiVersion": "fn.kpt.dev/v1alpha1",\n  "kind": "ImageLock",\n  "images": {\n    "nginx:1.27": {"digest": "${three}"},\n    "redis:7": {\n      "digest": "${two}"\n    }\n  }\n}\n`,
    },
  ])("$where", async ({ before, after }) => {
    expect(await edit(before, [locked("nginx:1.27", "3")])).toBe(after);
  });

  test("writes several in the order of their keys, each once, whatever order they come in", async () => {
    const images = [locked("c:1", "3"), locked("a:1", "1"), locked("b:1", "2"), locked("a:1", "1")];

    const text = await edit(`${head}images: {}\n`, images);

    expect(text).toBe(
      `${head}images:\n  a:1:\n    digest: ${one}\n  b:1:\n    digest: ${two}\n  c:1:\n    digest: ${three}\n`,
    );
  });

  test("writes one for an image in two spellings, under the first", async () => {
    const images = [locked("nginx:latest", "1"), locked("nginx", "1")];

    expect(await edit(`${head}images: {}\n`, images)).toBe(
      `${head}images:\n  nginx:latest:\n    digest: ${one}\n`,
    );
  });

  test("adds many to many in time in proportion to both", async () => {
    const many = (from: number) =>
      Array.from({ length: 20_000 }, (_, index) => locked(`a/b${from + 2 * index}:1`, "1"));
    const text = lockText(many(0));
    const { lock } = await readLock(text);

    const edits = runToEnd(() => lockEdits(lock, many(1)));

    const { lock: after } = await readLock(applyEdits(text, edits));
    expect(after.entries).toHaveLength(40_000);
  });

  test("writes the platform and the platforms", async () => {
    const image = locked("a:1", "1", {
      platform: "linux/arm/v7",
      platforms: ["linux/amd64", "linux/arm/v7"],
    });

    expect(await edit(`${head}images: {}\n`, [image])).toBe(
      `${head}images:\n  a:1:\n    digest: ${one}\n    platform: linux/arm/v7\n    platforms: [linux/amd64, linux/arm/v7]\n`,
    );
  });

  test("leaves the digest of the reference out of the key", async () => {
    const image = locked(`a:1@${three}`, "1");

    expect(await edit(`${head}images: {}\n`, [image])).toBe(`${head}images:\n  a:1:\n    digest: ${one}\n`);
  });

  test.each(
    ["on", "Null", "1234", "12:30", "1e3", "[::1]:5000/app:v1", "0x1f"].filter((name) => name !== "Null"),
  )("quotes the key %s, which an old reader would take for something else", async (name) => {
    expect(await edit(`${head}images: {}\n`, [locked(name, "1")])).toBe(
      `${head}images:\n  "${name}":\n    digest: ${one}\n`,
    );
  });
});

describe("lockEdits changes an entry", () => {
  const entry = (digestText: string, more = "") =>
    `${head}images:\n  # web\n  nginx:1.27:\n    digest: ${digestText}\n${more}`;

  test.each([
    { style: "plain, with a comment", text: (of: string) => `${of} # kept` },
    { style: "single quotes", text: (of: string) => `'${of}'` },
    { style: "double quotes", text: (of: string) => `"${of}"` },
    { style: "a literal block", text: (of: string) => `|\n      ${of}\n` },
    { style: "a folded block", text: (of: string) => `>-  # why\n         ${of}\n` },
    { style: "a tag", text: (of: string) => `!!str ${of}` },
  ])("by the characters of its digest alone: $style", async ({ text }) => {
    expect(await edit(entry(text(one)), [locked("nginx:1.27", "2")])).toBe(entry(text(two)));
  });

  test("under the key that it has, for all spellings of an image", async () => {
    const text = await edit(entry(one), [locked("docker.io/library/nginx:1.27", "2")]);

    expect(text).toBe(entry(two));
  });

  test("once, where it comes in two spellings", async () => {
    const images = [locked("nginx:1.27", "2"), locked("docker.io/library/nginx:1.27", "2")];

    expect(await edit(entry(one), images)).toBe(entry(two));
  });

  test("in each of two entries that agreed", async () => {
    const both = (of: string) =>
      `${head}images:\n  nginx: {digest: ${of}}\n  nginx:latest: {digest: ${of}}\n`;

    expect(await edit(both(one), [locked("nginx", "2")])).toBe(both(two));
  });

  test("not at all where it says the same", async () => {
    const text = entry(one, "    platforms: [linux/arm64, linux/x86_64]\n");
    const image = locked("nginx:1.27", "1", { platforms: ["linux/amd64", "linux/arm64"] });

    expect(await edit(text, [image, locked("nginx:1.27", "1")])).toBe(text);
  });

  test.each([
    {
      what: "adds platforms behind the digest",
      before: entry(`${one} # kept`, "    note: x\n"),
      image: locked("nginx:1.27", "1", { platforms: ["linux/amd64", "linux/arm64"] }),
      after: entry(`${one} # kept`, "    platforms: [linux/amd64, linux/arm64]\n    note: x\n"),
    },
    {
      what: "adds platforms in braces",
      before: `${head}images: {"nginx:1.27": {"digest": "${one}"}}\n`,
      image: locked("nginx:1.27", "1", { platforms: ["linux/amd64"] }),
      after: `${head}images: {"nginx:1.27": {"digest": "${one}", "platforms": ["linux/amd64"]}}\n`,
    },
    {
      what: "replaces platforms in brackets",
      before: entry(one, "    platforms: [linux/386] # seen\n"),
      image: locked("nginx:1.27", "2", { platforms: ["linux/amd64"] }),
      after: entry(two, "    platforms: [linux/amd64] # seen\n"),
    },
    {
      what: "keeps the lines of platforms that stay",
      before: entry(one, "    platforms:\n    - linux/386\n    - linux/amd64 # most\n    note: x\n"),
      image: locked("nginx:1.27", "1", { platforms: ["linux/amd64", "linux/arm64"] }),
      after: entry(one, "    platforms:\n    - linux/amd64 # most\n    - linux/arm64\n    note: x\n"),
    },
    {
      what: "forgets platforms that belong to another digest",
      before: entry(one, "    platforms: [linux/386]\n    note: x\n"),
      image: locked("nginx:1.27", "2"),
      after: entry(two, "    note: x\n"),
    },
    {
      what: "gives an entry for all platforms to one",
      before: entry(one, "    platforms: [linux/386]\n"),
      image: locked("nginx:1.27", "2", { platform: "linux/arm64" }),
      after: entry(two, "    platform: linux/arm64\n"),
    },
    {
      what: "gives an entry for one platform to another",
      before: entry(one, "    platform: 'linux/386' # old\n"),
      image: locked("nginx:1.27", "2", { platform: "linux/arm64" }),
      after: entry(two, "    platform: linux/arm64 # old\n"),
    },
    {
      what: "gives an entry for one platform to all",
      before: `${head}images: {"nginx:1.27": {"platform": "linux/386", "digest": "${one}", "note": 1}}\n`,
      image: locked("nginx:1.27", "2"),
      after: `${head}images: {"nginx:1.27": {"digest": "${two}", "note": 1}}\n`,
    },
    {
      what: "adds an entry beside that of another platform under another spelling",
      before: `${head}images:\n  nginx:\n    digest: ${one}\n`,
      image: locked("nginx:latest", "2", { platform: "linux/arm64" }),
      after: `${head}images:\n  nginx:\n    digest: ${one}\n  nginx:latest:\n    digest: ${two}\n    platform: linux/arm64\n`,
    },
  ])("$what", async ({ before, image, after }) => {
    expect(await edit(before, [image])).toBe(after);
  });
});
