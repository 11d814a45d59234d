/** What V8 optimises, and when: in a process that ends soon, less than it does by itself. */

/** As much of the process as is needed. */
type Process = Pick<NodeJS.Process, "versions" | "getBuiltinModule">;

// A code cache holds for the flags that it was made with. That of the first file is made, and mostly read, without any; all
// others with those of both functions. To load what sets flags takes 2 ms, so they are nothing for a short run.

/**
 * Lets V8 11, of Node 20, run code longer before it optimises that; later versions do well by themselves. A list of a hundred
 * objects takes a sixth less time, and two thirds of the processor's.
 */
export function delayOptimizing(process: Process): void {
  if (versionOf(process) === 11) setFlag(process, "--interrupt-budget=270000");
}

/**
 * Keeps V8 from optimising undici's parser, which is WebAssembly. It begins behind the first answers, takes 40 to 80 ms, and
 * the process waits for its end. The first flag stands for all three, but only where it is given on the command line. Versions
 * that nobody has tried are left alone: a flag that they don't know is an error.
 */
export function keepParserPlain(process: Process): void {
  if (versionOf(process) > 13) return;
  for (const flag of ["--liftoff-only", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) {
    setFlag(process, flag);
  }
}

function versionOf({ versions }: Process): number {
  return Number.parseInt(versions.v8, 10);
}

function setFlag({ getBuiltinModule }: Process, flag: string): void {
  getBuiltinModule("node:v8").setFlagsFromString(flag);
}
