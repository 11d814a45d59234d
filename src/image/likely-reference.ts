import { placeholderKind } from "./placeholder.ts";
import { type ImageReference, InvalidReferenceError, safeParseReference } from "./reference.ts";

/** True for a text that names its registry, as `ghcr.io/…` does. */
export function namesRegistry({ text, registry }: ImageReference): boolean {
  return text.toLowerCase().startsWith(`${registry}/`) || /^[^/]*docker\.io\//.test(text);
}

/** The image that a text names; undefined for placeholders and for what is no reference. */
export function parseIfImage(text: string): ImageReference | undefined {
  if (placeholderKind(text) !== undefined) return undefined;
  const image = safeParseReference(text);
  return image instanceof InvalidReferenceError ? undefined : image;
}
