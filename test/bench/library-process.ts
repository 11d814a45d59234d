/** The library in a process of its own, which runs it again and again. */
import { setImmediate } from "node:timers/promises";
import { deployments, imageNames, resourceList } from "./workload.ts";

/** The argument with which this program runs the library, followed by the registry's host. */
export const LIBRARY = "--library";

// Not a literal, since types would be sought in dist, which may not be built.
const PACKAGE: string = "pin-digests";

/** What a process holds after some runs. */
export interface Held {
  readonly runs: number;
  /** Bytes, after a collection of garbage. */
  readonly heap: number;
  readonly external: number;
  /** What keeps the process alive, by kind. */
  readonly resources: readonly string[];
  /** Listeners on the process. */
  readonly listeners: number;
}

/** Runs the library 1,000 times over 10 Deployments with 10 images, and tells its parent, if it has one, what it holds. */
export async function runLibrary(host: string): Promise<void> {
  // This package by its own name, as those who depend on it import it; its types are those of its source.
  const { pinDigests } = (await import(PACKAGE)) as typeof import("../../src/pin-digests.ts");
  const list = resourceList(deployments(10, imageNames([host], 10)));
  for (let runs = 1; runs <= 1_000; runs += 1) {
    const { ok, results } = await pinDigests(list, { environment: {} });
    if (!ok) throw new Error(results[0]?.message);
    if ([1, 10, 100, 1_000].includes(runs)) process.send?.(await held(runs));
  }
  process.disconnect?.();
}

async function held(runs: number): Promise<Held> {
  // Sockets that are destroyed close in the next turns.
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
  globalThis.gc?.();
  const { heapUsed: heap, external } = process.memoryUsage();
  // The channel to the parent is not the library's.
  const resources = process.getActiveResourcesInfo().filter((kind) => kind !== "PipeWrap");
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return { runs, heap, external, resources, listeners };
}
