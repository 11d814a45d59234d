import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { untilAnswered } from "../../fs/remote.ts";
import { startProcessGroup } from "./process-group.ts";

/** Runs `docker-credential-NAME get` with a host on its standard input. */
export type RunHelper = (name: string, host: string) => Promise<HelperRun>;

/** How a helper ended; `failed` if it was not found, hung, or said too much. */
export type HelperRun =
  | { readonly kind: "exited"; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "failed"; readonly reason: string };

/** What a helper's process is given. */
export interface HelperProcessOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** Milliseconds after which a helper is ended. */
  readonly timeout: number;
  /** Ends the helper that is at work, and lets none start any more. */
  readonly signal?: AbortSignal;
}

/**
 * Starts helpers without a shell, from absolute entries of PATH alone and in the root directory, so that nothing in
 * the package under work can stand in for one.
 */
export function createHelperRunner(options: HelperProcessOptions): RunHelper {
  return async (name, host) => {
    if (!namePattern.test(name))
      return { kind: "failed", reason: "its name is not one of a credential helper" };
    const program = await findProgram(`docker-credential-${name}`, options);
    if (program === undefined) return { kind: "failed", reason: "it is not in PATH" };
    if (options.signal?.aborted === true) return { kind: "failed", reason: "the run is over" };
    return runProgram(program, host, options);
  };
}

const namePattern = /^[A-Za-z0-9._-]+$/;

async function findProgram(name: string, options: HelperProcessOptions): Promise<string | undefined> {
  const fileName = options.platform === "win32" ? `${name}.exe` : name;
  for (const folder of (options.environment.PATH ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, fileName);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await untilAnswered(path);
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Not there, not for us, or nobody answers: the search goes on, as in a shell.
    return false;
  }
}

const outputLimit = 64 * 1024;

/** Milliseconds in which all that a helper has written before its end is read. */
const PATIENCE = 1_000;

function runProgram(program: string, input: string, options: HelperProcessOptions): Promise<HelperRun> {
  return new Promise((resolve) => {
    const { platform } = options;
    const env = withoutSecrets(options.environment);
    const group = startProcessGroup(program, { args: ["get"], cwd: "/", env, platform });
    const { stdin, stdout: output, stderr: complaints } = group.leader;
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let size = 0;
    let isOver = false;

    const finish = (run: HelperRun) => {
      isOver = true;
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", stop);
      group.end();
      // A process that has left the group may hold the pipes open: they are closed from this side.
      stdin?.destroy();
      output?.destroy();
      complaints?.destroy();
      resolve(run);
    };
    const fail = (reason: string) => finish({ kind: "failed", reason });
    const collect = (chunks: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputLimit) fail(`it wrote more than ${outputLimit} bytes`);
      else chunks.push(chunk);
    };
    const stop = () => fail("the run is over");
    options.signal?.addEventListener("abort", stop, { once: true });
    let timer = setTimeout(
      () => fail(`it did not answer within ${options.timeout / 1000} s`),
      options.timeout,
    );

    const exit = (code: number | null, signal: NodeJS.Signals | null) => {
      if (code === null) fail(`it was ended by ${signal ?? "a signal"}`);
      else finish({ kind: "exited", code, stdout: toText(stdout), stderr: toText(stderr) });
    };
    // There are no pipes where the system had none to give.
    output?.on("data", collect(stdout));
    complaints?.on("data", collect(stderr));
    group.leader.on("error", (error: NodeJS.ErrnoException) =>
      fail(`it could not be started: ${error.code ?? "unknown"}`),
    );
    group.leader.on("exit", (...status) => {
      if (isOver) return;
      // What it has left behind holds the pipes, which then close, unless it has left the group as well, as daemons do.
      group.end();
      clearTimeout(timer);
      timer = setTimeout(exit, PATIENCE, ...status);
    });
    group.leader.on("close", exit);
    // A helper may end without having read its input.
    stdin?.on("error", () => {});
    stdin?.end(input);
  });
}

/** A helper needs most of the environment, but none of the logins in it that are for us. */
function withoutSecrets(environment: HelperProcessOptions["environment"]): NodeJS.ProcessEnv {
  const isOurs = (name: string) => name === "DOCKER_AUTH_CONFIG" || name.startsWith("PIN_DIGESTS_");
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isOurs(name.toUpperCase())));
}

function toText(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}
