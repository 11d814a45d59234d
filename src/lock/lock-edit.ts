/** From new resolutions to edits of a lock's text: only what is new is written. */
import { canonicalName } from "../image/reference.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { entryEdits } from "./entry-edit.ts";
import { compareKeys, entryKey } from "./entry-text.ts";
import type { ImageLock, LockEntry } from "./image-lock.ts";
import { additions } from "./lock-addition.ts";
import type { LockedImage } from "./locked-image.ts";

/**
 * The edits after which a lock holds these resolutions too. An entry of the same image for the same platform is made to
 * say the new digest; one under the same key for another platform gives way. A new entry goes behind the entry with the
 * nearest smaller key, so that two branches that add different images seldom touch the same place, and the order that
 * entries have is kept.
 */
export function lockEdits(lock: ImageLock, images: readonly LockedImage[]): readonly TextEdit[] {
  const changes: TextEdit[] = [];
  const fresh = new Map<string, LockedImage>();
  for (const image of images) {
    const entries = entriesFor(lock, image);
    for (const entry of entries) changes.push(...entryEdits(lock.yaml, entry, image));
    if (entries.length === 0) fresh.set(entryKey(image), image);
  }
  const sorted = [...fresh.values()].sort((one, other) => compareKeys(entryKey(one), entryKey(other)));
  return sorted.length === 0 ? changes : [...changes, ...additions(lock, sorted)];
}

function entriesFor({ entries }: ImageLock, image: LockedImage): readonly LockEntry[] {
  const name = canonicalName(image.reference);
  const same = entries.filter(({ reference }) => canonicalName(reference) === name);
  const exact = same.filter(({ platform }) => platform === image.platform);
  return exact.length > 0 ? exact : same.filter(({ reference }) => reference.text === entryKey(image));
}
