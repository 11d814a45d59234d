import { describe, expect, test } from "vitest";
import { fakeRegistry, itemsOf, list, lock, messages, one, pod, run, three, two } from "../modes/support.ts";

const registry = () => fakeRegistry({ "docker.io/library/nginx:1.27": three });
const image = "nginx:1.27";

/** A lock with other annotations than `lock` writes; "" for none. */
function lockWith(annotations: string, digest = one): string {
  return lock({ [image]: digest }).replace(
    ', annotations: {config.kubernetes.io/local-config: "true"}',
    annotations === "" ? "" : `, annotations: {${annotations}}`,
  );
}

const localConfig = 'config.kubernetes.io/local-config: "true"';
const internal = (path: string): string => `internal.config.kubernetes.io/path: ${path}`;
const legacy = (path: string): string => `config.kubernetes.io/path: ${path}`;
const inPackage = (path: string): string => `internal.config.kubernetes.io/package-path: ${path}`;

describe("in a stream", () => {
  test.each([
    ["beside the images", `${pod(image)}---\n${lock({ [image]: one })}`],
    ["before them", `${lock({ [image]: one })}---\n${pod(image)}`],
    ["with a path", `${pod(image)}---\n${lock({ [image]: one }, "image-lock.yaml")}`],
    [
      "in a List",
      `apiVersion: v1\nkind: List\nitems:\n- ${lock({ [image]: one })
        .trimEnd()
        .replaceAll("\n", "\n  ")}\n---\n${pod(image)}`,
    ],
    ["that is no good", `${pod(image)}---\n${lock({ [image]: "sha256:no" })}`],
    ["of another version", `${pod(image)}---\n${lock({}).replace("v1alpha1", "v1")}`],
  ])("no lock counts, %s, which is told once with what to do", async (_, stream) => {
    const asked = registry();

    const { text, results, ok } = await run(stream, asked);

    expect(ok).toBe(true);
    expect(text).toBe(stream.replace(`- image: ${image}`, `- image: ${image}@${three}`));
    expect(asked.asked).toEqual(["docker.io/library/nginx:1.27"]);
    expect(messages(results)).toEqual([
      expect.stringMatching(
        /^warning: 1 ImageLock in the stream does not count: "image-lock" \(line \d+\); .*`--lock FILE`/,
      ),
      `info: pinned "nginx:1.27" to ${three}`,
    ]);
  });

  test("several are told once", async () => {
    const { results } = await run(`${lock({})}---\n${pod(image)}---\n${lock({})}`, registry());

    expect(messages(results)[0]).toMatch(
      /^warning: 2 ImageLocks in the stream do not count: "image-lock" \(line 1\), "image-lock" \(line \d+\)/,
    );
  });

  test("none counts beside that of `--lock`, which does", async () => {
    const stream = `${pod(image)}---\n${lock({ [image]: two })}`;

    const { text, results } = await run(
      stream,
      fakeRegistry({}),
      { lock: "frozen" },
      {
        lock: { text: lock({ [image]: one }), update: false },
      },
    );

    expect(text).toContain(`image: ${image}@${one}\n`);
    expect(messages(results)[0]).toMatch(
      /^warning: 1 ImageLock in the stream does not count: .*that of `--lock` alone/,
    );
  });

  test("none counts for a check, an update or an unpin either", async () => {
    const stream = `${pod(`nginx@${one}`)}---\n${lock({ [image]: one })}`;

    for (const mode of ["check", "update", "unpin"]) {
      const { results } = await run(stream, fakeRegistry({}, [one]), { mode, tag: "drop" });

      expect(messages(results)[0]).toMatch(/^warning: 1 ImageLock in the stream does not count/);
      expect(results.filter(({ message }) => message.includes("1.27"))).toEqual([]);
    }
  });

  test("`lock: off` says that nobody wants one", async () => {
    const { results } = await run(`${pod(image)}---\n${lock({})}`, registry(), { lock: "off" });

    expect(messages(results)).toEqual([`info: pinned "nginx:1.27" to ${three}`]);
  });

  test("a kind of that name of another group is no lock, and may have images", async () => {
    const other = pod(image).replace("v1", "acme.io/v1").replace("kind: Pod", "kind: ImageLock");

    const { text, results } = await run(other, registry());

    expect(text).toContain(`image: ${image}@${three}\n`);
    expect(messages(results)).toEqual([`info: pinned "nginx:1.27" to ${three}`]);
  });
});

