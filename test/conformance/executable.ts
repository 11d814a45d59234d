import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { endOf } from "../support/ended.ts";
import { hangLimit } from "../support/time-limit.ts";

/** What one run of the executable read and what it left behind. */
export interface Run {
  readonly input: string;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a run differs from the plain one: no arguments, a bare environment, the whole input at once. */
export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** A copy of the executable. */
  readonly program?: string;
  /** Another Node to run it with, and what that is told. */
  readonly node?: readonly [file: string, ...args: string[]];
}

/** The built executable, as orchestrators start it. */
export const executable = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Starts the executable in a bare environment: nothing of the developer's own reaches it. */
export function startExecutable(options: RunOptions = {}) {
  if (!existsSync(executable)) {
    throw new Error(`${executable} is missing: run "npm run build" first`);
  }
  const { args = [], env = {}, program = executable, node = [process.execPath], ...rest } = options;
  const [file, ...flags] = node;
  return spawn(file, [...flags, program, ...args], {
    ...rest,
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
    stdio: "pipe",
    // A run that never ends is a failure too: it must not outlive its test.
    timeout: hangLimit,
    killSignal: "SIGKILL",
  });
}

/** Runs the executable over the input and gives what it wrote; stdout that is not UTF-8 is a failure. */
export async function runExecutable(input: string | Buffer, options: RunOptions = {}): Promise<Run> {
  const { code, stdout, stderr } = await endOf(startExecutable(options), input);
  return { input: input.toString(), code, stdout: decode(stdout), stderr: decode(stderr) };
}

function decode(bytes: Buffer): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
