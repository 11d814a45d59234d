import { describe, expect, test } from "vitest";
import { fakeRegistry, itemsOf, list, lock, messages, one, pod, run, three, two } from "./support.ts";

const nginx = "docker.io/library/nginx:1.27";
const latest = "docker.io/library/nginx:latest";
const redis = "docker.io/library/redis:7";

describe("mode: update", () => {
  const literals = { mode: "update" };

  test("moves text and lock, and tells old and new", async () => {
    const input = list(
      pod(`nginx:1.27@${one}`, "a.yaml"),
      pod("nginx:1.27", "b.yaml"),
      lock({ "nginx:1.27": one }, "lock.yaml"),
    );

    const { text, results } = await run(input, fakeRegistry({ [nginx]: two }), literals);

    const after = lock({ "nginx:1.27": two }, "lock.yaml");
    expect(itemsOf(text)).toBe(
      list(pod(`nginx:1.27@${two}`, "a.yaml"), pod(`nginx:1.27@${two}`, "b.yaml"), after),
    );
    expect(results).toMatchObject([
      {
        message: `moved "nginx:1.27" from ${one} to ${two}`,
        field: { currentValue: `nginx:1.27@${one}`, proposedValue: `nginx:1.27@${two}` },
      },
      { message: `pinned "nginx:1.27" to ${two}` },
      {
        message: `moved from ${one} to ${two}`,
        field: { path: 'images["nginx:1.27"].digest', currentValue: one, proposedValue: two },
      },
    ]);
    const again = await run(itemsOf(text), fakeRegistry({ [nginx]: two }), literals);
    expect(again.text).toBe(itemsOf(text));
    const frozen = await run(itemsOf(text), fakeRegistry({}), { lock: "frozen" });
    expect(frozen.text).toBe(itemsOf(text));
  });

  test.each([
    { include: "redis:*" },
    { include: "redis:7" },
    { include: "docker.io/library/redis:7" },
    { exclude: "nginx:1.27" },
    { include: "redis:7", tag: "drop" },
    { exclude: "nginx:1.27", tag: "drop" },
  ])("is narrowed to one image, in text and lock, by %j", async (narrowed) => {
    const written = (name: string, tag: string) => ("tag" in narrowed ? name : `${name}:${tag}`);
    const input = (digest: string) =>
      list(
        pod(`${written("nginx", "1.27")}@${one}`, "a.yaml"),
        pod(`${written("redis", "7")}@${digest}`, "b.yaml"),
        lock({ "nginx:1.27": one, "redis:7": digest }, "lock.yaml"),
      );
    const asked = fakeRegistry({ [nginx]: two, [redis]: two });

    const { text } = await run(input(one), asked, { ...literals, ...narrowed });

    expect(asked.asked).toEqual([redis]);
    expect(itemsOf(text)).toBe(input(two));
  });

  test.each([
    ["nothing", {}, []],
    [
      "its tag",
      { "nginx:1.27": one },
      [/^info: left alone: has a digest and no tag; the lock "lock.yaml" has it for "nginx:1.27"$/],
    ],
    ["its name", { nginx: one }, [/the lock "lock.yaml" has it for "nginx"$/]],
  ])("leaves a digest without a tag alone where the lock has %s", async (_, entries, told) => {
    const input = list(pod(`nginx@${one}`, "a.yaml"), lock(entries, "lock.yaml"));

    const { text, results } = await run(input, fakeRegistry({ [nginx]: one, [latest]: one }), literals);

    expect(itemsOf(text)).toBe(input);
    expect(messages(results)).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
  });

  test("follows the lock where digests alone stand for tags: for the run, or for a field", async () => {
    const input = list(pod(`nginx@${one}`, "a.yaml"), lock({ "nginx:1.27": one }, "lock.yaml"));
    const after = list(pod(`nginx@${two}`, "a.yaml"), lock({ "nginx:1.27": two }, "lock.yaml"));
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
fieldSpecs: [{kind: Pod, path: "spec/containers[]/image", tag: drop}]
`;
    const registry = fakeRegistry({ [nginx]: two });

    const ofRun = await run(input, registry, { ...literals, tag: "drop" });
    const ofField = await run(input, registry, literals, { functionConfig });

    expect(itemsOf(ofRun.text)).toBe(after);
    expect(itemsOf(ofField.text)).toBe(after);
  });

  test("with `tag: drop` leaves alone what may have been several tags", async () => {
    const entries = { "nginx:1.27": one, "nginx:stable": one };
    const registry = fakeRegistry({ [nginx]: one, "docker.io/library/nginx:stable": one });

    const { results } = await run(list(pod(`nginx@${one}`), lock(entries)), registry, {
      ...literals,
      tag: "drop",
    });

    expect(messages(results)).toEqual(['info: may have been "nginx:1.27" or "nginx:stable"; left alone']);
  });

  test("warns once that the lock in a list without paths is not kept, and tells new from moved", async () => {
    const input = list(pod(`nginx:1.27@${one}`), pod("redis:7"), lock({ "nginx:1.27": one }));

    const { text, results } = await run(input, fakeRegistry({ [nginx]: two, [redis]: two }), literals);

    expect(text).toContain(`image: nginx:1.27@${two}\n`);
    const warnings = messages(results).filter((message) => message.startsWith("warning"));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^warning: 1 image was asked for .*: "redis:7"; what the lock says of 1 image was .* not kept: "nginx:1.27"; /,
      ),
    ]);
    expect(warnings[0]).toMatch(
      /a list without paths keeps no changes of a lock: add them with `kustomize build LAYER \| pin-digests -f CONFIG -d lock=auto -d mode=update --lock FILE --update-lock`, where .*, or by hand$/,
    );
  });

  test("replaces a digest that was copied from another tag", async () => {
    const { text } = await run(
      list(pod(`nginx:1.27@${one}`), lock({ "nginx:1.26": one })),
      fakeRegistry({ [nginx]: two, "docker.io/library/nginx:1.26": one }),
      literals,
    );

    expect(text).toContain(`image: nginx:1.27@${two}\n`);
  });

  test("asks for entries that nothing uses too, each for its platform, and warns of one that is gone", async () => {
    const entries = { "old:1": one, "redis:7": `${one}\n    platform: linux/arm64` };
    const asked = fakeRegistry({ [`${redis} linux/arm64`]: two });

    const { text, results, ok } = await run(list(lock(entries, "lock.yaml")), asked, literals);

    expect(ok).toBe(true);
    expect(asked.asked).toEqual(["docker.io/library/old:1", `${redis} linux/arm64`]);
    expect(itemsOf(text)).toBe(
      list(lock({ "old:1": one, "redis:7": `${two}\n    platform: linux/arm64` }, "lock.yaml")),
    );
    expect(messages(results)[0]).toMatch(
      /^warning: nothing uses this entry, and it can't be brought up to date \(`--prune` drops it\): .*old:1/,
    );
  });

  test("changes nothing where one image fails", async () => {
    const input = list(
      pod(`nginx:1.27@${one}`, "a.yaml"),
      pod("gone:1", "b.yaml"),
      lock({ "nginx:1.27": one }, "lock.yaml"),
    );

    const { text, ok } = await run(input, fakeRegistry({ [nginx]: two }), literals);

    expect(ok).toBe(false);
    expect(itemsOf(text)).toBe(input);
  });
});

describe("mode: unpin", () => {
  const literals = { mode: "unpin" };

  test.each([
    [`nginx:1.27@${one}`, {}, "nginx:1.27", []],
    [`nginx@${one}`, { "nginx:1.27": one }, "nginx:1.27", []],
    [`nginx@${one}`, { nginx: one }, "nginx", []],
    [`nginx@${two}`, { "nginx:1.27": one }, `nginx@${two}`, [/no lock says what it was/]],
    [
      `nginx@${one}`,
      { "nginx:1.27": one, "nginx:stable": one },
      `nginx@${one}`,
      [/may have been "nginx:1.27" or "nginx:stable"/],
    ],
    ["nginx:1.27", {}, "nginx:1.27", []],
  ])("makes of %s with the lock %j %s", async (from, entries, to, told) => {
    const asked = fakeRegistry({});

    const { text, results } = await run(list(pod(from), lock(entries)), asked, { ...literals, tag: "drop" });

    expect(itemsOf(text)).toBe(list(pod(to), lock(entries)));
    expect(asked.asked).toEqual([]);
    expect(
      messages(results).filter((each) => !each.includes("took the digest") && !each.includes("moved")),
    ).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
    expect(itemsOf((await run(itemsOf(text), asked, literals)).text)).toBe(itemsOf(text));
  });

  test.each([
    [{ include: "nginx:1.27" }, "nginx:1.27"],
    [{ include: "redis:*" }, `nginx@${one}`],
    [{ exclude: "docker.io/library/nginx:1.27" }, `nginx@${one}`],
  ])("knows a digest alone by the tag that the lock has for it, with %j", async (narrowed, image) => {
    const input = list(pod(`nginx@${one}`), lock({ "nginx:1.27": one }));

    const { text } = await run(input, fakeRegistry({}), { ...literals, ...narrowed });

    expect(itemsOf(text)).toBe(list(pod(image), lock({ "nginx:1.27": one })));
  });

  test("undoes a pin, and the pin with the lock gives the same again", async () => {
    const first = await run(
      list(pod("nginx:1.27", "a.yaml"), lock({}, "lock.yaml")),
      fakeRegistry({ [nginx]: one }),
    );
    const undone = await run(itemsOf(first.text), fakeRegistry({}), literals);
    const again = await run(itemsOf(undone.text), fakeRegistry({}));

    expect(itemsOf(undone.text)).toContain("image: nginx:1.27\n");
    expect(itemsOf(again.text)).toBe(itemsOf(first.text));
  });
});

describe("a reference whose parts stand apart", () => {
  const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
fieldSpecs:
- {kind: Chart, path: spec/values/image, in: repositoryAndTag, digestKey: digest}
- {kind: OCIRepository, path: spec/ref, digestKey: digest}
`;
  const chart = (image: string, kind = "Chart") =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: ${kind}\nmetadata: {name: a}\nspec:\n  values:\n    image:${image}`;
  const registry = (digest = one) =>
    fakeRegistry({ [nginx]: digest, "ghcr.io/acme/app:1": digest, [`${nginx} linux/arm64`]: digest });

  test.each([
    ["no digest yet", chart('\n      repository: nginx # r\n      tag: "1.27"\n')],
    ["no digest yet, and no end of its last line", chart('\n      tag: "1.27"\n      repository: nginx')],
    ["no digest yet, carriage returns", chart('\r\n      repository: nginx\r\n      tag: "1.27"\r\n')],
    ["no digest yet, in braces", chart(" {repository: nginx, tag: '1.27'}\n")],
    ["no digest yet, in JSON", chart(' {"repository": "nginx", "tag": "1.27"}\n')],
    ["an empty digest", chart('\n      repository: nginx\n      tag: "1.27"\n      digest: "" # d\n')],
    ["an empty digest in braces", chart(" {digest: '', repository: nginx, tag: '1.27'}\n")],
    ["a key that waits", chart('\n      repository: nginx\n      tag: "1.27"\n      digest:\n')],
    [
      "parts above each other",
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: a}\nspec:\n  url: oci://ghcr.io/acme/app\n  ref:\n    tag: "1"\n',
    ],
    [
      "a tag that bears a digest",
      "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec:\n  images: [{name: nginx, newTag: '1.27'}]\n",
    ],
  ])("with %s is pinned, updated and given back as it was", async (_, input) => {
    const options = { functionConfig };

    const pin = await run(input, registry(), {}, options);
    const again = await run(pin.text, fakeRegistry({}), {}, options);
    const update = await run(pin.text, registry(two), { mode: "update" }, options);
    const unpin = await run(update.text, fakeRegistry({}), { mode: "unpin" }, options);

    expect([pin.changes, update.changes, unpin.changes]).toEqual([1, 1, 1]);
    expect(again.text).toBe(pin.text);
    expect(update.text).toBe(pin.text.replace(one, two));
    expect(unpin.text).toBe(input);
  });

  test("keeps a digest that a pin could not write again", async () => {
    const text = chart(`\n      repository: nginx\n      tag: "1.27"\n      digest: ${one}\n`, "HelmRelease");

    const { text: after, results } = await run(text, fakeRegistry({}), { mode: "unpin" });

    expect(after).toBe(text);
    expect(messages(results)).toEqual([
      "info: left alone: its digest stands under a key of its own, which goes only where a fieldSpec names it as `digestKey`, and no alias stands for it",
    ]);
  });

  test.each([
    [{}, { "nginx:1.26": one }],
    [{}, { "nginx:1.25": one, "nginx:1.26": one }],
    [{ platform: "linux/arm64" }, { "nginx:1.26": `${one}\n    platform: linux/arm64` }],
  ])("is told to have another tag's digest, by %j and %j", async (literals, entries) => {
    const text = chart(`\n      repository: nginx\n      tag: "1.27"\n      digest: ${one}\n`, "HelmRelease");
    const input = list(text, lock(entries));
    const copied =
      /"nginx:1.27@[^"]+" has the digest that the lock "image-lock" records for "nginx:1.2[56]", another tag of this repository/;

    const pin = await run(input, fakeRegistry({}), { ...literals, report: "problems" });
    const check = await run(input, fakeRegistry({}), {
      ...literals,
      mode: "check",
      lock: "frozen",
      report: "problems",
    });
    const update = await run(input, registry(two), { ...literals, mode: "update", include: "nginx:1.27" });

    expect(messages(pin.results)).toEqual([expect.stringMatching(copied)]);
    expect(itemsOf(pin.text)).toBe(input);
    expect(messages(check.results)[0]).toMatch(new RegExp(`^error: ${copied.source}`));
    expect(update.text).toContain(`tag: "1.27"\n        digest: ${two}\n`);
  });
});

describe("an alias of an image", () => {
  const text = (image: string, alias: string, more = "") => `apiVersion: v1
kind: Pod
metadata: {name: web${more}}
spec:
  containers:
  - {name: a, image: &web ${image}}
  - {name: b, image: ${alias}}
`;
  const registry = fakeRegistry({ [nginx]: one });

  test.each([{}, { tag: "drop" }])(
    "changes with its anchor, and is still one after an unpin, by %j",
    async (literals) => {
      const written = "tag" in literals ? `nginx@${one}` : `nginx:1.27@${one}`;
      const input = list(text("nginx:1.27", "*web"), lock({ "nginx:1.27": one }));

      const pin = await run(input, registry, literals);
      const unpin = await run(itemsOf(pin.text), registry, { ...literals, mode: "unpin" });

      expect(itemsOf(pin.text)).toBe(list(text(written, "*web"), lock({ "nginx:1.27": one })));
      expect(pin.changes).toBe(2);
      expect(itemsOf(unpin.text)).toBe(input);
    },
  );

  test("is written out where it comes to another text, and where its anchor is no image", async () => {
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
fieldSpecs: [{kind: Pod, path: "spec/containers[name=b]/image", tag: drop}]
`;
    const label =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: &web nginx}\nspec: {containers: [{image: *web}]}\n";
    const latest = fakeRegistry({ "docker.io/library/nginx:latest": two });

    const other = await run(text("nginx:1.27", "*web"), registry, {}, { functionConfig });
    const label2 = await run(label, latest);

    expect(other.text).toBe(text(`nginx:1.27@${one}`, `nginx@${one}`));
    expect(label2.text).toBe(label.replace("*web", `nginx@${two}`));
  });

  test("that is to be left alone keeps its text, which is written out, with a warning", async () => {
    const skip = ', annotations: {pin-digests.fn.kpt.dev/skip: "b"}';

    const { text: after, results } = await run(text("nginx:1.27", "*web", skip), registry);

    expect(after).toBe(text(`nginx:1.27@${one}`, "nginx:1.27", skip));
    expect(messages(results)[0]).toMatch(
      /^warning: its anchor `&web` is used on line 7 of the input as well/,
    );
  });
});

