/** Short marks of processes, for names of files that have a pid, too. See {@link processMark}. */
import { createHash } from "node:crypto";
import { type Life, lifeHere, type OwnProcess, processPlace, startOf } from "./process-mark.ts";

/** The tag of this process: `PLACE-STARTED`. */
export function processTag({ pid }: OwnProcess): string {
  return `${placeTag()}-${startTag(startOf(pid) ?? "")}`;
}

/** What the tag of a process looks like. */
export const TAG = /[0-9a-f]{8}-[0-9a-z]{0,13}/;

/** What became of the process that left a tag; without one, the pid is taken for one of this place. */
export function lifeOfTag(tag: string | undefined, pid: number, own: OwnProcess): Exclude<Life, "foreign"> {
  const [place = placeTag(), started = ""] = tag?.split("-") ?? [];
  if (place !== placeTag()) return "unknown";
  return lifeHere(pid, started === "" ? undefined : (now) => startTag(now) === started, own);
}

function placeTag(): string {
  return createHash("sha256").update(processPlace().join(":")).digest("hex").slice(0, 8);
}

/** Empty for what is no number: nobody knows when that started, or it has ended. */
function startTag(started: string): string {
  return /^\d+$/.test(started) ? Number(started).toString(36) : "";
}
