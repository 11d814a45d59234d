/** Replacing a file at once and in full: at any moment, also after a crash, the whole old text is there or the whole new one. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { claim } from "./claim.ts";
import { takeAfter } from "./ownership.ts";
import type { OwnProcess } from "./process-mark.ts";
import { createReplaceCheck, readOnlyFault } from "./replace-check.ts";
import { isSystemError, reasonOf } from "./system-error.ts";

/** A file that no other process replaces until it is released. */
export interface ClaimedFile {
  /** Where it is, all links followed. */
  readonly target: string;
  /** How many other names it has in the file system, which will go on naming the old text. */
  readonly otherNames: number;
  /** Writes the new text beside it, with its mode and, where that is allowed, its owner. */
  stage(text: string): void;
  /** Puts what was staged in its place; false where the claim was lost meanwhile, and then nothing has changed. */
  commit(): boolean;
  /** Removes whatever stands beside the file. */
  release(): void;
}

/** A file that can't be replaced, for a reason that the system does not tell. */
export class ReplaceError extends Error {
  override readonly name = "ReplaceError";
}

/**
 * Claims a file, which need not be there, but its folder must. Rejects with the system's error where that is in the way.
 *
 * @throws {ReplaceError}
 * @throws {ClaimError}
 */
export async function claimFile(path: string, own: OwnProcess): Promise<ClaimedFile> {
  if (path.endsWith("/")) throw new ReplaceError("a name that ends in a slash is that of a folder");
  const target = targetOf(path);
  const folder = dirname(target);
  if (!existsSync(folder)) throw new ReplaceError(`there is no folder ${JSON.stringify(folder)}`);
  const old = statSync(target, { throwIfNoEntry: false });
  // To take the place of a pipe or of a device would break it.
  if (old?.isFile() === false) throw new ReplaceError("it is not a file");
  const fault = old && createReplaceCheck()(target, old);
  if (fault !== undefined) throw new ReplaceError(fault);
  const { draft, isHeld, release } = await claim(target, own);
  return {
    target,
    otherNames: Math.max(0, (old?.nlink ?? 1) - 1),
    stage(text) {
      const now = statSync(target, { throwIfNoEntry: false });
      const fault = now && readOnlyFault(target);
      if (fault !== undefined) throw new ReplaceError("it is read-only: allow it to be written", fault);
      writeDraft(draft, text, now);
    },
    commit() {
      if (!isHeld()) return false;
      try {
        renameSync(draft, target);
      } catch (error) {
        // Whoever took this process for dead has removed it.
        if (isSystemError(error, "ENOENT")) return false;
        throw error;
      }
      syncFolder(folder);
      return true;
    },
    release,
  };
}

/** Where a path leads, be there something or not. */
export function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
  }
  const folder = dirname(path);
  // Whoever wants to write there says so.
  if (!existsSync(folder)) return path;
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
  if (link === undefined) return join(realpathSync(folder), basename(path));
  return targetOf(resolve(realpathSync(folder), link));
}

/** Why a file could not be replaced, without the names beside it, which mean nothing to a reader. */
export function replaceReason(error: unknown): string {
  if (!isSystemError(error)) return reasonOf(error);
  const [reason = ""] = reasonOf(error).split(", ");
  const isOfFolder = isSystemError(error, "EACCES", "EPERM", "EROFS", "EBUSY");
  return isOfFolder ? `${reason}; it is replaced as a whole, so its folder must be writable` : reason;
}

/** What is told of a file with other names; `instead` is what a symbolic link should lead to. */
export function linkWarning(otherNames: number, instead: string): string {
  const [names, keep] = otherNames === 1 ? ["1 other name", "keeps"] : [`${otherNames} other names`, "keep"];
  return `the file had ${names} (a hard link), which ${keep} the old text: let a symbolic link lead to ${instead} instead`;
}

function writeDraft(path: string, text: string, old: Stats | undefined): void {
  const file = openSync(path, "wx");
  try {
    if (old !== undefined) takeAfter(file, old, 0o777);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Some file systems can't do it, and then it is not needed. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    if (!isSystemError(error, "EINVAL", "EPERM", "EISDIR", "EACCES")) throw error;
  }
}
