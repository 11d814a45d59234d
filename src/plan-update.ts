/** `mode: update`: ask again what each tag means, whatever is written beside it and in the lock. */
import { formatReference, type ImageReference, parseReference } from "./image/reference.ts";
import type { FieldImage, PlanContext, Step } from "./plan.ts";
import { resolveStep, tagMode } from "./plan-pin.ts";

/** What to do about an image whose digest is to be brought up to date. */
export function planUpdate(found: FieldImage, context: PlanContext): Step {
  const { field, image } = found;
  if (image.tag !== undefined || image.digest === undefined) {
    return resolveStep(found, withoutDigest(image), context);
  }
  const [original, ...others] = context.lock?.images.originals(image, tagMode(field, context.config)) ?? [];
  if (original === undefined) return { kind: "keep", field, reason: "has a digest alone; left alone" };
  if (others.length > 0)
    return { kind: "keep", field, reason: ambiguous([original, ...others]), severity: "info" };
  return resolveStep(found, parseReference(original), context);
}

/** Why an image that may have been several is left alone. */
export function ambiguous(originals: readonly string[]): string {
  return `may have been ${originals.map((text) => JSON.stringify(text)).join(" or ")}; left alone`;
}

function withoutDigest(image: ImageReference): ImageReference {
  if (image.digest === undefined) return image;
  return parseReference(
    formatReference({ name: image.name, ...(image.tag !== undefined && { tag: image.tag }) }),
  );
}
