import { CONCURRENCY_MAX, type Concurrency } from "../../../image/registry-config.ts";
import { canonicalHost, dockerHub } from "../../../image/registry-host.ts";
import { createPacer, type Pacer, type PacerOptions } from "./pacer.ts";
import { BEGINNING } from "./window.ts";

/** The pacers of a run, one an origin. */
export interface Pacers {
  of(url: URL, concurrency: Concurrency): OriginPacer;
}

/** A pacer that may be told that its origin knows who asks. */
export interface OriginPacer extends Pacer {
  /** A login has served there, so that it is not counted among strangers. */
  trust(): void;
}

/** What is the same for all origins of a run. */
export interface PacersOptions extends Pick<PacerOptions, "clock" | "deadlineAt"> {
  /** How many sockets the run may have. */
  readonly sockets: () => number;
}

/** Makes the pacers of a run. */
export function createPacers({ clock, deadlineAt, sockets }: PacersOptions): Pacers {
  const pacers = new Map<string, OriginPacer>();
  /** The origins at which something is under way or waits. */
  let busy = 0;

  /** Where several are busy, each has its share of the sockets: a connection that another takes is one to make anew. */
  function share(): number {
    return Math.max(Math.floor(sockets() / Math.max(busy, 1)), Math.min(BEGINNING, sockets()));
  }

  function make(url: URL, concurrency: Concurrency): OriginPacer {
    let isTrusted = !isWary(url);
    const most = (): number =>
      Math.min(
        concurrency === "auto" ? CONCURRENCY_MAX : concurrency,
        share(),
        isTrusted ? CONCURRENCY_MAX : BEGINNING,
      );
    const pacer = createPacer({ clock, deadlineAt, most });
    let turns = 0;
    return {
      async run(task, turn) {
        if (turns++ === 0) busy += 1;
        try {
          return await pacer.run(task, turn);
        } finally {
          if (--turns === 0) busy -= 1;
        }
      },
      trust() {
        isTrusted = true;
      },
    };
  }

  return {
    of(url, concurrency) {
      const pacer = pacers.get(url.origin) ?? make(url, concurrency);
      pacers.set(url.origin, pacer);
      return pacer;
    },
  };
}

/** Tells whether strangers are counted by address at a place that very many share. */
function isWary({ hostname }: URL): boolean {
  return canonicalHost(hostname) === dockerHub || WARY.has(hostname);
}

const WARY: ReadonlySet<string> = new Set(["auth.docker.io", "public.ecr.aws"]);
