/** Changes of the lock in a file, as they are made to whatever text the file has by the time when it is written. */
import { indented, lineBreakAt, lineStart } from "../yaml/line.ts";
import { anchorRange, rootOf, scalarRange, tagRange } from "../yaml/node.ts";
import { scan, type YamlNode, type YamlText } from "../yaml/scan.ts";
import { applyEdits, type TextEdit } from "../yaml/text-edit.ts";
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

/** A lock in a file that holds nothing but comments and null: the comments stay above it. */
export function filledLockText(text: string, images: readonly LockedImage[]): string {
  if (text.trim() === "") return lockText(images);
  const yaml = scan(text);
  const rest = applyEdits(
    text,
    yaml.documents.map(rootOf).flatMap((root) => nullRemoval(yaml, root)),
  );
  const eol = lineBreakAt(yaml, text.length);
  const above = rest === "" || rest.endsWith(eol) ? rest : rest + eol;
  return above + indented(lockText(images), 0, eol);
}

/** A null that is written, with its tag and anchor, goes: behind it nothing else may stand in its document. */
function nullRemoval(yaml: YamlText, root: YamlNode): readonly TextEdit[] {
  const ranges = [tagRange(yaml, root), anchorRange(yaml, root), scalarRange(yaml, root)].flatMap(
    (range) => range ?? [],
  );
  if (ranges.length === 0) return [];
  const start = Math.min(...ranges.map((range) => range.start));
  const end = Math.max(...ranges.map((range) => range.end));
  // A line of its own goes as a whole.
  const isOwnLine = lineStart(yaml.text, start) === start;
  const blanks = isOwnLine ? /^[ \t]*(?:\r?\n)?/ : /^[ \t]*/;
  const length = blanks.exec(yaml.text.slice(end))?.[0].length ?? 0;
  return [{ start, end: end + length, text: "" }];
}

function contradicts(images: readonly LockedImage[], { records, used }: LockUpdate): boolean {
  const locked = lockedImages(images);
  const known = [...records, ...used.map((image) => ({ image, before: image }))];
  return known.some(({ image: { reference, platform, digest }, before }) => {
    const now = locked.find(reference, platform);
    return now !== undefined && now.digest !== digest && now.digest !== before?.digest;
  });
}
