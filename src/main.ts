/** The process: its arguments, its streams and its end. */
import { exit } from "./cli/exit.ts";
import { tellFailure } from "./cli/failure.ts";
import { runProgram } from "./cli/program.ts";
import { tuneForUndici } from "./cli/tune.ts";

/** Runs the program over the process's own arguments and streams, and ends the process. */
export async function runProcess(): Promise<never> {
  // stdout carries the list and nothing else: what a library prints goes to stderr.
  Object.defineProperty(process, "stdout", { get: () => process.stderr });
  tuneForUndici(process.versions.v8);
  const code = await runProgram(process.argv.slice(2), process).catch(tellFailure);
  // All is written, and connections are left as they are: to close them takes longer than a small list.
  return exit(process, code);
}
