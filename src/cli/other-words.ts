/** What other tools call what is here a command or a flag. */

/** The words, and what to write in their place. */
const words: ReadonlyMap<string, string> = new Map([
  ...["audit", "lint", "scan", "test", "validate", "verify"].map((word) => [word, "check"] as const),
  ...["apply", "fix", "lock", "resolve", "run"].map((word) => [word, "pin"] as const),
  ...["bump", "refresh", "upgrade"].map((word) => [word, "update"] as const),
  ...["inventory", "list", "ls"].map((word) => [word, "images"] as const),
  ...["remove", "revert", "undo"].map((word) => [word, "unpin"] as const),
  ["diff", "--diff"],
  ["help", "--help"],
  ["version", "--version"],
]);

/** The same for flags, without their dashes. */
const flags: ReadonlyMap<string, string> = new Map([
  ...["dry-run", "dryrun", "n", "preview"].map((flag) => [flag, "--diff"] as const),
  // Folders are read with all that is below them, and files are changed in place.
  ...["all", "i", "in-place", "inplace", "r", "R", "recursive", "w", "write"].map(
    (flag) => [flag, ""] as const,
  ),
  ...["v", "V"].map((flag) => [flag, "--version"] as const),
  ...["debug", "verbose"].map((flag) => [flag, "--report=all"] as const),
  ...["q", "quiet", "silent"].map((flag) => [flag, "--report=problems"] as const),
]);

/** What a word means that is no command; undefined where nobody knows. */
export function meantByWord(word: string): string | undefined {
  return words.get(word.toLowerCase());
}

/** What a flag means that is none; "" where it can be left out, undefined where nobody knows. */
export function meantByFlag(name: string): string | undefined {
  return flags.get(name);
}
