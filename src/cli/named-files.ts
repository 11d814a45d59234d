/** The files that a command line names. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { ConfigSources } from "../config/config-sources.ts";
import { defaultConfig } from "../config/default-config.ts";
import { parseDuration } from "../config/option-reader.ts";
import { besideReader } from "../fs/beside.ts";
import { readNamedFile } from "../fs/read.ts";
import { untilAnswered } from "../fs/remote.ts";
import { reasonOf } from "../fs/system-error.ts";
import type { LockFileOption } from "../lock/lock-file-option.ts";
import type { Arguments } from "./arguments.ts";
import type { Host } from "./host.ts";
import { clearLockFolder, readLockText } from "./lock-file-io.ts";
import { outputTarget } from "./output-target.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Waits until the file systems of the files that a command line names have answered, since they are read while nothing else
 * can end the run.
 *
 * @throws {UsageError} where one has not at the deadline.
 */
export async function untilNamedFilesAnswer({ functionConfig, lock, overrides }: Arguments): Promise<void> {
  const deadline = deadlineIn(overrides) ?? defaultConfig.network.deadline;
  const named = [
    ["--function-config", functionConfig],
    ["--lock", lock],
    // Its claims are files beside it.
    ["--lock", lock && dirname(lock)],
  ] as const;
  for (const [flag, path] of named) {
    if (!path) continue;
    try {
      await untilAnswered(path, deadline - performance.now());
    } catch (error) {
      throw new UsageError(`\`${flag}\` must name a file that can be read: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }
}

function deadlineIn(overrides: Arguments["overrides"]): number | undefined {
  const text = overrides.get("network.deadline");
  // What is wrong with it is told when the configuration is read.
  return text === undefined ? undefined : parseDuration(text);
}

/**
 * The configuration that a command line gives, with what stands in the file that it names.
 *
 * @throws {UsageError}
 */
export function readConfigSources({ functionConfig, overrides }: Arguments): ConfigSources {
  if (functionConfig === undefined) return { overrides };
  return {
    functionConfig: readConfigFile(functionConfig),
    functionConfigFolder: dirname(functionConfig),
    overrides,
  };
}

function readConfigFile(path: string): string {
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
  if (lock === "-" && !existsSync(lock))
    throw new UsageError(
      "`--lock` must name a file, such as image-lock.yaml, since stdin and stdout carry the resources",
    );
  const place = lock === "-" ? "file" : outputTarget(lock);
  if (place !== "file")
    throw new UsageError(
      `\`--lock\` ${JSON.stringify(lock)} is the file that ${place} goes to: name another`,
    );
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
  return { text: text ?? "", update: updateLock, name: lock, readBeside: besideReader(lock) };
}
