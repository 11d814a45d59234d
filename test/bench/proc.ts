/** What Linux tells of processes; undefined elsewhere. */
import { readFileSync } from "node:fs";

/** Milliseconds of user and system that all children took which have ended. */
export function cpuOfChildren(): number | undefined {
  const stat = read("/proc/self/stat");
  // The name of the command, in brackets, may hold blanks; after it, cutime and cstime are the fields 13 and 14.
  // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields && (Number(fields[13]) + Number(fields[14])) * TICK;
}

/** The most bytes of memory that a process has held so far. */
export function peakOf(pid: number): number | undefined {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "") ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Another system, or the process has just ended.
    return undefined;
  }
}

// getconf CLK_TCK is 100 on every Linux.
const TICK = 10;
