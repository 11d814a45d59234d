/** Processes that end with all their children. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
// biome-ignore lint/style/noRestrictedImports: nothing else can send a signal to a group of processes.
import process from "node:process";

/** A process with the processes that it has started. */
export interface ProcessGroup {
  readonly leader: ChildProcess;
  /** Ends all of them that are left. */
  end(): void;
}

/** How a program is started. */
export interface GroupOptions extends Pick<SpawnOptions, "cwd" | "env"> {
  readonly args: readonly string[];
  readonly platform: string;
}

/**
 * Starts a program in a group of its own. The group ends when it is told to, and with this process, also where a signal ends
 * that: a terminal's Ctrl-C does not reach another group.
 */
export function startProcessGroup(
  program: string,
  { args, platform, ...options }: GroupOptions,
): ProcessGroup {
  const isGroup = platform !== "win32";
  let leader: ChildProcess | undefined;

  /** The numbers of processes that have ended are given to others. */
  let isOver = false;

  function killAll(): void {
    if (leader?.pid === undefined || isOver) return;
    if (!isGroup) {
      leader.kill("SIGKILL");
      return;
    }
    try {
      process.kill(-leader.pid, "SIGKILL");
    } catch {
      // All have ended.
    }
  }

  function passOn(signal: NodeJS.Signals): void {
    end();
    // Where nobody else listens, the signal does now what it would have done.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }

  function end(): void {
    process.off("exit", killAll);
    for (const signal of INTERRUPTS) process.off(signal, passOn);
    killAll();
    isOver = true;
  }

  // On a busy machine the program may be at work long before `spawn` returns: a signal that comes then must not be missed.
  process.on("exit", killAll);
  for (const signal of INTERRUPTS) process.on(signal, passOn);
  try {
    leader = spawn(program, args, { ...options, detached: isGroup, windowsHide: true });
  } catch (error) {
    end();
    throw error;
  }
  return { leader, end };
}

const INTERRUPTS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
