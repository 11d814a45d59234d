/**
 * What a run does to the world: messages, reports, locks, stdout, in this order. All that can fail is tried before the
 * first of them is done, so that a run that fails has done nothing.
 */
import { ClaimError } from "../fs/claim.ts";
import type { OwnProcess } from "../fs/process-mark.ts";
import { UnfitFileError } from "../fs/read.ts";
import {
  type ClaimedFile,
  claimFile,
  linkWarning,
  ReplaceError,
  replaceReason,
  targetOf,
} from "../fs/replace-file.ts";
import { isSystemError } from "../fs/system-error.ts";
import { stageBeside } from "./beside-lock.ts";
import { readLockText } from "./lock-file-io.ts";
import { LockWriteError } from "./lock-write-error.ts";
import { openOutput } from "./open-output.ts";
import { outputTarget } from "./output-target.ts";
import { OutputError, stderr, tell, tryStdout, write } from "./stdio.ts";
import type { ToldLine } from "./told-line.ts";
import { UsageError } from "./usage-error.ts";

/** What is to be done. */
export interface Effects {
  /** Lines for stderr. */
  readonly messages: readonly (string | ToldLine)[];
  /** Whether they are written in colours. */
  readonly isColoured?: boolean;
  readonly reports: readonly ReportFile[];
  readonly locks: readonly LockChange[];
  /** What goes to stdout, in parts. */
  readonly output: readonly string[];
  /** What is done once the locks are written. */
  readonly afterLocks?: () => void;
}

/** A report, and the file that `--output` names, which is not stdout. */
export interface ReportFile {
  readonly path: string;
  readonly text: string;
}

/** A new text for the file of a lock. */
export interface LockChange {
  readonly path: string;
  /** How messages name it; "`--lock`" with its path unless told. */
  readonly label?: string;
  /** The text that the run has read. */
  readonly before: string;
  readonly text: string;
  /** New files that belong to it, by their names. */
  readonly beside?: ReadonlyMap<string, string> | undefined;
  /** Makes the same changes to another text; undefined where the two contradict each other. */
  readonly update: (text: string) => Promise<string | undefined>;
}

/**
 * Does all of it. False where another run has written into the lock what contradicts this one: then nothing is done, and
 * the run begins anew.
 *
 * @throws {UsageError} where a report can't be written.
 * @throws {LockWriteError}
 * @throws {OutputError}
 */
export async function perform(effects: Effects, own: OwnProcess): Promise<boolean> {
  const claimed: ClaimedFile[] = [];
  const claimAt = async (path: string): Promise<ClaimedFile> => {
    if (claimed.some(({ target }) => target === targetOf(path)))
      throw new UsageError(`${clashOf(effects)}, ${JSON.stringify(path)}`);
    const file = await claimFile(path, own);
    claimed.push(file);
    return file;
  };
  const locks: StagedLock[] = [];
  const release = (): void => {
    // Whoever has the claim next may count on what lies beside the lock.
    for (const lock of locks.splice(0)) lock.discard();
    for (const file of claimed.splice(0)) file.release();
  };
  try {
    const reports = [];
    for (const report of effects.reports) reports.push(await stageReport(report, claimAt));
    for (const change of effects.locks) {
      const lock = await stageLock(change, claimAt);
      if (lock === "contradiction") return false;
      locks.push(lock);
    }
    const stdout = tryStdout(effects.output);
    try {
      tell([...effects.messages, ...locks.flatMap(({ warnings }) => warnings)], effects.isColoured);
      if (!reports.every((commit) => commit()) || !locks.every((lock) => lock.commit())) {
        stdout.undo();
        return false;
      }
    } catch (error) {
      stdout.undo();
      throw error;
    }
    effects.afterLocks?.();
    // Whoever reads stdout may take long, and others wait for the lock.
    release();
    stdout.finish();
    return true;
  } finally {
    release();
  }
}

