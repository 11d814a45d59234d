import type { Model, Reaction } from "./simulation.ts";

/** Milliseconds of a round trip, where a registry has nothing else to do. */
const ROUND = 25;

/** A good answer. */
export function good(after = ROUND): Reaction {
  return { after, status: 200 };
}

/** An answer that asks for less. */
export function refuse(retryAfter?: number, after = ROUND): Reaction {
  return { after, status: 429, ...(retryAfter !== undefined && { retryAfter }) };
}

/** Refuses what comes faster than something allows. */
export function limited(
  makeLimit: () => (now: number) => boolean,
  { retryAfter, round = ROUND }: { readonly retryAfter?: number; readonly round?: number } = {},
): Model {
  return () => {
    const allows = makeLimit();
    return ({ now }) => (allows(now) ? good(round) : refuse(retryAfter, round));
  };
}

/** A bucket that holds so many, and fills so many a second. */
export function bucket(rate: number, size: number): () => (now: number) => boolean {
  return () => {
    let level = size;
    let before = 0;
    return (now) => {
      level = Math.min(size, level + ((now - before) * rate) / 1_000);
      before = now;
      if (level < 1) return false;
      level -= 1;
      return true;
    };
  };
}

/** So many in each period, which begins with the first of them. */
export function fixedWindow(count: number, milliseconds: number): () => (now: number) => boolean {
  return () => {
    let start = Number.NEGATIVE_INFINITY;
    let taken = 0;
    return (now) => {
      if (now - start >= milliseconds) [start, taken] = [now, 0];
      taken += 1;
      return taken <= count;
    };
  };
}

/** So many in any period. */
export function slidingWindow(count: number, milliseconds: number): () => (now: number) => boolean {
  return () => {
    const times: number[] = [];
    return (now) => {
      while (times[0] !== undefined && now - times[0] >= milliseconds) times.shift();
      if (times.length >= count) return false;
      times.push(now);
      return true;
    };
  };
}

/** So many at the same time; what comes on top is answered by something else. */
export function slots(count: number, over: Reaction): Model {
  return () => {
    let ends: number[] = [];
    return ({ now }) => {
      ends = ends.filter((end) => end > now);
      if (ends.length >= count) return over;
      ends.push(now + ROUND);
      return good();
    };
  };
}

/** So many who work one after the other: what comes on top waits. */
export function workers(count: number): Model {
  return () => {
    const free = Array.from({ length: count }, () => 0);
    return ({ now }) => {
      free.sort((one, other) => one - other);
      const end = Math.max(now, free[0] ?? 0) + ROUND;
      free[0] = end;
      return good(end - now);
    };
  };
}
