import { expect, test } from "vitest";
import { delayOptimizing, keepParserPlain } from "../src/tiering.ts";

const plain = ["--liftoff-only", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering"];

/** The flags that are set in a process of a version of V8. */
function flagsOf(change: typeof delayOptimizing, v8: string): readonly string[] {
  const flags: string[] = [];
  const setFlagsFromString = (flag: string) => void flags.push(flag);
  const getBuiltinModule = (name: string) => (name === "node:v8" ? { setFlagsFromString } : undefined);
  change({ versions: { v8 }, getBuiltinModule } as unknown as NodeJS.Process);
  return flags;
}

test.each([
  ["11.3.244.8-node.30", ["--interrupt-budget=270000"], plain],
  ["12.4.254.21-node.33", [], plain],
  ["13.6.233.17-node.30", [], plain],
  // It may not know them.
  ["14.1.146.11-node.14", [], []],
])("V8 %s gets the flags that it knows and needs", (v8, delaying, keeping) => {
  expect(flagsOf(delayOptimizing, v8)).toEqual(delaying);
  expect(flagsOf(keepParserPlain, v8)).toEqual(keeping);
});
