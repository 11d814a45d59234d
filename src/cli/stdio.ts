/** Standard input and output, by their file descriptors: Node's streams take as long to load as a small list takes to pin. */
import { constants as bufferConstants, isUtf8 } from "node:buffer";
import { constants, fstatSync, ftruncateSync, readFileSync, readSync, writeSync } from "node:fs";
import { isSystemError, reasonOf } from "../fs/system-error.ts";
import { InputError } from "../krm/input-error.ts";
import { printable } from "../text/printable.ts";
import { coloured, type ToldLine } from "./told-line.ts";

/** Where the input comes from that no PATH names. */
export const stdin = 0;

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
  const pieces: string[] = [];
  let buffer = Buffer.allocUnsafe(1 << 16);
  // Bytes at the front of the buffer whose character goes on.
  let begun = 0;
  let size = 0;
  while (true) {
    const length = begun + fill(buffer.subarray(begun));
    const isLast = length < buffer.length;
    const end = isLast ? length : endOfCharacters(buffer);
    const piece = decode(buffer.subarray(0, end));
    size += piece.length;
    if (size > bufferConstants.MAX_STRING_LENGTH)
      throw new InputError("the input must be smaller than 512 MiB: split it");
    pieces.push(piece);
    if (isLast) return pieces.join("");
    const next = buffer.length < readMax ? Buffer.allocUnsafe(buffer.length * 2) : buffer;
    begun = buffer.copy(next, 0, end);
    buffer = next;
  }
}

const readMax = 1 << 20;

/** Where the last character ends that is there as a whole. */
function endOfCharacters(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= bytes.length - 3; at--) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return at + length > bytes.length ? at : bytes.length;
  }
  return bytes.length;
}

