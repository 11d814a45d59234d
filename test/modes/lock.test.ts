import { describe, expect, test } from "vitest";
import { FunctionConfigError } from "../../src/config/config-sources.ts";
import { LockFileError } from "../../src/lock/format/lock-file-error.ts";
import { fakeRegistry, itemsOf, list, lock, messages, one, pod, run, three, two } from "./support.ts";

const nginx = "docker.io/library/nginx";
const registry = () => fakeRegistry({ [`${nginx}:1.27`]: three, "docker.io/library/redis:7": two });

describe("a lock among the items", () => {
  test.each([
    ["nginx:1.27", "nginx:1.27"],
    ["nginx", "docker.io/library/nginx:latest"],
    ["index.docker.io/library/nginx:latest", "nginx"],
  ])("answers for %s by its entry %s and nobody is asked", async (image, entry) => {
    const asked = registry();

    const { text, results } = await run(list(pod(image), lock({ [entry]: one })), asked);

    expect(itemsOf(text)).toBe(list(pod(`${image}@${one}`), lock({ [entry]: one })));
    expect(messages(results)).toEqual([`info: pinned "${image}" to ${one}, as the lock "image-lock" has it`]);
    expect(asked.asked).toEqual([]);
  });

  test("is given what it lacks, and keeps its comments, in place", async () => {
    const asked = registry();
    const before = lock({ "nginx:1.25": one, "zoo:1": one }, "image-lock.yaml");
    const input = list(pod("nginx:1.27", "a.yaml"), before, pod("docker.io/nginx:1.27", "b.yaml"));

    const { text, results } = await run(input, asked);

    const after = lock({ "nginx:1.25": one, "nginx:1.27": three, "zoo:1": one }, "image-lock.yaml");
    const [a, b] = [pod(`nginx:1.27@${three}`, "a.yaml"), pod(`docker.io/nginx:1.27@${three}`, "b.yaml")];
    expect(itemsOf(text)).toBe(list(a, after, b));
    expect(asked.asked).toEqual([`${nginx}:1.27`]);
    expect(messages(results)).toContain('info: added "nginx:1.27"');
    const again = await run(itemsOf(text), fakeRegistry({}));
    expect(again.text).toBe(itemsOf(text));
  });

  test.each([
    ["another apiVersion", "v1alpha1", "v1", /must be of `fn.kpt.dev\/v1alpha1`/],
    [
      "entries that disagree",
      "images: # by hand",
      `images:\n  docker.io/nginx:1.27: {digest: "${two}"}`,
      /another digest/,
    ],
  ])("with %s fails the run; `lock: off` leaves it alone", async (_, from, to, message) => {
    const input = list(
      pod("nginx:1.27", "a.yaml"),
      lock({ "nginx:1.27": one }, "lock.yaml").replace(from, to),
    );

    const failed = await run(input, registry());
    const off = await run(input, registry(), { lock: "off" });

    expect(failed.ok).toBe(false);
    expect(itemsOf(failed.text)).toBe(input);
    expect(failed.results).toMatchObject([
      { message: expect.stringMatching(message), file: { path: "lock.yaml" } },
    ]);
    expect(itemsOf(off.text)).toBe(input.replace("image: nginx:1.27", `image: nginx:1.27@${three}`));
  });

  test("is searched for no image, though it lacks the annotation", async () => {
    const odd = lock({ "nginx:1.27": one }, "lock.yaml").replace(
      'config.kubernetes.io/local-config: "true", ',
      "",
    );
    const input = list(`${odd}spec: {containers: [{image: "x:1"}]}\n`, pod("nginx:1.27", "a.yaml"));

    expect((await run(input, fakeRegistry({}))).ok).toBe(true);
  });

  test("holds for the platform of each entry alone", async () => {
    const asked = fakeRegistry({ [`${nginx}:1.27 linux/arm64`]: three });
    const input = list(pod("nginx:1.27", "a.yaml"), lock({ "nginx:1.27": one }, "lock.yaml"));

    const { text } = await run(input, asked, { platform: "linux/arm64" });

    expect(asked.asked).toEqual([`${nginx}:1.27 linux/arm64`]);
    expect(text).toContain(`      digest: ${three}\n      platform: linux/arm64\n`);
  });

  test("is left as it was where one image fails", async () => {
    const input = list(pod("nginx:1.27", "a.yaml"), pod("gone:1", "b.yaml"), lock({}, "lock.yaml"));

    const { text, ok } = await run(input, registry());

    expect(ok).toBe(false);
    expect(itemsOf(text)).toBe(input);
  });

  test("counts where it is the nearest above a resource", async () => {
    const input = list(
      pod("nginx:1.27", "db/a.yaml"),
      pod("nginx:1.27", "b.yaml"),
      pod("nginx:1.27", "web/deep/c.yaml"),
      lock({ "nginx:1.27": one }, "image-lock.yaml"),
      lock({ "nginx:1.27": two }, "db/image-lock.yaml"),
    );

    const { text } = await run(input, fakeRegistry({}));

    expect(text.match(/image: .*/g)).toEqual([two, one, one].map((digest) => `image: nginx:1.27@${digest}`));
  });

  test("may be there once in a folder", async () => {
    const { results, ok } = await run(list(lock({}, "a.yaml"), lock({}, "b.yaml")), fakeRegistry({}));

    expect(ok).toBe(false);
    expect(messages(results)).toEqual([expect.stringContaining("a folder must have one ImageLock")]);
  });

  test("that can't keep additions is warned of once, with all images", async () => {
    const { results } = await run(list(pod("nginx:1.27"), lock({}), pod("redis:7")), registry());

    const warnings = messages(results).filter((message) => message.startsWith("warning"));
    expect(warnings).toEqual([
      expect.stringMatching(/^warning: 2 images were asked for .*: "nginx:1.27", "redis:7"; .*--update-lock/),
    ]);
  });

  test("is not given what is left alone, nor asked for it when frozen", async () => {
    const input = list(pod("redis:7", "a.yaml"), pod("nginx:1.27", "b.yaml"), lock({}, "lock.yaml"));

    const { text } = await run(input, registry(), { exclude: "redis:*" });
    const frozen = await run(itemsOf(text), fakeRegistry({}), { exclude: "redis:*", lock: "frozen" });

    expect(itemsOf(text)).toBe(
      list(
        pod("redis:7", "a.yaml"),
        pod(`nginx:1.27@${three}`, "b.yaml"),
        lock({ "nginx:1.27": three }, "lock.yaml"),
      ),
    );
    expect(frozen.text).toBe(itemsOf(text));
  });

  test("of a sub-package alone does not count for what is above", async () => {
    const input = list(pod("nginx:1.27", "a.yaml"), lock({ "nginx:1.27": one }, "db/lock.yaml"));
    const asked = registry();

    const { text, results } = await run(input, asked);

    expect(asked.asked).toEqual([`${nginx}:1.27`]);
    expect(itemsOf(text)).toContain(`image: nginx:1.27@${three}\n`);
    expect(itemsOf(text)).toContain(`digest: ${one}\n`);
    expect(messages(results)).toEqual([`info: pinned "nginx:1.27" to ${three}`]);
  });

  test("counts by the package that a render names", async () => {
    const inside = (text: string, folder: string) =>
      text.replace("annotations: {", `annotations: {internal.config.kubernetes.io/package-path: ${folder}, `);
    const input = list(
      inside(pod("nginx:1.27", "a.yaml"), "/pkg/db"),
      inside(pod("nginx:1.27", "a.yaml"), "/pkg/web"),
      inside(lock({ "nginx:1.27": one }, "lock.yaml"), "/pkg"),
      inside(lock({ "nginx:1.27": two }, "lock.yaml"), "/pkg/db"),
    );

    const { text } = await run(input, fakeRegistry({}));

    expect(text.match(/image: .*/g)).toEqual([two, one].map((digest) => `image: nginx:1.27@${digest}`));
  });

  test("is not missed by a stream that has none", async () => {
    const { results } = await run(pod("nginx:1.27"), registry());

    expect(messages(results)).toEqual([`info: pinned "nginx:1.27" to ${three}`]);
  });

  test.each([
    [
      `nginx:1.28@${one}`,
      /^warning: "nginx:1.28@[^"]+" has the digest that the lock "image-lock" records for "nginx:1.27", another tag/,
    ],
    [
      `nginx:1.27@${two}`,
      /^warning: "nginx:1.27@[^"]+" has another digest than the lock "image-lock", which says/,
    ],
  ])("tells of the odd digest in %s, which stays", async (image, message) => {
    const input = list(pod(image), lock({ "nginx:1.27": one }));

    const { text, results } = await run(input, fakeRegistry({}));

    expect(itemsOf(text)).toBe(input);
    expect(messages(results)).toEqual([expect.stringMatching(message)]);
  });
});

