import { spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readLockFile } from "../../src/lock/format/lock-file.ts";
import { executable, startExecutable } from "../conformance/executable.ts";
import { deadMark } from "../fs/holders.ts";
import { startRegistry } from "../support/registry.mjs";
import { pod } from "./support.ts";

type Registry = Awaited<ReturnType<typeof startRegistry>>;

// More in a run of all there is, since so many processes take their time.
const runs = Number(process.env.LOCK_RACE_RUNS ?? 20);
const timeout = 60_000 + runs * 3_000;

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "race-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const args = ["--lock", "lock.yaml", "--update-lock"];

/** A registry that answers nobody before all have asked, and so have read the lock. */
async function startGate(expected: number): Promise<Registry> {
  const events = new EventEmitter().setMaxListeners(0);
  const askers = new Set<string>();
  return startRegistry({
    any: true,
    onRequest: async ({ url = "" }) => {
      const opened = askers.size < expected ? once(events, "open") : undefined;
      askers.add(url);
      if (askers.size === expected) events.emit("open");
      await opened;
      return false;
    },
  });
}

function start(registry: Registry, number: number) {
  const child = startExecutable({ args, cwd: folder });
  child.stdout.resume();
  const stderr: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(pod(`${registry.host}/app-${number}:1`));
  const ended = once(child, "close").then(([code]) => ({
    number,
    code,
    stderr: String(Buffer.concat(stderr)),
  }));
  return { child, ended };
}

async function lockedNumbers(): Promise<readonly number[]> {
  const { images } = await readLockFile(readFileSync(join(folder, "lock.yaml"), "utf8"));
  return images.map(({ reference }) => Number(/-(\d+):/.exec(reference.text)?.[1])).sort((a, b) => a - b);
}

describe(`${runs} runs at once that add to one lock`, () => {
  test("lose nothing of each other, and all succeed", { timeout }, async () => {
    const registry = await startGate(runs);
    // All begin with what a dead process has left.
    symlinkSync(await deadMark(), join(folder, ".lock.yaml.lock"));

    const numbers = Array.from({ length: runs }, (_, number) => number);
    const ended = await Promise.all(numbers.map((number) => start(registry, number).ended));
    await registry.close();

    expect(ended.filter(({ code }) => code !== 0)).toEqual([]);
    expect(await lockedNumbers()).toEqual(numbers);
    expect(readdirSync(folder)).toEqual(["lock.yaml"]);
  });

  test("lose nothing and leave nothing where some are killed", { timeout }, async () => {
    const registry = await startGate(runs);
    const started = Array.from({ length: runs }, (_, number) => start(registry, number));
    const alive = new Set(started.map(({ child }) => child));
    for (const { child } of started) child.once("exit", () => alive.delete(child));
    // Whenever something happens to the claim, somebody dies who may hold it: every third time, of half of them.
    let events = 0;
    const watcher = watch(folder, () => {
      const [victim] = alive;
      if (++events % 3 === 0 && alive.size > runs / 2) victim?.kill("SIGKILL");
    });
    const ended = await Promise.all(started.map((each) => each.ended));
    watcher.close();
    const last = await start(registry, runs).ended;
    await registry.close();

    const succeeded = [...ended, last].filter(({ code }) => code === 0).map(({ number }) => number);
    const killed = ended.filter(({ code }) => code === null);
    expect(killed.length).toBeGreaterThan(0);
    expect(succeeded.length + killed.length).toBe(runs + 1);
    expect(await lockedNumbers()).toEqual(expect.arrayContaining(succeeded));
    expect(readdirSync(folder)).toEqual(["lock.yaml"]);
  });
});

const canTrace = spawnSync("strace", ["-f", "-e", "trace=rename", "true"], { stdio: "ignore" }).status === 0;

describe("two runs at once", () => {
  test.runIf(canTrace)("lose nothing where each takes its time to put the lock in place", async () => {
    const registry = await startGate(2);
    const slow = [
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-e",
      "trace=rename",
      "-e",
      "inject=rename:delay_enter=300000",
    ];
    const update = async (number: number): Promise<unknown> => {
      const child = spawn("strace", [...slow, process.execPath, executable, ...args], {
        cwd: folder,
        stdio: ["pipe", "ignore", "ignore"],
      });
      child.stdin.end(pod(`${registry.host}/app-${number}:1`));
      const [code] = await once(child, "close");
      return code;
    };

    const codes = await Promise.all([update(0), update(1)]);
    await registry.close();

    expect(codes).toEqual([0, 0]);
    expect(await lockedNumbers()).toEqual([0, 1]);
  });
});
