/** Reading the text of a file, and knowing whether the file is still the one that was read. */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { LARGE_FILE_MAX, UnfitFileError } from "../fs/read.ts";
import type { Position } from "../krm/result.ts";

/** What a file held when it was read. */
export interface ReadFile {
  readonly bytes: Buffer;
  /** What the system said of the file when it was opened. */
  readonly stats: BigIntStats;
}

/** By what a file is known again. */
export interface FileState {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Reads a regular file. Throws the system's error, or an {@link UnfitFileError}. */
export function readFile(path: string): ReadFile {
  const file = openSync(path, FLAGS);
  try {
    const stats = fstatSync(file, { bigint: true });
    if (!stats.isFile()) throw new UnfitFileError(path, "is not a regular file");
    if (stats.size > LARGE_FILE_MAX)
      throw new UnfitFileError(path, `holds more than ${LARGE_FILE_MAX / 1_048_576} MiB`);
    return { bytes: readAll(path, file, Number(stats.size)), stats };
  } finally {
    closeSync(file);
  }
}

/** Tells by which a file is known again. */
export function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

/** True for the same file with the same content, as far as the system's times tell. */
export function isSameState(one: FileState, other: FileState): boolean {
  return (
    one.ino === other.ino &&
    one.dev === other.dev &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  );
}

/**
 * The hash of what was read, if it must be known: two changes within one tick of the system's clock have the same time, so the
 * times of a file that was just written tell nothing.
 */
export function hashIfFresh(bytes: Uint8Array, { mtimeNs }: FileState): string | undefined {
  const isFresh = BigInt(Date.now()) * 1_000_000n - mtimeNs < 2_000_000_000n;
  return isFresh ? hashOf(bytes) : undefined;
}

/** The same for the same bytes. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** Where the first byte stands that is not UTF-8; undefined where all are. */
export function utf8Fault(bytes: Buffer): Position | undefined {
  if (isUtf8(bytes)) return undefined;
  const text = bytes.toString("utf8");
  let [known, offset] = [0, 0];
  for (let at = text.indexOf(REPLACEMENT); at !== -1; at = text.indexOf(REPLACEMENT, at + 1)) {
    offset += Buffer.byteLength(text.slice(known, at));
    known = at;
    // It may be what the file holds.
    if (bytes.subarray(offset, offset + 3).equals(REPLACEMENT_BYTES)) continue;
    const lines = text.slice(0, at).split("\n");
    return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
  }
  return { line: 1, column: 1 };
}

/** What stands in a text for bytes that are none of it. */
const REPLACEMENT = "\ufffd";
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);

// What has become a pipe since it was found is opened without waiting for a writer. Windows has no such flags.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** One byte more than there should be shows a file that grows; one that has its size and no more needs no second look. */
function readAll(path: string, file: number, size: number): Buffer {
  let buffer = Buffer.allocUnsafe(size + 1);
  for (let length = 0; ; ) {
    const read = readSync(file, buffer, length, buffer.length - length, null);
    length += read;
    if (read === 0 || length === size) return buffer.subarray(0, length);
    if (length > LARGE_FILE_MAX)
      throw new UnfitFileError(path, `holds more than ${LARGE_FILE_MAX / 1_048_576} MiB`);
    if (length === buffer.length) buffer = Buffer.concat([buffer], length * 2);
  }
}
