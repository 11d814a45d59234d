import type { Clock } from "../../../../src/registry/transport/pace/clock.ts";

/** Time that jumps to what happens next, as soon as nothing else is to be done. */
export interface FakeTime {
  readonly clock: Clock;
  /** Lets time pass until a task is done. Rejects where nothing is left that could happen. */
  pass<Result>(task: () => Promise<Result>): Promise<Result>;
}

interface Event {
  readonly at: number;
  readonly callback: () => void;
}

/** Makes time that begins with 0, and chance that is always the same. */
export function createFakeTime(): FakeTime {
  let now = 0;
  let seed = 42;
  /** In the order in which they happen. */
  const events: Event[] = [];
  const clock: Clock = {
    now: () => now,
    after(milliseconds, callback) {
      const event = { at: now + milliseconds, callback };
      events.splice(events.findLastIndex(({ at }) => at <= event.at) + 1, 0, event);
      return () => {
        const at = events.indexOf(event);
        if (at >= 0) events.splice(at, 1);
      };
    },
    soon: (callback) => void clock.after(0, callback),
    random() {
      // https://en.wikipedia.org/wiki/Linear_congruential_generator
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
  };

  return {
    clock,
    async pass(task) {
      let isDone = false;
      const result = task().finally(() => {
        isDone = true;
      });
      // Whoever waits for it hears of its failure.
      result.catch(() => undefined);
      for (;;) {
        // After all promises that are settled.
        await new Promise((resolve) => setImmediate(resolve));
        if (isDone) return result;
        const event = events.shift();
        if (event === undefined) throw new Error("nothing is left that could happen");
        now = event.at;
        event.callback();
      }
    },
  };
}
