/** The lists of images that may be used. */
import type { AllowList } from "../config/trust-rules.ts";
import { matchesAny, matchesAnyText } from "../image/image-glob.ts";
import type { ImageReference } from "../image/reference.ts";
import { quote } from "../text/quote.ts";

/** Why an image, which may have several names, may not be used; undefined where it is on each list. */
export function disallowed(
  names: readonly ImageReference[],
  lists: readonly AllowList[],
): string | undefined {
  const missing = lists.find(({ globs }) => !names.some((image) => matchesAny(image, globs)));
  const [image] = names;
  return missing && image
    ? `must be on a list of images that may be used, but nothing of ${missing.label} matches ${quote(image.text)}`
    : undefined;
}

/** Why a text that can't be read as an image may not stand where one must: a list is not passed by what nobody can read. */
export function disallowedText(text: string | undefined, lists: readonly AllowList[]): string | undefined {
  const missing = lists.find(({ globs }) => text === undefined || !matchesAnyText(text, globs));
  if (missing === undefined) return undefined;
  const what = text === undefined ? "what is no text" : quote(text);
  return `must be an image on a list of those that may be used, but can't be read as one, and nothing of ${missing.label} matches ${what}`;
}
