import { describe, expect, test } from "vitest";
import { isImagesLock, readImagesLock } from "../../../src/lock/format/images-lock.ts";
import { rootOf } from "../../../src/yaml/node.ts";
import { scan } from "../../../src/yaml/scan.ts";
import { contents, digest } from "../support.ts";

const head = "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n";

async function read(text: string) {
  const yaml = scan(text);
  return readImagesLock(yaml, rootOf(yaml.documents[0] ?? 0));
}

describe("isImagesLock", () => {
  test.each([
    { kind: "ImagesLock", group: "imgpkg.carvel.dev", is: true },
    { kind: "ImagesLock", group: "acme.io", is: false },
    { kind: "ImageLock", group: "imgpkg.carvel.dev", is: false },
  ])("says $is of $kind of $group", ({ is, ...resource }) => {
    expect(isImagesLock(resource)).toBe(is);
  });
});

describe("readImagesLock", () => {
  test("reads what kbld wrote, by the reference as it was written", async () => {
    const { images, problems } = await read(`${head}images:
- annotations:
    kbld.carvel.dev/id: nginx:1.27
    kbld.carvel.dev/origins: |
      - resolved:
          tag: "1.27"
          url: nginx:1.27
  image: index.docker.io/library/nginx@${digest("1")}
- annotations:
    kbld.carvel.dev/id: "ghcr.io/acme/app:v1"
  image: registry.corp/relocated@${digest("2")}
`);

    expect(problems).toEqual([]);
    expect(contents(images)).toEqual(["ghcr.io/acme/app:v1 sha256:22222 - -", "nginx:1.27 sha256:11111 - -"]);
  });

  test.each([
    ["without annotations", ""],
    [
      "whose reference had a digest before",
      `  annotations: {kbld.carvel.dev/id: "nginx:1@${digest("1")}"}\n`,
    ],
    ["that kbld built under a name of its own", "  annotations: {kbld.carvel.dev/id: My App}\n"],
  ])("leaves out images %s", async (_, annotations) => {
    const { images, problems } = await read(`${head}images:\n- image: nginx@${digest("1")}\n${annotations}`);

    expect(problems).toEqual([]);
    expect(images).toEqual([]);
  });

  test.each(["", "images:\n", "images: []\n"])("reads %j as no images", async (images) => {
    expect(await read(head + images)).toEqual({ images: [], problems: [] });
  });

  test.each([
    {
      what: "another version",
      text: "apiVersion: imgpkg.carvel.dev/v1\nkind: ImagesLock\n",
      path: "apiVersion",
      message:
        'an ImagesLock must be of `imgpkg.carvel.dev/v1alpha1`, but this one is of "imgpkg.carvel.dev/v1"',
    },
    {
      what: "a map of images",
      text: `${head}images: {a: b}\n`,
      path: "images",
      message: "`images` must be a list of images, but is a map",
    },
    {
      what: "an image without a digest",
      text: `${head}images:\n- image: nginx:1.27\n`,
      path: "images[0].image",
      message: '`image` must be an image with its digest: "nginx:1.27" has none',
    },
    {
      what: "an image that is none",
      text: `${head}images:\n- image: Nginx\n`,
      path: "images[0].image",
      message:
        '`image` must be an image with its digest: invalid reference format: repository name (library/Nginx) must be lowercase: write "nginx"',
    },
    {
      what: "no image",
      text: `${head}images:\n- {}\n`,
      path: "images[0].image",
      message: "`image` must be an image with its digest, but is missing",
    },
    {
      what: "an entry that is a text",
      text: `${head}images:\n- nginx\n`,
      path: "images[0].image",
      message: "`image` must be an image with its digest, but is missing",
    },
    {
      what: "two that disagree",
      text: `${head}images:
- {image: "nginx@${digest("1")}", annotations: {kbld.carvel.dev/id: nginx}}
- {image: "nginx@${digest("2")}", annotations: {kbld.carvel.dev/id: "nginx:latest"}}
`,
      path: "images",
      message:
        '"nginx:latest" is the same image as "nginx", but has another digest: remove the one that is wrong',
    },
    {
      what: "an empty image",
      text: `${head}images:\n- image:\n`,
      path: "images[0].image",
      message: "`image` must be an image with its digest, but is empty",
    },
  ])("complains of $what", async ({ text, path, message }) => {
    const { problems } = await read(text);

    expect(problems).toMatchObject([{ path, message }]);
  });
});
