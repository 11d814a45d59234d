/** Images that were found below keys, as many of them as each of these keys can be told for. */
import type { ImageParts } from "../krm/input.ts";
import { isOfAnother } from "./part-keys.ts";
import type { PartWrite } from "./part-write.ts";

/** An image, and when it was found. */
export interface FoundImage {
  readonly value: string;
  readonly parts: ImageParts | undefined;
  readonly time: number;
  /** Which of those that an image is told of at one time it was told of. */
  readonly rank: number;
}

/** The images that can be the first or the last that a key means: it may say the name, or the tag, of some. */
export interface FoundImages {
  readonly first: FoundImage;
  /** The first with another name than that, and with another tag. */
  readonly other: ByPart;
  last: FoundImage;
  /** The last with another name than that, and with another tag. */
  readonly before: ByPart;
}

type ByPart = { -readonly [Part in keyof ImageParts]?: FoundImage };

/** Begins with the first of them. */
export function beginWith(image: FoundImage): FoundImages {
  return { first: image, other: {}, last: image, before: {} };
}

/** Adds the next one. */
export function noteImage(found: FoundImages, image: FoundImage): void {
  const { first, other, last, before } = found;
  for (const part of imageParts) {
    if (differ(part, image, first)) other[part] ??= image;
    if (differ(part, image, last)) before[part] = last;
  }
  found.last = image;
}

/** The parts of which keys may say the one or the other. */
export const imageParts = ["name", "tag"] as const;

/** Those of several, which were found at times between each other; undefined for none. */
export function allOf(several: readonly FoundImages[]): FoundImages | undefined {
  const [only, ...more] = several;
  if (more.length === 0) return only;
  const images = several.flatMap(imagesOf);
  images.sort((one, other) => one.time - other.time || one.rank - other.rank);
  let all: FoundImages | undefined;
  for (const each of images)
    if (all === undefined) all = beginWith(each);
    else noteImage(all, each);
  return all;
}

function imagesOf({ first, other, last, before }: FoundImages): readonly FoundImage[] {
  return [first, other.name, other.tag, before.tag, before.name, last].flatMap((each) => each ?? []);
}

/** The first and the last image that a key leaves with the digest of another, or with none. */
export function endsMeant(
  write: PartWrite,
  found: FoundImages,
): readonly [FoundImage, FoundImage] | undefined {
  const meant = imagesOf(found).filter(({ parts }) => isOfAnother(write, parts));
  const [begin, ...more] = meant.sort((one, other) => one.time - other.time);
  return begin === undefined ? undefined : [begin, more.at(-1) ?? begin];
}

/** Whether two images differ in a part. One of which nothing is known differs from all others. */
export function differ(part: keyof ImageParts, one: FoundImage, other: FoundImage): boolean {
  return partOf(one, part) !== partOf(other, part);
}

function partOf({ parts }: FoundImage, part: keyof ImageParts): string | false | undefined {
  return parts === undefined ? false : parts[part];
}
