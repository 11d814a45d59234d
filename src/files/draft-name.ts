/**
 * Names of drafts, which lie beside files until all is ready: `.NAME.MARK.pin-digests-PID.tmp`. Where a folder is shared, a
 * pid alone says nothing of whose they are: in containers it is mostly 1.
 */
import { basename, dirname, join } from "node:path";
import type { Life, OwnProcess } from "../fs/process-mark.ts";
import { lifeOfTag, processTag, TAG } from "../fs/process-tag.ts";

/** What the names of all drafts of this process end in. */
export function draftEnding(own: OwnProcess): string {
  return `.${processTag(own)}.pin-digests-${own.pid}.tmp`;
}

/** The path of the draft of a file. */
export function draftPath(target: string, ending: string): string {
  let name = basename(target);
  // The names of most file systems have 255 bytes.
  while (Buffer.byteLength(name) > 254 - ending.length) name = name.slice(1);
  return join(dirname(target), `.${name}${ending}`);
}

/** True for the name of a draft. */
export function isDraft(name: string): boolean {
  return name.startsWith(".") && DRAFT.test(name);
}

/** What became of the process that left a draft. */
export function lifeOfDraft(path: string, own: OwnProcess): Life {
  const { tag, pid } = DRAFT.exec(basename(path))?.groups ?? {};
  return pid === undefined ? "foreign" : lifeOfTag(tag, Number(pid), own);
}

// Older versions left out the mark.
const DRAFT = new RegExp(
  `^\\.(?:.*\\.(?<tag>${TAG.source})|.*)\\.pin-digests-(?<pid>[1-9]\\d{0,9})\\.tmp$`,
  "s",
);
