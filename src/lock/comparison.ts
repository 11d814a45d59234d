/** What a lock says of an image and of the digest beside it, in words. */
import type { Config } from "../config/config.ts";
import { missingPlatforms } from "../image/platform.ts";
import type { ImageReference } from "../image/reference.ts";
import type { LockedImage } from "./format/locked-image.ts";
import type { Lock } from "./locks.ts";

/** The platforms of a run, by which entries are chosen. */
export type LockPlatforms = Pick<Config, "platform" | "requirePlatforms">;

/** What is odd about the digest beside a tag, by the lock. */
export function strayDigest(
  image: ImageReference,
  lock: Lock | undefined,
  config: LockPlatforms,
): string | undefined {
  if (lock === undefined || image.tag === undefined) return undefined;
  const copied = copiedDigest(image, lock);
  if (copied !== undefined) return copied;
  const entry = lock.images.find(image, config.platform?.name);
  return otherThanLocked(image, { entry, lock }, config);
}

/** What a lock has for an image on the platforms of a run. */
export interface Known {
  readonly entry: LockedImage | undefined;
  readonly lock: Lock | undefined;
}

/** How the digest beside a tag differs from what the lock says. */
export function otherThanLocked(
  image: ImageReference,
  { entry, lock }: Known,
  config: LockPlatforms,
): string | undefined {
  return lock === undefined || entry === undefined
    ? otherPlatform(image, lock, config)
    : otherDigest(image, entry, lock);
}

/** The commonest accident: the tag was changed by hand, and the digest forgotten. */
export function copiedDigest(image: ImageReference, lock: Lock): string | undefined {
  const [other] = lock.images.otherTags(image);
  if (other === undefined || image.tag === undefined) return undefined;
  return `has the digest that ${lock.label} records for ${JSON.stringify(other.reference.text)}, another tag of this repository: was it copied? \`mode: update\` writes the one that its own tag means`;
}

/** A text and a lock that say two digests for one tag. */
function otherDigest(image: ImageReference, { digest }: LockedImage, { label }: Lock): string | undefined {
  if (digest === image.digest) return undefined;
  return `has another digest than ${label}, which says ${digest}: \`mode: update\` brings both up to date`;
}

/** A digest that the lock has for a platform which is not the one that is wanted now; an index is right for all. */
function otherPlatform(
  image: ImageReference,
  lock: Lock | undefined,
  config: LockPlatforms,
): string | undefined {
  const wanted = config.platform?.name;
  const entry = lock?.images.findPinned(image);
  if (lock === undefined || wanted === undefined || entry?.platform === undefined) return undefined;
  return `has the digest that ${lock.label} records for ${entry.platform}, not for ${wanted}: \`mode: update\` writes that one`;
}

/** Why what a lock has for an image is no answer to a run; undefined where it is one. */
export function lackOf(
  image: ImageReference,
  { entry, lock }: Known,
  config: LockPlatforms,
): string | undefined {
  if (lock === undefined || entry === undefined) return lackIn(lock, image, config);
  const isUnknown = missingInLock(entry, lock, config) === "unknown";
  return isUnknown ? `${lock.label} does not record its platforms` : undefined;
}

/** Why a lock has no entry for an image. */
export function lackIn(lock: Lock | undefined, image: ImageReference, config: LockPlatforms): string {
  if (lock === undefined) return "is in no lock";
  const [other] = lock.images.findAll(image);
  if (other === undefined) return `is not in ${lock.label}`;
  return `is in ${lock.label} for ${other.platform ?? allPlatforms}, not for ${config.platform?.name ?? allPlatforms}`;
}

const allPlatforms = "all platforms";

/** Why an entry does not do for the platforms that are required; "unknown" where it doesn't say which there are. */
export function missingInLock(
  entry: LockedImage,
  { label }: Lock,
  { requirePlatforms }: LockPlatforms,
): string | undefined {
  if (requirePlatforms.length === 0) return undefined;
  if (entry.platforms === undefined) return "unknown";
  // Many images may ask for an entry of many platforms.
  const known = missingBefore.get(entry);
  if (known?.required === requirePlatforms) return known.reason;
  const reason = whatIsMissing(entry.platforms, label, requirePlatforms);
  missingBefore.set(entry, { required: requirePlatforms, reason });
  return reason;
}

const missingBefore = new WeakMap<
  LockedImage,
  { readonly required: LockPlatforms["requirePlatforms"]; readonly reason: string | undefined }
>();

function whatIsMissing(
  platforms: readonly string[],
  label: string,
  required: LockPlatforms["requirePlatforms"],
): string | undefined {
  const missing = missingPlatforms(platforms, required);
  if (missing.length === 0) return undefined;
  const has = platforms.slice(0, SHOWN_MAX).join(", ") || "no platform";
  const more = platforms.length > SHOWN_MAX ? ` and ${platforms.length - SHOWN_MAX} more` : "";
  return `must be there for ${missing.join(" and ")}, but ${label} says that it is for ${has}${more} alone`;
}

const SHOWN_MAX = 20;
