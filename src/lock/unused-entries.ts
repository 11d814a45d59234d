/** The entries of locks that nothing uses. */
import { parseIfImage } from "../image/likely-reference.ts";
import { canonicalName, parseReference } from "../image/reference.ts";
import type { Resource } from "../krm/resource.ts";
import { digestName, type LockedImage } from "./format/locked-image.ts";
import type { Lock, Locks } from "./locks.ts";

/** A field that may use an entry of a lock. */
export interface UsedImage {
  readonly resource: Resource;
  readonly value?: string | undefined;
}

/** The entries of each lock that no field uses, pinned or not. */
export function unusedEntries(
  fields: readonly UsedImage[],
  locks: Locks,
): ReadonlyMap<Lock, readonly LockedImage[]> {
  if (locks.all.length === 0) return new Map();
  const used = usesOf(fields, locks);
  return new Map(
    locks.all.map((lock) => {
      const uses = used.get(lock);
      const unused = lock.entries.filter(
        ({ reference, digest }) =>
          !uses?.has(canonicalName(reference)) && !uses?.has(digestName(reference, digest)),
      );
      return [lock, unused];
    }),
  );
}

function usesOf(fields: readonly UsedImage[], locks: Locks): ReadonlyMap<Lock, ReadonlySet<string>> {
  return new Map([...valuesOf(fields, locks)].map(([lock, values]) => [lock, namesOf(values, lock)]));
}

function valuesOf(fields: readonly UsedImage[], locks: Locks): ReadonlyMap<Lock, ReadonlySet<string>> {
  const values = new Map<Lock, Set<string>>();
  for (const { resource, value } of fields) {
    const lock = locks.nearest(resource);
    if (lock === undefined || value === undefined) continue;
    const known = values.get(lock);
    if (known === undefined) values.set(lock, new Set([value]));
    else known.add(value);
  }
  return values;
}

/** The names under which a lock may know the images. */
function namesOf(values: ReadonlySet<string>, lock: Lock): ReadonlySet<string> {
  const names = new Set<string>();
  for (const value of values) {
    const image = parseIfImage(value);
    if (image === undefined) continue;
    if (image.tag !== undefined || image.digest === undefined) {
      names.add(canonicalName(image));
      continue;
    }
    // A name without a tag may have been written so, or have lost its tag.
    names.add(digestName(image, image.digest));
    for (const text of lock.images.originals(image, "keep")) names.add(canonicalName(parseReference(text)));
  }
  return names;
}
