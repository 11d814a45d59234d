/** The lists of images that may be used. */
import type { AllowList } from "../config/trust-rules.ts";
import { isMeant } from "../image/image-glob.ts";
import type { ImageReference } from "../image/reference.ts";
import { quote } from "../text/quote.ts";

/** Why an image, which may have several names, may not be used; undefined where it is on each list. */
export function disallowed(
  names: readonly ImageReference[],
  lists: readonly AllowList[],
): string | undefined {
  const missing = lists.find(({ globs }) => !names.some((image) => isMeant(image, globs)));
  const [image] = names;
  return missing && image
    ? `must be on a list of images that may be used, but nothing of ${missing.label} matches ${quote(image.text)}`
    : undefined;
}
