/**
 * Putting new texts in the place of files. Each is written beside its file first, so that the disk is known to hold them
 * all; then each is renamed over its file, if that is still the one that was read. Whenever the process ends, each file
 * holds its old text or its new one.
 */
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { takeAfter } from "../fs/ownership.ts";
import type { OwnProcess } from "../fs/process-mark.ts";
import { UnfitFileError } from "../fs/read.ts";
import { createReplaceCheck, type ReplaceCheck, readOnlyFault } from "../fs/replace-check.ts";
import { linkWarning, replaceReason } from "../fs/replace-file.ts";
import { isSystemError } from "../fs/system-error.ts";
import type { Result } from "../krm/result.ts";
import { applyEdits, OverlapError } from "../yaml/text-edit.ts";
import { draftEnding, draftPath } from "./draft-name.ts";
import { FileWriteError, fileFault } from "./file-error.ts";
import {
  type FileState,
  hashIfFresh,
  hashOf,
  isSameState,
  type ReadFile,
  readFile,
  stateOf,
} from "./file-text.ts";
import type { FileChange } from "./plan-each.ts";

/** New texts that lie beside their files. */
export interface StagedFiles {
  /** What is to be known of them. */
  readonly warnings: readonly Result[];
  /** Puts them in place. The files that were changed meanwhile stay as they are, and are told. */
  commit(): readonly Result[];
  /** Removes what is left of them. */
  discard(): void;
}

interface Staged {
  readonly change: FileChange;
  readonly target: string;
  readonly draft: string;
  readonly state: FileState;
  /** That of what was read, where the times of the file don't tell whether it was changed. */
  readonly hash: string | undefined;
}

/**
 * Writes new texts beside their files.
 *
 * @throws {FileWriteError} where one can't be written, or its file is another by now: then nothing is left beside any.
 */
export function stageFiles(changes: readonly FileChange[], own: OwnProcess): StagedFiles {
  const staged = new Set<Staged>();
  const warnings: Result[] = [];
  const discard = (): void => {
    for (const { draft } of staged) rmSync(draft, { force: true });
    staged.clear();
  };
  const by = { ending: draftEnding(own), check: createReplaceCheck() };
  try {
    for (const change of changes) {
      const { otherNames, ownerWarning, ...file } = stageFile(change, by);
      staged.add(file);
      if (ownerWarning !== undefined) warnings.push(warningOf(change, ownerWarning));
      if (otherNames > 0) warnings.push(warningOf(change, linkWarning(otherNames, "it")));
    }
  } catch (error) {
    discard();
    throw error;
  }
  return { warnings, commit: () => commitAll(staged), discard };
}

