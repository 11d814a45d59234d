import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endOf } from "../support/ended.ts";
import { hangLimit } from "../support/time-limit.ts";

/** The root of the repository. */
export const repository: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** The built executable, as orchestrators start it. */
export const executable = `${repository}/dist/main.js`;

/** How a command ended and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command is run with. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a command to its end; one that hangs is killed, and has no code. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env = {}, input = "" }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...containerRuntime, ...env },
    stdio: "pipe",
    timeout: hangLimit,
    killSignal: "SIGKILL",
  });
  const { code, stdout, stderr } = await endOf(child, input);
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

// Up to v1.0.0-beta.58 kpt reads the first, from then on the second.
const containerRuntime = { KPT_FN_RUNTIME: "podman", KRM_FN_RUNTIME: "podman" };
