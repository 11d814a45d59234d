/** Registries that exist in numbers only, and time that passes as fast as it can be worked out. */
import { defaultConnection } from "../../../../src/registry/transport/endpoint.ts";
import type { Clock } from "../../../../src/registry/transport/pace/clock.ts";
import type { Concurrency } from "../../../../src/registry/transport/pace/pacers.ts";
import { createRetrier } from "../../../../src/registry/transport/retry.ts";
import { Failure } from "../../../../src/registry/transport/failure.ts";
import type { HttpRequest, HttpResponse, Send } from "../../../../src/registry/transport/transport.ts";

/** How a registry behaves: what it does with a request that arrives, while so many others are under way. */
export type Model = () => (arrival: Arrival) => Reaction;

interface Arrival {
  readonly now: number;
  /** This one included. */
  readonly inFlight: number;
  readonly random: () => number;
}

/** An answer after a time in milliseconds, or a connection that is lost. */
export interface Reaction {
  readonly after: number;
  readonly status: number | "reset";
  readonly retryAfter?: number;
}

/** What came of all requests to a registry. */
export interface Outcome {
  /** Seconds until the last answer. */
  readonly seconds: number;
  readonly refused: number;
  readonly sent: number;
  readonly failed: number;
}

/** Time that jumps to what happens next, as soon as nothing else is to be done. */
export interface Simulation {
  readonly clock: Clock;
  run<Result>(task: () => Promise<Result>): Promise<Result>;
}

export function createSimulation(): Simulation {
  let now = 0;
  let count = 0;
  let seed = 42;
  const events: { readonly at: number; readonly order: number; readonly callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(milliseconds, callback) {
      const event = { at: now + milliseconds, order: count++, callback };
      let low = 0;
      let high = events.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((events[middle]?.at ?? 0) <= event.at) low = middle + 1;
        else high = middle;
      }
      events.splice(low, 0, event);
      return () => {
        const at = events.indexOf(event);
        if (at >= 0) events.splice(at, 1);
      };
    },
    soon: (callback) => void clock.after(0, callback),
    random() {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    },
  };
  return {
    clock,
    async run(task) {
      let isDone = false;
      const result = task().finally(() => {
        isDone = true;
      });
      for (;;) {
        // After all promises that are settled.
        await new Promise((resolve) => setImmediate(resolve));
        if (isDone) return result;
        const event = events.shift();
        if (event === undefined) throw new Error("nothing will ever happen");
        now = event.at;
        event.callback();
      }
    },
  };
}

/** Sends so many requests to a registry by the program's own retries and pace. */
export async function simulate(model: Model, requests: number, concurrency: Concurrency = "auto"): Promise<Outcome> {
  const { clock, run } = createSimulation();
  const registry = serve(model, clock);
  const send = createRetrier(registry.send, { clock, concurrency, retries: 4, deadlineAt: 1e9, socketsMax: () => 64 });
  return run(() => askAll(requests, (request) => send(request), registry, clock));
}

/** Sends them with a fixed number at once, and pauses for all that are refused, as one would by hand. */
export async function simulateFixed(model: Model, requests: number, concurrency: number): Promise<Outcome> {
  const { clock, run } = createSimulation();
  const registry = serve(model, clock);
  let left = requests;
  let pausedUntil = 0;
  let strain = 0;
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  async function work(): Promise<void> {
    while (left > 0) {
      left -= 1;
      for (;;) {
        while (pausedUntil > clock.now()) await sleep(pausedUntil - clock.now());
        const answer = await registry.send(requestTo(left)).catch(() => undefined);
        if (answer !== undefined && answer.status < 400) break;
        strain += 1;
        const named = Number(answer?.headers["retry-after"] ?? 0) * 1_000;
        pausedUntil = clock.now() + (named || clock.random() * Math.min(8_000, 250 * 2 ** Math.min(strain, 5)));
      }
      strain = Math.floor(strain / 2);
    }
  }
  return run(async () => {
    await Promise.all(Array.from({ length: concurrency }, work));
    return registry.outcome(0);
  });
}

async function askAll(
  requests: number,
  send: Send,
  registry: ReturnType<typeof serve>,
  _clock: Clock,
): Promise<Outcome> {
  let failed = 0;
  // As many as are looked up at once.
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < requests) {
      next += 1;
      const answer = await send(requestTo(next)).catch(() => undefined);
      if (answer?.status !== 200) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: 64 }, work));
  return registry.outcome(failed);
}

function requestTo(index: number): HttpRequest {
  const url = new URL(`https://registry.example/v2/app-${index}/manifests/v1`);
  const { signal } = new AbortController();
  return { method: "HEAD", url, headers: {}, connection: defaultConnection, bytesMax: 1, signal };
}

function serve(model: Model, clock: Clock) {
  const react = model();
  let inFlight = 0;
  let [sent, refused, last] = [0, 0, 0];
  return {
    send: (request: HttpRequest): Promise<HttpResponse> =>
      new Promise((resolve, reject) => {
        inFlight += 1;
        sent += 1;
        const begun = clock.now();
        const { after, status, retryAfter } = react({ now: begun, inFlight, random: clock.random });
        clock.after(after, () => {
          inFlight -= 1;
          last = clock.now();
          if (status === "reset") {
            refused += 1;
            reject(new Failure("unreachable", { host: "registry.example", retry: "always" }));
            return;
          }
          if (status >= 400) refused += 1;
          const headers: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` };
          resolve({ status, headers, body: Buffer.alloc(0), url: request.url, took: last - begun });
        });
      }),
    outcome: (failed: number): Outcome => ({ seconds: last / 1_000, refused, sent, failed }),
  };
}
