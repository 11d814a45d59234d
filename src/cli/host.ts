/** What the program needs of the process that it runs in. */
import type { OwnProcess } from "../fs/process-mark.ts";

/** The process. */
export interface Host extends OwnProcess {
  /** The second is the program itself. */
  readonly argv: readonly string[];
  readonly env: Record<string, string | undefined>;
}
