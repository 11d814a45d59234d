/** Opening what a report goes to where that is no file. */
import { constants, fstatSync, openSync, statSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { ReplaceError } from "../fs/replace-file.ts";
import { isSystemError } from "../fs/system-error.ts";

/**
 * The descriptor of what can't be replaced: a pipe or a device, or what the shell has open already, as `/dev/fd/3`. Whoever
 * reads that would see nothing of another file, and it may hold something already. Undefined for a file.
 *
 * @throws {ReplaceError} for a pipe that nobody reads
 */
export async function openOutput(path: string): Promise<number | undefined> {
  const { descriptor } = /^\/(?:dev|proc\/self)\/fd\/(?<descriptor>\d+)$/.exec(path)?.groups ?? {};
  if (descriptor !== undefined) {
    // Throws where there is none.
    fstatSync(Number(descriptor));
    return Number(descriptor);
  }
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() ?? true) return undefined;
  for (let waits = 0; ; waits++) {
    try {
      return openSync(path, FLAGS);
    } catch (error) {
      if (!stats?.isFIFO() || !isSystemError(error, "ENXIO")) throw error;
      if (waits === WAITS) throw new ReplaceError("it is a pipe that nobody reads", { cause: error });
    }
    await setTimeout(WAIT);
  }
}

// Opened otherwise, a pipe waits without end for somebody who reads it.
const FLAGS = constants.O_WRONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** A second in all, in milliseconds: who is to read it may still be starting. */
const WAIT = 10;
const WAITS = 100;
