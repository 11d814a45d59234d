/** A lock in a file of its own, and whether it is to be written. */
export interface LockFileOption {
  /** What is in the file; empty where there is none yet. */
  readonly text: string;
  readonly update: boolean;
  /** What messages call it: the name of the file. */
  readonly name?: string;
}
