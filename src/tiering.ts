/** When V8 optimises: for a process that ends soon, later than it does by itself. */

/** As much of the process as is needed. */
type Process = Pick<NodeJS.Process, "versions" | "getBuiltinModule">;

/**
 * Lets V8 11, of Node 20, run code longer before it optimises that, and not wait for its optimised WebAssembly; later
 * versions do well by themselves. A list of a hundred objects takes a quarter less time, and half the processor. Loading
 * what sets flags takes 2 ms, so this is nothing for a short run. A code cache holds for the flags it was made with: this
 * is called before any file but the first is loaded.
 */
export function delayOptimizing({ versions, getBuiltinModule }: Process): void {
  if (!versions.v8.startsWith("11.")) return;
  const flags = { "interrupt-budget": 270_000, "wasm-tiering-budget": 100_000_000 };
  for (const [flag, value] of Object.entries(flags))
    getBuiltinModule("node:v8").setFlagsFromString(`--${flag}=${value}`);
}
