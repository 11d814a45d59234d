import { runInNewContext } from "node:vm";

/** Milliseconds after which something hangs. No machine is so busy that anything that ends takes so long. */
export const hangLimit = 300_000;

/** Runs code that never yields, which Vitest's own time limit can't end, and fails where it hangs. */
export function runToEnd<Result>(act: () => Result): Result {
  return runInNewContext("act()", { act }, { timeout: hangLimit });
}
