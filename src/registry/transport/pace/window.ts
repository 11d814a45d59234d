import type { Sign } from "./sign.ts";

/** How many requests may be under way at one origin: more while answers come well, fewer when they don't. */
export interface Window {
  size(): number;
  /** How many were under way when the last one began. */
  level(): number;
  /** Takes a place. */
  begin(): Ticket;
  /** Gives it back; `isWanted` where somebody else waits for one. */
  end(ticket: Ticket, sign: Sign, isWanted: boolean): void;
  /** Whether a request began when the window had shrunk as often as it has now. */
  isCurrent(ticket: Ticket): boolean;
  /** Halves where one was too many, once for all that were under way together. */
  shrink(ticket: Ticket): void;
  /** Shrinks likewise where so many were refused among others, unless it has turned out that this is no reason. */
  doubt(level: number, refused: number): void;
  /** Begins again with one, and grows to a few at most. */
  restart(best?: number): void;
  /** Grows again, by so much for each good answer, and no further than where it broke if that was too many at once. */
  release(step: number, isBroken: boolean): void;
}

/** What was true when a request began. */
export interface Ticket {
  /** How often the window had shrunk before. */
  readonly epoch: number;
}

/** Makes a window that is never larger than `most` says at the time. */
export function createWindow(most: () => number): Window {
  const fastest = new Map<string, number>();
  let size = BEGINNING;
  let running = 0;
  let level = 0;
  let epoch = 0;
  let growth = 1;
  /** Where it has broken, less a tenth. */
  let ceiling = Number.POSITIVE_INFINITY;
  let answers = 0;
  /** Good answers since it has shrunk. */
  let sinceBreak = 0;
  /** Good answers since the ceiling was raised. */
  let calm = 0;
  /** As many at once as have gone well where more did not. */
  let broken = 0;
  let hasBroken = false;
  /** Whether the last break said how many are too many. */
  let isFresh = false;
  /** How often in a row it broke again at once, though there were fewer. */
  let whims = 0;
  /** Good answers since it was larger than where it broke. */
  let beyond = 0;
  let isHeld = false;
  let round = { left: BEGINNING, slowness: Number.POSITIVE_INFINITY };

  function bound(): number {
    return Math.max(1, Math.min(size, most()));
  }

  function shrinkTo(less: number, newCeiling: number): void {
    size = Math.max(1, less);
    ceiling = Math.max(1, newCeiling);
    epoch += 1;
    calm = 0;
    sinceBreak = 0;
    isHeld = false;
    beginRound();
  }

  /** Whether so many were too many: what happens again at once, with fewer, has another reason. */
  function breaksAt(count: number): boolean {
    whims = hasBroken && sinceBreak < SOON_ROUNDS * count ? whims + 1 : 0;
    hasBroken = true;
    if (whims > WHIMS_MAX) ceiling = Number.POSITIVE_INFINITY;
    return whims === 0;
  }

  function beginRound(): void {
    round = { left: Math.ceil(bound()), slowness: Number.POSITIVE_INFINITY };
  }

  /** How many times as long as the fastest an answer took. */
  function slownessOf({ took, sort }: Extract<Sign, { kind: "good" }>): number {
    const best = Math.min(fastest.get(sort) ?? took, took);
    fastest.set(sort, best);
    return (took + MOMENT) / (best + MOMENT);
  }

  /**
   * Looks at the answers of a round together, by the fastest of them: a server with too much to do is slow to all, while what
   * keeps this process busy, or one answer, delays only some.
   */
  function learnSlowness(slowness: number): void {
    round.slowness = Math.min(round.slowness, slowness);
    round.left -= 1;
    if (round.left > 0) return;
    isHeld = round.slowness > SLOWER;
    if (round.slowness > TOO_SLOW && size > BEGINNING) {
      growth = Math.min(growth, SLOW_GROWTH);
      shrinkTo(Math.max(BEGINNING, (bound() * SLOWER) / round.slowness), ceiling);
    } else beginRound();
  }

  function grow(): void {
    answers += 1;
    calm += 1;
    sinceBreak += 1;
    beyond = Math.floor(size) > broken ? beyond + 1 : 0;
    // It was not for their number.
    if (beyond > BEYOND_ROUNDS * size) ceiling = Number.POSITIVE_INFINITY;
    if (calm >= CALM_ROUNDS * ceiling) {
      ceiling *= PROBE;
      calm = 0;
    }
    // The first answers only show how long they take.
    if (answers > BEGINNING && !isHeld && size < most())
      size = Math.max(size, Math.min(size + growth, ceiling));
  }

  return {
    size: () => Math.floor(bound()),
    level: () => level,
    begin() {
      running += 1;
      level = running;
      return { epoch };
    },
    end(ticket, sign, isWanted) {
      running -= 1;
      if (sign.kind === "good") {
        const slowness = slownessOf(sign);
        if (ticket.epoch === epoch) learnSlowness(slowness);
        if (isWanted && slowness <= SLOWER) grow();
      }
    },
    isCurrent: (ticket) => ticket.epoch === epoch,
    shrink(ticket) {
      if (ticket.epoch === epoch) {
        isFresh = breaksAt(level);
        if (isFresh) broken = level;
        shrinkTo(bound() / 2, ceiling);
      } else if (ticket.epoch !== epoch - 1) return;
      if (!isFresh) return;
      // As many as were not too many.
      broken -= 1;
      ceiling = Math.max(1, broken * REGROWTH);
    },
    doubt(count, refused) {
      const isNew = breaksAt(count);
      if (whims > WHIMS_MAX) {
        size = Math.max(size, BEGINNING);
        return;
      }
      if (isNew) {
        broken = count - refused;
        ceiling = Math.max(FEW, broken * REGROWTH);
      }
      shrinkTo(Math.max(FEW, Math.min(bound() / 2, ceiling)), ceiling);
    },
    restart(best) {
      broken = best ?? broken;
      growth = 1;
      shrinkTo(1, FEW);
    },
    release(step, isBroken) {
      growth = step;
      ceiling = isBroken ? Math.max(FEW, broken * REGROWTH) : Number.POSITIVE_INFINITY;
    },
  };
}

/** Requests at once at the beginning. */
export const BEGINNING = 8;

/** What it grows to where most were refused, until it is known why. */
const FEW = 3;

/** By how much each good answer makes it larger where it has been too large. */
export const SLOW_GROWTH = 0.25;

/** How far it grows again, of where it broke. */
const REGROWTH = 0.9;

const WHIMS_MAX = 2;
const SOON_ROUNDS = 2;
const BEYOND_ROUNDS = 2;

/** Rounds without a break, after which it may grow further by this factor. */
const CALM_ROUNDS = 4;
const PROBE = 1.1;

/** Times the fastest answer: from here on the window holds, and from there on it shrinks. */
const SLOWER = 1.5;
const TOO_SLOW = 2;

/** Milliseconds that make no difference. */
const MOMENT = 1;
