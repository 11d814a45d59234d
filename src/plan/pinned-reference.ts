/** The text of a reference that has its digest. */
import type { Config } from "../config/config.ts";
import type { ImageField } from "../fields/image-field.ts";
import type { Digest } from "../image/digest.ts";
import { formatReference, type ImageReference } from "../image/reference.ts";
import type { FieldImage } from "./step.ts";

/** The reference with a digest, as `tag` wants it. */
export function pinnedText(
  { field, image }: FieldImage,
  digest: Digest,
  config: Pick<Config, "tag">,
): string {
  const { name, tag } = image;
  const isKept = tag !== undefined && tagMode(field, config) === "keep";
  const known = pinnedBefore.get(image);
  if (known?.digest === digest && known.isKept === isKept) return known.text;
  const text = formatReference({ name, tag: isKept ? tag : undefined, digest });
  pinnedBefore.set(image, { digest, isKept, text });
  return text;
}

// A package names the same images again and again, which are then the same text in memory too.
const pinnedBefore = new WeakMap<
  ImageReference,
  { readonly digest: Digest; readonly isKept: boolean; readonly text: string }
>();

/** What becomes of the tag in a field. */
export function tagMode({ tag }: Pick<ImageField, "tag">, config: Pick<Config, "tag">): Config["tag"] {
  return tag ?? config.tag;
}
