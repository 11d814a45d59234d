import { describe, expect, test } from "vitest";
import { FunctionConfigError } from "../../src/config/config-sources.ts";
import { fakeRegistry, itemsOf, list, lock, messages, one, pod, run, three, two } from "./support.ts";

const image = "nginx:1.27";
const registry = () =>
  fakeRegistry({ "docker.io/library/nginx:1.27": three, "docker.io/library/redis:7": two });
const update = { mode: "update" };
const prune = { prune: true };
const file = (text: string, name = "lock.yaml") => ({ lock: { text, update: true, name }, prune: true });

describe("--prune", () => {
  test("drops from the file of `--lock` what nothing uses, and asks for none of it", async () => {
    const asked = registry();

    const { lock: text, results } = await run(
      pod(image),
      asked,
      update,
      file(lock({ [image]: one, "old:1": one, "older:1": one })),
    );

    expect(text).toBe(lock({ [image]: three }));
    expect(asked.asked).toEqual(["docker.io/library/nginx:1.27"]);
    expect(messages(results)).toContain('info: dropped "old:1", "older:1", since nothing uses them');
  });

  test("keeps what only fields use that no rule knows, of objects that are left out too", async () => {
    const widget =
      "---\napiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: w}\nspec: {image: 'redis:7'}\n";

    const { lock: text } = await run(`${pod(image)}${widget}`, registry(), update, {
      ...file(lock({ [image]: three, "old:1": one, "redis:7": two })),
      functionConfig:
        "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nresources: {exclude: [{kind: Widget}]}\n",
    });

    expect(text).toBe(lock({ [image]: three, "redis:7": two }));
  });

  test("drops what nothing uses where nothing else is to be written", async () => {
    const result = await run(pod(image), registry(), update, file(lock({ [image]: three, "old:1": one })));

    expect(result.lock).toBe(lock({ [image]: three }));
    expect(await result.updateLock?.(lock({ [image]: three, "old:1": one, "redis:7": two }))).toBe(
      lock({ [image]: three, "redis:7": two }),
    );
  });

  test("leaves what another run has brought up to date meanwhile", async () => {
    const result = await run(pod(image), registry(), update, file(lock({ "old:1": one })));

    expect(await result.updateLock?.(lock({ "old:1": two }))).toBe(lock({ [image]: three, "old:1": two }));
  });

  test("leaves an empty lock where nothing is used", async () => {
    const { lock: text } = await run(pod("nginx@sha256:1"), registry(), update, file(lock({ "old:1": one })));

    expect(text).toBeUndefined();
    const emptied = await run(pod(`nginx@${one}`), registry(), update, file(lock({ "old:1": two })));
    expect(emptied.lock).toBe(lock({}).replace("images:", "images: {}"));
  });

  test("drops from the locks of a package, each what its own folder does not use", async () => {
    const input = list(
      pod(image, "web.yaml"),
      lock({ [image]: one, "old:1": one }, "image-lock.yaml"),
      pod("redis:7", "db/db.yaml"),
      lock({ [image]: one, "redis:7": one, "zoo:1": one }, "db/image-lock.yaml"),
    );

    const { text, results } = await run(input, registry(), update, prune);

    expect(itemsOf(text)).toBe(
      list(
        pod(`${image}@${three}`, "web.yaml"),
        lock({ [image]: three }, "image-lock.yaml"),
        pod(`redis:7@${two}`, "db/db.yaml"),
        lock({ "redis:7": two }, "db/image-lock.yaml"),
      ),
    );
    expect(messages(results).filter((message) => message.includes("dropped"))).toEqual([
      'info: dropped "old:1", since nothing uses it',
      'info: dropped "nginx:1.27", "zoo:1", since nothing uses them',
    ]);
  });

  test("drops and adds in one run", async () => {
    const { lock: text } = await run(
      `${pod(image)}---\n${pod("redis:7")}`,
      registry(),
      update,
      file(lock({ "a:1": one, "o:1": one })),
    );

    expect(text).toBe(lock({ [image]: three, "redis:7": two }));
  });

  test("drops nothing where the run fails", async () => {
    const failed = await run(pod("gone:1"), registry(), update, file(lock({ "old:1": one })));
    const input = list(pod("gone:1", "a.yaml"), lock({ "old:1": one }, "lock.yaml"));
    const failedList = await run(input, registry(), update, prune);

    expect(failed.lock).toBeUndefined();
    expect(itemsOf(failedList.text)).toBe(input);
    expect(messages(failedList.results).join()).not.toContain("dropped");
  });

  test("leaves what `include` and `exclude` do not mean, and what objects use that are left out", async () => {
    const before = lock({ "acme/a:1": one, "old:1": one, "redis:7": two });
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
mode: update
resources: {exclude: [{kind: Pod}]}
`;

    const narrowed = await run(pod(image), registry(), { ...update, include: "old:*" }, file(before));
    const leftOut = await run(pod("redis:7"), registry(), {}, { ...file(before), functionConfig });

    expect(narrowed.lock).toBe(lock({ "acme/a:1": one, "redis:7": two }));
    expect(leftOut.lock).toBe(lock({ "redis:7": two }));
  });

  test("leaves an entry whose digest stands without a tag", async () => {
    const { lock: text } = await run(
      pod(`nginx@${one}`),
      registry(),
      update,
      file(lock({ [image]: one, "old:1": two })),
    );

    expect(text).toBe(lock({ [image]: three }));
  });

  test.each([
    ["in another mode", { mode: "pin" }, file(lock({})), /goes with `mode: update`, but the mode is `pin`/],
    ["where locks are off", { mode: "update", lock: "off" }, prune, /`lock: off` ignores/],
    [
      "where the file is only read",
      update,
      { ...prune, lock: { text: lock({}), update: false } },
      /--update-lock/,
    ],
    ["for a stream without a file", update, prune, /add `--lock FILE --update-lock`/],
  ])("is refused %s", async (_, literals, options, message) => {
    const running = run(pod(image), registry(), literals, options);

    await expect(running).rejects.toThrow(FunctionConfigError);
    await expect(running).rejects.toThrow(message);
  });
});

describe("what tells of entries that nothing uses", () => {
  test.each([
    [{ "old:1": one }, /^warning: nothing uses this entry: `--prune` with `mode: update` drops it$/],
    [
      { "old:1": one, "older:1": one },
      /^warning: nothing uses 2 entries, which `--prune` with `mode: update` drops: "old:1", "older:1"$/,
    ],
  ])("names what drops %j", async (entries, message) => {
    const { results } = await run(list(lock(entries, "lock.yaml")), registry(), { lock: "frozen" });

    expect(messages(results)).toEqual([expect.stringMatching(message)]);
  });

  test("names it also where one can't be brought up to date", async () => {
    const { results } = await run(list(lock({ "gone:1": one }, "lock.yaml")), registry(), update);

    expect(messages(results)[0]).toMatch(
      /^warning: nothing uses this entry, and it can't be .* \(`--prune` drops it\): /,
    );
  });
});
