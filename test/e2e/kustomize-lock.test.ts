import { chmodSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRegistry } from "../support/registry.mjs";
import { type Ended, executable, run } from "./command.ts";
import { describeWith, pinImage } from "./tools.ts";
import { folderOf, type Tree } from "./workspace.ts";

const [one, two] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

const ways = [
  {
    tools: ["kustomize", "image"],
    way: "container without network",
    source: `container: {image: "${pinImage}"}`,
  },
  { tools: ["kustomize"], way: "executable", source: `exec: {path: ${executable}}` },
] as const;

for (const { tools, way, source } of ways) {
  describeWith(tools, `a lock in kustomize, ${way}`, () => {
    test("is used, and left out of what is built, twice the same", async () => {
      const site = folderOf({
        ...base("nginx:1.27"),
        ...overlay("site", { "nginx:1.27": one }, "lock: frozen"),
      });

      const first = await build(join(site, "site"));
      const second = await build(join(site, "site"));

      expect(first.code, first.stderr).toBe(0);
      expect(imagesOf(first)).toStrictEqual([`nginx:1.27@${one}`]);
      expect(first.stdout).not.toMatch(/ImageLock|PinDigests/);
      expect(second).toStrictEqual(first);
    });

    test("is each overlay's own, where one kustomization has several", async () => {
      const site = folderOf({
        ...base("nginx:1.27"),
        ...overlay("old", { "nginx:1.27": one }, "lock: frozen"),
        ...overlay("new", { "nginx:1.27": two }, "lock: frozen"),
        "kustomization.yaml": "resources: [old, new]\n",
      });

      const ended = await build(site);

      expect(ended.code, ended.stderr).toBe(0);
      expect(imagesOf(ended).toSorted()).toStrictEqual([`nginx:1.27@${one}`, `nginx:1.27@${two}`]);
    });

    test.each([
      [
        "an image that it lacks",
        "lock: frozen",
        "redis:7",
        /\[error\] the lock lacks 1 image: "redis:7"; add it with `pin-digests --lock FILE --update-lock`/,
      ],
      [
        "a tag without a digest in a check",
        "mode: check\nlock: frozen",
        "nginx:1.27",
        /\[error\] v1\/Pod\/site-web \S+: has no digest/,
      ],
      [
        "another digest in a check",
        "mode: check\nlock: frozen\ncheck: {drift: error}",
        `nginx:1.27@${two}`,
        /\[error\] v1\/Pod\/site-web \S+: has another digest than the lock/,
      ],
    ])("fails the build for %s, and says why on stderr", async (_, options, image, message) => {
      const site = folderOf({ ...base(image), ...overlay("site", { "nginx:1.27": one }, options) });

      const ended = await build(join(site, "site"));

      expect([ended.code, ended.stdout]).toStrictEqual([1, ""]);
      expect(ended.stderr).toMatch(message);
    });
  });

  /** A kustomization with a lock and a transformer beside it. */
  function overlay(name: string, entries: Readonly<Record<string, string>>, options: string): Tree {
    const images = Object.entries(entries).map(([image, digest]) => `  ${image}:\n    digest: ${digest}\n`);
    return {
      [`${name}/kustomization.yaml`]: `namePrefix: ${name}-
resources: [../base, image-lock.yaml]
transformers: [pin-digests.yaml]
`,
      [`${name}/pin-digests.yaml`]: `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata:
  name: pin-digests
  annotations:
    config.kubernetes.io/function: |
      ${source}
${options}
`,
      [`${name}/image-lock.yaml`]: `apiVersion: fn.kpt.dev/v1alpha1
kind: ImageLock
metadata:
  name: image-lock
  annotations: {config.kubernetes.io/local-config: "true"}
images:
${images.join("")}`,
    };
  }
}

describeWith(["kustomize"], "a lock in kustomize that lacks an image", () => {
  let registry: Awaited<ReturnType<typeof startRegistry>> | undefined;
  beforeAll(async () => {
    registry = await startRegistry({ any: true });
  });
  afterAll(() => registry?.close());

  test("keeps no addition, which one warning says", async () => {
    const image = `${registry?.host}/site/new:1`;
    const config = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata:
  name: pin-digests
  annotations:
    config.kubernetes.io/function: "exec: {path: ${executable}}"
`;
    const site = folderOf({
      ...base(image),
      "site/kustomization.yaml": "resources: [../base, image-lock.yaml]\ntransformers: [pin-digests.yaml]\n",
      "site/pin-digests.yaml": config,
      "site/image-lock.yaml": `apiVersion: fn.kpt.dev/v1alpha1
kind: ImageLock
metadata:
  name: image-lock
  annotations: {config.kubernetes.io/local-config: "true"}
images: {}
`,
    });

    const ended = await build(join(site, "site"));

    expect(ended.code).toBe(0);
    expect(imagesOf(ended)).toStrictEqual([`${image}@${registry?.digestOf("site/new", "1")}`]);
    expect(ended.stderr).toBe(`pin-digests: 1 image changed, 1 warning
[warning] 1 image was asked for and is not in a lock, so the next run asks again: "${image}"; a list without paths keeps no changes of a lock: add them with \`pin-digests --lock FILE --update-lock\`, or by hand
`);
  });
});

function base(image: string): Tree {
  return {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: ${image}
`,
  };
}

function imagesOf({ stdout }: Ended): readonly string[] {
  return stdout.match(/(?<=image: )\S+/g) ?? [];
}

/** kustomize calls docker, whatever there is; a container has no network unless it is asked for. */
function build(folder: string): Promise<Ended> {
  const bin = folderOf({ docker: '#!/bin/sh\nexec podman "$@"\n' });
  chmodSync(join(bin, "docker"), 0o755);
  return run("kustomize", ["build", folder, "--enable-alpha-plugins", "--enable-exec"], {
    env: { PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
}
