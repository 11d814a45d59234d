/** From a new reference to the edit that writes it where the old one stands. */
import { type Site, sourceEdit } from "../fields/embedded-document.ts";
import type { ImageField } from "../fields/image-field.ts";
import type { Digest } from "../image/digest.ts";
import { InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import { isTextWithoutQuotes } from "../yaml/go-type.ts";
import { dereference, isPlainScalar, type Range, scalarRange, scalarText, tagOf } from "../yaml/node.ts";
import type { TextEdit } from "../yaml/text-edit.ts";

/** A reference in a field: what it is and what it becomes. */
export interface Replacement {
  readonly field: ImageField;
  readonly from: string;
  readonly to: string;
}

/** An edit of a document, and what is edited: a scalar, an alias that is to mean what the edit makes of its anchor's, or a map. */
export interface ImageEdit {
  readonly site: Site;
  readonly edit: TextEdit;
}

/**
 * The edit that makes a field's reference another, keeping quotes, escapes, indentation and line breaks around it.
 * Undefined where the text does not show for certain which characters stand for the reference.
 */
export function imageEdit({ field, from, to }: Replacement): ImageEdit | undefined {
  const { site, writing } = field;
  switch (writing.kind) {
    case "digest": {
      const text = textFor(writing, digestIn(to));
      return text === undefined ? undefined : certain({ site, edit: slotEdit(writing, text) });
    }
    case "in-place": {
      const { removal } = writing;
      if (removal !== undefined && from.startsWith(`${to}@`)) return certain(removal);
      const edit = quotedRest(field, from, to) ?? partEdit(field, from, to);
      return edit && certain({ site, edit });
    }
    case "none":
      return undefined;
  }
}

/** What a reference without a digest means can't stand where a digest alone goes. */
function digestIn(to: string): Digest | undefined {
  const image = safeParseReference(to);
  return image instanceof InvalidReferenceError ? undefined : image.digest;
}

/** What goes under a key: of a digest by another algorithm, nothing could be said without it. */
function textFor({ isBare }: DigestSlot, digest: Digest | undefined): string | undefined {
  if (!isBare || digest === undefined) return digest;
  return digest.startsWith("sha256:") ? digest.slice("sha256:".length) : undefined;
}

function slotEdit({ range, before, after }: DigestSlot, digest: string): TextEdit {
  return { ...range, text: before + digest + after };
}

type DigestSlot = Extract<ImageField["writing"], { readonly kind: "digest" }>;

/** What can't be told for certain in the text around a document can't be edited either. */
function certain(edit: ImageEdit): ImageEdit | undefined {
  const { layer } = edit.site;
  return layer.depth === 0 || sourceEdit(layer, edit.edit) !== undefined ? edit : undefined;
}

/** A name or a tag such as `1234` or `yes` is a text without its digest only where it stands in quotes. */
function quotedRest({ site }: ImageField, from: string, to: string): TextEdit | undefined {
  const { yaml } = site.layer;
  const scalar = dereference(yaml, site.node);
  const text = scalarText(yaml, scalar) ?? "";
  const rest = restOf(text, from, to);
  if (rest === undefined || /[:/@]/.test(rest)) return undefined;
  if (!isPlainScalar(yaml, scalar) || tagOf(yaml, scalar) !== undefined || isTextWithoutQuotes(rest))
    return undefined;
  const range = scalarRange(yaml, scalar);
  return range && { ...range, text: `"${rest}"` };
}

/** What is left of the text of a scalar that holds a whole reference, or the end of it. */
function restOf(text: string, from: string, to: string): string | undefined {
  if (text === from) return to;
  const digest = from.slice(to.length);
  return from === to + digest && digest.startsWith("@") && from.endsWith(text) && text.endsWith(digest)
    ? text.slice(0, -digest.length)
    : undefined;
}

function partEdit({ locate, value = "" }: ImageField, from: string, to: string): TextEdit | undefined {
  const start = value.indexOf(from);
  if (start === -1) return undefined;
  const changed = difference(from, to);
  const text = to.slice(changed.start, to.length - (from.length - changed.end));
  if (changed.start < changed.end) {
    const range = locate({ start: start + changed.start, end: start + changed.end });
    return range && { ...range, text };
  }
  // An insertion has no characters of its own: it goes behind the one before it.
  const before = locate({ start: start + changed.start - 1, end: start + changed.start });
  return before && { start: before.end, end: before.end, text };
}

/** The range of `from` that differs from `to`: what stands before and behind it is the same in both. */
function difference(from: string, to: string): Range {
  if (to.startsWith(from)) return { start: from.length, end: from.length };
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from[start] === to[start]) start++;
  let same = 0;
  while (same < shorter - start && from[from.length - 1 - same] === to[to.length - 1 - same]) same++;
  return { start, end: from.length - same };
}