describe("in a list whose items have paths", () => {
  test.each([
    ["both spellings", `${internal("image-lock.yaml")}, ${legacy("image-lock.yaml")}`],
    ["the older one", legacy("image-lock.yaml")],
    ["the newer one", internal("./image-lock.yaml")],
    ["a folder above the image", internal("db/image-lock.yaml")],
  ])("a lock counts with %s", async (_, annotations) => {
    const input = list(pod(image, "db/web.yaml"), lockWith(annotations));

    const { text } = await run(input, fakeRegistry({}));

    expect(itemsOf(text)).toContain(`image: ${image}@${one}\n`);
  });

  test.each([
    ["no path", localConfig, /does not say which file it is from, as the other items do/],
    [
      "a way up",
      internal("dep/../image-lock.yaml"),
      /its path "dep\/\.\.\/image-lock.yaml" is not one down from the root/,
    ],
    ["a way up at the end", internal("dep/.."), /not one down/],
    ["a way up by Windows' separators", internal("'dep\\..\\image-lock.yaml'"), /not one down/],
    ["the system's root", internal("/image-lock.yaml"), /not one down/],
    ["a drive", internal("'C:\\image-lock.yaml'"), /not one down/],
    [
      "two paths",
      `${internal("dep/image-lock.yaml")}, ${legacy("image-lock.yaml")}`,
      /its annotations name two paths, "dep\/image-lock.yaml" and "image-lock.yaml"/,
    ],
    [
      "two paths the other way round",
      `${internal("image-lock.yaml")}, ${legacy("dep/image-lock.yaml")}`,
      /two paths/,
    ],
    ["an empty path", `${internal("''")}, ${legacy("image-lock.yaml")}`, /two paths/],
    ["a folder for its path", internal("db/"), /its path "db\/" is that of a folder/],
    ["the root for its path", internal("./."), /its path ".\/." is that of a folder/],
    [
      "a package that no other item is in",
      `${internal("image-lock.yaml")}, ${inPackage("/elsewhere")}`,
      /names a package, which the other items do not/,
    ],
  ])("a lock with %s does not, and that is told", async (_, annotations, reason) => {
    const poison = lockWith(annotations);
    const input = list(pod(image, "web.yaml"), poison);
    const asked = registry();

    const { text, results, ok } = await run(input, asked);
    const frozen = await run(input, fakeRegistry({}), { lock: "frozen" });

    expect(ok).toBe(true);
    expect(itemsOf(text)).toBe(list(pod(`${image}@${three}`, "web.yaml"), poison));
    expect(asked.asked).toEqual(["docker.io/library/nginx:1.27"]);
    expect(messages(results)).toEqual([
      expect.stringMatching(reason),
      `info: pinned "nginx:1.27" to ${three}`,
    ]);
    expect(messages(results)[0]).toMatch(/^warning: does not count as a lock, since .*`--lock FILE`/);
    expect(results[0]?.resourceRef).toMatchObject({ kind: "ImageLock", name: "image-lock" });
    expect(frozen.ok).toBe(false);
  });

  // kpt overwrites the first of two annotations that are called the same, and passes on the second.
  test.each([
    [
      "a path",
      `${legacy("dep/image-lock.yaml")}, ${legacy("image-lock.yaml")}`,
      /its annotation "config.kubernetes.io\/path" is there twice/,
    ],
    [
      "both paths, with another spelling of the keys",
      `${internal("dep/l.yaml")}, ${legacy("dep/l.yaml")}, 'config.kubernetes.io/path': l.yaml, "internal.config.kubernetes.io\\/path": l.yaml`,
      /its annotation "internal.config.kubernetes.io\/path" is there twice/,
    ],
    [
      "all annotations",
      `${legacy("dep/image-lock.yaml")}}, annotations: {${legacy("image-lock.yaml")}`,
      /its `annotations` are there twice/,
    ],
    [
      "all of who it is",
      `${legacy("dep/image-lock.yaml")}}}\nmetadata: {name: image-lock, annotations: {${legacy("image-lock.yaml")}`,
      /its `metadata` is there twice/,
    ],
  ])("a lock that has %s twice does not count", async (_, annotations, reason) => {
    const input = list(pod(image, "web.yaml"), lockWith(annotations));

    const { text, results } = await run(input, registry());

    expect(itemsOf(text)).toContain(`image: ${image}@${three}\n`);
    expect(messages(results)[0]).toMatch(/^warning: does not count as a lock, since /);
    expect(messages(results)[0]).toMatch(reason);
  });

  test("a lock whose package leads up does not count in a render", async () => {
    const web = pod(image, "web.yaml").replace("annotations: {", `annotations: {${inPackage("/pkg")}, `);
    const annotations = `${inPackage("/pkg/dep/..")}, ${legacy("image-lock.yaml")}`;

    const { text, results } = await run(list(web, lockWith(annotations)), registry());

    expect(itemsOf(text)).toContain(`image: ${image}@${three}\n`);
    expect(messages(results)[0]).toContain('since its package "/pkg/dep/.." leads up again');
  });

  test("a lock that has its package twice does not count in a render", async () => {
    const web = pod(image, "web.yaml").replace("annotations: {", `annotations: {${inPackage("/pkg")}, `);
    const annotations = `${inPackage("/pkg/dep")}, ${inPackage("/pkg")}, ${legacy("image-lock.yaml")}`;

    const { text } = await run(list(web, lockWith(annotations)), registry());

    expect(text).toContain(`image: ${image}@${three}\n`);
  });

  test("faults of a lock that does not count are none", async () => {
    const input = list(pod(image, "web.yaml"), lock({ [image]: "sha256:no" }));

    expect((await run(input, registry())).ok).toBe(true);
  });

  test("in a render only a lock counts that is in a package of it", async () => {
    const rendered = (text: string, folder: string) =>
      text.replace("annotations: {", `annotations: {${inPackage(folder)}, `);
    const web = rendered(pod(image, "web.yaml"), "/pkg");

    const ours = await run(list(web, rendered(lock({ [image]: one }, "l.yaml"), "/pkg")), fakeRegistry({}));
    const stray = await run(list(web, lock({ [image]: one }, "l.yaml")), registry());

    expect(ours.text).toContain(`image: ${image}@${one}\n`);
    expect(stray.text).toContain(`image: ${image}@${three}\n`);
    expect(messages(stray.results)[0]).toMatch(
      /^warning: .*does not say which package it is in, as the other items do/,
    );
  });
});

