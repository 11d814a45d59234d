/** What a lock knows, and how it is asked. */
import type { Digest } from "../../image/digest.ts";
import { canonicalName, type ImageReference, textWithoutDigest } from "../../image/reference.ts";
import { appendTo } from "../../yaml/lists-by-key.ts";
import type { LockedEvidence } from "./evidence.ts";

/** One resolution that a lock has kept. */
export interface LockedImage {
  /** As first written, without a digest. */
  readonly reference: ImageReference;
  readonly digest: Digest;
  /** The platform whose manifest the digest is, in containerd's names; absent where it is what the tag itself meant. */
  readonly platform?: string | undefined;
  /** The platforms that the image was seen to have; absent where nobody looked. */
  readonly platforms?: readonly string[] | undefined;
  /** What the tag means by now, and is held back. */
  readonly next?: NextDigest | undefined;
  /** What vouches for the digest. */
  readonly evidence?: readonly LockedEvidence[] | undefined;
  /** Where its digest stands in the text of the lock, where it was read from one. */
  readonly at?: number | undefined;
}

/** A digest that a tag has moved to, and since when it was seen to mean that, by RFC 3339. */
export interface NextDigest {
  readonly digest: Digest;
  readonly seen: string;
}

/** Questions to a lock. Images are equal where their canonical names are: `nginx` is `docker.io/library/nginx:latest`. */
export interface LockedImages {
  /** What the tag of an image meant, for a platform or, without one, for all. Its digest is not looked at. */
  find(image: ImageReference, platform?: string): LockedImage | undefined;
  /** What is known of the tag of an image together with its own digest. */
  findPinned(image: ImageReference): LockedImage | undefined;
  /** All that is known of a digest in the repository of an image, whatever the tag. */
  havingDigest(image: ImageReference, digest: Digest): readonly LockedImage[];
  /** All that is known of the tag of an image, for whatever platform. */
  findAll(image: ImageReference): readonly LockedImage[];
  /**
   * The other tags of its repository that an image's own digest is recorded for. None where the lock has the digest for
   * the image's tag too, or nowhere, or where the image lacks one of the two.
   */
  otherTags(image: ImageReference): readonly LockedImage[];
  /**
   * What an image with a digest alone may have been, under the name that it is written with now. `tag` is what pins do
   * with tags: where they keep them, an image without one had none before either.
   */
  originals(image: ImageReference, tag: "keep" | "drop"): readonly string[];
}

/** Makes resolutions ready to be asked for. */
export function lockedImages(images: readonly LockedImage[]): LockedImages {
  const byName = groupBy(images, ({ reference }) => canonicalName(reference));
  const byDigest = groupBy(images, ({ reference, digest }) => digestName(reference, digest));
  const byPlatform = firstBy(images, ({ reference, platform }) => keyOf(reference, platform));
  const pinned = firstBy(images, ({ reference, digest }) => keyOf(reference, digest));
  const originals = new Map<string, readonly string[]>();
  // A package names the same images again and again, and to put their names together takes longer than to look here.
  const found = new Map<ImageReference, Answer>();

  const havingDigest = (image: ImageReference, digest: Digest) =>
    byDigest.get(digestName(image, digest)) ?? [];

  function sharingDigest(image: ImageReference): readonly LockedImage[] {
    return image.digest === undefined ? [] : havingDigest(image, image.digest);
  }

  const findPinned = (image: ImageReference) => pinned.get(keyOf(image, image.digest));

  return {
    find(image, platform) {
      const known = found.get(image);
      if (known !== undefined && known.platform === platform) return known.entry;
      const entry = byPlatform.get(keyOf(image, platform));
      found.set(image, { platform, entry });
      return entry;
    },
    findPinned,
    havingDigest,
    findAll: (image) => byName.get(canonicalName(image)) ?? [],
    otherTags: (image) =>
      image.tag === undefined || findPinned(image) !== undefined ? [] : sharingDigest(image),
    originals(image, tag) {
      if (image.tag !== undefined) return [];
      // Many images may have the digest, and many tags.
      const key = `${image.text} ${tag}`;
      const known = originals.get(key) ?? originalsOf(image, sharingDigest(image), tag);
      originals.set(key, known);
      return known;
    },
  };
}

interface Answer {
  readonly platform: string | undefined;
  readonly entry: LockedImage | undefined;
}

function originalsOf(
  image: ImageReference,
  sharing: readonly LockedImage[],
  tag: "keep" | "drop",
): readonly string[] {
  if (tag === "keep" && sharing.some(({ reference }) => (reference.tag ?? "latest") === "latest")) {
    return [image.name];
  }
  return [...new Set(sharing.map(({ reference }) => withTagOf(image, reference)))];
}

function keyOf(reference: ImageReference, detail: string | undefined): string {
  return `${canonicalName(reference)} ${detail ?? ""}`;
}

/** The one name of a digest in the repository of an image, whatever the tag. */
export function digestName({ registry, repository }: ImageReference, digest: Digest): string {
  return `${registry}/${repository}@${digest}`;
}

function withTagOf(image: ImageReference, reference: ImageReference): string {
  return textWithoutDigest({ ...reference, name: image.name });
}

/** Values by a key that they share, in their order; Node 20 has no Map.groupBy. */
export function groupBy<Value, Key>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) appendTo(groups, keyOf(value), value);
  return groups;
}

/** The first of the values that share a name. */
function firstBy<T>(values: readonly T[], nameOf: (value: T) => string): ReadonlyMap<string, T> {
  const firsts = new Map<string, T>();
  for (const value of values) {
    const name = nameOf(value);
    if (!firsts.has(name)) firsts.set(name, value);
  }
  return firsts;
}
