/** The lock that `--lock` names, on disk. */
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** A lock that could not be written: the old one is still there. */
export class LockWriteError extends Error {
  override readonly name = "LockWriteError";
}

/** Reads the text of a lock; undefined where there is no such file. */
export function readLockText(path: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (isSystemError(error, ["ENOENT"])) return undefined;
    throw error;
  }
}

/**
 * Writes the text of a lock so that at any moment, also after a crash, the whole old one is there or the whole new one.
 *
 * @throws {LockWriteError}
 */
export function writeLockText(path: string, text: string): void {
  let temporary: string | undefined;
  try {
    // A link stays one.
    const target = targetOf(path);
    temporary = join(dirname(target), `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
    writeAll(temporary, text, modeOf(target));
    renameSync(temporary, target);
    syncFolder(dirname(target));
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockWriteError(`\`--lock\` could not be written: ${reason}`, { cause: error });
  }
}

function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isSystemError(error, ["ENOENT"])) return path;
    throw error;
  }
}

function modeOf(path: string): number {
  try {
    return statSync(path).mode & 0o777;
  } catch (error) {
    if (isSystemError(error, ["ENOENT"])) return 0o644;
    throw error;
  }
}

function writeAll(path: string, text: string, mode: number): void {
  const file = openSync(path, "wx", mode);
  try {
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
    if (!isSystemError(error, ["EINVAL", "EPERM", "EISDIR", "EACCES"])) throw error;
  }
}

function isSystemError(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
