import type { Position } from "../../krm/result.ts";

/** A fault of a lock, without the name of its file and the place in that. */
export interface LockFault {
  readonly position: Position;
  readonly message: string;
}

/** A file that is no lock, or one with faults; each line of the message names a place in it. */
export class LockFileError extends Error {
  override readonly name = "LockFileError";
  /** What is wrong with it. */
  readonly faults: readonly LockFault[];

  constructor(message: string, faults: readonly LockFault[] = [], options?: { readonly cause?: unknown }) {
    super(message, options);
    this.faults = faults;
  }
}
