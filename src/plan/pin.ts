/** `mode: pin`: write a digest beside each tag that has none, from the lock where it knows one. */
import type { Digest } from "../image/digest.ts";
import { formatReference, type ImageReference, parseReference } from "../image/reference.ts";
import { lackIn, missingInLock, strayDigest } from "../lock/comparison.ts";
import type { LockedImage } from "../lock/format/locked-image.ts";
import { pinnedText, tagMode } from "./pinned-reference.ts";
import { type FieldImage, keep, type PlanContext, type ResolveStep, type Step } from "./step.ts";

/** What to do about an image that is to have a digest. */
export function planPin(found: FieldImage, context: PlanContext): Step {
  if (found.image.digest !== undefined) return planPinned(found, found.image.digest, context);
  const { config, lock } = context;
  const { field, image } = found;
  const entry = lock?.images.find(image, config.platform?.name);
  const unlocked = (reason: string): Step => ({ kind: "reject", field, reason, unlocked: image });
  if (lock === undefined || entry === undefined) {
    if (config.lock !== "frozen") return resolveStep(found, image, context);
    return unlocked(`${lackIn(lock, image, config)}, and \`lock: frozen\` forbids asking`);
  }
  const missing = missingInLock(entry, lock, config);
  if (missing === "unknown") {
    if (config.lock === "frozen")
      return unlocked(`its platforms are not recorded in ${lock.label}, and \`lock: frozen\` forbids asking`);
    return { ...askForPlatforms(found, entry, context), source: { lock, entry } };
  }
  if (missing !== undefined) return { kind: "reject", field, reason: missing, unlocked: undefined };
  const { digest, platforms } = entry;
  const text = pinnedText(found, digest, config);
  return { kind: "rewrite", field, image, text, platforms, source: { lock, entry } };
}

/** The step that asks what a tag means and writes that into a field. */
export function resolveStep(
  { field, image }: FieldImage,
  asked: ImageReference,
  { config, lock }: PlanContext,
): ResolveStep {
  const { platform, requirePlatforms } = config;
  return {
    kind: "resolve",
    field,
    image,
    lookup: { kind: "digest", image: asked, platform, requirePlatforms },
    reference: asked,
    lock,
    locked: undefined,
    source: undefined,
  };
}

/**
 * Asks by the digest that the lock has, which can't move. The manifest of one platform says nothing of others, so for
 * one the tag is asked, and must still mean what is locked.
 */
function askForPlatforms(found: FieldImage, entry: LockedImage, context: PlanContext): ResolveStep {
  const { image } = found;
  if (context.config.platform !== undefined) {
    return { ...resolveStep(found, image, context), reference: entry.reference, locked: entry.digest };
  }
  const asked = parseReference(formatReference({ name: image.name, digest: entry.digest }));
  return { ...resolveStep(found, asked, context), reference: entry.reference };
}

function planPinned(found: FieldImage, digest: Digest, { config, lock }: PlanContext): Step {
  const { field, image } = found;
  const warning = strayDigest(image, lock, config);
  if (warning !== undefined) return keep(field, warning, "warning");
  if (tagMode(field, config) === "drop" && image.tag !== undefined) {
    const text = formatReference({ name: image.name, digest });
    return { kind: "rewrite", field, image, text, platforms: undefined, source: undefined };
  }
  return keep(field, "left alone: has a digest");
}
