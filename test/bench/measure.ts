/** Numbers that mean something on a machine that does other things too: medians of runs that take turns. */
import { type Command, type Run, run } from "./command.ts";
import { peakOf } from "./proc.ts";

/** What the runs of one command took, in milliseconds. */
export interface Figures {
  readonly wall: Spread;
  /** A run's user and system time, on average. */
  readonly cpu: number | undefined;
  /** What each run wrote. */
  readonly bytes: number;
}

/** How several measurements of one thing differ. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Runs the commands in turn, A B A B …, so that what slows the machine down slows all of them down. */
export async function measureInTurn<Name extends string>(
  commands: Readonly<Record<Name, Command>>,
  runs: number,
): Promise<Readonly<Record<Name, Figures>>> {
  const done = new Map<string, Run[]>(Object.keys(commands).map((name) => [name, []]));
  for (let turn = 0; turn < runs; turn += 1) {
    for (const [name, command] of Object.entries<Command>(commands)) done.get(name)?.push(await run(command));
  }
  // Made of the names of the commands, one each.
  return Object.fromEntries([...done].map(([name, runs]) => [name, figuresOf(runs)])) as Record<
    Name,
    Figures
  >;
}

/** The middle, the least and the most of some numbers. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/**
 * The peak memory of a command in bytes, the median of three runs that are not timed. It is looked at each millisecond,
 * and only grows: what is missed is what the last millisecond added.
 */
export async function measurePeak(command: Command): Promise<number> {
  const peaks: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    let peak = 0;
    let timer: NodeJS.Timeout | undefined;
    await run(command, (pid) => {
      timer = setInterval(() => {
        peak = Math.max(peak, peakOf(pid) ?? 0);
      }, 1);
    });
    clearInterval(timer);
    peaks.push(peak);
  }
  return spreadOf(peaks).median;
}

function figuresOf(runs: readonly Run[]): Figures {
  const cpus = runs.flatMap(({ cpu }) => cpu ?? []);
  return {
    wall: spreadOf(runs.map(({ wall }) => wall)),
    cpu: cpus.length === 0 ? undefined : cpus.reduce((sum, cpu) => sum + cpu) / cpus.length,
    bytes: runs[0]?.bytes ?? 0,
  };
}
