import { describe, expect, test } from "vitest";
import { readLockFile } from "../../../src/lock/format/lock-file.ts";
import { LockFileError } from "../../../src/lock/format/lock-file-error.ts";
import { contents, digest } from "../support.ts";

const ours = `# Which digest each tag meant.
apiVersion: fn.kpt.dev/v1alpha1
kind: ImageLock
metadata: {name: any}
images:
  nginx: {digest: ${digest("1")}}
`;
const theirs = `---
apiVersion: imgpkg.carvel.dev/v1alpha1
kind: ImagesLock
images:
- {image: "nginx@${digest("1")}", annotations: {kbld.carvel.dev/id: nginx}}
`;

async function failure(text: string): Promise<string> {
  return readLockFile(text).then(
    () => "",
    (error: unknown) => (error instanceof LockFileError ? error.message : String(error)),
  );
}

describe("readLockFile", () => {
  test.each([
    { kind: "ImageLock", text: ours },
    { kind: "ImagesLock", text: theirs },
  ])("reads an $kind", async ({ kind, text }) => {
    const file = await readLockFile(text);

    expect(file.kind).toBe(kind);
    expect(contents(file.images)).toEqual(["nginx sha256:11111 - -"]);
  });

  test.each(["", "\n", "# to come\n", "---\n", "null\n"])(
    "reads %j as a lock that is to come",
    async (text) => {
      expect(await readLockFile(text)).toEqual({ kind: "empty", images: [] });
    },
  );

  test.each([
    {
      what: "what is no YAML",
      text: "a: [\n",
      message: /^a lock must be YAML or JSON: line \d+, column \d+: /,
    },
    {
      what: "another kind",
      text: "apiVersion: v1\nkind: ConfigMap\n",
      message:
        'line 1, column 1: a lock must be an ImageLock of fn.kpt.dev or an ImagesLock of imgpkg.carvel.dev, but it is "ConfigMap"',
    },
    {
      what: "a text",
      text: "hello\n",
      message:
        'line 1, column 1: a lock must be an ImageLock of fn.kpt.dev or an ImagesLock of imgpkg.carvel.dev, but it is the text "hello"',
    },
    {
      what: "a map without a kind",
      text: "images: {}\n",
      message:
        "line 1, column 1: a lock must be an ImageLock of fn.kpt.dev or an ImagesLock of imgpkg.carvel.dev, but it has no `kind`",
    },
    {
      what: "a lock of another group",
      text: ours.replace("fn.kpt.dev", "acme.io"),
      message:
        'line 2, column 1: a lock must be an ImageLock of fn.kpt.dev or an ImagesLock of imgpkg.carvel.dev, but it is "ImageLock" of "acme.io/v1alpha1"',
    },
    {
      what: "two documents",
      text: `${ours}---\n${ours}`,
      message: "line 9, column 1: a lock must be the only document of its file",
    },
    {
      what: "all faults of a lock",
      text: `${ours}  redis: {}\n  Bad: {digest: ${digest("1")}}\n`,
      message: [
        'line 7, column 10, images["redis"].digest: `digest` must say what the image meant, but is missing',
        'line 8, column 3, images["Bad"]: a key of `images` must be an image: invalid reference format: repository name (library/Bad) must be lowercase: write "bad"',
      ].join("\n"),
    },
    {
      what: "faults of another tool's",
      text: theirs.replace(`nginx@${digest("1")}`, "nginx"),
      message:
        'line 5, column 12, images[0].image: `image` must be an image with its digest: "nginx" has none',
    },
  ])("refuses $what", async ({ text, message }) => {
    expect(await failure(text)).toEqual(message instanceof RegExp ? expect.stringMatching(message) : message);
  });
});
