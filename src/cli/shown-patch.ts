/** A patch where its text might act on whoever it is shown to: a terminal, or a CI system that reads the log. */
import { printable } from "../text/printable.ts";
import type { Host } from "./host.ts";
import { isTerminal, stdout } from "./stdio.ts";

/** What is done to each patch before it goes to stdout: nothing where it goes to a program that applies it. */
export async function patchShower({ env }: Host): Promise<(patch: string) => string> {
  if (await isTerminal(stdout)) return (patch) => eachLine(patch, () => true);
  // Other lines can do nothing to a log, and must stay as they are: the patch may be kept.
  return env.CI ? (patch) => eachLine(patch, (line) => COMMAND.test(line)) : (patch) => patch;
}

/** What GitHub, GitLab and Azure take for commands. */
const COMMAND = /^.\s*::|##\w*\[|section_(?:start|end):/;

/** Escapes what some lines hold behind the character that says whether they are new. */
function eachLine(patch: string, isShown: (line: string) => boolean): string {
  const lines = patch.split(/(\r?\n)/);
  return lines
    .map((line, at) => (at % 2 === 0 && isShown(line) ? line.slice(0, 1) + printable(line.slice(1)) : line))
    .join("");
}