describe("lock: frozen", () => {
  test("asks nobody and lists all that is missing, with the command that adds it", async () => {
    const input = list(pod("nginx:1.27", "a.yaml"), pod("redis:7", "b.yaml"), lock({}, "lock.yaml"));
    const asked = registry();

    const { text, results } = await run(input, asked, { lock: "frozen" });

    expect(itemsOf(text)).toBe(input);
    expect(asked.asked).toEqual([]);
    expect(messages(results)).toEqual([
      'error: the lock lacks 2 images: "nginx:1.27", "redis:7"; add them with `kpt fn eval PACKAGE --image IMAGE --network -- lock=create`',
      'error: "nginx:1.27" is not in the lock "lock.yaml", and `lock: frozen` forbids asking',
      'error: "redis:7" is not in the lock "lock.yaml", and `lock: frozen` forbids asking',
    ]);
  });

  test("names the flags for a stream, and that there is no lock", async () => {
    const { text, results } = await run(pod("nginx:1.27"), registry(), { lock: "frozen" });

    expect(text).toBe("");
    expect(messages(results)[0]).toMatch(
      /^error: there is no lock, .*`pin-digests --lock FILE --update-lock`$/,
    );
  });

  test("names the flags for a package whose lock is in a file outside it", async () => {
    const file = { text: lock({}), update: false };

    const { results } = await run(
      list(pod("nginx:1.27", "a.yaml")),
      registry(),
      { lock: "frozen" },
      { lock: file },
    );

    expect(messages(results)[0]).toBe(
      'error: the lock lacks 1 image: "nginx:1.27"; add it with `pin-digests --lock FILE --update-lock`',
    );
  });

  test("leaves out what is missing and pins the rest with `onError: warn`", async () => {
    const input = list(pod("nginx:1.27"), pod("redis:7"), lock({ "redis:7": two }));

    const { text, results, ok } = await run(input, registry(), { lock: "frozen", onError: "warn" });

    expect(ok).toBe(true);
    expect(itemsOf(text).match(/image: .*/g)).toEqual(["image: nginx:1.27", `image: redis:7@${two}`]);
    expect(results.filter(({ severity }) => severity === "warning")).toHaveLength(2);
  });

  test("tells of an entry that nothing uses, pinned in the text or not", async () => {
    const entries = { "a:1": one, "b:1": one, "c:1": one, "d:1": one };
    const input = list(pod(`a:1@${one}`), pod("b:1"), pod(`d@${one}`), lock(entries));

    const { results } = await run(input, fakeRegistry({}), { lock: "frozen" });

    const unused = results.filter(({ message }) => message.startsWith("nothing uses this entry"));
    expect(unused.map(({ severity, field }) => [severity, field?.path])).toEqual([
      ["warning", 'images["c:1"].digest'],
    ]);
  });

  test("tells of all entries that nothing uses at once, for each lock", async () => {
    const entries = (folder: string) =>
      Object.fromEntries(Array.from({ length: 1000 }, (_, number) => [`${folder}/app:${number}`, one]));
    const input = list(lock(entries("a"), "a/lock.yaml"), lock(entries("b"), "b/lock.yaml"));

    const { results } = await run(input, fakeRegistry({}), { lock: "frozen" });

    expect(
      results.map(({ message, file }) => [message.slice(0, 25), message.slice(-13), file?.path]),
    ).toEqual([
      ["nothing uses 1000 entries", " and 900 more", "a/lock.yaml"],
      ["nothing uses 1000 entries", " and 900 more", "b/lock.yaml"],
    ]);
  });

  test("pins a package of ten thousand images from its lock, and asks nobody", async () => {
    const images = Array.from({ length: 10_000 }, (_, number) => `ghcr.io/acme/app-${number}:1`);
    const entries = lock(Object.fromEntries(images.map((image) => [image, one])), "lock.yaml");
    const pods = images.map((image) => pod(image, "a.yaml"));
    const asked = fakeRegistry({});

    const { text, results, changes } = await run(list(entries, ...pods), asked, {
      lock: "frozen",
      report: "problems",
    });

    expect([changes, results, asked.asked]).toEqual([10_000, [], []]);
    expect(text).toBe(list(entries, ...images.map((image) => pod(`${image}@${one}`, "a.yaml"))));
  });

  test.each([
    ["platforms: [linux/amd64, linux/arm64]", []],
    ["platforms: [linux/amd64]", [/must be there for linux\/arm64, but the lock "image-lock" says/]],
    ["more: 1", [/the lock lacks 1 image/, /its platforms are not recorded/]],
  ])("reads required platforms from the record %s", async (record, expected) => {
    const text = lock({ "nginx:1.27": `${one}\n    ${record}` });

    const { results } = await run(list(pod("nginx:1.27"), text), fakeRegistry({}), {
      lock: "frozen",
      requirePlatforms: "linux/arm64",
      report: "problems",
    });

    expect(messages(results)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe("lock: frozen and a field that may stay unpinned", () => {
  test("warns of it where the field alone says so", async () => {
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
lock: frozen
fieldSpecs: [{kind: Pod, path: "spec/containers[]/image", onError: warn}]
`;

    const { ok, results } = await run(list(pod("nginx:1.27"), lock({})), registry(), {}, { functionConfig });

    expect(ok).toBe(true);
    expect(messages(results)).toEqual([
      expect.stringMatching(/^warning: the lock lacks 1 image/),
      expect.stringMatching(/^warning: "nginx:1.27" is not in the lock/),
    ]);
  });
});

describe("lock: create", () => {
  const input = list(pod("nginx:1.27", "a.yaml"), pod("redis:7", "db/b.yaml"));

  test("makes one lock at the root, with both spellings of its path", async () => {
    const { text, results } = await run(input, registry(), { lock: "create" });

    expect(itemsOf(text)).toContain(`- apiVersion: fn.kpt.dev/v1alpha1
  kind: ImageLock
  metadata:
    name: image-lock
    annotations:
      config.kubernetes.io/local-config: "true"
      config.kubernetes.io/index: "0"
      config.kubernetes.io/path: "image-lock.yaml"
      internal.config.kubernetes.io/index: "0"
      internal.config.kubernetes.io/path: "image-lock.yaml"
  images:
    nginx:1.27:
      digest: ${three}
    redis:7:
      digest: ${two}
`);
    expect(messages(results)).toContain('info: made image-lock.yaml with "nginx:1.27", "redis:7"');
    const again = await run(itemsOf(text), fakeRegistry({}), { lock: "create" });
    expect(again.text).toBe(itemsOf(text));
  });

  test.each([
    ["alone in its file", "a.yaml", 0],
    ["behind what is in a file of its name", "image-lock.yaml", 1],
  ])("tells of the lock that it makes as of any, %s", async (_where, path, index) => {
    const { results } = await run(list(pod("nginx:1.27", path)), registry(), { lock: "create" });

    expect(results).toContainEqual({
      message: 'made image-lock.yaml with "nginx:1.27"',
      severity: "info",
      resourceRef: { apiVersion: "fn.kpt.dev/v1alpha1", kind: "ImageLock", name: "image-lock" },
      field: { path: "images" },
      file: { path: "image-lock.yaml", index },
    });
  });

  test("makes none where there is nothing to keep", async () => {
    const pinned = list(pod(`nginx:1.27@${one}`, "a.yaml"));

    expect((await run(pinned, registry(), { lock: "create" })).text).toBe(pinned);
  });

  test("makes one for what a sub-package's lock does not count for", async () => {
    const { text } = await run(
      list(pod("nginx:1.27", "a.yaml"), pod("redis:7", "db/b.yaml"), lock({}, "db/lock.yaml")),
      registry(),
      { lock: "create" },
    );

    const [, first, second, ...others] = itemsOf(text).split("kind: ImageLock");
    expect(first).toContain("redis:7:");
    expect(second).toContain("nginx:1.27:");
    expect(others).toEqual([]);
  });

  test("makes none in a list without paths, and warns once", async () => {
    const { text, results } = await run(list(pod("nginx:1.27"), pod("redis:7")), registry(), {
      lock: "create",
    });

    expect(text).not.toContain("ImageLock");
    expect(messages(results).filter((each) => each.startsWith("warning"))).toEqual([
      expect.stringMatching(
        /^warning: 2 images were asked for .*: "nginx:1.27", "redis:7"; `lock: create` made no lock, since a list without paths .*`kustomize build LAYER \| pin-digests /,
      ),
    ]);
  });

  test("makes none in a stream, and says what makes one", async () => {
    const { ok, text, results } = await run(pod("nginx:1.27"), registry(), { lock: "create" });

    expect(ok).toBe(true);
    expect(text).toBe(pod(`nginx:1.27@${three}`));
    expect(messages(results)[0]).toBe(
      'warning: 1 image was asked for and is not in a lock, so the next run asks again: "nginx:1.27"; `lock: create` made no lock, because a stream is not a package that could hold one: instead use `--lock image-lock.yaml --update-lock`, which makes that file',
    );
  });
});

describe("a lock in a file", () => {
  test("answers, and is added to with its comments kept", async () => {
    const text = `# ours\n${lock({ "nginx:1.27": one })}`;
    const asked = registry();

    const stream = `${pod("nginx:1.27")}---\n${pod("redis:7")}`;
    const result = await run(stream, asked, {}, { lock: { text, update: true } });

    expect(asked.asked).toEqual(["docker.io/library/redis:7"]);
    expect(result.lock).toBe(`# ours\n${lock({ "nginx:1.27": one, "redis:7": two })}`);
    expect(result.text).toContain(`redis:7@${two}`);
    const again = await run(
      stream,
      fakeRegistry({}),
      {},
      { lock: { text: result.lock ?? "", update: true } },
    );
    expect(again.text).toBe(result.text);
    expect(again.lock).toBeUndefined();
  });

  test("is made where it is empty, behind its comments", async () => {
    const result = await run(pod("nginx:1.27"), registry(), {}, { lock: { text: "# ours", update: true } });

    expect(result.lock).toMatch(/^# ours\napiVersion: fn.kpt.dev\/v1alpha1\nkind: ImageLock\n/);
    expect(result.results).toContainEqual({
      message: 'made the lock with "nginx:1.27"',
      severity: "info",
      resourceRef: { apiVersion: "fn.kpt.dev/v1alpha1", kind: "ImageLock", name: "image-lock" },
      field: { path: "images" },
    });
  });

  test("is not written where an image fails, nor without leave", async () => {
    const failed = await run(pod("gone:1"), registry(), {}, { lock: { text: "", update: true } });
    const plain = await run(pod("nginx:1.27"), registry(), {}, { lock: { text: lock({}), update: false } });

    expect(failed).toMatchObject({ ok: false, text: "" });
    expect(failed.lock).toBeUndefined();
    expect(plain.lock).toBeUndefined();
    expect(messages(plain.results)[0]).toMatch(/^warning: 1 image was asked for .*add `--update-lock`$/);
  });

  test("may be kbld's, which is only read", async () => {
    const kbld = lockOfKbld("nginx", "1.27");

    const { text } = await run(
      pod("nginx:1.27"),
      fakeRegistry({}),
      {},
      { lock: { text: kbld, update: false } },
    );

    expect(text).toBe(pod(`nginx:1.27@${one}`));
    await expect(run(pod("nginx"), registry(), {}, { lock: { text: kbld, update: true } })).rejects.toThrow(
      FunctionConfigError,
    );
  });

  test("of kbld that lacks an image, or has one that nothing uses, is given no advice that it can't follow", async () => {
    const kbld = lockOfKbld("redis", "7");

    const { results } = await run(
      pod("nginx:1.27"),
      fakeRegistry({}),
      { lock: "frozen" },
      { lock: { text: kbld, update: false, name: "kbld.yaml" } },
    );

    expect(messages(results)).toEqual([
      'error: the lock lacks 1 image: "nginx:1.27"; an ImagesLock is only read: make an ImageLock with `--inventory lock --output FILE`',
      'error: "nginx:1.27" is not in the lock "kbld.yaml", and `lock: frozen` forbids asking',
      'warning: ImagesLock without a name, `images["redis:7"].digest`: nothing uses this entry',
    ]);
  });

  test.each([
    [{ lock: "off" }, false],
    [{ lock: "frozen" }, true],
    [{ mode: "check" }, true],
    [{ mode: "unpin" }, true],
  ])("contradicts %j where it is to be updated: %j", async (literals, update) => {
    await expect(
      run(pod("nginx"), registry(), literals, { lock: { text: lock({}), update } }),
    ).rejects.toThrow(FunctionConfigError);
  });

  test("must be a lock, and the only one of the root", async () => {
    await expect(
      run(pod("nginx"), registry(), {}, { lock: { text: pod("x"), update: false, name: "my.yaml" } }),
    ).rejects.toThrow(
      new LockFileError(
        '"my.yaml", line 1, column 1: a lock must be an ImageLock of fn.kpt.dev or an ImagesLock of imgpkg.carvel.dev, but it is "Pod"',
        [
          {
            position: { line: 1, column: 1 },
            message:
              'a lock must be an ImageLock of fn.kpt.dev or an ImagesLock of imgpkg.carvel.dev, but it is "Pod"',
          },
        ],
      ),
    );
    await expect(
      run(list(lock({})), registry(), {}, { lock: { text: lock({}), update: false, name: "my.yaml" } }),
    ).rejects.toThrow(
      new FunctionConfigError(
        'there are two locks for the root, the lock "image-lock" of the input and the lock "my.yaml" of `--lock`: use one of them',
      ),
    );
  });
});

/** A lock as kbld writes it, of an image of Docker's own. */
function lockOfKbld(name: string, tag: string): string {
  return `apiVersion: imgpkg.carvel.dev/v1alpha1
kind: ImagesLock
images:
- annotations: {kbld.carvel.dev/id: ${name}:${tag}}
  image: index.docker.io/library/${name}@${one}
`;
}
