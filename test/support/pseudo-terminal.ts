import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { executable } from "../conformance/executable.ts";
import { hangLimit } from "./time-limit.ts";

/** What a person has seen, and how the program ended. */
export interface Screen {
  readonly code: number | null;
  readonly text: string;
}

/** How a person's terminal differs from one of 80 columns in an empty environment. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What a person types once they have seen this much; it is typed once. */
  readonly keys?: (seen: string) => string | undefined;
}

/** Runs a line of a shell in a terminal, in which `$PIN` is the program. */
export async function runInTerminal(
  line: string,
  { columns = 80, env = {}, cwd, keys }: TerminalOptions = {},
): Promise<Screen> {
  const command = `stty cols ${columns} rows 24; PIN="${process.execPath} ${executable}"; ${line}`;
  // Its own input ends at once, and what it starts has the terminal.
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", SHELL: "/bin/sh", TERM: "xterm", ...env },
    stdio: ["pipe", "pipe", "inherit"],
    timeout: hangLimit,
    killSignal: "SIGKILL",
  });
  if (keys !== undefined) typeKeys(child, keys);
  const [seen, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  child.stdin.destroy();
  return { code, text: seen.replaceAll("\r\n", "\n") };
}

function typeKeys(
  { stdin, stdout }: ChildProcessByStdio<Writable, Readable, null>,
  keys: NonNullable<TerminalOptions["keys"]>,
): void {
  let seen = "";
  const look = (chunk: Buffer): void => {
    seen += chunk;
    const typed = keys(seen);
    if (typed === undefined) return;
    stdout.off("data", look);
    stdin.write(typed);
  };
  stdout.on("data", look);
}