/** A run over files names its locks itself. */
function clashOf({ locks }: Effects): string {
  return locks.some(({ label }) => label !== undefined)
    ? "two things are to be written to the same file"
    : "`--output` and `--lock` name the same file";
}

/** Claims a file for this process. */
type ClaimAt = (path: string) => Promise<ClaimedFile>;

/** What writes a report; false where the claim was lost. @throws {UsageError} where that can't be */
async function stageReport({ path, text }: ReportFile, claimAt: ClaimAt): Promise<() => boolean> {
  const commit = await stagedReport({ path, text }, claimAt);
  return () => {
    try {
      return commit();
    } catch (error) {
      // Whoever reads no more wants no more.
      if (!isSystemError(error) || isSystemError(error, "EPIPE")) throw error;
      throw new OutputError(
        `\`--output\` ${JSON.stringify(path)} could not be written: ${replaceReason(error)}`,
        { cause: error },
      );
    }
  };
}

async function stagedReport({ path, text }: ReportFile, claimAt: ClaimAt): Promise<() => boolean> {
  if (outputTarget(path) === "stderr")
    return () => {
      write(stderr, text);
      return true;
    };
  try {
    const open = await openOutput(path);
    if (open !== undefined)
      return () => {
        writePipe(open, text, path);
        return true;
      };
    const file = await claimAt(path);
    file.stage(text);
    return () => file.commit();
  } catch (error) {
    if (!isExpected(error)) throw error;
    throw new UsageError(
      `\`--output\` must name a file that can be written, but ${JSON.stringify(path)} can't: ${replaceReason(error)}`,
      { cause: error },
    );
  }
}

/** @throws {UsageError} for a pipe whose reader takes nothing: it would hold up a run, and all who wait for its locks, for ever. */
function writePipe(descriptor: number, text: string, path: string): void {
  try {
    write(descriptor, text, PATIENCE);
  } catch (error) {
    if (!isSystemError(error, "EAGAIN")) throw error;
    throw new UsageError(
      `\`--output\` must name a file that can be written, but ${JSON.stringify(path)} is a pipe whose reader has taken nothing for ${PATIENCE / 1000} s`,
      { cause: error },
    );
  }
}

/** In milliseconds. */
const PATIENCE = 20_000;

/** A lock whose new text lies beside it. */
interface StagedLock {
  readonly warnings: readonly string[];
  /** False where the claim was lost. */
  commit(): boolean;
  /** Removes what was written beside it, unless it was committed. */
  discard(): void;
}

/** Writes the new text of a lock beside it. @throws {LockWriteError} */
async function stageLock(change: LockChange, claimAt: ClaimAt): Promise<StagedLock | "contradiction"> {
  const name = change.label ?? `\`--lock\` ${JSON.stringify(change.path)}`;
  try {
    const file = await claimAt(change.path);
    const now = readLockText(file.target) ?? "";
    const text = now === change.before ? change.text : await change.update(now);
    if (text === undefined) return "contradiction";
    if (text !== now) file.stage(text);
    const beside = stageBeside({ ...change, before: now, text });
    const commit = (): boolean => {
      try {
        if (text !== now && !file.commit()) return false;
        beside.keep();
        return true;
      } catch (error) {
        throw lockError(name, error);
      }
    };
    const warnings = linkWarnings(name, text === now ? 0 : file.otherNames);
    return { warnings, commit, discard: beside.discard };
  } catch (error) {
    throw lockError(name, error);
  }
}

function lockError(name: string, error: unknown): unknown {
  if (!isExpected(error)) return error;
  return new LockWriteError(`${name} could not be written: ${replaceReason(error)}`, {
    cause: error,
  });
}

function isExpected(error: unknown): boolean {
  return (
    isSystemError(error) ||
    error instanceof ReplaceError ||
    error instanceof ClaimError ||
    error instanceof UnfitFileError
  );
}

function linkWarnings(name: string, otherNames: number): readonly string[] {
  return otherNames === 0 ? [] : [`[warning] ${name}: ${linkWarning(otherNames, "the lock")}`];
}
