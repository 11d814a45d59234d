import { describe, expect, test } from "vitest";
import { readLockFile } from "../../src/lock/format/lock-file.ts";
import type { ImageUse } from "../../src/report/image-use.ts";
import { inventory } from "../../src/report/inventory.ts";

const [one, two] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`);

function uses(...texts: readonly string[]): readonly ImageUse[] {
  return texts.map((text, index) => ({
    resource: { apiVersion: "v1", kind: "Pod", name: `web-${index}` },
    path: "spec.containers[0].image",
    text,
  }));
}

/** A use that a pin has changed. */
function changed(original: string, text: string): ImageUse {
  return { path: "spec.image", text, original };
}

describe("inventory", () => {
  test("as a lock is one that is read back", async () => {
    const { text, warnings } = inventory(
      uses(`redis:7@${two}`, `nginx:1.27@${one}`, `docker.io/nginx:1.27@${one}`),
      { format: "lock", platform: "linux/arm64" },
    );

    const { images } = await readLockFile(text);
    expect(images.map(({ reference, digest, platform }) => [reference.text, digest, platform])).toEqual([
      ["nginx:1.27", one, "linux/arm64"],
      ["redis:7", two, "linux/arm64"],
    ]);
    expect(warnings).toEqual([]);
  });

  test("as a lock says above each entry where it is used", () => {
    const [first, second] = uses(`nginx:1.27@${one}`, `docker.io/nginx:1.27@${one}`);

    const { text } = inventory([{ ...first, file: { path: "a\nb.yaml" } } as ImageUse, second as ImageUse], {
      format: "lock",
    });

    expect(text).toContain(`images:
  # v1/Pod/web-0 spec.containers[0].image (a\\nb.yaml)
  # v1/Pod/web-1 spec.containers[0].image
  nginx:1.27:
    digest: ${one}
`);
  });

  test("as a lock leaves out what it can't hold, and says so", () => {
    const { text, warnings } = inventory(uses(`nginx@${one}`, "redis:7", `a:1@${one}`, `a:1@${two}`), {
      format: "lock",
    });

    expect(text.match(/digest/g)).toHaveLength(1);
    expect(warnings).toEqual([
      `"nginx@${one}" has no tag, so the lock lacks it`,
      '"redis:7" has no digest, so the lock lacks it',
      `"a:1@${two}" is left out, since the lock has "a:1@${one}"`,
    ]);
  });

  test("as a lock knows images by what was there before a pin", async () => {
    const { text, warnings } = inventory(
      [
        changed("nginx:1.27", `nginx@${one}`),
        changed("redis", `redis@${two}`),
        changed(`busybox@${one}`, `busybox@${two}`),
      ],
      { format: "lock" },
    );

    const { images } = await readLockFile(text);
    expect(images.map(({ reference, digest }) => [reference.text, digest])).toEqual([
      ["nginx:1.27", one],
      ["redis", two],
    ]);
    expect(warnings).toEqual([`"busybox@${two}" has no tag, so the lock lacks it`]);
  });

  test("for kustomize names each name once, as it is written, with the fields that use it", () => {
    const { text, warnings } = inventory(
      uses(`nginx:1.27@${one}`, `nginx:1.28@${one}`, `docker.io/redis:7@${two}`),
      { format: "kustomize" },
    );

    expect(text).toBe(`images:
# v1/Pod/web-0 spec.containers[0].image
# v1/Pod/web-1 spec.containers[0].image
- name: nginx
  digest: ${one}
# v1/Pod/web-2 spec.containers[0].image
- name: docker.io/redis
  digest: ${two}
`);
    expect(warnings).toEqual([]);
    expect(inventory([], { format: "kustomize" }).text).toBe("images: []\n");
  });

  test.each([
    ["two digests", `nginx:1.28@${two}`],
    ["an image without a digest", "nginx:1.28"],
  ])("for kustomize leaves out a name that stands for %s too, which it would change", (_, other) => {
    const { text, warnings } = inventory(uses(`nginx:1.27@${one}`, other), { format: "kustomize" });

    const why = `"nginx:1.27@${one}", "${other}": left out, since kustomize sets one digest for each name`;
    expect(text).toBe(`images: []\n# ${why}\n`);
    expect(warnings).toEqual([why]);
  });

  test("for kustomize says which images have no digest", () => {
    const { text, warnings } = inventory(uses("nginx:1.27", "nginx"), { format: "kustomize" });

    expect(text).toBe("images: []\n");
    expect(warnings).toEqual(['"nginx:1.27", "nginx": left out, since there is no digest to set']);
  });

  test("as JSON says where each image is used, and leaves out placeholders", () => {
    const [first, ...others] = uses("nginx:1.27", "$(X)", "docker.io/library/nginx:1.27", "Bad");
    const { text } = inventory([{ ...(first as ImageUse), platforms: ["linux/arm64"] }, ...others], {
      format: "json",
      platform: "linux/arm64",
    });

    expect(JSON.parse(text)).toEqual({
      platform: "linux/arm64",
      images: [
        {
          image: "nginx:1.27",
          registry: "docker.io",
          repository: "library/nginx",
          tag: "1.27",
          platforms: ["linux/arm64"],
          uses: [
            { resource: { apiVersion: "v1", kind: "Pod", name: "web-0" }, path: "spec.containers[0].image" },
            { resource: { apiVersion: "v1", kind: "Pod", name: "web-2" }, path: "spec.containers[0].image" },
          ],
        },
      ],
    });
  });
});
