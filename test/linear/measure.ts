import type { Shape } from "./shape.ts";

/** How much more time a shape of four times the size takes. */
export interface Growth {
  readonly ratio: number;
  /** What was measured, for a message. */
  readonly said: string;
}

/** Linear growth is 4, quadratic 16. */
export const GROWTH_MAX = 6;

/**
 * Measures the time that the processor spends for this process, which neither a slow machine nor a busy one changes much, at
 * a size that takes long enough to be measured, and at four times that size. Each counts by its shortest run. Where the larger
 * one seems to take too long, larger sizes tell whether that was the step to another cache or heap, or how the shape grows.
 */
export async function measureGrowth(shape: Shape): Promise<Growth> {
  let n = await sizeFor(shape);
  let growth = await growthAt(shape, n);
  for (let sizes = 1; sizes < SIZES && growth.ratio > GROWTH_MAX; sizes++) {
    n *= 2;
    growth = await growthAt(shape, n);
  }
  return growth;
}

const SIZES = 3;

async function growthAt({ prepare }: Shape, n: number): Promise<Growth> {
  const small = prepare(n);
  const large = prepare(FACTOR * n);
  const least = { small: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    least.small = Math.min(least.small, await processorTime(small));
    least.large = Math.min(least.large, await processorTime(large));
    if (least.large / least.small <= GROWTH_MAX) break;
  }
  const ratio = least.large / least.small;
  return { ratio, said: `${n}: ${least.small} ms, ${FACTOR * n}: ${least.large} ms` };
}

const FACTOR = 4;
const ROUNDS = 3;

/** A size that takes long enough, with code that the engine has compiled. */
async function sizeFor({ prepare }: Shape): Promise<number> {
  let n = 50;
  for (;;) {
    const work = prepare(n);
    await processorTime(work);
    const took = Math.min(await processorTime(work), await processorTime(work));
    if (took >= ENOUGH || n >= SIZE_MAX) return n;
    n = Math.ceil(n * Math.min(4, Math.max(1.3, ENOUGH / took)));
  }
}

/** Milliseconds: less is mostly what a run takes whatever its size is. */
const ENOUGH = 12;
const SIZE_MAX = 200_000;

async function processorTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
