/** What a run over files would change, as a unified diff. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { applyEdits } from "../yaml/text-edit.ts";
import { readFile } from "./file-text.ts";
import type { FileChange, FilesPlan } from "./plan-files.ts";

/** The diff of a run, file after file; `git apply` and `patch -p1` take it. */
export function* filesDiff({ changes, locks }: Pick<FilesPlan, "changes" | "locks">): Generator<string> {
  for (const change of changes) yield fileDiff(change);
  for (const { path, before, text } of locks) if (text !== before) yield patchOf(path, before, text);
}

function fileDiff({ path, place, edits }: FileChange): string {
  const before = readFile(place).bytes.toString("utf8");
  return patchOf(path, before, applyEdits(before, edits));
}

function patchOf(path: string, before: string, after: string): string {
  const old = before === "" ? "/dev/null" : quoted(`a/${path}`);
  return createTwoFilesPatch(old, quoted(`b/${path}`), before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}

/** As git writes names that would end a line, or do something to whoever reads it. */
function quoted(name: string): string {
  return /["\\\p{Cc}\p{Cf}\u2028\u2029]/u.test(name) ? JSON.stringify(name) : name;
}
