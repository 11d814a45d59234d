/** Owner and mode of a file that takes the place of another. */
import { fchmodSync, fchownSync, type Stats } from "node:fs";
import { isSystemError } from "./system-error.ts";

/** Gives an open file the mode of another, and its owner only where we may: who may write into the folder need not be the one. */
export function takeAfter(
  file: number,
  { uid, gid, mode }: Pick<Stats, "uid" | "gid" | "mode">,
  modeBits: number,
): void {
  if (!mayChange(() => fchownSync(file, uid, gid))) mayChange(() => fchownSync(file, -1, gid));
  fchmodSync(file, mode & modeBits);
}

function mayChange(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (isSystemError(error, "EPERM", "EINVAL", "ENOSYS")) return false;
    throw error;
  }
}
