/**
 * What a run over files does to the world: messages, reports, locks, files, stdout. All that can fail is tried before the
 * first of them is done. Locks come before files, so that a run that was killed in between is finished by the next one with
 * the same digests.
 */

import type { FileChange } from "../files/plan-files.ts";
import { stageFiles } from "../files/write-files.ts";
import { type ClaimedFile, claimFile, targetOf } from "../fs/replace-file.ts";
import { formatResult } from "../krm/result.ts";
import { type ClaimAt, type LockChange, type ReportFile, stageLock, stageReport } from "./effects.ts";
import type { Host } from "./host.ts";
import { tell, tryStdout } from "./stdio.ts";
import type { ToldLine } from "./told-line.ts";
import { UsageError } from "./usage-error.ts";

/** What is to be done. */
export interface FileEffects {
  /** Lines for stderr. */
  readonly messages: readonly (string | ToldLine)[];
  readonly isColoured: boolean;
  /** The line that ends them. */
  readonly sum: string;
  readonly reports: readonly ReportFile[];
  readonly locks: readonly LockChange[];
  readonly changes: readonly FileChange[];
  /** What goes to stdout. */
  readonly output: string;
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
  { messages, isColoured, sum, reports, locks, changes, output }: FileEffects,
  host: Host,
): Promise<"done" | "left" | "contradiction"> {
  const claimed: ClaimedFile[] = [];
  const claimAt: ClaimAt = async (path) => {
    if (claimed.some(({ target }) => target === targetOf(path)))
      throw new UsageError(`two things are to be written to the same file, ${JSON.stringify(path)}`);
    const file = await claimFile(path, host);
    claimed.push(file);
    return file;
  };
  const files = stageFiles(changes, host);
  try {
    const writers = [];
    for (const report of reports) writers.push(await stageReport(report, claimAt));
    const staged = [];
    for (const lock of locks) {
      const one = await stageLock(lock, claimAt);
      if (one === "contradiction") return one;
      staged.push(one);
    }
    const stdout = tryStdout([output]);
    try {
      const warnings = [...files.warnings.map(formatResult), ...staged.flatMap((lock) => lock.warnings)];
      tell([...messages, ...warnings], isColoured);
      for (const write of writers) write();
      if (!staged.every((lock) => lock.commit())) {
        stdout.undo();
        return "contradiction";
      }
    } catch (error) {
      stdout.undo();
      throw error;
    }
    const left = files.commit();
    tell([...left.map(formatResult), sum]);
    stdout.finish();
    return left.length === 0 ? "done" : "left";
  } finally {
    files.discard();
    for (const file of claimed) file.release();
  }
}
