/** Who a process is, in a text that another process can hold against what the system knows. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isSystemError } from "./system-error.ts";

/** What of `process` is needed to know oneself and others. */
export type OwnProcess = Pick<NodeJS.Process, "pid" | "kill">;

/**
 * The mark of this process: `pin-digests:MACHINE:NAMESPACE:PID:STARTED`, of characters that a file's name may have. A
 * machine is known by its boot, which containers share with their host. A pid means something in its own namespace alone,
 * and only together with the time at which the process started, since the system gives pids out again.
 */
export function processMark({ pid }: OwnProcess): string {
  return ["pin-digests", ...processPlace(), pid, startOf(pid) ?? ""].join(":");
}

/**
 * `dead` and `alive` are certain. `unknown` is a process of another machine or container, or one that nobody can look up;
 * `foreign` is no mark.
 */
export type Life = "dead" | "alive" | "unknown" | "foreign";

/** What became of the process that left a mark. */
export function lifeOf(mark: string, own: OwnProcess): Life {
  const parts = MARK.exec(mark)?.groups;
  if (parts === undefined) return "foreign";
  const [ownMachine, ownNamespace] = processPlace();
  if (parts.machine !== ownMachine || parts.namespace !== ownNamespace) return "unknown";
  const { started } = parts;
  return lifeHere(Number(parts.pid), started === "" ? undefined : (now) => now === started, own);
}

/** What became of a process of this place, which is known again by when it started. */
export function lifeHere(
  pid: number,
  isSame: ((started: string) => boolean) | undefined,
  own: OwnProcess,
): Exclude<Life, "foreign"> {
  if (!isThere(pid, own)) return "dead";
  // Without /proc, or where it shows one's own processes alone, the pid may have been given out again.
  const started = startOf(pid);
  if (started === undefined || isSame === undefined) return "unknown";
  return isSame(started) ? "alive" : "dead";
}

const MARK =
  /^pin-digests:(?<machine>[\w.-]{1,64}):(?<namespace>\d{0,20}):(?<pid>[1-9]\d{0,9}):(?<started>\d{0,20})$/;

/** Within what a pid means one process: a machine since it was booted, and a namespace of it. */
export function processPlace(): readonly [machine: string, namespace: string] {
  return [machine(), pidNamespace()];
}

function machine(): string {
  const boot = readIfThere("/proc/sys/kernel/random/boot_id")?.trim();
  return (
    boot ??
    hostname()
      .replaceAll(/[^\w.-]/g, "-")
      .slice(0, 64)
  );
}

function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}

function isThere(pid: number, own: OwnProcess): boolean {
  try {
    return own.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is there too.
    return !isSystemError(error, "ESRCH");
  }
}

/** When a process started, in the kernel's ticks; "ended" for one that has, and was not waited for yet. */
export function startOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields?.[0] === "Z" || fields?.[0] === "X" ? "ended" : fields?.[19];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
