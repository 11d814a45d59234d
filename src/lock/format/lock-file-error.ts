/** A file that is no lock, or one with faults; each line of the message names a place in it. */
export class LockFileError extends Error {
  override readonly name = "LockFileError";
}
