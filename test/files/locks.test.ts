/** Which locks count for files, and what is written into them. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FunctionConfigError } from "../../src/config/config-sources.ts";
import { lockText } from "../support/lock-text.ts";
import { digest, makeTree, planTree, pod } from "./tree.ts";

const other = `sha256:${"2".repeat(64)}`;

function lock(...images: readonly string[]): string {
  return lockText(Object.fromEntries(images.map((image) => [image, other])));
}

const creating = { options: { lock: "create" } };

describe("a lock that is a link", () => {
  test("counts where it leads to another place in the folder", async () => {
    const folder = makeTree({ "locks/image-lock.yaml": lock("nginx:1"), "a/p.yaml": pod("nginx:1") });
    symlinkSync("../locks/image-lock.yaml", join(folder, "a/image-lock.yaml"));

    expect((await planTree(folder)).asked).toEqual([]);
  });

  test("stops the run where it leads out of what was named, since it would be written", async () => {
    const outside = makeTree({ "image-lock.yaml": lock("nginx:1") });
    const folder = makeTree({ "p.yaml": pod("nginx:1") });
    symlinkSync(join(outside, "image-lock.yaml"), join(folder, "image-lock.yaml"));

    const { lines, ok, changes } = await planTree(folder);

    expect(lines).toEqual([
      "image-lock.yaml:1:1: [error] is a link that leads out of the folder: name the lock with `--lock FILE` if it is yours",
    ]);
    expect({ ok, changes }).toEqual({ ok: false, changes: [] });
  });

  test("is not made through a link that leads nowhere yet", async () => {
    const outside = makeTree({});
    const folder = makeTree({ "p.yaml": pod("nginx:1") });
    symlinkSync(join(outside, "new.yaml"), join(folder, "image-lock.yaml"));

    await expect(planTree(folder, creating)).rejects.toThrow(
      new FunctionConfigError(
        '`lock: create` makes "image-lock.yaml", but that is a link: name the lock with `--lock FILE`',
      ),
    );
  });
});

describe("a new lock", () => {
  test.each<[string, readonly string[], string]>([
    ["the folder that is named", ["a"], "a/image-lock.yaml"],
    ["the one that holds all", ["a", "b"], "image-lock.yaml"],
    ["the working directory, for files", ["a/p.yaml"], "image-lock.yaml"],
  ])("goes into %s", async (_, paths, path) => {
    const folder = makeTree({ "a/p.yaml": pod("nginx:1"), "b/p.yaml": pod("nginx:1") });

    const { locks } = await planTree(folder, creating, paths);

    expect(locks.map((each) => each.path)).toEqual([path]);
  });

  test("goes into no folder that nobody named and that is not below the working directory", async () => {
    const folder = makeTree({ "a/p.yaml": pod("nginx:1"), "b/p.yaml": pod("nginx:1") });
    mkdirSync(join(folder, "c"));

    await expect(planTree(join(folder, "c"), creating, ["../a", "../b"])).rejects.toThrow(
      new FunctionConfigError(
        "`lock: create` needs one folder that holds all that is named: name that folder",
      ),
    );
  });
});

test("that was to be made is none where nothing was looked up, which is told", async () => {
  const files = { "p.yaml": pod(`nginx:1@${digest}`) };

  const idle = await planTree(makeTree(files), creating);
  const update = await planTree(makeTree(files), { options: { lock: "create", mode: "update" } });
  const locked = await planTree(
    makeTree({ ...files, "image-lock.yaml": lock("nginx:1").replace(other, digest) }),
    creating,
  );

  expect({ locks: idle.locks, lines: idle.lines }).toEqual({
    locks: [],
    lines: [expect.stringContaining("[info] no lock was made, since no image had to be looked up: ")],
  });
  expect(update.locks.length).toBe(1);
  expect(locked.lines).toEqual([]);
});

describe("entries that nothing uses", () => {
  const pruning = { prune: true, options: { mode: "update" } };

  test("are dropped from the lock of the folder that was named, and from no other", async () => {
    const folder = makeTree({
      "image-lock.yaml": lock("nginx:1", "redis:7"),
      "p.yaml": pod("nginx:1"),
      "a/image-lock.yaml": lock("nginx:1", "redis:7"),
      "a/p.yaml": pod("redis:7"),
    });

    const all = await planTree(folder, pruning);
    const below = await planTree(folder, pruning, ["a", "p.yaml"]);

    const dropped = /dropped/;
    expect(all.lines.filter((line) => dropped.test(line)).length).toBe(2);
    expect(below.lines.filter((line) => dropped.test(line))).toEqual([
      expect.stringMatching(/^a\/image-lock\.yaml/),
    ]);
  });

  test.each([
    ["a file can't be read", { "a/broken.yaml": `${pod("redis:7")}\t- x` }],
    ["a file is not UTF-8", { "a/latin.yaml": Buffer.from(`${pod("redis:7")}# \xe9`, "latin1") }],
  ])("are unknown where %s", async (_, files) => {
    const folder = makeTree({
      "image-lock.yaml": lock("nginx:1", "redis:7"),
      "p.yaml": pod("nginx:1"),
      ...files,
    });

    const { lines, locks } = await planTree(folder, pruning);

    expect(lines.filter((line) => /nothing uses|dropped/.test(line))).toEqual([]);
    for (const { text } of locks) expect(text).toContain("redis:7");
    expect(lines[0]).toContain("[warning] can't be read, so no image in it is found");
  });
});

test("a digest that is only planned is not told where the run fails", async () => {
  const folder = makeTree({ "a.yaml": pod("nginx:1"), "b.yaml": pod("missing/x:1") });
  const wants = { images: true, explanations: false } as const;

  const failed = await planTree(folder, { wants });
  const done = await planTree(folder, { wants }, ["a.yaml"]);

  expect(failed.images.map(({ text }) => text)).toEqual(["nginx:1", "missing/x:1"]);
  expect(done.images.map(({ text }) => text)).toEqual([`nginx:1@${digest}`]);
});

describe("what is told of a lock", () => {
  const two = lock("nginx:1", "redis:7");

  test("has the place of the entry", async () => {
    const folder = makeTree({ "image-lock.yaml": two, "p.yaml": pod(`nginx:1@${other}`) });

    const places = async (options: Parameters<typeof planTree>[1]): Promise<readonly string[]> => {
      const { lines } = await planTree(folder, options);
      const ofLock = lines.filter((line) => line.startsWith("image-lock.yaml"));
      return ofLock.map((line) =>
        line.replace(/: \[.*?\b(moved from|dropped|nothing uses|the tag|can't).*/, " $1"),
      );
    };

    expect(await places({ options: { mode: "check" } })).toEqual([
      "image-lock.yaml:11:13 the tag",
      "image-lock.yaml:11:13 can't",
      "image-lock.yaml:11:13 nothing uses",
    ]);
    expect(await places({ options: { mode: "update" } })).toEqual([
      "image-lock.yaml:9:13 moved from",
      "image-lock.yaml:11:13 moved from",
    ]);
    expect(await places({ prune: true, options: { mode: "update" } })).toEqual([
      "image-lock.yaml:9:13 moved from",
      "image-lock.yaml:11:13 dropped",
    ]);
    expect(await places({ options: { lock: "frozen" } })).toEqual(["image-lock.yaml:11:13 nothing uses"]);
  });

  test("has the place of the map where it is about no entry that is there", async () => {
    const folder = makeTree({ "image-lock.yaml": two, "p.yaml": pod("busybox:1") });

    const { lines } = await planTree(folder);

    expect(lines[1]).toMatch(/^image-lock\.yaml:7:1: \[info\].*added "busybox:1"/);
  });

  test.each([
    ["YAML", `${two}\t- x\n`, "12:1"],
    ["one document", `${two}---\n${two}`, "13:1"],
    ["a lock", pod("a:1"), "1:1"],
    ["digests", two.replace(`redis:7:\n    digest: ${other}`, "redis:7:\n    digest: x"), "11:13"],
  ])("has the place of what is not %s", async (_, text, place) => {
    const { ok, lines } = await planTree(makeTree({ "image-lock.yaml": text, "p.yaml": pod("nginx:1") }));

    expect(ok).toBe(false);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^image-lock\\.yaml:${place}: \\[error\\]`))]);
    expect(lines[0]?.slice(20)).not.toMatch(/image-lock\.yaml|line \d/);
  });
});

describe("an ImagesLock of kbld", () => {
  const folderWithIt = () =>
    makeTree({
      "image-lock.yaml": `apiVersion: imgpkg.carvel.dev/v1alpha1
kind: ImagesLock
images:
- {image: "index.docker.io/library/redis@${other}", annotations: {kbld.carvel.dev/id: "redis:7"}}
`,
      "p.yaml": pod("nginx:1"),
    });
  const conversion = "an ImagesLock is only read: make an ImageLock with `--inventory lock --output FILE`";

  test("is not brought up to date, and nothing is dropped from it", async () => {
    const { asked, lines, locks } = await planTree(folderWithIt(), {
      prune: true,
      options: { mode: "update" },
    });

    expect(asked).toEqual(["docker.io/library/nginx:1"]);
    expect(locks).toEqual([]);
    expect(lines).toEqual([
      `[warning] 1 image was asked for and is not in a lock, so the next run asks again: "nginx:1"; ${conversion}`,
      expect.stringMatching(/^p\.yaml:.*pinned "nginx:1"/),
    ]);
  });

  test("gets no advice to add what a frozen run lacks, or to drop what nothing uses", async () => {
    const { lines } = await planTree(folderWithIt(), { options: { lock: "frozen" } });

    expect(lines).toEqual([
      expect.stringMatching(/^p\.yaml:.*"nginx:1" is not in the lock/),
      `[error] the lock lacks 1 image: "nginx:1"; ${conversion}`,
      'image-lock.yaml:4:12: [warning] ImagesLock without a name, `images["redis:7"].digest`: nothing uses this entry',
    ]);
  });
});
