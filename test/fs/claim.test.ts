import {
  lutimesSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClaimError, claim, clearDeadClaims } from "../../src/fs/claim.ts";
import { aliveMark, changedMark, deadMark } from "./holders.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "claim-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);
const file = (): string => path("lock.yaml");

/** A claim that a process has left or holds, with what it was about to put in the place of the file. */
function leave(mark: string, name = ".lock.yaml.lock"): void {
  symlinkSync(mark, path(name));
  writeFileSync(path(`${name}.${mark.replaceAll(":", "-")}`), "half a te");
}

function makeOld(name: string): void {
  lutimesSync(path(name), 1, 1);
}

describe("claim", () => {
  test("leaves nothing behind when it is released", async () => {
    const held = await claim(file(), process);
    writeFileSync(held.draft, "new");
    expect(held.isHeld()).toBe(true);

    held.release();

    expect(held.isHeld()).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("removes that of a dead process, with what it has written", async () => {
    leave(await deadMark());

    const held = await claim(file(), process);

    expect(readdirSync(folder)).toEqual([".lock.yaml.lock"]);
    held.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("removes that of one that died while it removed another dead one's", async () => {
    leave(await deadMark());
    leave(await deadMark(), ".lock.yaml.lock.lock");
    leave(await deadMark(), ".lock.yaml.lock.lock.lock");

    (await claim(file(), process)).release();

    expect(readdirSync(folder)).toEqual([]);
  });

  test("removes that of one that died when it had removed another dead one's", async () => {
    leave(await deadMark(), ".lock.yaml.lock.lock");

    const held = await claim(file(), process);
    held.release();

    expect(readdirSync(folder)).toEqual([]);
  });

  test("waits as long as its holder is alive", async () => {
    symlinkSync(aliveMark(), path(".lock.yaml.lock"));
    let found = "";

    const waiting = claim(file(), process).then((held) => {
      found = readdirSync(folder).join();
      return held;
    });
    await setImmediate();
    writeFileSync(path("holder has gone"), "");
    rmSync(path(".lock.yaml.lock"));
    const held = await waiting;

    expect(found).toContain("holder has gone");
    held.release();
  });

  test.each([
    ["machine", "other-boot"],
    ["namespace", "1"],
    ["started", ""],
  ] as const)("takes a process of another %s for dead when its claim is old", async (part, value) => {
    leave(changedMark(part, value));
    makeOld(".lock.yaml.lock");

    (await claim(file(), process)).release();

    expect(readdirSync(folder)).toEqual([]);
  });

  test("tells the holder who was taken for dead", async () => {
    const held = await claim(file(), process);
    rmSync(path(".lock.yaml.lock"));
    leave(aliveMark());

    const isHeld = held.isHeld();
    held.release();

    expect(isHeld).toBe(false);
    expect(readdirSync(folder)).toContain(".lock.yaml.lock");
  });

  test.each([
    ["a link to elsewhere", () => symlinkSync("elsewhere", path(".lock.yaml.lock"))],
    ["somebody's file", () => writeFileSync(path(".lock.yaml.lock"), "mine")],
  ])("refuses where %s is in the way, however old, and leaves it", async (_, make) => {
    make();
    makeOld(".lock.yaml.lock");

    await expect(claim(file(), process)).rejects.toThrow(
      new ClaimError(`"${path(".lock.yaml.lock")}" is in the way: remove it`),
    );
    expect(readdirSync(folder)).toEqual([".lock.yaml.lock"]);
  });

  test("is known as the text of a file too, as it is where there are no links", async () => {
    writeFileSync(path(".lock.yaml.lock"), await deadMark());

    const held = await claim(file(), process);

    expect(readlinkSync(path(".lock.yaml.lock"))).toMatch(/^pin-digests:/);
    held.release();
  });
});

describe("clearDeadClaims", () => {
  test.each([".lock.yaml.lock", ".lock.yaml.lock.lock", ".lock.yaml.lock.lock.lock"])(
    "removes what dead processes left as %s",
    async (name) => {
      leave(await deadMark(), name);

      clearDeadClaims(file(), process);

      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("removes what a dead process left beside a file with a long name", async () => {
    const held = await claim(path("l".repeat(240)), process);
    const [name = ""] = readdirSync(folder);
    held.release();
    leave(await deadMark(), name);

    clearDeadClaims(path("l".repeat(240)), process);

    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["of a process that is alive", () => aliveMark()],
    ["of one that nobody can look up", () => changedMark("machine", "other-boot")],
  ])("leaves the claim %s", (_, mark) => {
    leave(mark());

    clearDeadClaims(file(), process);

    expect(readdirSync(folder)).toHaveLength(2);
  });
});
