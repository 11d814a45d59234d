/** The lock that `--lock` names, on disk. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A lock that could not be written: the old one is still there. */
export class LockWriteError extends Error {
  override readonly name = "LockWriteError";
}

/** Reads the text of a lock; undefined where there is no such file. */
export async function readLockText(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(path));
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
export async function writeLockText(path: string, text: string): Promise<void> {
  let temporary: string | undefined;
  try {
    // A link stays one.
    const target = await targetOf(path);
    temporary = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.tmp`);
    const file = await open(temporary, "wx", await modeOf(target));
    await writeAll(file, text);
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockWriteError(`\`--lock\` could not be written: ${reason}`, { cause: error });
  }
}

async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isSystemError(error, ["ENOENT"])) return path;
    throw error;
  }
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (isSystemError(error, ["ENOENT"])) return 0o644;
    throw error;
  }
}

async function writeAll(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Some file systems can't do it, and then it is not needed. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    if (!isSystemError(error, ["EINVAL", "EPERM", "EISDIR", "EACCES"])) throw error;
  }
}

function isSystemError(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
