import { spawn } from "node:child_process";
import { once } from "node:events";
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
}

/** Runs a line of a shell in a terminal, in which `$PIN` is the program. */
export async function runInTerminal(
  line: string,
  { columns = 80, env = {}, cwd }: TerminalOptions = {},
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
  const [seen, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  child.stdin.destroy();
  return { code, text: seen.replaceAll("\r\n", "\n") };
}
