import type { Model, Reaction } from "./simulation.ts";

const RTT = 25;

const good = (after = RTT): Reaction => ({ after, status: 200 });
const refuse = (retryAfter?: number, after = RTT): Reaction => ({
  after,
  status: 429,
  ...(retryAfter !== undefined && { retryAfter }),
});

/** A bucket of tokens that fills so many a second. */
function bucket(rate: number, size: number): (now: number) => boolean {
  let level = size;
  let before = 0;
  return (now) => {
    level = Math.min(size, level + ((now - before) * rate) / 1_000);
    before = now;
    if (level < 1) return false;
    level -= 1;
    return true;
  };
}

function windowed(rate: number, ms: number): (now: number) => boolean {
  let start = Number.NEGATIVE_INFINITY;
  let count = 0;
  return (now) => {
    if (now - start >= ms) {
      start = now;
      count = 0;
    }
    count += 1;
    return count <= rate;
  };
}

function sliding(rate: number, ms: number): (now: number) => boolean {
  const times: number[] = [];
  return (now) => {
    while (times[0] !== undefined && now - times[0] >= ms) times.shift();
    if (times.length >= rate) return false;
    times.push(now);
    return true;
  };
}

const limited =
  (make: () => (now: number) => boolean, retryAfter?: number, rtt = RTT): Model =>
  () => {
    const takes = make();
    return ({ now }) => (takes(now) ? good(rtt) : refuse(retryAfter, rtt));
  };

const slots =
  (count: number, over: Reaction, rtt = RTT): Model =>
  () => {
    let ends: number[] = [];
    return ({ now }) => {
      ends = ends.filter((end) => end > now);
      if (ends.length >= count) return over;
      ends.push(now + rtt);
      return good(rtt);
    };
  };

export const models: Readonly<Record<string, Model>> = {
  open: () => () => good(),
  "open, far": () => () => good(200),
  "open, jitter": () => ({ random }) => good(RTT * (1 + random())),
  "10/s bucket": limited(() => bucket(10, 10)),
  "10/s bucket RA 1": limited(() => bucket(10, 10), 1),
  "10/s window": limited(() => windowed(10, 1000)),
  "10/s window RA 1": limited(() => windowed(10, 1000), 1),
  "10/s sliding": limited(() => sliding(10, 1000)),
  "10/s sliding RA 1": limited(() => sliding(10, 1000), 1),
  "10/s bucket 1": limited(() => bucket(10, 1)),
  "10/s bucket far": limited(() => bucket(10, 10), undefined, 300),
  "10/s bucket near": limited(() => bucket(10, 10), undefined, 2),
  "10/s bucket 5ms RA 1": limited(() => bucket(10, 10), 1, 5),
  "50/s bucket 50": limited(() => bucket(50, 50)),
  "200/s bucket 20": limited(() => bucket(200, 20)),
  "burst 100, 20/s": limited(() => bucket(20, 100)),
  "burst 100, 20/s RA 2": limited(() => bucket(20, 100), 2),
  "100 a 10s RA rest": () => {
    let start = Number.NEGATIVE_INFINITY;
    let count = 0;
    return ({ now }) => {
      if (now - start >= 10_000) [start, count] = [now, 0];
      count += 1;
      return count <= 100 ? good() : refuse(Math.ceil((start + 10_000 - now) / 1000));
    };
  },
  "12 connections 503": slots(12, { after: RTT, status: 503 }),
  "12 connections reset": slots(12, { after: 2, status: "reset" }),
  "30 connections 503 RA1": slots(30, { after: RTT, status: 503, retryAfter: 1 }),
  "4 connections reset": slots(4, { after: 2, status: "reset" }),
  "10 at once 429": slots(10, refuse()),
  "10 at once 429 RA1": slots(10, refuse(1)),
  "10 workers": () => {
    const free: number[] = Array(10).fill(0);
    return ({ now }) => {
      free.sort((a, b) => a - b);
      const at = Math.max(now, free[0] ?? 0) + RTT;
      free[0] = at;
      return good(at - now);
    };
  },
  "shared 500/s": () => ({ inFlight }) => good(Math.max(RTT, inFlight * 2)),
  "thrash 16": () => ({ inFlight }) => good(RTT * Math.max(1, (inFlight / 16) ** 2)),
  "one in five 429": () => ({ random }) => (random() < 0.2 ? refuse() : good()),
  "one in five 429 RA 1": () => ({ random }) => (random() < 0.2 ? refuse(1) : good()),
  "one in fifty 429 RA 1": () => ({ random }) => (random() < 0.02 ? refuse(1) : good()),
  "RA 0 10/s": limited(() => bucket(10, 10), 0),
  "RA 5 10/s": limited(() => bucket(10, 10), 5),
  "one in hundred 503": () => ({ random }) => (random() < 0.01 ? { after: RTT, status: 503 } : good()),
};
