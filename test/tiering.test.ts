import { describe, expect, test } from "vitest";
import { delayOptimizing } from "../src/tiering.ts";

/** The flags that are set in a process of a version of V8. */
function flagsOf(v8: string): readonly string[] {
  const flags: string[] = [];
  const setFlagsFromString = (flag: string) => void flags.push(flag);
  const getBuiltinModule = (name: string) => (name === "node:v8" ? { setFlagsFromString } : undefined);
  delayOptimizing({ versions: { v8 }, getBuiltinModule } as unknown as NodeJS.Process);
  return flags;
}

describe("delayOptimizing", () => {
  test("raises what V8 11 spends before it optimises", () => {
    expect(flagsOf("11.3.244.8-node.30")).toEqual([
      "--interrupt-budget=270000",
      "--wasm-tiering-budget=100000000",
    ]);
  });

  test("leaves other versions alone, which may not know the flags", () => {
    expect(flagsOf("12.4.254.21-node.33")).toEqual([]);
    expect(flagsOf("13.6.233.17-node.30")).toEqual([]);
  });
});
