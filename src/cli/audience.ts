/** Who reads what is told: a person at a terminal, or a file and whoever reads that. */
import type { WatchLookups } from "../registry/resolve/resolver.ts";
import type { Arguments } from "./arguments.ts";
import type { Host } from "./host.ts";
import { isTerminal, stderr } from "./stdio.ts";

/** Whoever reads stderr. */
export interface Audience {
  /** A terminal whose lines can be written anew. */
  readonly isTerminal: boolean;
  readonly isColoured: boolean;
  /** How wide the terminal is now. */
  columns(): number;
  /** Does something before a signal ends the process, until it is told not to. */
  beforeSignal(act: () => void): () => void;
}

/** Looks who reads stderr. */
export async function stderrAudience({ color }: Pick<Arguments, "color">, host: Host): Promise<Audience> {
  const { env } = host;
  const isScreen = (await isTerminal(stderr)) && env.TERM !== "dumb";
  return {
    isTerminal: isScreen,
    // https://no-color.org
    isColoured: color === "always" || (color === "auto" && isScreen && !env.NO_COLOR),
    // A terminal that does not say how wide it is, is as wide as they have always been.
    columns: () => host.stderr.columns || Number(env.COLUMNS) || 80,
    beforeSignal: (act) => beforeSignal(act, host),
  };
}

/** The signal is sent again afterwards, so that the process ends by it, as whoever sent it expects. */
function beforeSignal(act: () => void, host: Host): () => void {
  const end = (signal: NodeJS.Signals): void => {
    forget();
    try {
      act();
    } finally {
      // Also where the terminal is gone, which is what SIGHUP says.
      host.kill(host.pid, signal);
    }
  };
  const forget = (): void => {
    for (const signal of signals) host.off(signal, end);
  };
  for (const signal of signals) host.on(signal, end);
  return forget;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What writes a line for a person in as many as the terminal needs, and for everybody else as it is. */
export async function lineWrapper(audience: Audience): Promise<(line: string) => readonly string[]> {
  if (!audience.isTerminal) return (line) => [line];
  const { wrapToWidth } = await import("./terminal/width.ts");
  return (line) => {
    const [first = "", ...rest] = wrapToWidth(line, audience.columns(), "  ");
    return [first.slice(2), ...rest];
  };
}

/** Does something that asks registries, with a line on a terminal that says how far it is. */
export async function withProgress<T>(
  audience: Audience,
  run: (watch: WatchLookups | undefined) => Promise<T>,
): Promise<T> {
  if (!audience.isTerminal) return run(undefined);
  const { startProgress } = await import("./terminal/progress.ts");
  const progress = startProgress(audience);
  try {
    return await run(progress.watch);
  } finally {
    progress.end();
  }
}
