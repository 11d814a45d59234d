/** What the program needs of the process that it runs in. */

import type { OwnProcess } from "../fs/process-mark.ts";
import type { ResolverOptions } from "../run/connect/resolver-options.ts";

/** The process. */
export interface Host extends OwnProcess {
  /** The second is the program itself. */
  readonly argv: readonly string[];
  readonly env: Record<string, string | undefined>;
  /** Loaded when it is first looked at. */
  readonly stderr: { readonly columns?: number };
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  /** From Node 22.15 on: another program can take the place of this one, whatever its threads wait for. */
  readonly execve?: unknown;
}

/** How a process asks that ends when all is written. */
export function askingAs({ env, execve }: Host, now: number = Date.now()): ResolverOptions {
  return { now, environment: env, leaveSockets: true, sparesThreads: execve === undefined, since: 0 };
}
