/** The lock that `--lock` names, on disk. */
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isSystemError, reasonOf } from "../fs/system-error.ts";

/** A lock that could not be written: the old one is still there. */
export class LockWriteError extends Error {
  override readonly name = "LockWriteError";
}

/** Reads the text of a lock; undefined where there is no such file. */
export function readLockText(path: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The text of a lock, and the one that it is made from. */
export interface LockText {
  readonly before: string;
  readonly text: string;
}

/**
 * Writes the text of a lock so that at any moment, also after a crash, the whole old one is there or the whole new one.
 * False where another run has written it meanwhile, whose additions would be lost: then nothing is written.
 *
 * @throws {LockWriteError}
 */
export function writeLockText(path: string, { before, text }: LockText): boolean {
  let temporary: string | undefined;
  try {
    // A link stays one.
    const target = targetOf(path);
    const old = statSync(target, { throwIfNoEntry: false });
    // To take the place of a pipe or of a device would break it.
    if (old?.isFile() === false) throw new Error(`${JSON.stringify(path)} is no file`);
    const folder = dirname(target);
    if (!existsSync(folder)) throw new Error(`there is no folder ${JSON.stringify(folder)}`);
    temporary = join(folder, `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
    writeAll(temporary, text, old);
    const now = readLockText(target) ?? "";
    if (now !== before) {
      rmSync(temporary);
      return now === text;
    }
    renameSync(temporary, target);
    syncFolder(folder);
    return true;
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw new LockWriteError(`\`--lock\` could not be written: ${namelessReason(error)}`, { cause: error });
  }
}

function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    const link = linkOf(path);
    return link === undefined ? path : targetOf(resolve(realpathSync(dirname(path)), link));
  }
}

/** Where a link leads to, be there something or not. */
function linkOf(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}

function writeAll(path: string, text: string, old: Stats | undefined): void {
  const file = openSync(path, "wx");
  try {
    if (old !== undefined) giveTo(file, old);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The owner only where we may: who may write into the folder need not be the one. */
function giveTo(file: number, { uid, gid, mode }: Stats): void {
  try {
    fchownSync(file, uid, gid);
  } catch (error) {
    if (!isSystemError(error, "EPERM", "EINVAL", "ENOSYS")) throw error;
  }
  fchmodSync(file, mode & 0o777);
}

/** The reason without the name of the file that is written first, which is another each time. */
function namelessReason(error: unknown): string {
  const reason = reasonOf(error);
  return isSystemError(error) ? (reason.split(", ")[0] ?? reason) : reason;
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
