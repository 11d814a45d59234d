/** A lock in a file of its own, and whether it is to be written. */
export interface LockFileOption {
  /** What is in the file; empty where there is none yet. */
  readonly text: string;
  readonly update: boolean;
  /** The text of a file beside it; undefined where there is no such file, or none that can be read. */
  readonly readBeside?: (name: string) => string | undefined;
  /** What messages call it: the name of the file. */
  readonly name?: string;
}
