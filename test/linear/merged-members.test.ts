import { expect, test } from "vitest";
import { GROWTH_MAX } from "./measure.ts";
import { pinning } from "./pinning.ts";
import { repeat } from "./shape.ts";

// What is known of maps that merge is kept for so many at once that smaller sizes show nothing.
test("four times as many maps that merge one take at most six times the time, also where there are very many", async () => {
  const shape = pinning("maps in maps that merge one", (n) => {
    const maps = repeat(n, (i) => `  e${i}: {<<: *d, x: {<<: *d}}\n`);
    return `apiVersion: a.example/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n  d: &d {image: nginx:1}\n${maps}`;
  });
  const [small, large] = [shape.prepare(40_000), shape.prepare(160_000)];
  await small();

  const [before, after] = [await secondsOf(small), await secondsOf(large)];

  expect(after / before).toBeLessThanOrEqual(GROWTH_MAX);
});

async function secondsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return process.cpuUsage(before).user / 1_000_000;
}
