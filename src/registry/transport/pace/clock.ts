/** Time that passes, or that a test lets pass, and chance; in milliseconds. */
export interface Clock {
  now(): number;
  /** Calls back after a time, unless what it returns is called before. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Calls back when all that has happened so far has been heard of. */
  soon(callback: () => void): void;
  /** A number from 0 to 1. */
  random(): number;
}

/** The time of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.ceil(milliseconds));
    return () => clearTimeout(timer);
  },
  soon: (callback) => void setImmediate(callback),
  random: () => Math.random(),
};

/** Waits, unless the signal comes first, whose reason is thrown then. */
export function pause(milliseconds: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** Milliseconds that grow with each failure, by chance, so that many clients don't come back together. */
export function backoff(failures: number, { random }: Pick<Clock, "random">): number {
  return random() * Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** failures);
}

const BACKOFF_FIRST = 250;
const BACKOFF_MAX = 8_000;
