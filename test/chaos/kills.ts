/** Runs that write a lock and a report, killed at any moment: each file is the old or the new one, and nothing is left. */
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { startExecutable } from "../conformance/executable.ts";
import { startRegistry } from "../support/registry.mjs";
import { createRandom, type Random } from "./random.ts";

/** How often to kill. */
export interface KillOptions {
  readonly seed: number;
  readonly kills: number;
  readonly workers: number;
}

/** What came of it. */
export interface KillReport {
  readonly faults: readonly string[];
  /** How many runs had ended before. */
  readonly late: number;
}

/** Kills runs; the first fault ends it. */
export async function runKills({ seed, kills, workers }: KillOptions): Promise<KillReport> {
  const faults: string[] = [];
  let left = kills;
  let late = 0;

  async function work(random: Random): Promise<void> {
    const registry = await startRegistry({ any: true });
    const folder = await mkdtemp(join(tmpdir(), "kills-"));
    const places = { lock: join(folder, "image-lock.yaml"), report: join(folder, "report.sarif") };
    const args = ["--lock", places.lock, "--update-lock", "--format", "sarif", "--output", places.report];
    const input = Array.from({ length: 40 }, (_, index) => podOf(`${registry.host}/app-${index}:1`)).join(
      "---\n",
    );
    try {
      const old = await settle(places, "first", podOf(`${registry.host}/app-0:1`), args);
      const start = performance.now();
      const fresh = await settle(places, "second", input, args);
      const time = performance.now() - start;
      while (left-- > 0 && faults.length === 0) {
        await writeFile(places.lock, old.lock);
        await writeFile(places.report, old.report);
        const child = startExecutable({ args });
        // The process may be gone before it has read.
        child.stdin.on("error", () => undefined);
        child.stdout.resume();
        child.stdin.end(input);
        await setTimeout(time * (0.2 + random.next()));
        if (!child.kill("SIGKILL")) late++;
        if (child.exitCode === null && child.signalCode === null) await once(child, "close");
        const lock = await readFile(places.lock, "utf8");
        const report = await readFile(places.report, "utf8");
        if (lock !== old.lock && lock !== fresh.lock)
          faults.push(`the lock is neither the old nor the new one: ${JSON.stringify(lock.slice(0, 200))}`);
        if (report !== old.report && report !== fresh.report)
          faults.push(
            `the report is neither the old nor the new one: ${JSON.stringify(report.slice(0, 200))}`,
          );
        if (random.chance(0.2)) faults.push(...(await strayFiles(folder, args, input)));
      }
    } finally {
      await registry.close();
      await rm(folder, { recursive: true });
    }
  }

  if (kills > 0)
    await Promise.all(Array.from({ length: workers }, (_, worker) => work(createRandom(seed + worker))));
  return { faults, late };
}

interface Places {
  readonly lock: string;
  readonly report: string;
}

/** What a run writes that nobody kills. */
async function settle(
  { lock, report }: Places,
  name: string,
  input: string,
  args: readonly string[],
): Promise<Places> {
  const code = await runToEnd(input, args);
  if (code !== 0) throw new Error(`the ${name} run ended with ${code}`);
  return { lock: await readFile(lock, "utf8"), report: await readFile(report, "utf8") };
}

/** What lies beside the files after a run that nobody has killed. */
async function strayFiles(
  folder: string,
  args: readonly string[],
  input: string,
): Promise<readonly string[]> {
  await runToEnd(input, args);
  const strays = (await readdir(folder)).filter(
    (name) => name !== "image-lock.yaml" && name !== "report.sarif",
  );
  return strays.map((name) => `${name} is left after a whole run`);
}

async function runToEnd(input: string, args: readonly string[]): Promise<number | null> {
  const child = startExecutable({ args });
  child.stdin.on("error", () => undefined);
  child.stdout.resume();
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return code;
}

function podOf(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: "${image}"}]}\n`;
}
