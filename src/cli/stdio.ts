/** Standard input and output, by their file descriptors: Node's streams take as long to load as a small list takes to pin. */
import { isUtf8 } from "node:buffer";
import { readSync, writeSync } from "node:fs";
import { isSystemError, reasonOf } from "../fs/system-error.ts";
import { InputError } from "../krm/input.ts";
import { printable } from "../text/printable.ts";

const stdin = 0;

/** Where the list goes. */
export const stdout = 1;

/** Where all else goes: what is told to people, by {@link tell}. */
export const stderr = 2;

/**
 * Reads standard input to its end.
 *
 * @throws {InputError} where it can't be read, or is not UTF-8
 */
export function readStdin(): string {
  const chunks: Uint8Array[] = [];
  let size = 1 << 16;
  while (true) {
    const chunk = Buffer.allocUnsafe(size);
    const length = fill(chunk);
    chunks.push(chunk.subarray(0, length));
    if (length < size) break;
    size *= 2;
  }
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw new InputError("the input must be UTF-8, but it holds bytes that are not");
  return bytes.toString();
}

/** Reads until the buffer is full or the input ends, and returns how many bytes it has taken. */
function fill(buffer: Uint8Array): number {
  let length = 0;
  while (length < buffer.length) {
    const read = readSome(buffer.subarray(length));
    if (read === 0) break;
    length += read;
  }
  return length;
}

function readSome(buffer: Uint8Array): number {
  try {
    return patiently(() => readSync(stdin, buffer));
  } catch (error) {
    throw new InputError(`standard input must be a file or a pipe that can be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Returns when all is written: what is left in a buffer would be cut off by the end of the process. */
export function write(descriptor: number, text: string): void {
  for (let from = 0; from < text.length; ) {
    const to = endOfPart(text, from + partSize);
    const bytes = Buffer.from(text.slice(from, to));
    for (let written = 0; written < bytes.length; ) {
      written += patiently(() => writeSync(descriptor, bytes, written));
    }
    from = to;
  }
}

/** Writes lines to stderr, in characters that can do nothing but be read. */
export function tell(lines: readonly string[]): void {
  write(stderr, lines.map((line) => `${cut(printable(line))}\n`).join(""));
}

// kpt reads lines of stderr of at most 64 KiB, and loses all that follows a longer one.
const lineLengthMax = 8192;

function cut(line: string): string {
  return line.length > lineLengthMax ? `${line.slice(0, endOfPart(line, lineLengthMax))}…` : line;
}

// A long text is never in memory twice.
const partSize = 1 << 20;

/** The two halves of a character outside of Unicode's first plane stay together. */
function endOfPart(text: string, at: number): number {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff ? at + 1 : at;
}

/** Tries again where a pipe that does not block, which whoever started the process may have chosen, is not ready. */
function patiently(transfer: () => number): number {
  while (true) {
    try {
      return transfer();
    } catch (error) {
      if (!isSystemError(error, "EAGAIN")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
