import { untilAborted } from "../abortable.ts";
import { backoff, type Clock } from "./clock.ts";
import { createRate } from "./rate.ts";
import type { Complaint, Sign } from "./sign.ts";
import { BEGINNING, createWindow, SLOW_GROWTH, type Ticket } from "./window.ts";

/** Lets the requests to one origin begin when they should. */
export interface Pacer {
  /** Runs a task in its turn, and learns from what it says came of it; rejects where its turn never comes. */
  run<Result>(task: () => Promise<Told<Result>>, turn: Turn): Promise<Result>;
}

/** What a task gives, and what that says. */
export interface Told<Result> {
  readonly result: Result;
  readonly sign: Sign;
}

/** Who waits. */
export interface Turn {
  readonly signal: AbortSignal;
  /** Whether its image has been asked for already, so that it goes before those of images that have not. */
  readonly isFollowing: boolean;
  /** The same each time that the same is asked for again. */
  readonly asker: object;
}

/** What a pacer is made from. */
export interface PacerOptions {
  readonly clock: Clock;
  /** Requests at once, at most, at the moment. */
  readonly most: () => number;
  /** Moment on the clock after which waiting is of no use. */
  readonly deadlineAt: number;
}

/** Makes a pacer for an origin of which nothing is known. */
export function createPacer({ clock, most, deadlineAt }: PacerOptions): Pacer {
  const window = createWindow(most);
  const rate = createRate();
  const following: Waiting[] = [];
  const beginning: Waiting[] = [];
  const underWay = new Set<Ticket>();
  /** Refusals that are looked into, since not all that was under way with them has come back. */
  let trial: Trial | undefined;
  /** How often in a row it has refused. */
  let strain = 0;
  /** Those that it has refused since it answered well. */
  const refusedAskers = new Set<object>();
  /** What all fail with from then on. */
  let over: Complaint["failure"] | undefined;
  let cancel: (() => void) | undefined;
  let isPumping = false;

  function pump(): void {
    cancel?.();
    cancel = undefined;
    while (isWanted() && trial?.blocks !== true && underWay.size < window.size()) {
      const wait = rate.nextAt() - clock.now();
      if (wait > 0) {
        cancel = clock.after(wait, pump);
        return;
      }
      const ticket = begin();
      (following.shift() ?? beginning.shift())?.start(ticket);
    }
  }

  /** When all answers that are there have been heard, since one of them may be a refusal. */
  function pumpSoon(): void {
    if (isPumping) return;
    isPumping = true;
    clock.soon(() => {
      isPumping = false;
      pump();
    });
  }

  function isWanted(): boolean {
    return following.length + beginning.length > 0;
  }

  function begin(): Ticket {
    const ticket = window.begin();
    underWay.add(ticket);
    rate.begin(clock.now());
    return ticket;
  }

  function mayBegin(): boolean {
    const isFree = !isWanted() && !isPumping && trial?.blocks !== true && underWay.size < window.size();
    return isFree && rate.nextAt() <= clock.now();
  }

  async function take({ signal, isFollowing, asker }: Turn): Promise<Ticket> {
    if (over !== undefined) throw over();
    if (mayBegin()) return begin();
    const queue = isFollowing ? following : beginning;
    const entry: { start: Waiting["start"]; fail: Waiting["fail"] } = { start: () => {}, fail: () => {} };
    const started = new Promise<Ticket>((start, fail) => {
      Object.assign(entry, { start, fail });
    });
    queue.push(entry);
    if (!isPumping) pump();
    try {
      return await untilAborted(started, signal);
    } catch (error) {
      const at = queue.indexOf(entry);
      if (at >= 0) queue.splice(at, 1);
      // It came just then.
      else if (over === undefined) settle(await started, { kind: "none" }, asker);
      throw error;
    }
  }

  function settle(ticket: Ticket, sign: Sign, asker: object): void {
    underWay.delete(ticket);
    // What began before it was slowed down says nothing about what is now.
    const isNews = window.isCurrent(ticket);
    window.end(ticket, sign, isWanted());
    if (sign.kind === "good") {
      strain = Math.floor(strain / 2);
      refusedAskers.clear();
      const before = rate.state();
      rate.answer();
      if (before !== "unknown" && rate.state() === "unknown") window.release(1, true);
    }
    if (sign.kind === "strained") window.shrink(ticket);
    const isComplaint = sign.kind === "refused" || (sign.kind === "strained" && sign.pause !== undefined);
    const isAccused = trial?.accused.has(ticket) === true;
    // What one image is told again and again is not told to others.
    const isOwn = refusedAskers.size === 1 && refusedAskers.has(asker);
    if (isComplaint) refusedAskers.add(asker);
    if (isNews && isComplaint && !isOwn && (trial === undefined || isAccused)) accuse(sign);
    else if (trial !== undefined && isAccused) trial.others += 1;
    trial?.accused.delete(ticket);
    decide();
    pumpSoon();
  }

  function accuse({ kind, pause, failure }: Extract<Sign, Complaint>): void {
    const level = window.level();
    // Those that have come back since the last ones began have done so well.
    const others = level - underWay.size - 1;
    trial ??= {
      accused: new Set(underWay),
      refused: 0,
      others,
      pause: undefined,
      counts: false,
      blocks: true,
      level,
      failure,
    };
    trial.refused += 1;
    trial.counts ||= kind === "refused";
    if (pause !== undefined) trial.pause = Math.max(trial.pause ?? 0, pause);
  }

  /** One that is refused among others that are not says little; where most are, all wait. */
  function decide(): void {
    if (trial === undefined) return;
    const { accused, refused, others, counts, level, pause, failure } = trial;
    const areMost = rate.state() !== "unknown" || refused > accused.size + others;
    // Who is under way for long keeps the others waiting no longer than it may matter.
    trial.blocks = others < refused + accused.size;
    if (!areMost && accused.size > 0) return;
    trial = undefined;
    if (!areMost) {
      if (counts) window.doubt(level, refused);
      return;
    }
    if (rate.isFickle() && refused < BEGINNING) return;
    const isLate = pause !== undefined && clock.now() + pause > deadlineAt;
    // What one image alone is told to wait for is its own: it fails, and the next refusal tells whether all are meant.
    if (isLate && refusedAskers.size === 1) return;
    strain += 1;
    rest(pause, { isLimit: counts && isProof(refused), best: level - refused });
    if (strain <= STRAIN_MAX && !isLate) return;
    over = failure;
    for (const { fail } of [...following.splice(0), ...beginning.splice(0)]) fail(failure());
  }

  /** One alone may be a whim. */
  function isProof(refused: number): boolean {
    return refused > 1 || strain > 1 || rate.state() !== "unknown";
  }

  function pauseAfter(refusals: number): number {
    return (backoff(refusals - 1, clock) + backoff(refusals - 1, { random: () => 1 })) / 2;
  }

  function rest(
    named: number | undefined,
    { isLimit, best }: { readonly isLimit: boolean; readonly best: number },
  ): void {
    const now = clock.now();
    const pause =
      named ?? Math.max(pauseAfter(strain), Math.min(rate.period() * 2 ** strain, PERIODS_PAUSE_MAX));
    if (!isLimit) {
      rate.rest(now + pause);
      return;
    }
    const isNew = rate.state() === "unknown";
    rate.refuse({ now, pause, isNamed: named !== undefined });
    window.restart(isNew ? best : undefined);
    if (rate.state() === "measured") window.release(SLOW_GROWTH, false);
    if (rate.state() === "unknown") window.release(1, true);
  }

  return {
    async run(task, turn) {
      const ticket = await take(turn);
      let sign: Sign = { kind: "none" };
      try {
        const told = await task();
        sign = told.sign;
        return told.result;
      } finally {
        settle(ticket, sign, turn.asker);
      }
    },
  };
}

interface Waiting {
  readonly start: (ticket: Ticket) => void;
  readonly fail: (error: Error) => void;
}

interface Trial {
  readonly accused: Set<Ticket>;
  refused: number;
  others: number;
  /** The longest that was named. */
  pause: number | undefined;
  /** Whether nobody may begin until more is known. */
  blocks: boolean;
  /** Whether any was refused for being one too many. */
  counts: boolean;
  /** How many were under way when the first was refused. */
  readonly level: number;
  readonly failure: Complaint["failure"];
}

/** Refusals in a row, without an answer, after which an origin is asked no more. */
const STRAIN_MAX = 8;

/** Milliseconds to wait for a period to pass, or several. */
const PERIODS_PAUSE_MAX = 8_000;
