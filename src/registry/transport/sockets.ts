/** The sockets of a run: never more at once than its share of what the process may open, and shared fairly. */
import { isSystemError } from "../../fs/system-error.ts";
import { untilAborted } from "./abortable.ts";
import { Failure } from "./failure.ts";

/** Something with at most one socket, which serves one user at a time and stays open between them. */
export interface Line {
  /** Ends its socket, whatever that is doing. */
  end(): void;
}

/** Makes a line to one origin, whose socket may come later; the same function makes lines that are all alike. */
export type Open<Held extends Line> = () => Held;

/** How a line is used. */
export interface Use<Held extends Line, Result> {
  /** What fails in it costs the line. */
  readonly task: (line: Held) => Promise<Result>;
  /** Ends the wait for a line; the task ends by itself. */
  readonly signal: AbortSignal;
}

/** Lends lines. */
export interface Sockets<Held extends Line> {
  /**
   * Runs a task with a line to an origin that it has for itself: one that is open and unused, or a new one as soon as
   * there is room. Where the system gives no more sockets, it goes on with fewer, and tries again.
   */
  use<Result>(origin: Open<Held>, use: Use<Held, Result>): Promise<Result>;
  /** How many there may be at once, as far as it is known. */
  limit(): number;
  /** Ends all lines, also those that are used. */
  close(): void;
}

/** How many sockets there may be. */
export interface SocketLimits {
  readonly max: number;
  /** How many files and sockets this process may open besides those that are open; undefined where nobody knows. */
  readonly spare: () => number | undefined;
}

