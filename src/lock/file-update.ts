/** Changes of the lock in a file, as they are made to whatever text the file has by the time when it is written. */
import { applyEdits } from "../yaml/text-edit.ts";
import { lockEdits } from "./format/lock-edit.ts";
import { readLockFile } from "./format/lock-file.ts";
import { type LockedImage, lockedImages } from "./format/locked-image.ts";
import { lockText } from "./format/new-lock.ts";

/** What a run knows of the images of a lock. */
export interface LockUpdate {
  /** What the lock is to say, and what it said when it was read. */
  readonly records: readonly { readonly image: LockedImage; readonly before: LockedImage | undefined }[];
  /** What the run took from the lock. */
  readonly used: readonly LockedImage[];
}

/**
 * Makes the changes to the text of a file, which messages call by a name where there is one; undefined where the text says something else of an image than the run relies on, since another run
 * has written that meanwhile.
 *
 * @throws {LockFileError} where the text is no lock.
 */
export async function updatedLockText(
  text: string,
  update: LockUpdate,
  name?: string,
): Promise<string | undefined> {
  const file = await readLockFile(text, name);
  if (file.kind === "ImagesLock" || contradicts(file.images, update)) return undefined;
  const images = update.records.map(({ image }) => image);
  if (file.kind === "ImageLock") return applyEdits(text, lockEdits(file.lock, images));
  return filledLockText(text, images);
}

/** A lock in a file that holds nothing but comments, which stay above it. */
export function filledLockText(text: string, images: readonly LockedImage[]): string {
  return (text.trim() === "" ? "" : text.replace(/\n?$/, "\n")) + lockText(images);
}

function contradicts(images: readonly LockedImage[], { records, used }: LockUpdate): boolean {
  const locked = lockedImages(images);
  const known = [...records, ...used.map((image) => ({ image, before: image }))];
  return known.some(({ image: { reference, platform, digest }, before }) => {
    const now = locked.find(reference, platform);
    return now !== undefined && now.digest !== digest && now.digest !== before?.digest;
  });
}
