/** `mode: unpin`: take digests out again, and where one stands alone write what the lock says it was. Asks nobody. */
import { formatReference } from "../image/reference.ts";
import { tagMode } from "./pin.ts";
import type { FieldImage, PlanContext, Step } from "./plan.ts";
import { ambiguous } from "./update.ts";

/** What to do about an image that is to have no digest. */
export function planUnpin({ field, image }: FieldImage, { config, lock }: PlanContext): Step {
  const { name, tag, digest } = image;
  if (digest === undefined) return { kind: "keep", field, reason: "left alone: has no digest" };
  if (tag !== undefined) return { kind: "rewrite", field, image, text: formatReference({ name, tag }) };
  const [original, ...others] = lock?.images.originals(image, tagMode(field, config)) ?? [];
  if (original === undefined)
    return { kind: "keep", field, reason: "no lock says what it was; left alone", severity: "info" };
  if (others.length > 0)
    return { kind: "keep", field, reason: ambiguous([original, ...others]), severity: "info" };
  return { kind: "rewrite", field, image, text: original };
}
