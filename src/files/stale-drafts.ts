/** What runs that were killed left beside files: the next one removes it. */
import { readFileSync, rmSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { OwnProcess } from "../fs/process-mark.ts";
import { isSystemError } from "../fs/system-error.ts";
import { DRAFT } from "./find-files.ts";

/** Removes drafts whose process is no more. One that can't be removed is in nobody's way. */
export function removeStaleDrafts(drafts: readonly string[], own: OwnProcess): void {
  for (const draft of drafts) {
    const { pid } = DRAFT.exec(basename(draft))?.groups ?? {};
    try {
      if (pid !== undefined && isStale(draft, Number(pid), own)) rmSync(draft, { force: true });
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }
}

/** The system gives process ids out again: a process that began after the draft was written is another one. */
function isStale(draft: string, pid: number, own: OwnProcess): boolean {
  if (pid === own.pid) return true;
  try {
    own.kill(pid, 0);
  } catch (error) {
    if (isSystemError(error, "ESRCH")) return true;
    // Somebody else's process is there too.
  }
  const began = beginningOf(pid);
  const written = statSync(draft, { throwIfNoEntry: false })?.mtimeMs;
  // The boot time is given in whole seconds.
  return began !== undefined && written !== undefined && began > written + 2000;
}

/** When a process began, in milliseconds since 1970; undefined where the system does not say, as only Linux does. */
function beginningOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const boot = /^btime (?<seconds>\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.groups?.seconds;
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    // The kernel shows a hundred ticks a second to all programs.
    return boot === undefined || ticks === undefined ? undefined : Number(boot) * 1000 + Number(ticks) * 10;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
