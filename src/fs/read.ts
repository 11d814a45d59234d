/**
 * Reading files by node:fs, since node:fs/promises takes as long to load as a small list takes to pin. Only regular files
 * are read, and no more of them than a file of their kind can hold: a pipe may never end, a device never stops.
 */
import {
  close,
  closeSync,
  constants,
  fstat,
  fstatSync,
  open,
  openSync,
  read,
  readdir,
  readSync,
  type Stats,
  stat,
  statSync,
} from "node:fs";

import { untilAnswered } from "./remote.ts";

/** A file that is there and is not read: no regular file, or larger than one of its kind can be. */
export class UnfitFileError extends Error {
  override readonly name = "UnfitFileError";
  /** The message without the name of the file: "is a pipe, not a regular file". */
  readonly fault: string;

  constructor(path: string, fault: string) {
    super(`${JSON.stringify(path)} ${fault}`);
    this.fault = fault;
  }
}

/** Bytes of the largest bundle of certificates, Docker configuration or token; most have a few thousand. */
export const SMALL_FILE_MAX: number = 4 * 1_048_576;

/** Bytes of the largest file that a person names on the command line. */
export const LARGE_FILE_MAX: number = 64 * 1_048_576;

/** The text of a small file in UTF-8. Rejects with the system's error, or an {@link UnfitFileError}. */
export async function readTextFile(path: string): Promise<string> {
  await untilAnswered(path);
  // A device is not even opened: some act when they are.
  checkKind(path, await promised<Stats>((done) => stat(path, done)));
  const file = await promised<number>((done) => open(path, FLAGS, done));
  try {
    checkKind(path, await promised<Stats>((done) => fstat(file, done)));
    const chunks: Buffer[] = [];
    for (let size = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_SIZE);
      const length = await promised<number>((done) => read(file, chunk, 0, CHUNK_SIZE, null, done));
      if (length === 0) return Buffer.concat(chunks).toString("utf8");
      size += length;
      checkSize(path, size, SMALL_FILE_MAX);
      chunks.push(chunk.subarray(0, length));
    }
  } finally {
    close(file, () => undefined);
  }
}

/** The bytes of a file that a person has named on the command line. Throws the system's error, or an {@link UnfitFileError}. */
export function readNamedFile(path: string): Buffer {
  checkKind(path, statSync(path));
  const file = openSync(path, FLAGS);
  try {
    checkKind(path, fstatSync(file));
    const chunks: Buffer[] = [];
    for (let size = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_SIZE);
      const length = readSync(file, chunk);
      if (length === 0) return Buffer.concat(chunks);
      size += length;
      checkSize(path, size, LARGE_FILE_MAX);
      chunks.push(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

/** The names in a folder. Rejects with the system's error. */
export async function readFolder(path: string): Promise<readonly string[]> {
  await untilAnswered(path);
  return promised((done) => readdir(path, done));
}

// What has become a pipe since it was looked at is opened without waiting for a writer. Windows has no such flags.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

const CHUNK_SIZE = 65_536;

function checkKind(path: string, stats: Stats): void {
  const fault = kindFault(stats);
  if (fault !== undefined) throw new UnfitFileError(path, fault);
}

/** What something is that is not read: "is a pipe, not a regular file"; undefined for a regular file. */
export function kindFault(stats: Stats): string | undefined {
  return stats.isFile() ? undefined : `is ${kindOf(stats)}, not a regular file`;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

/** Counted while reading: the files of /proc say that they are empty, and others grow. */
function checkSize(path: string, size: number, sizeMax: number): void {
  if (size > sizeMax) throw new UnfitFileError(path, `holds more than ${sizeMax / 1_048_576} MiB`);
}

function promised<Value>(
  start: (done: (error: NodeJS.ErrnoException | null, value: Value) => void) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error === null ? resolve(value) : reject(error)));
  });
}