describe("in a list whose items have no paths", () => {
  test("one lock with the annotation counts", async () => {
    const { text } = await run(list(pod(image), lock({ [image]: one })), fakeRegistry({}));

    expect(itemsOf(text)).toContain(`image: ${image}@${one}\n`);
  });

  test.each([
    ["without the annotation", "", /it lacks the annotation/],
    [
      "that says it is for the cluster",
      'config.kubernetes.io/local-config: "false"',
      /it lacks the annotation/,
    ],
    [
      "that says both",
      'config.kubernetes.io/local-config: "false", config.kubernetes.io/local-config: "true"',
      /its annotation "config.kubernetes.io\/local-config" is there twice/,
    ],
    [
      "with a path",
      `${localConfig}, ${internal("image-lock.yaml")}`,
      /names a file, "image-lock.yaml", which no other item does/,
    ],
  ])("one %s does not, and that is told", async (_, annotations, reason) => {
    const asked = registry();

    const { text, results } = await run(list(pod(image), lockWith(annotations)), asked);

    expect(itemsOf(text)).toContain(`image: ${image}@${three}\n`);
    expect(messages(results).filter((message) => message.startsWith("warning"))).toEqual([
      expect.stringMatching(reason),
    ]);
  });

  test("two contradict each other", async () => {
    const { ok, results } = await run(list(pod(image), lock({}), lock({})), registry());

    expect(ok).toBe(false);
    expect(messages(results)[0]).toMatch(/one ImageLock, .* delete that of a base by a patch/);
  });

  test("of two the one without the annotation does not count", async () => {
    const input = list(pod(image), lockWith("", two), lock({ [image]: one }));

    const { text } = await run(input, fakeRegistry({}));

    expect(itemsOf(text)).toContain(`image: ${image}@${one}\n`);
  });

  test("a lock in a List does not count, whatever it says of itself", async () => {
    const within = lock({ [image]: one })
      .trimEnd()
      .replaceAll("\n", "\n  ");
    const input = list(pod(image), `apiVersion: v1\nkind: List\nitems:\n- ${within}\n`);

    const { text, results } = await run(input, registry());

    expect(itemsOf(text)).toContain(`image: ${image}@${three}\n`);
    expect(messages(results).join("\n")).toContain("it stands in a List");
  });

  test("a lock with a path is no place for a new lock either", async () => {
    const input = list(pod(image), lockWith(internal("image-lock.yaml")));

    const { text } = await run(input, registry(), { lock: "create" });

    expect(text.match(/kind: ImageLock/g)).toHaveLength(
      1 + (text.match(/resourceRef:[\s\S]*?kind: ImageLock/g)?.length ?? 0),
    );
  });
});

