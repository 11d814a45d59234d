/** A process that is killed while it writes: each file holds its old text or its new one, and the next run finishes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executable } from "../conformance/executable.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { makeTree, pod, readTree } from "./tree.ts";

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ any: true });
});

afterAll(() => registry.close());

const count = 300;

function start(folder: string): ChildProcess {
  const args = ["--lock-mode", "create", "."];
  return spawn(process.execPath, [executable, ...args], { cwd: folder, env: {}, stdio: "ignore" });
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, "close");
  return code;
}

/** Ends the process as soon as something is so, if it has not ended before. */
async function killWhen(child: ChildProcess, isSo: () => boolean): Promise<void> {
  let isOver = false;
  const end = ended(child).then(() => {
    isOver = true;
  });
  while (!isOver && !isSo()) await new Promise((next) => setImmediate(next));
  child.kill("SIGKILL");
  await end;
}

describe("a run that is killed", () => {
  test.each([
    ["when the first draft is there", 1, 0],
    ["when a third of the drafts are there", count / 3, 0],
    ["when all drafts are there", count, 0],
    ["when the first file is replaced", 0, 1],
    ["when half of the files are replaced", 0, count / 2],
  ])("%s leaves each file old or new, and is finished by the next", async (_, drafts, replaced) => {
    const image = `${registry.host}/app:v1`;
    const names = Array.from({ length: count }, (__, n) => `p${n}.yaml`);
    const folder = makeTree(Object.fromEntries(names.map((name) => [name, pod(image, name)])));
    const pinned = (name: string): string => pod(`${image}@${registry.digestOf("app", "v1")}`, name);
    const isDraft = (name: string): boolean => /^\.p.*\.tmp$/.test(name);
    const last = names.toSorted()[Math.max(0, replaced - 1)] ?? "";

    await killWhen(start(folder), () =>
      replaced === 0
        ? readdirSync(folder).filter(isDraft).length >= drafts
        : readFileSync(join(folder, last), "utf8").includes("@sha256:"),
    );

    for (const name of names)
      expect([pod(image, name), pinned(name)]).toContain(readFileSync(join(folder, name), "utf8"));
    expect(await ended(start(folder))).toBe(0);
    const { "image-lock.yaml": lock, ...files } = readTree(folder);
    expect(files).toEqual(Object.fromEntries(names.map((name) => [name, pinned(name)])));
    expect(lock).toContain(registry.digestOf("app", "v1"));
    expect(readdirSync(folder).length).toBe(count + 1);
  });
});
