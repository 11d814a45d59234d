import type { Concurrency } from "../../image/registry-config.ts";
import { failureOf, retryAfter } from "./error-response.ts";
import { Failure } from "./failure.ts";
import { backoff, type Clock, pause, systemClock } from "./pace/clock.ts";
import { createPacers } from "./pace/pacers.ts";
import type { Sign } from "./pace/sign.ts";
import type { HttpRequest, HttpResponse, Send } from "./transport.ts";

/** A request with what it wants of the retries. */
export interface RetriedRequest extends Omit<HttpRequest, "reset"> {
  /** How often at most, where not as often as the rest. */
  readonly retries?: number | undefined;
  /** Which Failure is not worth another try after so many others, though it might pass. */
  readonly givesUpOn?: ((failure: Failure, attempt: number) => boolean) | undefined;
  /** An answer that is wanted as it is, though its status would be worth another try. */
  readonly accepts?: (response: HttpResponse) => boolean;
  /** Goes while others pause, and takes nobody's place: to be used for one request a host. */
  readonly urgent?: true;
  /** Whether a login goes with it, or a token that was given for one. */
  readonly isLoggedIn?: boolean | undefined;
}

/** What retries are made from. */
export interface RetryOptions {
  readonly retries: number;
  /** Requests at once to each origin that has no number of its own. */
  readonly concurrency: Concurrency;
  /** Milliseconds on the clock after which waiting is of no use. */
  readonly deadlineAt: number;
  /** How many sockets the run may have. */
  readonly socketsMax: () => number;
  readonly clock?: Clock;
}

/**
 * Sends, at the pace that each origin takes, until there is an answer worth having, with pauses that grow. An origin that
 * says that it has enough gets a pause from all of us, which costs nobody a try; where that would be longer than the run, all
 * fail at once. The last answer or Failure is handed on.
 */
export function createRetrier(
  send: Send,
  { clock = systemClock, ...options }: RetryOptions,
): (request: RetriedRequest) => Promise<HttpResponse> {
  const pacers = createPacers({ clock, deadlineAt: options.deadlineAt, sockets: options.socketsMax });

  return async (request) => {
    const { signal } = request;
    const pacer = pacers.of(request.url, request.connection.concurrency ?? options.concurrency);
    const retries = request.retries ?? options.retries;
    let reset = false;
    let [attempt, refusals] = [0, 0];
    const asker = {};
    for (;;) {
      const task = async () => {
        const result = await attemptOnce(send, { ...request, reset });
        return { result, sign: signOf(result) };
      };
      // What was refused goes behind the others: it may be refused for a reason of its own, again and again.
      const isFollowing = refusals === 0 && (attempt > 0 || request.headers.authorization !== undefined);
      const outcome = request.urgent
        ? (await task()).result
        : await pacer.run(task, { signal, isFollowing, asker });
      if (request.isLoggedIn && !(outcome instanceof Failure) && outcome.status === 200) pacer.trust();
      const isRefused = !(outcome instanceof Failure) && outcome.status === REFUSED;
      const wait = waitAfter(outcome, isRefused ? refusals : attempt, clock);
      const isLate = wait === undefined || clock.now() + wait > options.deadlineAt;
      const last = isLate || (isRefused ? retries === 0 || refusals >= REFUSALS_MAX : attempt >= retries);
      if (outcome instanceof Failure) {
        if (last || (outcome.retry === "once" && attempt > 0)) throw outcome;
        if (request.givesUpOn?.(outcome, attempt) === true) throw outcome;
        // Whatever broke one connection may do so to the next, which then serves nobody else.
        reset = true;
      } else if (last || request.accepts?.(outcome) === true) {
        return outcome;
      }
      if (isRefused) refusals += 1;
      else attempt += 1;
      await pause(wait, clock, signal);
    }
  };
}

const REFUSED = 429;

/** How often one request may be refused while others are not. */
const REFUSALS_MAX = 8;

const RETRIED: ReadonlySet<number> = new Set([408, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

// Its front door, not the registry, refuses now and then what it serves a moment later.
// https://github.com/microsoft/containerregistry/issues/188
const FLAKY_REFUSAL: ReadonlySet<string> = new Set(["mcr.microsoft.com"]);

async function attemptOnce(send: Send, request: HttpRequest): Promise<HttpResponse | Failure> {
  try {
    return await send(request);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** Milliseconds until the next attempt, or undefined where none is due. */
function waitAfter(outcome: HttpResponse | Failure, failures: number, clock: Clock): number | undefined {
  if (outcome instanceof Failure) return outcome.retry === "never" ? undefined : backoff(failures, clock);
  const { status, url } = outcome;
  const isFlaky = status === 403 && FLAKY_REFUSAL.has(url.hostname);
  if (!RETRIED.has(status) && !isFlaky) return undefined;
  return pauseNamedBy(outcome) ?? backoff(failures, clock);
}

/** What the outcome of an attempt says about the pace. */
function signOf(outcome: HttpResponse | Failure): Sign {
  if (outcome instanceof Failure) {
    return OVERLOADED.has(outcome.code)
      ? { kind: "strained", pause: undefined, failure: () => outcome }
      : { kind: "none" };
  }
  const { status, took } = outcome;
  const complaint = { pause: pauseNamedBy(outcome), failure: () => failureOf(outcome) };
  if (status === REFUSED) return { kind: "refused", ...complaint };
  if (status === 503) return { kind: "strained", ...complaint };
  return status < 500 ? { kind: "good", took, sort: sortOf(outcome) } : { kind: "none" };
}

const OVERLOADED: ReadonlySet<string> = new Set(["unreachable", "timeout", "refused"]);

/** Milliseconds that an origin wants to be left alone. "At once" is no answer to having enough. */
function pauseNamedBy(outcome: HttpResponse): number | undefined {
  return outcome.status === REFUSED || outcome.status === 503 ? retryAfter(outcome) || undefined : undefined;
}

/** What takes about as long as each other: a token is not made in the time in which a manifest is found. */
function sortOf({ status, url }: HttpResponse): string {
  return `${status} ${url.pathname.split("/", 2)[1]}`;
}
