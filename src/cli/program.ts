/** What the program does: it answers a question about itself, or it runs over files or over stdin. */
import { version } from "../version.ts";
import { type Arguments, noArguments } from "./arguments.ts";
import type { Host } from "./host.ts";
import { stdout, write } from "./stdio.ts";
import { runStream } from "./stream-run.ts";

/** Does what a command line says, and returns the exit code. */
export async function runProgram(argv: readonly string[], host: Host): Promise<number> {
  const args = argv.length === 0 ? noArguments : (await import("./read-arguments.ts")).readArguments(argv);
  const answer = await answerTo(args);
  if (answer !== undefined) {
    write(stdout, answer);
    return 0;
  }
  // What files need is loaded for them alone.
  if (args.paths.length > 0) return (await import("./file-run.ts")).runFiles(args, host);
  return runStream(argv, args, host);
}

/** The answer to those who ask about the program; undefined where it is to run. Few runs ask. */
async function answerTo({
  help,
  version: wantsVersion,
  schema,
  command,
}: Arguments): Promise<string | undefined> {
  if (help) return (await import("./help/usage.ts")).usage(command);
  if (schema !== undefined) return (await import("./schema.ts")).schemaText(schema);
  return wantsVersion ? `${version}\n` : undefined;
}
