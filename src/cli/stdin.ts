/** The input of a run that no PATH is given to, if there is any. */
import type { Arguments } from "./arguments.ts";
import { isTerminal, readStdin, stdin } from "./stdio.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads standard input. A terminal is not waited for: whoever sits there has forgotten something.
 *
 * @throws {UsageError} where a person must have meant a PATH
 * @throws {InputError} where it can't be read, or is not UTF-8
 */
export async function readInput({ verb }: Arguments): Promise<string> {
  const meant = verb === undefined ? "pin-digests check ." : `${verb} .`;
  if (await isTerminal(stdin))
    throw new UsageError("no PATH is given, and stdin is a terminal: give a PATH, or pipe manifests in", {
      meant,
    });
  const text = readStdin();
  if (text === "" && verb !== undefined)
    throw new UsageError(`\`${verb}\` is given no PATH, and stdin is empty`, { meant });
  return text;
}
