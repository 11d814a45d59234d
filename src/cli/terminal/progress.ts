/** A line on a terminal that says how far a run is while registries are asked, and is gone when it ends. */
import type { WatchLookups } from "../../registry/resolve/resolver.ts";
import { printable } from "../../text/printable.ts";
import { stderr, write } from "../stdio.ts";
import { cutToWidth } from "./width.ts";

/** A line that is being shown. */
export interface Progress {
  readonly watch: WatchLookups;
  /** Takes the line away. */
  end(): void;
}

/** What the line needs to know of the terminal that it is shown on. */
interface Screen {
  readonly columns: () => number;
  readonly beforeSignal: (act: () => void) => () => void;
}

/** Who was asked, and has not answered all of it. */
interface AskedHost {
  pending: number;
  /** When it last answered, or was first asked. */
  since: number;
}

// Most runs are over by then, and a line that flickers tells nobody anything.
const delay = 400;
const interval = 200;

// A host that takes as long is named.
const slowAfter = 3_000;

const erased = "\r\u001b[2K";

/** Shows how far a run is, once it takes longer than a moment. */
export function startProgress({ columns, beforeSignal }: Screen): Progress {
  const start = Date.now();
  const hosts = new Map<string, AskedHost>();
  let total = 0;
  let done = 0;
  let isShown = false;

  const show = (): void => {
    const now = Date.now();
    if (now - start < delay || done === total) return;
    // The last column would begin a new line on some terminals.
    write(stderr, `${erased}${cutToWidth(progressLine({ total, done, hosts, now }), columns() - 1)}`);
    isShown = true;
  };
  const timer = setInterval(show, interval);
  timer.unref();
  const erase = (): void => {
    if (isShown) write(stderr, erased);
  };
  const forgetSignals = beforeSignal(erase);

  return {
    watch(registry, answer) {
      total++;
      const host = hosts.get(registry) ?? { pending: 0, since: Date.now() };
      hosts.set(registry, host);
      if (host.pending === 0) host.since = Date.now();
      host.pending++;
      const answered = (): void => {
        done++;
        host.pending--;
        host.since = Date.now();
      };
      answer.then(answered, answered);
    },
    end() {
      clearInterval(timer);
      forgetSignals();
      erase();
    },
  };
}

/** How far a run is. */
export interface ProgressState {
  readonly total: number;
  readonly done: number;
  readonly hosts: ReadonlyMap<string, Readonly<AskedHost>>;
  readonly now: number;
}

/** `12 of 40 images looked up; ghcr.io has not answered for 8 s`. */
export function progressLine({ total, done, hosts, now }: ProgressState): string {
  const asked = `${done} of ${total} ${total === 1 ? "image" : "images"} looked up`;
  const [slowest] = [...hosts]
    .filter(([, { pending, since }]) => pending > 0 && now - since >= slowAfter)
    .sort(([, one], [, other]) => one.since - other.since);
  if (slowest === undefined) return asked;
  const [name, { since }] = slowest;
  return `${asked}; ${printable(name)} has not answered for ${Math.floor((now - since) / 1000)} s`;
}
