/** Where `--output` leads. */
import { fstatSync, type Stats, statSync } from "node:fs";
import { isSystemError } from "../fs/system-error.ts";

/** What the process has open already, or a file that is to be made. */
export type OutputPlace = "stdout" | "stderr" | "file";

/**
 * Tells where a path leads. What leads to stdout would put a report beside the list there; a file that is stderr would
 * lose what stands in it already, were it opened anew.
 */
export function outputTarget(path: string): OutputPlace {
  const named = NAMES.get(path);
  if (named !== undefined) return named;
  const file = statsOf(path);
  // To many a run /dev/null is both, and nothing is lost there.
  if (file === undefined || file.isCharacterDevice()) return "file";
  if (isSame(file, statsOf(1))) return "stdout";
  return isSame(file, statsOf(2)) ? "stderr" : "file";
}

/** True for two names of one regular file, or for the name of one that a descriptor leads to. */
export function sameFile(path: string, other: string | number): boolean {
  const file = statsOf(path);
  return file?.isFile() === true && isSame(file, statsOf(other));
}

// A stat can't tell by these what they are where they are terminals.
const NAMES: ReadonlyMap<string, OutputPlace> = new Map([
  ["-", "stdout"],
  ["/dev/stdout", "stdout"],
  ["/dev/fd/1", "stdout"],
  ["/proc/self/fd/1", "stdout"],
  ["/dev/stderr", "stderr"],
  ["/dev/fd/2", "stderr"],
  ["/proc/self/fd/2", "stderr"],
]);

/** Undefined where there is nothing to be seen: why, whoever writes there learns. */
function statsOf(file: string | number): Stats | undefined {
  try {
    return typeof file === "string" ? statSync(file) : fstatSync(file);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function isSame(one: Stats, other: Stats | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}
