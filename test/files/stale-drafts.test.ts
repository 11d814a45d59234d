import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draftEnding, draftPath, isDraft } from "../../src/files/draft-name.ts";
import { removeStaleDrafts } from "../../src/files/stale-drafts.ts";
import { makeTree } from "./tree.ts";

const own = draftEnding(process);
const [, place = "", started = ""] = /^\.(.*)-(.*)\.pin/.exec(own) ?? [];
const hasProc = existsSync("/proc/self/stat");

/** The drafts that are left of one with such an end. */
function leftOf(ending: string, age = 0): readonly string[] {
  const folder = makeTree({});
  const draft = draftPath(join(folder, "x.yaml"), ending);
  writeFileSync(draft, "torso");
  const written = new Date(Date.now() - age);
  utimesSync(draft, written, written);
  expect(isDraft(`.x.yaml${ending}`)).toBe(true);
  removeStaleDrafts([draft], process);
  return readdirSync(folder);
}

describe("removeStaleDrafts", () => {
  test("leaves what a living process has written, however long ago", () => {
    expect(leftOf(own, 7_200_000)).toHaveLength(1);
  });

  test("removes what a dead one has written", () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;

    expect(leftOf(own.replace(/-\d+\.tmp$/, `-${dead}.tmp`))).toEqual([]);
  });

  test.runIf(hasProc)("removes what a dead one has written whose pid another process has by now", () => {
    expect(leftOf(own.replace(`-${started}.`, "-1."))).toEqual([]);
  });

  test("leaves what may be of a living process of another machine or container, whatever lives here", () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const other = own.replace(place, "00000000");

    expect(leftOf(other)).toHaveLength(1);
    expect(leftOf(other.replace(/-\d+\.tmp$/, `-${dead}.tmp`))).toHaveLength(1);
  });

  test("removes that when no run takes so long", () => {
    expect(leftOf(own.replace(place, "00000000"), 7_200_000)).toEqual([]);
  });

  test("knows the names that older versions gave", () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;

    expect(leftOf(`.pin-digests-${dead}.tmp`)).toEqual([]);
    expect(leftOf(`.pin-digests-${process.pid}.tmp`)).toHaveLength(1);
    expect(leftOf(`.pin-digests-${process.pid}.tmp`, 7_200_000)).toEqual([]);
  });
});

describe("draftPath", () => {
  test("fits a file system whose names have 255 bytes", () => {
    const name = draftPath(`/a/${"ä".repeat(120)}.yaml`, own).slice(3);

    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(isDraft(name)).toBe(true);
  });
});
