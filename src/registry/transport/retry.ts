import { setTimeout as sleep } from "node:timers/promises";
import { failureOf, retryAfter } from "./error-response.ts";
import { Failure } from "./failure.ts";
import { createLimiter, type Limiter } from "./limiter.ts";
import type { HttpRequest, HttpResponse, Send } from "./transport.ts";

/** A request with what it wants of the retries. */
export interface RetriedRequest extends HttpRequest {
  /** How often at most, where not as often as the rest. */
  readonly retries?: number;
  /** Which Failure is not worth another try after so many others, though it might pass. */
  readonly givesUpOn?: (failure: Failure, attempt: number) => boolean;
  /** An answer that is wanted as it is, though its status would be worth another try. */
  readonly accepts?: (response: HttpResponse) => boolean;
  /** Goes while others pause, and takes nobody's place: to be used for one request a host. */
  readonly urgent?: true;
}

/** What retries are made from. */
export interface RetryOptions {
  readonly retries: number;
  /** Requests at once to each origin that has no number of its own. */
  readonly concurrency: number;
  /** Milliseconds on the clock of `performance.now()` after which waiting is of no use. */
  readonly deadlineAt: number;
}

/**
 * Sends, so many requests at once to each origin, until there is an answer worth having, with pauses that grow. A server that says that it has enough (429, 503)
 * gets a pause from all of us; where that would be longer than the run, all fail at once. The last answer or Failure is
 * handed on.
 */
export function createRetrier(
  send: Send,
  options: RetryOptions,
): (request: RetriedRequest) => Promise<HttpResponse> {
  const hosts = new Map<string, HostPace>();

  return async (request) => {
    const { origin } = request.url;
    const concurrency = request.connection.concurrency ?? options.concurrency;
    const pace = hosts.get(origin) ?? { limit: createLimiter(concurrency), strain: 0, pausedUntil: 0 };
    hosts.set(origin, pace);
    const retries = request.retries ?? options.retries;
    let reset = request.reset ?? false;
    for (let attempt = 0; ; attempt += 1) {
      const inPlace: Limiter = request.urgent ? (task) => task() : pace.limit;
      const { outcome, wait } = await inPlace(async () => {
        // Whoever has waited for a place waits for the pause, too, and others may prolong it while it lasts.
        while (!request.urgent && pace.pausedUntil > performance.now()) {
          if (pace.refusal !== undefined && pace.pausedUntil > options.deadlineAt)
            throw failureOf(pace.refusal);
          await pauseFor(pace.pausedUntil - performance.now(), request.signal);
        }
        const outcome = await attemptOnce(send, { ...request, reset });
        const wait = waitAfter(outcome, attempt, pace);
        const inTime = wait !== undefined && performance.now() + wait <= options.deadlineAt;
        // Before the place is free for the next, which would run into the same limit.
        if (wait !== undefined && isStrained(outcome) && (inTime || retryAfter(outcome) !== undefined)) {
          const until = performance.now() + wait;
          if (until > pace.pausedUntil) Object.assign(pace, { pausedUntil: until, refusal: outcome });
        }
        return { outcome, wait: inTime ? wait : undefined };
      });
      const last = attempt >= retries || wait === undefined;
      if (outcome instanceof Failure) {
        if (last || (outcome.retry === "once" && attempt > 0)) throw outcome;
        if (request.givesUpOn?.(outcome, attempt) === true) throw outcome;
        // Whatever broke one connection may do so to the next, which then serves nobody else.
        reset = true;
      } else if (last || request.accepts?.(outcome) === true) {
        return outcome;
      }
      if (!isStrained(outcome)) await pauseFor(wait, request.signal);
    }
  };
}

interface HostPace {
  readonly limit: Limiter;
  /** How often in a row, about, the host has said that it has enough. */
  strain: number;
  pausedUntil: number;
  /** The answer that asked for the pause. */
  refusal?: HttpResponse;
}

const RETRIED: ReadonlySet<number> = new Set([408, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
const STRAINED: ReadonlySet<number> = new Set([429, 503]);

// Its front door, not the registry, refuses now and then what it serves a moment later.
// https://github.com/microsoft/containerregistry/issues/188
const FLAKY_REFUSAL: ReadonlySet<string> = new Set(["mcr.microsoft.com"]);

const BACKOFF_FIRST = 250;
const BACKOFF_MAX = 8_000;

async function attemptOnce(send: Send, request: HttpRequest): Promise<HttpResponse | Failure> {
  try {
    return await send(request);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** Milliseconds until the next attempt, or undefined where none is due. */
function waitAfter(outcome: HttpResponse | Failure, attempt: number, pace: HostPace): number | undefined {
  if (outcome instanceof Failure) return outcome.retry === "never" ? undefined : backoff(attempt);
  if (STRAINED.has(outcome.status)) {
    pace.strain += 1;
    // "At once" is no answer to having enough.
    return retryAfter(outcome) || backoff(Math.max(attempt, pace.strain - 1));
  }
  pace.strain = Math.floor(pace.strain / 2);
  const flaky = outcome.status === 403 && FLAKY_REFUSAL.has(outcome.url.hostname);
  return RETRIED.has(outcome.status) || flaky ? backoff(attempt) : undefined;
}

function isStrained(outcome: HttpResponse | Failure): outcome is HttpResponse {
  return !(outcome instanceof Failure) && STRAINED.has(outcome.status);
}

function backoff(attempt: number): number {
  return Math.random() * Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** attempt);
}

async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0) return;
  try {
    await sleep(Math.ceil(milliseconds), undefined, { signal });
  } catch (error) {
    // The timer's own error hides the reason.
    throw signal.aborted ? signal.reason : error;
  }
}
