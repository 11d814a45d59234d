/** What is wrong with files, and where. */
import { UnfitFileError } from "../fs/read.ts";
import { isSystemError, reasonOf } from "../fs/system-error.ts";

/** A PATH that can't be run over. */
export class PathError extends Error {
  override readonly name = "PathError";
}

/** A file that can't be written; then none is. */
export class FileWriteError extends Error {
  override readonly name = "FileWriteError";
  /** `changed`: somebody has written the file meanwhile, so the run may begin anew. */
  readonly kind: "changed" | "failed";

  constructor(kind: FileWriteError["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Why a file could not be read, without its name; undefined for what is no fault of a file. */
export function fileFault(error: unknown): string | undefined {
  if (error instanceof UnfitFileError) return error.fault;
  // "EACCES: permission denied, open 'web.yaml'"
  return isSystemError(error) ? reasonOf(error).split(", ", 1)[0] : undefined;
}
