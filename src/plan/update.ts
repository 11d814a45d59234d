/** `mode: update`: ask again what each tag means, whatever is written beside it and in the lock. */
import { parseReference, withoutDigest } from "../image/reference.ts";
import { resolveStep } from "./pin.ts";
import { tagMode } from "./pinned-reference.ts";
import { type FieldImage, keep, type PlanContext, type Step } from "./step.ts";

/** What to do about an image whose digest is to be brought up to date. */
export function planUpdate(found: FieldImage, context: PlanContext): Step {
  const { image } = found;
  if (image.tag !== undefined || image.digest === undefined) {
    return resolveStep(found, withoutDigest(image), context);
  }
  return planDigestAlone(found, context);
}

/** Why an image that may have been several is left alone. */
export function ambiguous(originals: readonly string[]): string {
  return `may have been ${orList(originals)}; left alone`;
}

/** Somebody chose it, or, where tags are dropped, a pin wrote it for a tag that the lock alone still knows. */
function planDigestAlone(found: FieldImage, context: PlanContext): Step {
  const { field, image } = found;
  const tag = tagMode(field, context.config);
  const originals = context.lock?.images.originals(image, tag) ?? [];
  const [original] = originals;
  if (original === undefined) return keep(field, "left alone: has a digest and no tag");
  if (tag === "keep") {
    const reason = `left alone: has a digest and no tag; ${context.lock?.label} has it for ${orList(originals)}`;
    return keep(field, reason, "info");
  }
  if (originals.length > 1) return keep(field, ambiguous(originals), "info");
  return resolveStep(found, parseReference(original), context);
}

function orList(texts: readonly string[]): string {
  const more = texts.length > SHOWN_MAX ? [`${texts.length - SHOWN_MAX} more`] : [];
  return [...texts.slice(0, SHOWN_MAX).map((text) => JSON.stringify(text)), ...more].join(" or ");
}

// It is said of each image that has the digest.
const SHOWN_MAX = 10;
