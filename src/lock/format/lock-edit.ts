/** From new resolutions to edits of a lock's text: only what is new is written. */
import { canonicalName } from "../../image/reference.ts";
import type { TextEdit } from "../../yaml/text-edit.ts";
import { additions } from "./entry-addition.ts";
import { entryEdits } from "./entry-edit.ts";
import { compareKeys, entryKey } from "./entry-text.ts";
import type { ImageLock } from "./image-lock.ts";
import type { LockEntry } from "./lock-entry.ts";
import { groupBy, type LockedImage } from "./locked-image.ts";

/**
 * The edits after which a lock holds these resolutions too; of several for one image the first counts. An entry of the
 * same image for the same platform is made to say the new digest; one under the same key for another platform gives
 * way. A new entry goes behind the entry with the nearest smaller key, so that two branches that add different images
 * seldom touch the same place, and the order that entries have is kept.
 */
export function lockEdits(lock: ImageLock, images: readonly LockedImage[]): readonly TextEdit[] {
  const entriesOf = entryFinder(lock);
  const changed = new Map<LockEntry, LockedImage>();
  const fresh = new Map<string, LockedImage>();
  for (const image of images) {
    const entries = entriesOf(image);
    for (const entry of entries) if (!changed.has(entry)) changed.set(entry, image);
    const name = canonicalName(image.reference);
    if (entries.length === 0 && !fresh.has(name)) fresh.set(name, image);
  }
  const sorted = [...fresh.values()].sort((one, other) => compareKeys(entryKey(one), entryKey(other)));
  return [
    ...[...changed].flatMap(([entry, image]) => entryEdits(lock.yaml, entry, image)),
    ...(sorted.length === 0 ? [] : additions(lock, sorted)),
  ];
}

function entryFinder({ entries }: ImageLock): (image: LockedImage) => readonly LockEntry[] {
  const byName = groupBy(entries, ({ reference }) => canonicalName(reference));
  return (image) => {
    const same = byName.get(canonicalName(image.reference)) ?? [];
    const exact = same.filter(({ platform }) => platform === image.platform);
    return exact.length > 0 ? exact : same.filter(({ reference }) => reference.text === entryKey(image));
  };
}
