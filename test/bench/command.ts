import { spawn } from "node:child_process";
import { cpuOfChildren } from "./proc.ts";

/** A command to measure. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly input?: Buffer | string;
  readonly cwd?: string;
  /** Variables beside those that all commands have. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How long one run took, in milliseconds, and how many bytes it wrote. */
export interface Run {
  /** Infinity where it took longer than a minute, and was ended. */
  readonly wall: number;
  /** Of the user and the system, with all processes that the command started; undefined where the system does not say. */
  readonly cpu: number | undefined;
  readonly bytes: number;
}

/** The Node that runs the benchmark runs what is measured. */
export const node: string = process.execPath;

/** The executable, with arguments. */
export function pinDigests(input: Buffer | string, ...args: readonly string[]): Command {
  return { file: node, args: [`${process.cwd()}/dist/main.js`, ...args], input };
}

/** Node itself, which starts and ends. */
export const bareNode: Command = { file: node, args: ["-e", "0"] };

/** A line of a shell, which reads the input. */
export function shell(line: string, input: string): Command {
  return { file: "/bin/sh", args: ["-c", line], input };
}

/**
 * Starts a command in an environment that is the same everywhere: no logins, and nothing that has Node load more. What it
 * writes is counted and thrown away; `started` is told the process id.
 *
 * @throws {Error} where it fails, with what it said.
 */
export async function run(command: Command, started: (pid: number) => void = () => {}): Promise<Run> {
  const { file, args, input = "", cwd, env } = command;
  const cpuBefore = cpuOfChildren();
  const begin = performance.now();
  const child = spawn(file, args, {
    env: { ...environment, ...env },
    stdio: "pipe",
    timeout: LIMIT,
    killSignal: "SIGKILL",
    ...(cwd !== undefined && { cwd }),
  });
  if (child.pid !== undefined) started(child.pid);
  let bytes = 0;
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  // Who needs no input need not read it.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const wall = child.killed ? Number.POSITIVE_INFINITY : performance.now() - begin;
  if (code !== 0 && !child.killed) throw new Error(`${file} ${args.join(" ")} ended with ${code}: ${said}`);
  const cpuAfter = cpuOfChildren();
  const cpu = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
  return { wall, cpu, bytes };
}

const LIMIT = 60_000;

// NODE_EXTRA_CA_CERTS alone costs each start of Node 20 some 40 ms.
const environment = {
  PATH: process.env.PATH,
  TMPDIR: process.env.TMPDIR,
  HOME: "/nonexistent",
  CONTAINERS_CONF: process.env.CONTAINERS_CONF,
};
