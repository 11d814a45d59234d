/** That no report takes the place of what a run reads, which would be lost. */

import type { Arguments } from "./arguments.ts";
import { outputTarget, sameFile } from "./output-target.ts";
import { UsageError } from "./usage-error.ts";

/** @throws {UsageError} where `--output` names the file that stdin is, a configuration or a lock that is only read. */
export function requireUnreadOutput(args: Arguments): void {
  const { paths, functionConfig, lock, updateLock, report, explanation } = args;
  const stdin = paths.length === 0 ? STDIN : undefined;
  // Of a lock that is written it is told where both are.
  const read = [stdin, functionConfig, updateLock ? undefined : lock];
  for (const path of [report?.file, explanation?.output]) {
    if (path === undefined || outputTarget(path) !== "file") continue;
    if (read.some((each) => each !== undefined && sameFile(path, each))) throw readError(path);
  }
}

/** What is told of a report that would take the place of what is read. */
export function readError(path: string): UsageError {
  return new UsageError(`\`--output\` ${JSON.stringify(path)} is a file that this run reads: name another`);
}

const STDIN = 0;
