/** The lock that `--lock` names, on disk. */
import { isUtf8 } from "node:buffer";
import { ClaimError, clearDeadClaims } from "../fs/claim.ts";
import type { OwnProcess } from "../fs/process-mark.ts";
import { readNamedFile, UnfitFileError } from "../fs/read.ts";
import { targetOf } from "../fs/replace-file.ts";
import { isSystemError } from "../fs/system-error.ts";

/** Reads the text of a lock; undefined where there is no such file. Throws the system's error, or an UnfitFileError. */
export function readLockText(path: string): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readNamedFile(path);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
  if (!isUtf8(bytes)) throw new UnfitFileError(path, "is not UTF-8");
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Removes what runs that were killed have left beside a lock; whoever can't will not write the lock either. */
export function clearLockFolder(path: string, own: OwnProcess): void {
  try {
    clearDeadClaims(targetOf(path), own);
  } catch (error) {
    if (!(isSystemError(error) || error instanceof ClaimError)) throw error;
  }
}
