/** Owner and mode of a file that takes the place of another. */
import { fchmodSync, fchownSync, type Stats } from "node:fs";
import { isSystemError } from "./system-error.ts";

/**
 * Gives an open file the mode of another, and its owner and group only where we may: who may write into the folder need not
 * be the one. False where they are others now.
 */
export function takeAfter(
  file: number,
  { uid, gid, mode }: Pick<Stats, "uid" | "gid" | "mode">,
  modeBits: number,
): boolean {
  const isKept = mayChange(() => fchownSync(file, uid, gid));
  if (!isKept) mayChange(() => fchownSync(file, -1, gid));
  fchmodSync(file, mode & modeBits);
  return isKept;
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
