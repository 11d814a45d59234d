/** `mode: unpin`: take digests out again, and where one stands alone write what the lock says it was. Asks nobody. */
import { formatReference } from "../image/reference.ts";
import { tagMode } from "./pinned-reference.ts";
import { type FieldImage, keep, type PlanContext, type Step } from "./step.ts";
import { ambiguous } from "./update.ts";

/** What to do about an image that is to have no digest. */
export function planUnpin({ field, image }: FieldImage, { config, lock }: PlanContext): Step {
  const { name, tag, digest } = image;
  if (digest === undefined) return keep(field, "left alone: has no digest");
  const rewrite = (text: string): Step => ({
    kind: "rewrite",
    field,
    image,
    text,
    platforms: undefined,
    source: undefined,
  });
  if (tag !== undefined) return rewrite(formatReference({ name, tag }));
  const originals = lock?.images.originals(image, tagMode(field, config)) ?? [];
  const [original] = originals;
  if (original === undefined) return keep(field, "no lock says what it was; left alone", "info");
  if (originals.length > 1) return keep(field, ambiguous(originals), "info");
  return rewrite(original);
}
