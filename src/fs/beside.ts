/** Files that belong to another, beside which they lie: `image-lock.sha256-….yaml` to `image-lock.yaml`. */
import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { readNamedFile, UnfitFileError } from "./read.ts";
import { targetOf } from "./replace-file.ts";
import { isSystemError } from "./system-error.ts";

/** The path of a file that belongs to another. */
export function besideName(path: string, name: string): string {
  return join(dirname(path), `${parse(path).name}.${name}`);
}

/** Where a file that belongs to another is, all links to that followed. */
export function besidePath(path: string, name: string): string {
  return besideName(targetOf(path), name);
}

/** Reads the texts of files that belong to another; what can't be read counts as not there. */
export function besideReader(path: string): (name: string) => string | undefined {
  return (name) => {
    try {
      return readNamedFile(besidePath(path, name)).toString("utf8");
    } catch (error) {
      if (!isSystemError(error) && !(error instanceof UnfitFileError)) throw error;
      return undefined;
    }
  };
}

/** Writes a file whose name is taken by nothing, or by what is worth nothing: a link is not followed. */
export function writeNew(path: string, text: string): void {
  rmSync(path, { force: true });
  const file = openSync(path, "wx");
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
