/** How files are replaced: all at once and in full, each only if it still is what was read. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draftEnding } from "../../src/files/draft-name.ts";
import { filesDiff } from "../../src/files/file-diff.ts";
import { FileWriteError } from "../../src/files/file-error.ts";
import { stageFiles } from "../../src/files/write-files.ts";
import { formatResult } from "../../src/krm/result.ts";
import { digest, makeTree, pinTree, planTree, pod, readTree } from "./tree.ts";

const pinned = (image: string): string => pod(`${image}@${digest}`);

/** Once is written in the same moment as it was read, and once long before. */
const old = new Date("2020-01-01T00:00:00Z");

describe("a file that is pinned", () => {
  test("keeps its mode, its owner and the link that leads to it", async () => {
    const folder = makeTree({ "p.yaml": pod("nginx:1") });
    chmodSync(join(folder, "p.yaml"), 0o640);
    symlinkSync("p.yaml", join(folder, "link.yaml"));

    await pinTree(folder, {}, ["link.yaml"]);

    expect(lstatSync(join(folder, "link.yaml")).isSymbolicLink()).toBe(true);
    expect(statSync(join(folder, "p.yaml")).mode & 0o7777).toBe(0o640);
    expect(readFileSync(join(folder, "p.yaml"), "utf8")).toBe(pinned("nginx:1"));
    expect(readdirSync(folder).sort()).toEqual(["link.yaml", "p.yaml"]);
  });

  test("is parted from a hard link, which is told", async () => {
    const folder = makeTree({ "p.yaml": pod("nginx:1") });
    linkSync(join(folder, "p.yaml"), join(folder, "other.txt"));

    const { lines } = await pinTree(folder);

    expect(lines.at(-1)).toMatch(
      /^p\.yaml:1:1: \[warning\] the file had 1 other name \(a hard link\), which keeps/,
    );
    expect(readFileSync(join(folder, "other.txt"), "utf8")).toBe(pod("nginx:1"));
  });

  test("is pinned under each of its names in the run", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1") });
    utimesSync(join(folder, "a.yaml"), old, old);
    linkSync(join(folder, "a.yaml"), join(folder, "b.yaml"));

    const { lines } = await pinTree(folder);

    expect(lines.filter((line) => line.includes("[error]"))).toEqual([]);
    expect(readTree(folder)).toEqual({ "a.yaml": pinned("nginx:1"), "b.yaml": pinned("nginx:1") });
  });

  test("may have the longest name that a file can have", async () => {
    const name = `${"n".repeat(250)}.yaml`;
    const folder = makeTree({ [name]: pod("nginx:1") });

    await pinTree(folder);

    expect(readTree(folder)).toEqual({ [name]: pinned("nginx:1") });
  });
});

describe("staging", () => {
  test("leaves every file as it was until all new texts lie beside them", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1"), "b/c.yaml": pod("redis:7") });
    const plan = await planTree(folder);

    const staged = stageFiles(plan.changes, process);

    expect(readTree(folder)).toEqual({
      [`.a.yaml${draftEnding(process)}`]: pinned("nginx:1"),
      "a.yaml": pod("nginx:1"),
      [`b/.c.yaml${draftEnding(process)}`]: pinned("redis:7"),
      "b/c.yaml": pod("redis:7"),
    });
    staged.discard();
    expect(readTree(folder)).toEqual({ "a.yaml": pod("nginx:1"), "b/c.yaml": pod("redis:7") });
  });

  test.each([
    ["appended to", (path: string) => appendFileSync(path, "# more\n")],
    ["replaced", (path: string) => replace(path, pod("nginx:2"))],
    ["written with as many bytes", (path: string) => writeFileSync(path, pod("nginx:2"))],
    ["removed", (path: string) => renameSync(path, `${path}.old`)],
    ["replaced by a folder", replaceByFolder],
  ])("stops at a file that was %s since it was read, and writes none", async (_, change) => {
    const folder = makeTree({ "a.yaml": pod("nginx:1"), "b.yaml": pod("nginx:1") });
    const plan = await planTree(folder);
    change(join(folder, "b.yaml"));
    const before = readTree(folder);

    expect(() => stageFiles(plan.changes, process)).toThrow(FileWriteError);
    expect(() => [...filesDiff(plan)]).toThrow(FileWriteError);
    expect(readTree(folder)).toEqual(before);
  });

  test("overwrites a draft of a process that had the same id", async () => {
    const draft = `.a.yaml${draftEnding(process)}`;
    const folder = makeTree({ "a.yaml": pod("nginx:1"), [draft]: "torso" });

    await pinTree(folder);

    expect(readTree(folder)).toEqual({ "a.yaml": pinned("nginx:1") });
  });

  test("says where two changes of a file contradict each other, and writes none", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1"), "b.yaml": pod("nginx:1") });
    const { changes } = await planTree(folder);
    const twice = changes.map((change) => ({ ...change, edits: [...change.edits, ...change.edits] }));

    expect(() => stageFiles(changes.slice(0, 1).concat(twice.slice(1)), process)).toThrow(
      /^"b\.yaml", line 7, column 19: two changes contradict each other here, so nothing was written/,
    );
    expect(readTree(folder)).toEqual({ "a.yaml": pod("nginx:1"), "b.yaml": pod("nginx:1") });
  });

  test("says which file can't be written, and leaves nothing", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1"), "b.yaml": pod("nginx:1") });
    const plan = await planTree(folder);
    const [first, second] = plan.changes;
    const broken = second && { ...second, place: join(folder, "a.yaml", "b.yaml") };

    expect(() =>
      stageFiles(
        [first, broken].flatMap((each) => each ?? []),
        process,
      ),
    ).toThrow(/^"b\.yaml" could not be written, so nothing was: ENOTDIR/);
    expect(readTree(folder)).toEqual({ "a.yaml": pod("nginx:1"), "b.yaml": pod("nginx:1") });
  });
});

describe("putting in place", () => {
  test.each([
    ["at the same moment", undefined],
    ["long before", old],
  ])("leaves a file alone that was changed after staging, read %s", async (_, time) => {
    const folder = makeTree({ "a.yaml": pod("nginx:1"), "b.yaml": pod("nginx:1") });
    if (time !== undefined) utimesSync(join(folder, "a.yaml"), time, time);
    const staged = stageFiles((await planTree(folder)).changes, process);
    writeFileSync(join(folder, "a.yaml"), pod("nginx:2"));

    const left = staged.commit();
    staged.discard();

    expect(left.map(formatResult)).toEqual([
      "a.yaml:1:1: [error] was changed while this run wrote, and stays as it is: run again",
    ]);
    expect(readTree(folder)).toEqual({ "a.yaml": pod("nginx:2"), "b.yaml": pinned("nginx:1") });
  });

  test("is content with a file to which another run has done the same", async () => {
    const folder = makeTree({ "a.yaml": pod("nginx:1") });
    const staged = stageFiles((await planTree(folder)).changes, process);
    replace(join(folder, "a.yaml"), pinned("nginx:1"));

    expect(staged.commit()).toEqual([]);
    staged.discard();
    expect(existsSync(join(folder, `.a.yaml${draftEnding(process)}`))).toBe(false);
  });
});

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
