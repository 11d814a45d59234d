/** How many requests an origin takes in a time, which shows when it has refused some. */
export interface Rate {
  /** What is known of it: nothing, that it has refused some, or how many it takes. */
  state(): "unknown" | "suspected" | "measured";
  /** Whether it refuses for no reason that is known. */
  isFickle(): boolean;
  /** Milliseconds in which it gives again what it has given; 0 where that is not known. */
  period(): number;
  /** When the next request may begin. */
  nextAt(): number;
  /** A request begins. */
  begin(now: number): void;
  /** A request was answered well. */
  answer(): void;
  /** The origin takes no more for now. */
  refuse(refusal: Refusal): void;
  /** The origin is left alone until then, for whatever reason. */
  rest(until: number): void;
}

interface Refusal {
  readonly now: number;
  /** Milliseconds to leave it alone. */
  readonly pause: number;
  /** Whether it has named the pause. */
  readonly isNamed: boolean;
}

/**
 * Makes a Rate of which nothing is known. Whenever the origin refuses, what it had to give is used up; so what it gave from one
 * refusal to the next, pauses included, is what it gives in that time. Where it names a pause, as much is asked for at a
 * stretch as it gave before; else the requests keep a distance.
 */
export function createRate(): Rate {
  let state: ReturnType<Rate["state"]> = "unknown";
  let restsUntil = 0;
  /** So many in each period; no limit where there is no period. */
  let [size, period] = [1, 0];
  /** The size before a little more was tried. */
  let sure = 1;
  /** When the last ones began, so many as there are in a period. */
  let begun: number[] = [];
  let since: number | undefined;
  let accepted = 0;
  /** How many answers must come well before a little more is tried. */
  let evidence = EVIDENCE;
  let untried = EVIDENCE;
  /** After how many good answers it was no limit of a rate that it refused by, for once. */
  let acquittal = ACQUITTAL;
  /** The time between two answers before. */
  let before = 0;
  let wasAcquitted = false;
  /** Whether it is hardly known what it gives. */
  let isRough = false;
  /** Whether it has refused all that it was asked for once since what is measured began. */
  let isVague = false;
  /** Whether more was tried since then. */
  let hasTried = false;
  /** How often in a row it has refused after a few answers, though it was asked for no more than it gave. */
  let inVain = 0;
  let isFickle = false;

  function limitTo(newSize: number, newPeriod: number, from: number): void {
    size = newSize;
    sure = size;
    period = newPeriod;
    begun = [];
    restsUntil = Math.max(restsUntil, from);
    hasTried = false;
  }

  /** Before it refused for the first time it gave what it had saved up, too, or it was asked for too many at once. */
  function suspect({ now, pause, isNamed }: Refusal): void {
    const took = now - (since ?? now);
    state = "suspected";
    // Without an answer nothing is known of what it takes.
    before = accepted === 0 ? 1 : Math.max(took / accepted, 1);
    if (!isNamed) limitTo(1, before / HALF, now + pause);
    isRough = true;
    untried = FEW;
    acquittal = Math.max(ACQUITTAL, 2 * accepted);
  }

  function measure({ now, pause, isNamed }: Refusal): void {
    const took = now - (since ?? now);
    inVain = accepted < IN_VAIN ? inVain + 1 : 0;
    if (inVain > IN_VAIN_MAX) {
      isFickle = true;
      wasAcquitted = true;
      acquit();
      return;
    }
    // What was only tried is not what it gives.
    const given = isNamed ? (state === "measured" ? Math.min(accepted, sure) : accepted) : 1;
    const limit = state === "measured" ? 2 * period : Number.POSITIVE_INFINITY;
    const needed = Math.min((took * given) / accepted, limit);
    isRough = isVague || accepted < FEW || (state === "suspected" && hasTried && needed > period * FAR);
    if (isNamed) limitTo(given, needed, now + Math.max(needed, pause));
    else limitTo(given, needed / SAFETY, now + pause);
    state = "measured";
    isVague = false;
    untried = isRough ? FEW : evidence;
    evidence = Math.min(evidence * 2, EVIDENCE_MAX);
  }

  function acquit(): void {
    state = "unknown";
    period = 0;
    inVain = 0;
  }

  function tryMore(): void {
    const step = isRough ? ROUGH_STEP : STEP;
    untried = isRough ? accepted : evidence;
    sure = size;
    hasTried = true;
    if (size > 1) size += Math.max(1, Math.round(size * (step - 1)));
    else period /= step;
  }

  return {
    state: () => state,
    isFickle: () => isFickle,
    period: () => period,
    nextAt() {
      const oldest = period === 0 ? undefined : begun[begun.length - size];
      return oldest === undefined ? restsUntil : Math.max(restsUntil, oldest + period);
    },
    begin(now) {
      since ??= now;
      if (period === 0) return;
      begun.push(now);
      if (begun.length > 2 * size) begun = begun.slice(-size);
    },
    answer() {
      accepted += 1;
      if (state === "unknown") return;
      if (state === "suspected" && accepted >= acquittal && period <= before * HALF) {
        wasAcquitted = true;
        acquit();
        return;
      }
      untried -= 1;
      if (untried <= 0 && period > 0) tryMore();
    },
    refuse(refusal) {
      const { now, pause } = refusal;
      restsUntil = Math.max(restsUntil, now + pause);
      if (state === "unknown" && !wasAcquitted) suspect(refusal);
      else if (accepted > 0) measure(refusal);
      else {
        // It may have had something to give again for some time when it is asked next.
        isVague = true;
        return;
      }
      since = now;
      accepted = 0;
    },
    rest(until) {
      restsUntil = Math.max(restsUntil, until);
    },
  };
}

const HALF = 0.5;
const SAFETY = 0.95;

/** Answers that prove little. */
const FEW = 8;

/** Answers after which a little more is tried, the first time and at most. */
const EVIDENCE = 100;
const EVIDENCE_MAX = 400;

/** How much more, and how much where it is hardly known what the origin gives, as when it differs so much. */
const STEP = 1.05;
const ROUGH_STEP = 1.25;
const FAR = 1.5;

/** Answers at least. */
const ACQUITTAL = 32;

/** Answers between two refusals that are so few, so often, that no rate explains them. */
const IN_VAIN = 16;
const IN_VAIN_MAX = 4;
