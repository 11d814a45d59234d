/** What `mode: check` compares with the registries: digests in fields and in locks. */
import type { Config } from "../config/config.ts";
import type { Digest } from "../image/digest.ts";
import { formatReference, type ImageReference, parseReference } from "../image/reference.ts";
import { type ResultContent, resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import type { Lock, Locks } from "../lock/locks.ts";
import { isMeant, questionOf } from "../lock/record.ts";
import { entryResult } from "../lock/results.ts";
import { tagMode } from "../plan/pin.ts";
import type { CheckStep, FieldImage } from "../plan/plan.ts";
import { type Lookup, lookupKey } from "../resolve/lookup-queue.ts";

/** A digest that somebody wrote down, and where. */
export interface Subject {
  readonly image: ImageReference;
  readonly digest: Digest;
  /** What is asked first: what the tag means now. Absent where there is no tag. */
  readonly question?: Extract<Lookup, { kind: "digest" }>;
  /** What would be written there with another digest. */
  propose(digest: Digest): string;
  report(said: ResultContent): Result;
}

/** The digest in a field, if it has one and the lock does not call it another tag's. */
export function fieldSubject({ field, image, lock }: CheckStep, config: Config): readonly Subject[] {
  const { digest, name, tag } = image;
  if (digest === undefined || (lock?.images.otherTags(image) ?? []).length > 0) return [];
  const question = fieldQuestion({ field, image, lock }, config);
  return [
    {
      image,
      digest,
      ...(question !== undefined && { question }),
      propose: (now) => formatReference({ name, ...(tag !== undefined && { tag }), digest: now }),
      report: (said) => resultAt(field, said),
    },
  ];
}

/** The digests that locks hold of the images that are meant. */
export function lockSubjects({ all }: Locks, config: Config): readonly Subject[] {
  return all.flatMap((lock) =>
    lock.entries
      .filter(({ reference }) => isMeant(reference, config))
      .map(
        (entry): Subject => ({
          image: entry.reference,
          digest: entry.digest,
          question: questionOf(entry, config),
          propose: (now) => now,
          report: (said) => entryResult(lock, entry, said),
        }),
      ),
  );
}

/** Equal for subjects of which the same is true: the same digest of the same tag, for the same platform. */
export function subjectKey({ image, digest, question }: Subject): string {
  const { registry, repository } = image;
  return `${question === undefined ? `${registry}/${repository}` : lookupKey(question)} ${digest}`;
}

function fieldQuestion(
  { field, image, lock }: FieldImage & { readonly lock: Lock | undefined },
  config: Config,
): Subject["question"] {
  const { platform, requirePlatforms } = config;
  const tagged = taggedReference(image, lock, tagMode(field, config));
  if (tagged !== undefined) {
    return { kind: "digest", image: tagged, ...(platform && { platform }), requirePlatforms };
  }
  return requirePlatforms.length === 0 ? undefined : { kind: "digest", image, requirePlatforms };
}

/** The tag that a digest was written for: the one beside it, or, where tags are dropped, the only one that the lock has it for. */
function taggedReference(
  { name, tag, ...image }: ImageReference,
  lock: Lock | undefined,
  mode: Config["tag"],
): ImageReference | undefined {
  if (tag !== undefined) return parseReference(formatReference({ name, tag }));
  if (mode === "keep") return undefined;
  const [original, ...others] = lock?.images.originals({ name, ...image }, mode) ?? [];
  return original === undefined || others.length > 0 ? undefined : parseReference(original);
}