function stageFile(
  change: FileChange,
  { ending, check }: { readonly ending: string; readonly check: ReplaceCheck },
): Staged & { readonly otherNames: number; readonly ownerWarning: string | undefined } {
  const { path } = change;
  try {
    const target = realpathSync.native(change.place);
    const draft = draftPath(target, ending);
    requireWritable(target, path);
    const { bytes, stats } = readUnchanged(change, target);
    const state = stateOf(stats);
    const fault = check(target, { uid: Number(stats.uid) });
    if (fault !== undefined)
      throw new FileWriteError(
        "failed",
        `${JSON.stringify(path)} could not be written, so nothing was: ${fault}`,
      );
    const text = applyEdits(bytes.toString("utf8"), change.edits);
    let ownerWarning: string | undefined;
    try {
      ownerWarning = writeDraft(draft, text, stats);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
    const otherNames = Number(stats.nlink) - 1;
    // Where one of its names gets a new text, the others have another time.
    const hash = otherNames > 0 ? hashOf(bytes) : hashIfFresh(bytes, state);
    return { change, target, draft, state, hash, otherNames, ownerWarning };
  } catch (error) {
    if (error instanceof OverlapError)
      throw new FileWriteError("failed", `${JSON.stringify(path)}, ${error.message}`, { cause: error });
    if (!isSystemError(error)) throw error;
    throw new FileWriteError(
      isSystemError(error, "ENOENT") ? "changed" : "failed",
      `${JSON.stringify(path)} could not be written, so nothing was: ${replaceReason(error)}`,
      { cause: error },
    );
  }
}

/**
 * Reads a file that is to change once more.
 *
 * @throws {FileWriteError} where it is another by now.
 */
export function readUnchanged(change: FileChange, target: string = change.place): ReadFile {
  const { path, state, hash } = change;
  try {
    const read = readAgain(target, change);
    if (isSameState(stateOf(read.stats), state) && !isOther(read.bytes, hash)) return read;
  } catch (error) {
    // Something else stands in its place, or nothing.
    if (!(error instanceof UnfitFileError || isSystemError(error, "ENOENT"))) throw error;
    throw changedError(path, error);
  }
  throw changedError(path);
}

function changedError(path: string, cause?: unknown): FileWriteError {
  return new FileWriteError(
    "changed",
    `${JSON.stringify(path)} was changed meanwhile, so nothing was written: run again`,
    { cause },
  );
}

/** What a file holds now: what was kept of it, where its times tell that this is still so. */
function readAgain(target: string, { bytes, state, hash }: FileChange): ReadFile {
  if (bytes !== undefined && hash === undefined) {
    const stats = statSync(target, { bigint: true });
    if (isSameState(stateOf(stats), state)) return { bytes, stats };
  }
  return readFile(target);
}

function requireWritable(target: string, path: string): void {
  const fault = readOnlyFault(target);
  if (fault === undefined) return;
  const message = `${JSON.stringify(path)} is read-only, so nothing was written: allow it to be written, or leave it out`;
  throw new FileWriteError("failed", message, fault);
}

function isOther(bytes: Uint8Array, hash: string | undefined): boolean {
  return hash !== undefined && hashOf(bytes) !== hash;
}

/** What is to be known of the owner of the draft. */
function writeDraft(path: string, text: string, stats: BigIntStats): string | undefined {
  const [uid, gid, mode] = [Number(stats.uid), Number(stats.gid), Number(stats.mode)];
  const file = openDraft(path);
  try {
    const isKept = takeAfter(file, { uid, gid, mode }, 0o7777);
    writeFileSync(file, text);
    if (isKept) return undefined;
    const now = fstatSync(file);
    if (now.uid === uid && now.gid === gid) return undefined;
    return `the file belonged to user ${uid} and group ${gid}, and now belongs to user ${now.uid} and group ${now.gid}, since nobody but root may give files away`;
  } finally {
    closeSync(file);
  }
}

function openDraft(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error;
    // Nobody else has the name, but for a process that is gone, where the system does not say when one started.
    rmSync(path, { force: true });
    return openSync(path, "wx", 0o600);
  }
}

function warningOf({ path }: FileChange, message: string): Result {
  return { severity: "warning", message, ...startOf(path) };
}

/** The place of what is told of a whole file. */
function startOf(path: string): Pick<Result, "file" | "position"> {
  return { file: { path }, position: { line: 1, column: 1 } };
}

/** What is put in place is left out of what was staged. */
function commitAll(staged: Set<Staged>): readonly Result[] {
  return [...staged].flatMap((each) => {
    const { isDone, fault } = commitOne(each);
    if (isDone) staged.delete(each);
    return fault === undefined
      ? []
      : [{ severity: "error" as const, message: fault, ...startOf(each.change.path) }];
  });
}

interface Committed {
  /** Whether the draft is in its place. */
  readonly isDone: boolean;
  /** Why a file stays as it is; undefined also where another run has written the same meanwhile. */
  readonly fault?: string;
}

function commitOne(staged: Staged): Committed {
  const { draft, target } = staged;
  try {
    if (isUnchanged(staged)) {
      renameSync(draft, target);
      return { isDone: true };
    }
    return readFile(target).bytes.equals(readFile(draft).bytes)
      ? { isDone: false }
      : { isDone: false, fault: "was changed while this run wrote, and stays as it is: run again" };
  } catch (error) {
    const fault = fileFault(error);
    if (fault === undefined) throw error;
    return { isDone: false, fault: `could not be put in place, and stays as it is: ${fault}` };
  }
}

function isUnchanged({ target, state, hash }: Staged): boolean {
  const stats = statSync(target, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (hash === undefined) return isSameState(stateOf(stats), state);
  return stats.ino === state.ino && stats.dev === state.dev && !isOther(readFile(target).bytes, hash);
}
