/** When V8 optimises: for a process that ends soon, later than it does by itself. */

/** As much of the process as is needed. */
type Process = Pick<NodeJS.Process, "versions" | "getBuiltinModule">;

/**
 * Lets V8 11, of Node 20, run code longer before it optimises that, and not wait for its optimised WebAssembly; later
 * versions do well by themselves. A list of a hundred objects takes a sixth less time, and two thirds of the processor's. To
 * load what sets flags takes 2 ms, so it is nothing for a short run.
 *
 * A code cache holds for the flags that it was made with. That of the first file is made, and mostly read, without these; all
 * others with them.
 */
export function delayOptimizing({ versions, getBuiltinModule }: Process): void {
  if (!versions.v8.startsWith("11.")) return;
  const flags = { "interrupt-budget": 270_000, "wasm-tiering-budget": 100_000_000 };
  for (const [flag, value] of Object.entries(flags))
    getBuiltinModule("node:v8").setFlagsFromString(`--${flag}=${value}`);
}
