/** The files that a command line names. */
import { existsSync } from "node:fs";
import { readNamedFile } from "../fs/read.ts";
import { reasonOf } from "../fs/system-error.ts";
import type { LockFileOption } from "../lock/lock-file-option.ts";
import type { Arguments } from "./arguments.ts";
import type { Host } from "./host.ts";
import { clearLockFolder, readLockText } from "./lock-file-io.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads the file that `--function-config` names.
 *
 * @throws {UsageError}
 */
export function readConfigFile(path: string): string {
  if (path === "-" && !existsSync(path))
    throw new UsageError("`--function-config` must name a file, since stdin carries the resources", {
      meant: "pin-digests -f FILE",
    });
  try {
    return readNamedFile(path).toString("utf8");
  } catch (error) {
    throw new UsageError(`\`--function-config\` must name a file that can be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

const lockModes: ReadonlySet<string> = new Set(["auto", "create", "frozen", "off"]);

/**
 * Reads the file that `--lock` names, if it does.
 *
 * @throws {UsageError}
 */
export function readLock({ lock, updateLock }: Arguments, host: Host): LockFileOption | undefined {
  if (lock === undefined) {
    if (updateLock) throw new UsageError("`--update-lock` must say which: `--lock FILE`");
    return undefined;
  }
  if (lock === "") throw new UsageError("`--lock` must name a file");
  if (lockModes.has(lock) && !existsSync(lock))
    throw new UsageError(`\`--lock\` names a file, and there is no ${JSON.stringify(lock)}`, {
      meant: `--lock-mode ${lock}`,
    });
  clearLockFolder(lock, host);
  const must = "`--lock` must name a file that can be read";
  let text: string | undefined;
  try {
    text = readLockText(lock);
  } catch (error) {
    throw new UsageError(`${must}: ${reasonOf(error)}`, { cause: error });
  }
  if (text === undefined && !updateLock)
    throw new UsageError(`${must}, but there is no ${JSON.stringify(lock)}; \`--update-lock\` makes it`);
  return { text: text ?? "", update: updateLock, name: lock };
}