describe("mode: check", () => {
  const literals = { mode: "check" };

  async function check(
    input: string,
    registry = fakeRegistry({}),
    more: Readonly<Record<string, string>> = {},
  ) {
    const result = await run(input, registry, { ...literals, ...more });
    const classes = result.results.map(({ severity, tags }) => `${severity} ${tags?.class}`);
    return { ...result, classes };
  }

  test("asks once for a tag that means what is written, and finds nothing", async () => {
    const asked = fakeRegistry({ [nginx]: one });
    const input = list(pod(`nginx:1.27@${one}`));

    const { text } = await check(input, asked);

    expect(text).toBe(input);
    expect(asked.asked).toEqual([nginx]);
  });

  const moved = () => fakeRegistry({ [nginx]: two }, [one]);
  const dead = () => fakeRegistry({ [nginx]: "refused" });
  const empty = () => fakeRegistry({});
  const [written, locked] = [pod(`nginx:1.27@${one}`), lock({ "nginx:1.27": one })];
  const off = { unpinned: "off", drift: "off", gone: "off", unlocked: "off", unreachable: "off" };

  // Each class alone, so that what it needs to know is asked for its own sake.
  test.each(
    (
      [
        ["unpinned", "in the text", pod("nginx:1.27"), empty, {}],
        ["unpinned", "in the text, though locked", list(pod("nginx:1.27"), locked), empty, {}],
        ["unpinned", "in the text, frozen", pod("nginx:1.27"), empty, { lock: "frozen" }],
        ["drift", "in the text", written, moved, {}],
        ["drift", "in the lock", list(pod("nginx:1.27"), locked), moved, {}],
        [
          "drift",
          "between text and lock, frozen",
          list(pod(`nginx:1.27@${two}`), locked),
          empty,
          { lock: "frozen" },
        ],
        ["gone", "in the text", written, empty, {}],
        ["gone", "in the text, without a tag", pod(`nginx@${one}`), empty, {}],
        ["gone", "in the lock", list(locked), empty, {}],
        ["unlocked", "beside a lock", list(pod("nginx:1.27"), lock({})), empty, {}],
        ["unlocked", "without a lock, frozen", pod("nginx:1.27"), empty, { lock: "frozen" }],
        ["unreachable", "in the text", written, dead, {}],
        ["unreachable", "in the lock", list(pod("nginx:1.27"), locked), dead, {}],
      ] as const
    ).flatMap(([name, place, input, registry, more]) =>
      (["error", "warning", "off"] as const).map((severity) => ({
        name,
        place,
        input,
        registry,
        more,
        severity,
      })),
    ),
  )("finds what is $name $place as $severity", async ({ name, input, registry, more, severity }) => {
    const classes = Object.entries({ ...off, [name]: severity }).map(([key, value]) => [
      `check.${key}`,
      value,
    ]);

    const result = await check(input, registry(), { ...Object.fromEntries(classes), ...more });

    expect(result.classes.filter((each) => each !== "info undefined")).toEqual(
      severity === "off" ? [] : [`${severity} ${name}`],
    );
    expect(result.ok).toBe(severity !== "error");
  });

  test.each([
    ["an error alone", "error", ""],
    ["a warning", "warning", pod(`nginx:1.27@${one}`)],
  ])("gives back a stream for %s", async (_, severity, text) => {
    expect((await check(written, moved(), { "check.drift": severity })).text).toBe(text);
  });

  test.each([
    ["", {}, [nginx, `docker.io/library/nginx@${one}?`]],
    ["drift alone", { "check.gone": "off" }, [nginx]],
    ["what is gone alone", { "check.drift": "off" }, [`docker.io/library/nginx@${one}?`]],
    ["reach alone", { "check.drift": "off", "check.gone": "off" }, [nginx]],
    ["nothing", { "check.drift": "off", "check.gone": "off", "check.unreachable": "off" }, []],
  ])("asks no more than it needs to know %s", async (_, literals, asked) => {
    const registry = moved();

    await check(list(pod(`nginx:1.27@${one}`), locked), registry, literals);

    expect(registry.asked).toEqual(asked);
  });

  test("tells what is true of a field and of its entry once, on the field", async () => {
    const { results } = await check(
      list(pod(`nginx:1.27@${one}`), pod(`nginx:1.27@${one}`), locked),
      moved(),
    );

    expect(results.map(({ resourceRef, field }) => [resourceRef?.kind, field?.path])).toEqual([
      ["Pod", "spec.containers[0].image"],
      ["Pod", "spec.containers[0].image"],
    ]);
  });

  test("tells text and lock apart where each has a digest of its own", async () => {
    const { results } = await check(
      list(pod(`nginx:1.27@${two}`), locked),
      fakeRegistry({ [nginx]: three }, [one, two]),
    );

    expect(results.map(({ resourceRef, field }) => [resourceRef?.kind, field?.currentValue])).toEqual([
      ["Pod", `nginx:1.27@${two}`],
      ["ImageLock", one],
    ]);
  });

  test("tells what a tag means now, and what would be written", async () => {
    const { results } = await check(list(pod(`nginx:1.27@${one}`)), fakeRegistry({ [nginx]: two }, [one]));

    expect(results).toMatchObject([
      {
        message: `"nginx:1.27": the tag now means ${two}, not ${one}`,
        field: { currentValue: `nginx:1.27@${one}`, proposedValue: `nginx:1.27@${two}` },
      },
    ]);
  });

  test("tells a tag that is gone from a digest that is", async () => {
    const gone = pod(`nginx:1.27@${one}`);

    expect(messages((await check(gone, fakeRegistry({}, [one]))).results)).toEqual([
      'warning: "nginx:1.27": the registry no longer has this tag, but still has the digest',
    ]);
    expect((await check(gone, fakeRegistry({}))).classes).toEqual(["error gone"]);
    expect((await check(pod(`nginx@${one}`), fakeRegistry({}))).classes).toEqual(["error gone"]);
  });

  test("tells the drift of a locked image on the lock, once", async () => {
    const input = list(pod("nginx:1.27"), pod("nginx:1.27"), lock({ "nginx:1.27": one }));

    const { results } = await check(input, fakeRegistry({ [nginx]: two }, [one]), {
      "check.unpinned": "off",
    });

    expect(results).toMatchObject([
      {
        resourceRef: { kind: "ImageLock" },
        field: { path: 'images["nginx:1.27"].digest', currentValue: one, proposedValue: two },
      },
    ]);
  });

  test("tells a registry that can't be reached once, whatever it has", async () => {
    const images = Array.from({ length: 50 }, (_, number) => `a.io/app:${number}`);
    // A registry in trouble says so in more than one way.
    const registry = fakeRegistry(
      Object.fromEntries(images.map((image, number) => [image, number % 2 === 0 ? "refused" : "timeout"])),
    );

    const { results } = await check(images.map((image) => pod(`${image}@${one}`)).join("---\n"), registry);

    expect(messages(results)).toEqual([
      expect.stringMatching(
        /^warning: a.io could not be asked, so 50 images were not checked \(.* and 40 more\): answered refused$/,
      ),
    ]);
  });

  test("tells an image that a registry refuses once, and each by itself", async () => {
    const registry = fakeRegistry({ "a.io/x:1": "unauthorized", "a.io/y:1": "unauthorized" });
    const images = ["a.io/x:1", "a.io/x:1", "a.io/y:1"].map((image) => pod(`${image}@${one}`));

    const { results } = await check(images.join("---\n"), registry);

    expect(messages(results)).toEqual([
      "warning: a.io/x:1: answered unauthorized",
      "warning: a.io/y:1: answered unauthorized",
    ]);
  });

  test("errs where a digest is another tag's", async () => {
    const { classes } = await check(
      list(pod(`nginx:1.28@${one}`), lock({ "nginx:1.27": one })),
      fakeRegistry({ [nginx]: one }),
      { report: "problems" },
    );

    expect(classes).toEqual(["error wrong-tag"]);
  });

  test("with `lock: frozen` asks nobody, and compares with the lock alone", async () => {
    const input = list(pod(`nginx:1.27@${two}`), pod("redis:7"), lock({ "nginx:1.27": one }));
    const asked = fakeRegistry({});

    const { classes, text } = await check(input, asked, { lock: "frozen" });

    expect(asked.asked).toEqual([]);
    expect(classes).toEqual(["error unpinned", "warning drift", "warning unlocked"]);
    expect(itemsOf(text)).toBe(input);
    expect((await check(text, asked, { lock: "frozen" })).text).toBe(text);
  });

  test("takes the digest of an index for right whatever `platform` says", async () => {
    const registry = fakeRegistry({ [nginx]: one, [`${nginx} linux/arm64`]: two }, [one]);

    expect(
      (await check(list(pod(`nginx:1.27@${one}`)), registry, { platform: "linux/arm64" })).classes,
    ).toEqual([]);
  });

  test("fails an image that lacks a platform", async () => {
    const input = list(pod(`nginx:1.27@${one}`));

    const { classes, ok } = await check(input, fakeRegistry({ [nginx]: "platform" }, [one]), {
      requirePlatforms: "linux/s390x",
    });

    expect(classes).toEqual(["error platform"]);
    expect(ok).toBe(false);
  });

  test("changes nothing for a lock of another platform, and tells of it", async () => {
    const entry = { "nginx:1.27": `${three}\n    platform: linux/amd64` };

    const { results } = await check(
      list(pod("nginx:1.27"), lock(entry)),
      fakeRegistry({ [`${nginx} linux/amd64`]: three }),
      { platform: "linux/arm64", "check.unpinned": "off" },
    );

    expect(messages(results)).toEqual([
      'warning: "nginx:1.27" is in the lock "image-lock" for linux/amd64, not for linux/arm64',
    ]);
  });
});

