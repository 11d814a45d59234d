import { placeholderKind } from "./placeholder.ts";
import { type ImageReference, InvalidReferenceError, readReference } from "./reference.ts";

/** The image that a text names; undefined for placeholders and for what is no reference. */
export function certainImage(text: string): ImageReference | undefined {
  if (placeholderKind(text) !== undefined) return undefined;
  const image = readReference(text);
  return image instanceof InvalidReferenceError ? undefined : image;
}
