import { describe, expect, test } from "vitest";
import { readLockFile } from "../../src/lock/lock-file.ts";
import { type ImageUse, inventory } from "../../src/report/inventory.ts";

const [one, two] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`);

function uses(...texts: readonly string[]): readonly ImageUse[] {
  return texts.map((text, index) => ({
    resource: { apiVersion: "v1", kind: "Pod", name: `web-${index}` },
    path: "spec.containers[0].image",
    text,
  }));
}

describe("inventory", () => {
  test("as a lock is one that is read back", async () => {
    const { text, warnings } = inventory(
      uses(`nginx:1.27@${one}`, `redis:7@${two}`, `docker.io/nginx:1.27@${one}`),
      { format: "lock", platform: "linux/arm64" },
    );

    const { images } = await readLockFile(text);
    expect(images.map(({ reference, digest, platform }) => [reference.text, digest, platform])).toEqual([
      ["nginx:1.27", one, "linux/arm64"],
      ["redis:7", two, "linux/arm64"],
    ]);
    expect(warnings).toEqual([]);
  });

  test("as a lock leaves out what it can't hold, and says so", () => {
    const { text, warnings } = inventory(uses(`nginx@${one}`, "redis:7", `a:1@${one}`, `a:1@${two}`), {
      format: "lock",
    });

    expect(text.match(/digest/g)).toHaveLength(1);
    expect(warnings).toEqual([
      `"a:1@${two}" is left out, since the lock has "a:1@${one}"`,
      `"nginx@${one}" has no tag, so the lock lacks it`,
      '"redis:7" has no digest, so the lock lacks it',
    ]);
  });

  test("for kustomize names each name once, as it is written", () => {
    const { text, warnings } = inventory(
      uses(`nginx:1.27@${one}`, `nginx:1.28@${two}`, `docker.io/redis:7@${two}`),
      { format: "kustomize" },
    );

    expect(text).toBe(`images:
- name: nginx
  digest: ${one}
# nginx:1.28@${two}: kustomize sets one digest for each name
- name: docker.io/redis
  digest: ${two}
`);
    expect(warnings).toEqual([`"nginx:1.28@${two}" is left out: kustomize sets one digest for each name`]);
    expect(inventory([], { format: "kustomize" }).text).toBe("images: []\n");
  });

  test("as JSON says where each image is used, and leaves out placeholders", () => {
    const { text } = inventory(uses("nginx:1.27", "$(X)", "docker.io/library/nginx:1.27", "Bad"), {
      format: "json",
    });

    expect(JSON.parse(text)).toEqual({
      images: [
        {
          image: "nginx:1.27",
          registry: "docker.io",
          repository: "library/nginx",
          tag: "1.27",
          uses: [
            { resource: { apiVersion: "v1", kind: "Pod", name: "web-0" }, path: "spec.containers[0].image" },
            { resource: { apiVersion: "v1", kind: "Pod", name: "web-2" }, path: "spec.containers[0].image" },
          ],
        },
      ],
    });
  });
});
