/** What a run over files would change, as a unified diff. */
import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatchHunk, structuredPatch } from "diff";
import { besideName, besideReader } from "../fs/beside.ts";
import { applyEdits, type TextEdit } from "../yaml/text-edit.ts";
import type { FileChange } from "./plan-each.ts";
import type { FilesPlan } from "./plan-files.ts";
import { readUnchanged } from "./write-files.ts";

/**
 * The diff of a run, file after file; `git apply` and `patch -p1` take it.
 *
 * @throws {FileWriteError} where a file is another by now.
 */
export function* filesDiff({ changes, locks }: Pick<FilesPlan, "changes" | "locks">): Generator<string> {
  for (const change of changes) yield fileDiff(change);
  for (const { path, place, before, text, beside } of locks) {
    const now = besideReader(place);
    for (const [name, added] of beside)
      if (now(name) !== added) yield patchOf(besideName(path, name), "", [replacement("", added)]);
    if (text !== before) yield patchOf(path, before, [replacement(before, text)]);
  }
}

function fileDiff(change: FileChange): string {
  const { path, edits } = change;
  return patchOf(path, readUnchanged(change).bytes.toString("utf8"), edits);
}

/** The edit that makes a text another: from the first line that differs to the last. */
function replacement(before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}

function patchOf(path: string, before: string, edits: readonly TextEdit[]): string {
  const patch = {
    oldFileName: before === "" ? "/dev/null" : `a/${path}`,
    newFileName: `b/${path}`,
    oldHeader: undefined,
    newHeader: undefined,
    hunks: hunksOf(before, edits),
  };
  // To `patch`, a name ends at its first blank, unless it is in quotes or a tab ends it.
  return formatPatch(patch, FILE_HEADERS_ONLY).replace(
    /^(?<old>--- [^"].*)\n(?<now>\+\+\+ [^"].* .*)\n/,
    (_, old: string, now: string) => `${old.includes(" ", 4) ? `${old}\t` : old}\n${now}\t\n`,
  );
}

/** Lines around a change. */
const CONTEXT = 3;

// To look for the fewest lines takes time by their square: of more, all are shown as another's.
const EDITS_MAX = 2_000;

/** The hunks of edits. Each part of the text that they touch is compared for itself, since nothing else differs. */
function hunksOf(before: string, edits: readonly TextEdit[]): StructuredPatchHunk[] {
  const hunks: StructuredPatchHunk[] = [];
  // How many lines stand before what is looked at, in both texts.
  let [at, oldLines, newLines] = [0, 0, 0];
  for (const part of partsOf(before, edits)) {
    const passed = countLines(before.slice(at, part.start));
    oldLines += passed;
    newLines += passed;
    const old = before.slice(part.start, part.end);
    const text = applyEdits(old, part.edits);
    for (const hunk of compared(old, text)) {
      hunks.push({ ...hunk, oldStart: hunk.oldStart + oldLines, newStart: hunk.newStart + newLines });
    }
    oldLines += countLines(old);
    newLines += countLines(text);
    at = part.end;
  }
  return hunks;
}

function compared(old: string, text: string): readonly StructuredPatchHunk[] {
  const patch = structuredPatch("", "", old, text, "", "", { context: CONTEXT, maxEditLength: EDITS_MAX });
  if (patch !== undefined) return patch.hunks;
  // Nothing in common, as if there were no text but the one and then the other.
  const [removed] = structuredPatch("", "", old, "", "", "").hunks;
  const [added] = structuredPatch("", "", "", text, "", "").hunks;
  if (removed === undefined || added === undefined) return [];
  const { oldLines } = removed;
  const { newLines } = added;
  return [{ oldStart: 1, oldLines, newStart: 1, newLines, lines: [...removed.lines, ...added.lines] }];
}

interface Part {
  /** Where it begins and ends in the text: at the beginning of a line. */
  readonly start: number;
  end: number;
  /** Where the line of its last edit ends. */
  lineEnd: number;
  /** By their offsets in it. */
  readonly edits: TextEdit[];
}

/** The lines that edits touch, with those around them; those that meet are one part. */
function partsOf(text: string, edits: readonly TextEdit[]): readonly Part[] {
  const parts: Part[] = [];
  for (const edit of [...edits].sort((one, other) => one.start - other.start)) {
    const part = partFor(text, edit, parts.at(-1));
    if (part !== parts.at(-1)) parts.push(part);
    part.edits.push({ ...edit, start: edit.start - part.start, end: edit.end - part.start });
  }
  return parts;
}

/** The last part, if the edit touches what that shows; else a new one. */
function partFor(text: string, { start: from, end: to }: TextEdit, last: Part | undefined): Part {
  // Its line is looked for once, however many edits it has.
  if (last !== undefined && to <= last.lineEnd) return last;
  const lineEnd = text.indexOf("\n", to);
  const bounds = { end: linesBehind(text, to), lineEnd: lineEnd === -1 ? text.length : lineEnd };
  const start = linesBefore(text, from);
  if (last === undefined || start > last.end) return { start, ...bounds, edits: [] };
  return Object.assign(last, bounds);
}

/** The beginning of the line so many lines above. */
function linesBefore(text: string, offset: number): number {
  let at = offset;
  for (let line = 0; line <= CONTEXT && at > 0; line++)
    at = text.lastIndexOf("\n", at - 1 - (line > 0 ? 1 : 0)) + 1;
  return Math.max(at, 0);
}

/** The end of the line so many lines below. */
function linesBehind(text: string, offset: number): number {
  let at = offset;
  for (let line = 0; line <= CONTEXT && at < text.length; line++)
    at = text.indexOf("\n", at) + 1 || text.length;
  return at;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
