/**
 * What a run over files does to the world: messages, reports, locks, files, stdout. All that can fail is tried before the
 * first of them is done. Locks come before files, so that a run that was killed in between is finished by the next one with
 * the same digests.
 */

import type { FileChange } from "../files/plan-each.ts";
import { stageFiles } from "../files/write-files.ts";
import { formatResult, type Result } from "../krm/result.ts";
import { type Effects, perform } from "./effects.ts";
import type { Host } from "./host.ts";
import { tell } from "./stdio.ts";

/** What is to be done. */
export interface FileEffects extends Omit<Effects, "afterLocks"> {
  /** The lines that end the messages, by the files that stay as they are. */
  readonly sum: (left: readonly Result[]) => readonly string[];
  readonly changes: readonly FileChange[];
}

/**
 * Does all of it. `contradiction` where another run has written into a lock what contradicts this one: then no file was
 * written, and the run begins anew. `left` where a file was changed meanwhile and stays as it is.
 *
 * @throws {UsageError} where a report can't be written.
 * @throws {LockWriteError}
 * @throws {FileWriteError}
 * @throws {OutputError}
 */
export async function performOnFiles(
  { sum, changes, ...effects }: FileEffects,
  host: Host,
): Promise<"done" | "left" | "contradiction"> {
  const files = stageFiles(changes, host);
  const messages = [...effects.messages, ...files.warnings.map(formatResult)];
  let left: readonly Result[] = [];
  const commitFiles = (): void => {
    left = files.commit();
    tell([...left.map(formatResult), ...sum(left)]);
  };
  try {
    if (!(await perform({ ...effects, messages, afterLocks: commitFiles }, host))) return "contradiction";
    return left.length === 0 ? "done" : "left";
  } finally {
    files.discard();
  }
}