describe("tag and platforms in every mode", () => {
  const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata: {name: pin-digests}
fieldSpecs: [{kind: Pod, path: spec/note, tag: drop}]
`;
  const both = `${pod("nginx:1.27")}  note: nginx:1.27\n`;
  const entries = lock({ "nginx:1.27": one });

  test("drop the tag where a field spec says so, and give it back", async () => {
    const input = list(both, entries);

    const pin = await run(input, fakeRegistry({}), {}, { functionConfig });
    const unpin = await run(itemsOf(pin.text), fakeRegistry({}), { mode: "unpin" }, { functionConfig });

    expect(pin.text).toContain(`image: nginx:1.27@${one}\n    note: nginx@${one}\n`);
    expect(itemsOf(unpin.text)).toBe(input);
  });

  test("record the platforms that are required, asking by the digest that the lock has", async () => {
    const asked = fakeRegistry({ [nginx]: two });
    const input = list(pod("nginx:1.27", "a.yaml"), lock({ "nginx:1.27": one }, "lock.yaml"));

    const { text } = await run(input, asked, { requirePlatforms: "linux/amd64,linux/arm64" });

    expect(asked.asked).toEqual([`docker.io/library/nginx@${one}`]);
    expect(text).toContain(`digest: ${one}\n      platforms: [linux/amd64, linux/arm64]\n`);
    const frozen = await run(itemsOf(text), fakeRegistry({}), {
      lock: "frozen",
      requirePlatforms: "linux/arm64",
    });
    expect(frozen.text).toBe(itemsOf(text));
  });
});