function decode(bytes: Buffer): string {
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

/** Standard output that can't be written. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/**
 * Returns when all is written: what is left in a buffer would be cut off by the end of the process. `patience` is for how
 * many milliseconds a pipe that does not block may take nothing.
 *
 * @throws {OutputError} where that is standard output, and its disk is full or the like.
 */
export function write(descriptor: number, text: string, patience?: number): void {
  writeParts(descriptor, [text], { patience });
}

/**
 * Writes standard output, all of it or, where that is a file, nothing.
 *
 * @throws {OutputError}
 */
export function writeStdout(parts: readonly string[]): void {
  const { takeBack } = stdoutState();
  try {
    writeParts(stdout, parts);
  } catch (error) {
    takeBack();
    throw error;
  }
}

/** Standard output of which as much was tried as can be. */
export interface TriedOutput {
  /** Writes what was not written yet. */
  finish(): void;
  /** Takes back what was written. */
  undo(): void;
}

/**
 * Tries whether a text can be written to standard output, for those who have more to do and do it only if it can: a file
 * must have space for all of it, and /dev/full shows nobody what is written to it. Of a pipe nothing is known before.
 *
 * @throws {OutputError}
 */
export function tryStdout(parts: readonly string[]): TriedOutput {
  const { isMemory, end, takeBack } = stdoutState();
  if (isMemory) {
    writeParts(stdout, parts);
    return { finish: () => undefined, undo: () => undefined };
  }
  if (end === undefined) return { finish: () => writeParts(stdout, parts), undo: () => undefined };
  try {
    // At its position, which stays where it is: afterwards the same is written there once more.
    writeParts(stdout, parts, { position: end });
  } catch (error) {
    takeBack();
    throw error;
  }
  return { finish: () => writeParts(stdout, parts), undo: takeBack };
}

interface StdoutState {
  /** True for a device that keeps nothing. */
  readonly isMemory: boolean;
  /** Where a file ends that is written from there on, by this process alone: `> FILE`, but not `>> FILE`. */
  readonly end: number | undefined;
  /** Removes from such a file what was written since. */
  takeBack(): void;
}

function stdoutState(): StdoutState {
  const stats = fstatSync(stdout);
  const isMemory = stats.isCharacterDevice() && majorOf(stats.rdev) === memoryDevices;
  const end = stats.isFile() && isAtEnd(stats.size) ? stats.size : undefined;
  return { isMemory, end, takeBack: () => end === undefined || ftruncateSync(stdout, end) };
}

// /dev/null, /dev/zero, /dev/full: https://www.kernel.org/doc/Documentation/admin-guide/devices.txt
const memoryDevices = 1;

/** True where a person sits at a descriptor. */
export async function isTerminal(descriptor: number): Promise<boolean> {
  const stats = fstatSync(descriptor);
  if (!stats.isCharacterDevice() || majorOf(stats.rdev) === memoryDevices) return false;
  // It takes milliseconds to load, and to most runs nobody sits.
  const { isatty } = await import("node:tty");
  return isatty(descriptor);
}

function majorOf(device: number): number {
  return (device >> 8) & 0xfff;
}

function isAtEnd(size: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${stdout}`, "utf8");
    const { position, flags = "" } =
      /^pos:\s*(?<position>\d+)\s+flags:\s*(?<flags>\d+)/.exec(info)?.groups ?? {};
    return Number(position) === size && (Number.parseInt(flags, 8) & constants.O_APPEND) === 0;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** How something is written. */
interface Writing {
  /** From where on; where the descriptor stands unless told. */
  readonly position?: number | undefined;
  readonly patience?: number | undefined;
}

function writeParts(
  descriptor: number,
  parts: readonly string[],
  { position, patience }: Writing = {},
): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const buffer = Buffer.allocUnsafe(bytesMax * Math.min(length, partSize + 1));
  let at = position;
  let filled = 0;
  const flush = (): void => {
    for (let written = 0; written < filled; ) {
      const bytes = writeSome(descriptor, buffer.subarray(written, filled), { position: at, patience });
      written += bytes;
      if (at !== undefined) at += bytes;
    }
    filled = 0;
  };
  for (const part of parts) {
    for (let from = 0; from < part.length; ) {
      const to = Math.min(part.length, endOfPart(part, from + partSize));
      if (filled + bytesMax * (to - from) > buffer.length) flush();
      filled += buffer.write(part.slice(from, to), filled);
      from = to;
    }
  }
  flush();
}

/** Writes lines to stderr, in characters that can do nothing but be read, and in colours where they are asked for. */
export function tell(lines: readonly (string | ToldLine)[], isColoured = false): void {
  const shown = lines.map((line) => {
    const text = cut(printable(typeof line === "string" ? line : line.text));
    return `${isColoured && typeof line !== "string" ? coloured(text, line) : text}\n`;
  });
  try {
    write(stderr, shown.join(""));
  } catch (error) {
    // Where nobody can be told anything, the work goes on, and the exit code tells how it ended.
    if (!isSystemError(error)) throw error;
  }
}

// kpt reads lines of stderr of at most 64 KiB, and loses all that follows a longer one.
const lineLengthMax = 8192;

function cut(line: string): string {
  return line.length > lineLengthMax ? `${line.slice(0, endOfPart(line, lineLengthMax))}…` : line;
}

function writeSome(descriptor: number, bytes: Uint8Array, { position, patience }: Writing): number {
  try {
    return patiently(() => writeSync(descriptor, bytes, 0, bytes.length, position), patience);
  } catch (error) {
    if (descriptor !== stdout || !isSystemError(error)) throw error;
    const [reason] = reasonOf(error).split(", ");
    throw new OutputError(`standard output could not be written: ${reason}`, { cause: error });
  }
}

// A long text is never in memory twice.
const partSize = 1 << 18;

// Those of a UTF-16 unit in UTF-8.
const bytesMax = 3;

/** The two halves of a character outside of Unicode's first plane stay together. */
function endOfPart(text: string, at: number): number {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff ? at + 1 : at;
}

/** Tries again where a pipe that does not block, which whoever started the process may have chosen, is not ready. */
function patiently(transfer: () => number, patience = Number.POSITIVE_INFINITY): number {
  // Node loads ten modules for its clock, which few runs need.
  let start: number | undefined;
  while (true) {
    try {
      return transfer();
    } catch (error) {
      start ??= performance.now();
      if (!isSystemError(error, "EAGAIN") || performance.now() - start > patience) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
