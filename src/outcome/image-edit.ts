/** From a new reference to the edit that writes it where the old one stands. */
import type { ImageField } from "../fields/image-field.ts";
import type { Range } from "../yaml/node.ts";
import type { TextEdit } from "../yaml/text-edit.ts";

/** A reference in a field: what it is and what it becomes. */
export interface Replacement {
  readonly field: ImageField;
  readonly from: string;
  readonly to: string;
}

/**
 * The edit that makes a field's reference another, keeping quotes, escapes, indentation and line breaks around it. An
 * alias gives way to the text of its anchor, so that nothing else that the anchor is used for changes. Undefined where
 * the text does not show for certain which characters stand for the reference.
 */
export function imageEdit({ field, from, to }: Replacement): TextEdit | undefined {
  const { writing } = field;
  switch (writing.kind) {
    case "replace":
      return { ...writing.range, text: writing.quote + to + writing.quote };
    case "digest":
      return { ...writing.range, text: writing.before + to.slice(to.indexOf("@") + 1) + writing.after };
    case "in-place":
      return writing.removal !== undefined && from.startsWith(`${to}@`)
        ? { ...writing.removal, text: "" }
        : partEdit(field, from, to);
    case "none":
      return undefined;
  }
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
