/** The lists of images that may be used. */
import type { AllowList } from "../config/trust-rules.ts";
import { isMeant } from "../image/image-glob.ts";
import type { ImageReference } from "../image/reference.ts";
import { quote } from "../text/quote.ts";

/** Why an image may not be used; undefined where it is on each list. */
export function disallowed(image: ImageReference, lists: readonly AllowList[]): string | undefined {
  const missing = lists.find(({ globs }) => !isMeant(image, globs));
  return (
    missing &&
    `must be on a list of images that may be used, but nothing of ${missing.label} matches ${quote(image.text)}`
  );
}