/** Lends lines within limits. */
export function createSockets<Held extends Line>({ max, spare }: SocketLimits): Sockets<Held> {
  const shares = new Map<Open<Held>, Share<Held>>();
  /** Those for whom somebody waits, the one that has waited longest first. */
  const waiting = new Set<Share<Held>>();
  const lent = new Set<Loan<Held>>();
  /** The one that has been unused for longest first. */
  const idle = new Set<Loan<Held>>();
  let open = 0;
  let limit = Math.min(max, FEW);
  let ceiling: number | undefined;
  let served = 0;
  let isClosed = false;

  /** Most runs need so few sockets that nobody need count what the process has open. */
  function count(): number {
    ceiling ??= Math.min(max, Math.max(FEW, (spare() ?? Number.POSITIVE_INFINITY) + open - RESERVE));
    return ceiling;
  }

  function hasRoom(): boolean {
    if (open >= limit && ceiling === undefined) limit = count();
    return open < limit && !isClosed;
  }

  function create(share: Share<Held>): Loan<Held> {
    open += 1;
    share.open += 1;
    return lend({ line: share.origin(), share, served: 0 });
  }

  function lend(loan: Loan<Held>): Loan<Held> {
    lent.add(loan);
    return loan;
  }

  function discard(loan: Loan<Held>): void {
    end(loan);
    giveRoom();
  }

  function end(loan: Loan<Held>): void {
    lent.delete(loan);
    open -= 1;
    loan.share.open -= 1;
    loan.line.end();
  }

  function giveRoom(): void {
    for (let heir = neediest(); heir !== undefined && hasRoom(); heir = neediest()) hand(create(heir), heir);
  }

  function hand(loan: Loan<Held>, share: Share<Held>): void {
    share.queue.shift()?.(loan);
    // Others have waited longer now.
    waiting.delete(share);
    if (share.queue.length > 0) waiting.add(share);
  }

  /** Makes room for another origin, where a line is unused. */
  function discardIdle(): boolean {
    for (const loan of idle) {
      // Each origin's are in the same order.
      loan.share.idle.shift();
      idle.delete(loan);
      discard(loan);
      return true;
    }
    return false;
  }

  /** Of those that wait, the one with the fewest lines: the loop ends soon, since few can have any. */
  function neediest(): Share<Held> | undefined {
    let found: Share<Held> | undefined;
    for (const share of waiting) {
      if (found === undefined || share.open < found.open) found = share;
      if (share.open === 0) break;
    }
    return found;
  }

  function giveBack(loan: Loan<Held>): void {
    lent.delete(loan);
    const { share } = loan;
    loan.served += 1;
    served += 1;
    if (ceiling !== undefined && limit < ceiling && served % PROBATION === 0) limit += 1;
    const heir = neediest();
    if (heir === undefined) {
      share.idle.push(loan);
      idle.add(loan);
      return;
    }
    const isDue = heir.open + 1 < share.open || (heir.open === 0 && loan.served >= TURN);
    if (share.queue.length > 0 && (heir === share || !isDue)) hand(lend(loan), share);
    else {
      end(loan);
      hand(create(heir), heir);
    }
  }

  function take(origin: Open<Held>, signal: AbortSignal): Promise<Loan<Held>> | Loan<Held> {
    const share = shares.get(origin) ?? { origin, open: 0, idle: [], queue: [] };
    shares.set(origin, share);
    const unused = share.idle.pop();
    if (unused !== undefined) {
      idle.delete(unused);
      return lend(unused);
    }
    if (isClosed) throw new Failure("aborted");
    if (hasRoom() || (discardIdle() && hasRoom())) return create(share);
    return wait(share, signal);
  }

  async function wait(share: Share<Held>, signal: AbortSignal): Promise<Loan<Held>> {
    let grant: (loan: Loan<Held>) => void = () => undefined;
    const granted = new Promise<Loan<Held>>((resolve) => {
      grant = resolve;
    });
    share.queue.push(grant);
    waiting.add(share);
    try {
      return await untilAborted(granted, signal);
    } catch (error) {
      const at = share.queue.indexOf(grant);
      if (at >= 0) share.queue.splice(at, 1);
      // It came just then.
      else giveBack(await granted);
      if (share.queue.length === 0) waiting.delete(share);
      throw error;
    }
  }

  return {
    async use(origin, { task, signal }) {
      let lack: unknown;
      for (let lacks = 0; ; lacks += 1) {
        let loan: Loan<Held> | undefined;
        try {
          loan = await take(origin, signal);
          const result = await task(loan.line);
          giveBack(loan);
          return result;
        } catch (error) {
          const isLack = isSystemError(error, "EMFILE", "ENFILE");
          // There is no room for this one, nor for another in its place.
          if (isLack) limit = Math.max(1, Math.min(count(), limit, open - 1));
          if (loan !== undefined) discard(loan);
          if (!isLack) throw signal.aborted ? (lack ?? error) : error;
          lack = error;
        }
        while (discardIdle());
        // With others open, one of them ends some time; without any, somebody else has all there are.
        if (open === 0 && lacks === LACKS_MAX) throw lack;
        if (!(await passes(Math.min(PAUSE * (lacks + 1), PAUSE_MAX), signal))) throw lack;
      }
    },
    limit: () => (ceiling === undefined ? max : limit),
    close() {
      isClosed = true;
      for (const { line } of lent) line.end();
      while (discardIdle());
    },
  };
}

/** What the lines to one origin have of all. */
interface Share<Held extends Line> {
  readonly origin: Open<Held>;
  open: number;
  /** The one that was used last at the end. */
  readonly idle: Loan<Held>[];
  readonly queue: ((loan: Loan<Held>) => void)[];
}

interface Loan<Held extends Line> {
  readonly line: Held;
  readonly share: Share<Held>;
  /** How many have used it. */
  served: number;
}

/** Sockets that any process may open. */
const FEW = 8;

/** What is left for files, helpers and look-ups of names. */
const RESERVE = 16;

/** Users of a line before an origin that has none may have its place. */
const TURN = 16;

/** Users after which one socket more is tried where there were too many. */
const PROBATION = 16;

const LACKS_MAX = 20;

/** Milliseconds. */
const PAUSE = 50;
const PAUSE_MAX = 500;

/** True after a time; false where the signal comes first. */
async function passes(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<true>((resolve) => {
    timer = setTimeout(resolve, milliseconds, true);
  });
  try {
    return await untilAborted(time, signal);
  } catch {
    // The reason is the caller's to tell.
    return false;
  } finally {
    clearTimeout(timer);
  }
}
