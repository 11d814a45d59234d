import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { lifeOf, processMark } from "../../src/fs/process-mark.ts";
import { aliveMark, changedMark, deadMark } from "./holders.ts";

const hasProc = existsSync("/proc/self/stat");

describe("processMark", () => {
  test("has no character that leads to another folder", () => {
    expect(processMark(process)).toMatch(/^[\w.:-]+$/);
  });
});

describe("lifeOf", () => {
  test("knows who is alive", () => {
    expect(lifeOf(processMark(process), process)).toBe("alive");
    expect(lifeOf(aliveMark(), process)).toBe("alive");
  });

  test("knows who is dead", async () => {
    expect(lifeOf(await deadMark(), process)).toBe("dead");
  });

  test.runIf(hasProc)("takes a process that got a dead one's pid for another", () => {
    expect(lifeOf(changedMark("started", "1"), process)).toBe("dead");
  });

  test.runIf(hasProc)("takes one that has ended and was not waited for yet for dead", async () => {
    // The shell starts `sleep` and becomes `cat`, which waits for the end of its input alone.
    const parent = spawn("sh", ["-c", "sleep 1000 & echo $!; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const [line] = await once(parent.stdout, "data");
    const pid = Number(line);
    const mark = processMark({ pid, kill: process.kill });
    // As long as it is a shell, it may still wait for whom it has started.
    while (readFileSync(`/proc/${parent.pid}/comm`, "utf8") !== "cat\n") await setImmediate();
    process.kill(pid, "SIGKILL");
    while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) await setImmediate();

    const life = lifeOf(mark, process);

    parent.stdin.end();
    await once(parent, "close");
    expect(life).toBe("dead");
  });

  test.each([
    ["machine", "other-boot"],
    ["namespace", "1"],
    ["started", ""],
  ] as const)("can't tell of another %s", (part, value) => {
    expect(lifeOf(changedMark(part, value), process)).toBe("unknown");
  });

  test.each([
    "",
    "elsewhere",
    "../../etc/passwd",
    "pin-digests:a/../../b:1:2:3",
    "pin-digests:a:1:-1:3",
    "pin-digests:a:1:0:3",
    "pin-digests:a:1:2",
    "pin-digests:a:1:2:3:4",
  ])("knows %j for no mark", (text) => {
    expect(lifeOf(text, process)).toBe("foreign");
  });
});
