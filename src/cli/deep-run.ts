/** Runs over what is nested so deeply that a thread with a larger stack must read it: what reads YAML recurses. */
import { once } from "node:events";
import type { Host } from "./host.ts";

/** Deeper, kpt and kustomize read nothing either. */
export const nestingMax = 10_000;

// In the environment of the thread that reads what is nested so deeply.
const deepMark = "PIN_DIGESTS_DEEP";

/** Runs once more, in a thread with a stack for lists that no person writes, and returns the exit code. */
export async function runDeep(input: string, argv: readonly string[], host: Host): Promise<number> {
  const { Worker } = await import("node:worker_threads");
  const thread = new Worker(host.argv[1] ?? "", {
    argv: [...argv],
    workerData: input,
    env: { ...host.env, [deepMark]: String(performance.timeOrigin) },
    resourceLimits: { stackSizeMb: 64 },
  });
  const [code] = await once(thread, "exit");
  return Number(code);
}

/** What the thread of {@link runDeep} runs with. */
export interface DeepRun {
  readonly input: string;
  /** When the process began, by the clock of this thread. */
  readonly since: number;
}

/** What this thread runs with, where it is that of {@link runDeep}; undefined elsewhere. */
export async function deepRun({ env }: Host): Promise<DeepRun | undefined> {
  // The module that knows takes a millisecond to load.
  const began = env[deepMark];
  if (began === undefined) return undefined;
  delete env[deepMark];
  const { isMainThread, workerData } = await import("node:worker_threads");
  return isMainThread
    ? undefined
    : { input: String(workerData), since: Number(began) - performance.timeOrigin };
}
