/** Registries that exist in numbers only, and clients that ask them. */

import type { Concurrency } from "../../../../src/image/registry-config.ts";
import { defaultConnection } from "../../../../src/registry/transport/endpoint.ts";
import { Failure } from "../../../../src/registry/transport/failure.ts";
import { backoff, type Clock, pause } from "../../../../src/registry/transport/pace/clock.ts";
import { createRetrier } from "../../../../src/registry/transport/retry.ts";
import type { HttpRequest, HttpResponse, Send } from "../../../../src/registry/transport/transport.ts";
import { createFakeTime } from "./fake-time.ts";

/** A registry that begins: what it does with each request that arrives. */
export type Model = () => (arrival: Arrival) => Reaction;

interface Arrival {
  readonly now: number;
  /** How many are under way, this one included. */
  readonly inFlight: number;
  readonly random: () => number;
}

/** An answer, or a connection that is lost, after a time in milliseconds. */
export interface Reaction {
  readonly after: number;
  readonly status: number | "reset";
  readonly retryAfter?: number;
}

/** What came of all requests. */
export interface Outcome {
  /** Until the last good answer. */
  readonly seconds: number;
  /** Until nothing more was asked. */
  readonly ended: number;
  readonly refused: number;
  /** Those that were given up. */
  readonly failed: number;
  readonly mostAtOnce: number;
}

/** Sends so many requests with the retries and the pace of the program. */
export function simulate(
  model: Model,
  requests: number,
  concurrency: Concurrency = "auto",
): Promise<Outcome> {
  const { clock, pass } = createFakeTime();
  const registry = serve(model, clock);
  const socketsMax = (): number => 64;
  const send = createRetrier(registry.send, { clock, concurrency, retries: 4, deadlineAt: 1e9, socketsMax });
  return pass(() => askAll(registry, { requests, atOnce: 64, send, clock }));
}

/** The least seconds that so many requests take with a fixed number at once, by a client that pauses where it is refused. */
export async function bestFixed(model: Model, requests: number): Promise<number> {
  const outcomes = await Promise.all(
    [1, 2, 4, 8, 10, 12, 16, 24, 32, 64].map((atOnce) => {
      const { clock, pass } = createFakeTime();
      const registry = serve(model, clock);
      return pass(() => askAll(registry, { requests, atOnce, send: patiently(registry.send, clock), clock }));
    }),
  );
  return Math.min(...outcomes.map(({ seconds }) => seconds));
}

/** Sends until the answer is good; all pause for one that was refused. */
function patiently(send: Send, clock: Clock): Send {
  let pausedUntil = 0;
  let strain = 0;
  return async (request) => {
    for (;;) {
      while (pausedUntil > clock.now()) await pause(pausedUntil - clock.now(), clock, request.signal);
      const answer = await send(request).catch(() => undefined);
      if (answer?.status === 200) {
        strain = Math.floor(strain / 2);
        return answer;
      }
      const named = Number(answer?.headers["retry-after"] ?? 0) * 1_000;
      pausedUntil = clock.now() + (named || backoff(strain, clock));
      strain += 1;
    }
  };
}

interface Asking {
  readonly requests: number;
  readonly atOnce: number;
  readonly send: Send;
  readonly clock: Clock;
}

async function askAll(
  registry: SimulatedRegistry,
  { requests, atOnce, send, clock }: Asking,
): Promise<Outcome> {
  let failed = 0;
  let next = 0;
  async function work(): Promise<void> {
    while (next < requests) {
      next += 1;
      const answer = await send(requestTo(next)).catch(() => undefined);
      if (answer?.status !== 200) failed += 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return { ...registry.seen(), failed, ended: clock.now() / 1_000 };
}

const { signal } = new AbortController();

function requestTo(index: number): HttpRequest {
  const url = new URL(`https://registry.example/v2/app-${index}/manifests/v1`);
  return { method: "HEAD", url, headers: {}, connection: defaultConnection, bytesMax: 1, signal };
}

interface SimulatedRegistry {
  readonly send: Send;
  seen(): Omit<Outcome, "failed" | "ended">;
}

function serve(model: Model, clock: Clock): SimulatedRegistry {
  const react = model();
  let inFlight = 0;
  let [refused, mostAtOnce, lastGood] = [0, 0, 0];
  return {
    send(request) {
      inFlight += 1;
      mostAtOnce = Math.max(mostAtOnce, inFlight);
      const begun = clock.now();
      const { after, status, retryAfter } = react({ now: begun, inFlight, random: clock.random });
      return new Promise<HttpResponse>((resolve, reject) => {
        clock.after(after, () => {
          inFlight -= 1;
          if (status === 200) lastGood = clock.now();
          else refused += 1;
          const headers = retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` };
          if (status === "reset") reject(new Failure("unreachable", { retry: "always" }));
          else resolve({ status, headers, body: Buffer.alloc(0), url: request.url, took: after });
        });
      });
    },
    seen: () => ({ seconds: lastGood / 1_000, refused, mostAtOnce }),
  };
}
