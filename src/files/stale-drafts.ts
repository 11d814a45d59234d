/** What runs that were killed left beside files: the next one removes it. */
import { rmSync, statSync } from "node:fs";
import type { OwnProcess } from "../fs/process-mark.ts";
import { isSystemError } from "../fs/system-error.ts";
import { lifeOfDraft } from "./draft-name.ts";

/** Removes drafts whose process is no more. One that can't be removed is in nobody's way. */
export function removeStaleDrafts(drafts: readonly string[], own: OwnProcess): void {
  for (const draft of drafts) {
    try {
      if (isStale(draft, own)) rmSync(draft, { force: true });
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }
}

function isStale(draft: string, own: OwnProcess): boolean {
  const life = lifeOfDraft(draft, own);
  return life === "dead" || (life === "unknown" && ageOf(draft) > UNKNOWN_MAX);
}

/** A draft is there while a run writes, which takes seconds. One that stands still for so long says so when it goes on. */
const UNKNOWN_MAX = 3_600_000;

function ageOf(path: string): number {
  const now = Date.now();
  return now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
}
