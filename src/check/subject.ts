/** What `mode: check` compares with the registries: digests in fields and in locks. */
import type { Config } from "../config/config.ts";
import type { Digest } from "../image/digest.ts";
import { imageFilter } from "../image/image-glob.ts";
import { type DigestLookup, lookupKey } from "../image/lookup.ts";
import { formatReference, type ImageReference, parseReference } from "../image/reference.ts";
import { type ResultContent, resultAt } from "../krm/field-result.ts";
import type { Resource } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import type { Lock, Locks } from "../lock/locks.ts";
import { entryLookup } from "../lock/record.ts";
import { entryResult } from "../lock/results.ts";
import { tagMode } from "../plan/pinned-reference.ts";
import type { CheckStep } from "../plan/step.ts";

/** A digest that somebody wrote down, and where. */
export interface Subject {
  readonly image: ImageReference;
  readonly digest: Digest;
  /** What is looked up first: what the tag means now. Undefined where there is no tag. */
  readonly lookup: DigestLookup | undefined;
  /** What would be written there with another digest. */
  propose(digest: Digest): string;
  report(said: ResultContent): Result;
}

/** What of the configuration decides what is compared. */
export type SubjectConfig = Pick<Config, "include" | "exclude" | "platform" | "requirePlatforms" | "tag">;

/** An image that is checked, and what is to be known of its field. */
export interface CheckedImage extends Pick<CheckStep, "image" | "lock"> {
  readonly field: {
    readonly resource: Resource;
    readonly path: string;
    readonly value?: string | undefined;
    /** Why what runs has no digest. */
    readonly floats?: string | undefined;
    readonly tag?: "keep" | "drop" | undefined;
  };
}

/** The digest in a field, if it has one and the lock does not call it another tag's. */
export function fieldSubject(
  { field, image, lock }: CheckedImage,
  config: SubjectConfig,
): readonly Subject[] {
  const { digest, name, tag } = image;
  if (digest === undefined || field.floats !== undefined || (lock?.images.otherTags(image) ?? []).length > 0)
    return [];
  return [
    {
      image,
      digest,
      lookup: fieldLookup({ field, image, lock }, config),
      propose: (now) => formatReference({ name, tag, digest: now }),
      report: (said) => resultAt(field, said),
    },
  ];
}

/** The digests that locks hold of the images that are meant. */
export function lockSubjects({ all }: Locks, config: SubjectConfig): readonly Subject[] {
  const subjects = all.flatMap((lock) =>
    lock.entries.map(
      (entry): Subject => ({
        image: entry.reference,
        digest: entry.digest,
        lookup: entryLookup(entry, config),
        propose: (now) => now,
        report: (said) => entryResult(lock, entry, said),
      }),
    ),
  );
  const excluded = imageFilter(config);
  return subjects.filter(({ image }) => excluded([image]) === undefined);
}

/** Equal for subjects of which the same is true: the same digest of the same tag, for the same platform. */
export function subjectKey({ image, digest, lookup }: Subject): string {
  const { registry, repository } = image;
  return `${lookup === undefined ? `${registry}/${repository}` : lookupKey(lookup)} ${digest}`;
}

function fieldLookup({ field, image, lock }: CheckedImage, config: SubjectConfig): Subject["lookup"] {
  const { platform, requirePlatforms } = config;
  const tagged = taggedReference(image, lock, tagMode(field, config));
  if (tagged !== undefined) return { kind: "digest", image: tagged, platform, requirePlatforms };
  if (requirePlatforms.length === 0) return undefined;
  return { kind: "digest", image, platform: undefined, requirePlatforms };
}

/** The tag that a digest was written for: the one beside it, or, where tags are dropped, the only one that the lock has it for. */
function taggedReference(
  { name, tag, ...image }: ImageReference,
  lock: Lock | undefined,
  mode: Config["tag"],
): ImageReference | undefined {
  if (tag !== undefined) return parseReference(formatReference({ name, tag }));
  if (mode === "keep") return undefined;
  const [original, second] = lock?.images.originals({ name, ...image }, mode) ?? [];
  return original === undefined || second !== undefined ? undefined : parseReference(original);
}
