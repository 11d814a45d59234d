/** `mode: pin`: write a digest beside each tag that has none, from the lock where it knows one. */
import { type Config, platformName } from "../config/config.ts";
import type { Digest } from "../image/digest.ts";
import { missingPlatforms } from "../image/platform.ts";
import { formatReference, type ImageReference, parseReference } from "../image/reference.ts";
import type { LockedImage } from "../lock/format/locked-image.ts";
import type { Lock } from "../lock/locks.ts";
import type { FieldImage, PlanContext, ResolveStep, Step } from "./plan.ts";

/** What to do about an image that is to have a digest. */
export function planPin(found: FieldImage, context: PlanContext): Step {
  if (found.image.digest !== undefined) return planPinned(found, found.image.digest, context);
  const { config, lock } = context;
  const { field, image } = found;
  const entry = lock?.images.find(image, platformName(config));
  const unlocked = (reason: string): Step => ({ kind: "reject", field, reason, unlocked: image });
  if (entry === undefined) {
    if (config.lock !== "frozen") return resolveStep(found, image, context);
    return unlocked(`${lackIn(lock, image, config)}, and \`lock: frozen\` forbids to ask`);
  }
  const missing = missingInLock(entry, config);
  if (missing === "unknown") {
    if (config.lock === "frozen")
      return unlocked("its platforms are not recorded in the lock, and `lock: frozen` forbids to ask");
    return askForPlatforms(found, entry, context);
  }
  if (missing !== undefined) return { kind: "reject", field, reason: missing };
  const { digest, platforms } = entry;
  const text = pinnedText(found, digest, config);
  return { kind: "rewrite", field, image, text, ...(platforms !== undefined && { platforms }) };
}

/** The reference with a digest, as `tag` wants it. */
export function pinnedText({ field, image }: FieldImage, digest: Digest, config: Config): string {
  const { name, tag } = image;
  const isKept = tag !== undefined && tagMode(field, config) === "keep";
  const known = pinnedBefore.get(image);
  if (known?.digest === digest && known.isKept === isKept) return known.text;
  const text = formatReference({ name, ...(isKept && { tag }), digest });
  pinnedBefore.set(image, { digest, isKept, text });
  return text;
}

// A package names the same images again and again, which are then the same text in memory too.
const pinnedBefore = new WeakMap<
  ImageReference,
  { readonly digest: Digest; readonly isKept: boolean; readonly text: string }
>();

/** What becomes of the tag in a field. */
export function tagMode({ tag }: FieldImage["field"], config: Config): Config["tag"] {
  return tag ?? config.tag;
}

/** The step that asks what a tag means and writes that into a field. */
export function resolveStep(
  found: FieldImage,
  asked: ImageReference,
  { config, lock }: PlanContext,
): ResolveStep {
  const { platform, requirePlatforms } = config;
  return {
    kind: "resolve",
    ...found,
    question: { kind: "digest", image: asked, ...(platform && { platform }), requirePlatforms },
    reference: asked,
    ...(lock !== undefined && { lock }),
  };
}

/** Why an entry does not do for the platforms that are required; "unknown" where it doesn't say which there are. */
export function missingInLock({ platforms }: LockedImage, config: Config): string | undefined {
  if (config.requirePlatforms.length === 0) return undefined;
  if (platforms === undefined) return "unknown";
  const missing = missingPlatforms(platforms, config.requirePlatforms);
  if (missing.length === 0) return undefined;
  return `must be there for ${missing.join(" and ")}, but the lock says that it is for ${platforms.join(", ") || "no platform"} alone`;
}

/**
 * Asks by the digest that the lock has, which can't move. The manifest of one platform says nothing of others, so for
 * one the tag is asked, and must still mean what is locked.
 */
function askForPlatforms(found: FieldImage, entry: LockedImage, context: PlanContext): Step {
  const { image } = found;
  if (context.config.platform !== undefined) {
    return { ...resolveStep(found, image, context), reference: entry.reference, locked: entry.digest };
  }
  const asked = parseReference(formatReference({ name: image.name, digest: entry.digest }));
  return { ...resolveStep(found, asked, context), reference: entry.reference };
}

function planPinned(found: FieldImage, digest: Digest, { config, lock }: PlanContext): Step {
  const { field, image } = found;
  const warning = strayDigest(found, { config, ...(lock !== undefined && { lock }) });
  if (warning !== undefined) return { kind: "keep", field, reason: warning, severity: "warning" };
  if (tagMode(field, config) === "drop" && image.tag !== undefined) {
    return { kind: "rewrite", field, image, text: formatReference({ name: image.name, digest }) };
  }
  return { kind: "keep", field, reason: "left alone: has a digest" };
}

/** What is odd about the digest beside a tag, by the lock. */
function strayDigest({ image }: FieldImage, { config, lock }: PlanContext): string | undefined {
  if (lock === undefined || image.tag === undefined) return undefined;
  const copied = copiedDigest(image, lock.images.otherTags(image));
  if (copied !== undefined) return copied;
  const entry = lock.images.find(image, platformName(config));
  return entry === undefined ? otherPlatform(image, lock, config) : otherDigest(image, entry);
}

/** The commonest accident: the tag was changed by hand, and the digest forgotten. */
export function copiedDigest(image: ImageReference, others: readonly LockedImage[]): string | undefined {
  const [other] = others;
  if (other === undefined || image.tag === undefined) return undefined;
  return `has the digest that the lock records for ${JSON.stringify(other.reference.text)}, another tag of this repository: was it copied? \`mode: update\` writes the one that its own tag means`;
}

/** A text and a lock that say two digests for one tag. */
export function otherDigest(image: ImageReference, { digest }: LockedImage): string | undefined {
  if (digest === image.digest) return undefined;
  return `has another digest than the lock, which says ${digest}: \`mode: update\` brings both up to date`;
}

/** A digest that the lock has for a platform which is not the one that is wanted now; an index is right for all. */
export function otherPlatform(
  image: ImageReference,
  lock: Lock | undefined,
  config: Config,
): string | undefined {
  const wanted = platformName(config);
  const entry = lock?.images.findAll(image).find(({ digest }) => digest === image.digest);
  if (wanted === undefined || entry?.platform === undefined) return undefined;
  return `has the digest that the lock records for ${entry.platform}, not for ${wanted}: \`mode: update\` writes that one`;
}

/** Why a lock has no answer for an image. */
export function lackIn(lock: Lock | undefined, image: ImageReference, config: Config): string {
  const [other] = lock?.images.findAll(image) ?? [];
  if (other === undefined) return "is not in the lock";
  return `is in the lock for ${other.platform ?? allPlatforms}, not for ${platformName(config) ?? allPlatforms}`;
}

const allPlatforms = "all platforms";
