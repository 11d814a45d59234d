/** Processes that end with all their children. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
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
    const isThere = leader.exitCode === null && leader.signalCode === null;
    // Who has left the group is known as long as the parents are there.
    const others = isThere ? descendantsOf(leader.pid) : [];
    for (const id of [-leader.pid, ...others]) kill(id);
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

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // All have ended.
  }
}

/** The processes that a process has started, and those that they have; none where the system does not say, as only Linux does. */
function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Each thread of a process has the children that it has started. */
function childrenOf(pid: number): readonly number[] {
  const threads = `/proc/${pid}/task`;
  const texts = orNone(() => readdirSync(threads)).flatMap((thread) =>
    orNone(() => [readFileSync(`${threads}/${thread}/children`, "latin1")]),
  );
  return texts.flatMap((text) => text.split(" ").filter(Boolean).map(Number));
}

function orNone<Item>(look: () => readonly Item[]): readonly Item[] {
  try {
    return look();
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

const INTERRUPTS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
