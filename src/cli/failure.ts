/** What is told of a run that ends by an error, and with which exit code. */
import { FunctionConfigError } from "../config/config-sources.ts";
import { FileWriteError, PathError } from "../files/file-error.ts";
import { codeOf, isSystemError, reasonOf } from "../fs/system-error.ts";
import { InputError } from "../krm/input-error.ts";
import { LockFileError } from "../lock/format/lock-file-error.ts";
import { ReportError } from "../report/report-error.ts";
import { LockWriteError } from "./lock-write-error.ts";
import { OutputError, tell } from "./stdio.ts";
import { UsageError } from "./usage-error.ts";

/** Tells on stderr what went wrong, and returns the exit code. */
export function tellFailure(error: unknown): number {
  // Whoever reads no more wants no more.
  if (isSystemError(error instanceof OutputError ? error.cause : error, "EPIPE")) return 1;
  if (error instanceof UsageError && error.meant !== undefined) {
    tell([`pin-digests: ${error.message}: did you mean \`${error.meant}\`?`]);
    return 2;
  }
  if (error instanceof UsageError || error instanceof FunctionConfigError || error instanceof PathError) {
    tell([`pin-digests: ${error.message}: see \`pin-digests --help\``]);
    return 2;
  }
  if (error instanceof LockFileError) {
    tell(error.message.split("\n").map((line) => `pin-digests: \`--lock\` ${line}`));
    return 2;
  }
  if (isPlain(error)) {
    tell([`pin-digests: ${error.message}`]);
    return 1;
  }
  if (isOfMachine(error)) {
    tell([`pin-digests: this machine does not let it go on: ${reasonOf(error)}`]);
    return 1;
  }
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tell(`pin-digests: unexpected fault, please report it: ${fault}`.split("\n"));
  return 1;
}

/** An error of the system, and none of Node's own about how it is used. */
function isOfMachine(error: unknown): boolean {
  return /^E(?!RR_)[A-Z0-9]+$/.test(codeOf(error) ?? "");
}

/** Whether the message of an error says it all. */
function isPlain(error: unknown): error is Error {
  return [InputError, FileWriteError, LockWriteError, OutputError, ReportError].some(
    (kind) => error instanceof kind,
  );
}
