import type { Command } from "./command.ts";

/** One subject of the benchmark. */
export interface Benchmark {
  readonly name: string;
  /** What it measures, in a line. */
  readonly summary: string;
  /** Measures, and prints tables. */
  readonly measure: () => Promise<void>;
  /** Hands on the command that a profile is worth having of, with what it needs around it. */
  readonly typical: (profile: (command: Command) => Promise<void>) => Promise<void>;
}
