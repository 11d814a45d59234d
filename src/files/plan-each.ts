/** What becomes of each file of a run, one after the other. */
import { dirname } from "node:path";
import { InputError } from "../krm/input-error.ts";
import type { Result } from "../krm/result.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { type ChartRelease, chartReleasesIn } from "./chart-releases.ts";
import type { FileState } from "./file-text.ts";
import type { FoundFile } from "./find-files.ts";
import { type FilePlanning, type PlannedFile, planFile } from "./plan-file.ts";
import { type FileReader, readInputFile, unreadableResult } from "./read-input.ts";
import type { RunLocks } from "./run-locks.ts";

/** A file that is to change. */
export interface FileChange {
  /** As messages name it. */
  readonly path: string;
  /** Absolute, links not followed. */
  readonly place: string;
  readonly edits: readonly TextEdit[];
  /** How many images they change. */
  readonly images: number;
  /** What was read, to know it again. */
  readonly state: FileState;
  /** That of the content, where the times alone don't tell. */
  readonly hash: string | undefined;
  /** The content, where a run does not change too much to keep it. */
  readonly bytes?: Buffer | undefined;
}

/** By what all files of a run are planned. */
export interface FilesPlanning extends Omit<FilePlanning, "lock">, FileReader {
  readonly locks: RunLocks;
}

/** What became of a file. */
export interface ReadResult {
  readonly file: FoundFile;
  readonly kind: "input" | "other" | "template" | "unreadable";
  /** What is told of the file as a whole. */
  readonly results: readonly Result[];
  readonly planned?: PlannedFile;
  readonly change?: FileChange | undefined;
  /** The objects that render charts of the run. */
  readonly releases?: readonly ChartRelease[];
}

/** Bytes of files whose answers are not there yet: what is known of their texts takes ten times as much. */
const WAITING_MAX = 8 * 1_048_576;

/** Bytes of files that are to change, which are kept so that they need not be read again. */
const KEPT_MAX = 64 * 1_048_576;

/**
 * Plans file after file. What is to be asked is asked as soon as it is found; files that wait for answers are kept in memory
 * up to a bound.
 */
export async function planEach(
  files: readonly FoundFile[],
  run: FilesPlanning,
): Promise<readonly ReadResult[]> {
  const results: ReadResult[] = new Array(files.length);
  const waiting: { readonly size: number; readonly done: Promise<void> }[] = [];
  let [waitingSize, keptSize] = [0, 0];
  for (const [at, file] of files.entries()) {
    const read = readInputFile(file, run);
    if (read.kind !== "reading") {
      results[at] = read;
      continue;
    }
    const { input, bytes, state, hash } = read;
    const size = bytes.length;
    const lock = await run.locks.nearest(dirname(file.place));
    const releases = run.layers.hasCharts ? chartReleasesIn(input, file.place) : [];
    const settle = await planFile(input, { ...run, lock: lock?.lock }).catch((error) => foldedTooMuch(error));
    if (typeof settle === "string") {
      results[at] = unreadableFile(file, settle, run);
      continue;
    }
    waitingSize += size;
    const done = (async () => {
      const planned = await settle().catch((error) => foldedTooMuch(error));
      waitingSize -= size;
      if (typeof planned === "string") {
        results[at] = unreadableFile(file, planned, run);
        return;
      }
      const { path, place } = file;
      const { edits, changes: images } = planned;
      const isKept = edits.length > 0 && keptSize + size <= KEPT_MAX;
      if (isKept) keptSize += size;
      const kept = isKept ? bytes : undefined;
      const change = edits.length > 0 ? { path, place, edits, images, state, hash, bytes: kept } : undefined;
      results[at] = { file, kind: "input", results: [], planned, change, releases };
    })();
    waiting.push({ size, done });
    while (waitingSize > WAITING_MAX) await waiting.shift()?.done;
    if (waiting.length > 1000) await waiting.shift()?.done;
  }
  await Promise.all(waiting.map(({ done }) => done));
  return results;
}

/** What is wrong with a file whose documents in texts unfold to more than anybody reads. */
function foldedTooMuch(error: unknown): string {
  if (error instanceof InputError) return error.message;
  throw error;
}

function unreadableFile(file: FoundFile, fault: string, { config: { mode } }: FilesPlanning): ReadResult {
  const { path, isNamed } = file;
  return { file, kind: "unreadable", results: [unreadableResult({ path, fault }, { isNamed, mode })] };
}
