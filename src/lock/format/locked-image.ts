/** What a lock knows, and how it is asked. */
import type { Digest } from "../../image/digest.ts";
import { canonicalName, type ImageReference, textWithoutDigest } from "../../image/reference.ts";

/** One resolution that a lock has kept. */
export interface LockedImage {
  /** As first written, without a digest. */
  readonly reference: ImageReference;
  readonly digest: Digest;
  /** The platform whose manifest the digest is, in containerd's names; absent where it is what the tag itself meant. */
  readonly platform?: string;
  /** The platforms that the image was seen to have; absent where nobody looked. */
  readonly platforms?: readonly string[];
}

/** Questions to a lock. Images are equal where their canonical names are: `nginx` is `docker.io/library/nginx:latest`. */
export interface LockedImages {
  /** What the tag of an image meant, for a platform or, without one, for all. Its digest is not looked at. */
  find(image: ImageReference, platform?: string): LockedImage | undefined;
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

  function sharingDigest(image: ImageReference): readonly LockedImage[] {
    return image.digest === undefined ? [] : (byDigest.get(digestName(image, image.digest)) ?? []);
  }

  function findAll(image: ImageReference): readonly LockedImage[] {
    return byName.get(canonicalName(image)) ?? [];
  }

  return {
    find: (image, platform) => findAll(image).find((one) => one.platform === platform),
    findAll,
    otherTags(image) {
      const own = canonicalName(image);
      const sharing = image.tag === undefined ? [] : sharingDigest(image);
      return sharing.some(({ reference }) => canonicalName(reference) === own) ? [] : sharing;
    },
    originals(image, tag) {
      const references =
        image.tag === undefined ? sharingDigest(image).map(({ reference }) => reference) : [];
      if (tag === "keep" && references.some((reference) => (reference.tag ?? "latest") === "latest")) {
        return [image.name];
      }
      return [...new Set(references.map((reference) => withTagOf(image, reference)))];
    },
  };
}

function digestName({ registry, repository }: ImageReference, digest: Digest): string {
  return `${registry}/${repository}@${digest}`;
}

function withTagOf(image: ImageReference, reference: ImageReference): string {
  return textWithoutDigest({ ...reference, name: image.name });
}

/** Values by a name that they share, in their order; Node 20 has no Map.groupBy. */
export function groupBy<T>(
  values: readonly T[],
  nameOf: (value: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const name = nameOf(value);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [value]);
    else group.push(value);
  }
  return groups;
}
