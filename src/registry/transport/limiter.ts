/** Runs tasks, so many at once; the others wait in order. */
export type Limiter = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** Makes a Limiter for a number of tasks at once. */
export function createLimiter(limit: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < limit) running += 1;
    // Whoever ends hands its place on, so that no newcomer takes it in between.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