describe("a result whose digest came from a lock", () => {
  test.each([
    [
      "by its file",
      list(
        pod(image, "web.yaml"),
        lock({ [image]: one }, "locks/../image-lock.yaml".replace("locks/../", "")),
      ),
      undefined,
      '"image-lock.yaml"',
    ],
    ["by its name where it has no file", list(pod(image), lock({ [image]: one })), undefined, '"image-lock"'],
    [
      "by the file of `--lock`",
      pod(image),
      { text: lock({ [image]: one }), update: false, name: "locks/prod.yaml" },
      '"locks/prod.yaml"',
    ],
  ])("names it %s", async (_, input, option, name) => {
    const { results } = await run(input, fakeRegistry({}), {}, option === undefined ? {} : { lock: option });

    expect(messages(results)).toEqual([`info: pinned "nginx:1.27" to ${one}, as the lock ${name} has it`]);
  });

  test("names it also where the registry was asked for its platforms alone", async () => {
    const asked = fakeRegistry({ [`docker.io/library/nginx@${one}`]: one });

    const { results } = await run(list(pod(image), lock({ [image]: one })), asked, {
      requirePlatforms: "linux/arm64",
    });

    expect(messages(results)).toContain(
      `info: pinned "nginx:1.27" to ${one}, as the lock "image-lock" has it`,
    );
  });

  test.each([
    [
      `nginx:1.27@${two}`,
      /^warning: "nginx:1.27@[^"]+" has another digest than the lock "image-lock", which says sha256:1/,
    ],
    [
      `nginx:1.28@${one}`,
      /^warning: "nginx:1.28@[^"]+" has the digest that the lock "image-lock" records for "nginx:1.27"/,
    ],
  ])("names it where %s is odd", async (written, message) => {
    const { results } = await run(list(pod(written), lock({ [image]: one })), fakeRegistry({}));

    expect(messages(results)).toEqual([expect.stringMatching(message)]);
  });
});
