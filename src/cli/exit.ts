/** The end of the process. */
import { existsSync } from "node:fs";

/** What is needed of a process to end it. */
export interface Ending {
  readonly execPath: string;
  readonly pid: number;
  /** From Node 22.15 on. */
  readonly execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => void;
  getActiveResourcesInfo(): readonly string[];
  kill(pid: number, signal: "SIGKILL"): void;
  exit(code: number): never;
}

/**
 * Ends the process, whatever hangs. Node waits at its end for the threads in which it reads files and looks up names, and
 * one that hangs may never come back. So where one is still at work, another program takes the place of this one, which ends
 * with the same code; where Node can't do that, a run that failed is killed, and one that went well waits.
 */
export async function exit(process: Ending, code: number): Promise<never> {
  if (await hangs(process)) {
    try {
      process.execve?.(...programThatEndsWith(code, process), {});
    } catch {
      // Windows has no such thing: there the signal ends a process with the code 1.
    }
    // The first process of a container is immune to its own signals, and waits after all.
    if (code !== 0) process.kill(process.pid, "SIGKILL");
  }
  return process.exit(code);
}

function programThatEndsWith(code: number, { execPath }: Ending): [file: string, args: readonly string[]] {
  const shell = "/bin/sh";
  if (existsSync(shell)) return [shell, [shell, "-c", `exit ${code}`]];
  // Many images have no shell. Node takes longer to start, but it is there.
  return [execPath, [execPath, "-e", `process.exit(${code})`]];
}

/** Tells whether something is at work in a thread that does not end in a moment either. */
async function hangs(process: Ending): Promise<boolean> {
  for (let checks = 0; checks < CHECKS; checks += 1) {
    if (!process.getActiveResourcesInfo().some((name) => THREADED.has(name))) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}

/** Five milliseconds apart: on a busy machine a moment takes longer. */
const CHECKS = 20;

const THREADED: ReadonlySet<string> = new Set([
  "FSReqCallback",
  "FSReqPromise",
  "GetAddrInfoReqWrap",
  "GetNameInfoReqWrap",
]);
