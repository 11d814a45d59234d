/** A lock that could not be written: the old one is still there. */
export class LockWriteError extends Error {
  override readonly name = "LockWriteError";
}
