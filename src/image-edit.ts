/** From a new reference to the edit that writes it where the old one stands. */

import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { aliasRange, dereference, eventOf, type Range, scalarText } from "./yaml/node.ts";
import { sourceRange } from "./yaml/scalar-source.ts";
import type { YamlNode, YamlText } from "./yaml/scan.ts";
import type { TextEdit } from "./yaml/text-edit.ts";

/** A reference in a scalar: what it is and what it becomes. */
export interface Replacement {
  readonly node: YamlNode;
  readonly from: string;
  readonly to: string;
}

/**
 * The edit that makes a scalar's reference another, keeping quotes, escapes, indentation and line breaks around it. An
 * alias gives way to the text of its anchor, so that nothing else that the anchor is used for changes. Undefined where
 * the text does not show for certain which characters stand for the reference.
 */
export function imageEdit(yaml: YamlText, { node, from, to }: Replacement): TextEdit | undefined {
  const alias = aliasRange(yaml, node);
  if (alias !== undefined) return { ...alias, text: quotedLike(yaml, dereference(yaml, node), to) };
  const value = scalarText(yaml, node) ?? "";
  const start = value.indexOf(from);
  if (start === -1) return undefined;
  const changed = difference(from, to);
  // An insertion has no characters of its own: it goes behind the one before it.
  const before = sourceRange(yaml, node, { start: start + changed.start - 1, end: start + changed.start });
  const range =
    changed.start === changed.end
      ? before
      : sourceRange(yaml, node, { start: start + changed.start, end: start + changed.end });
  if (before === undefined || range === undefined) return undefined;
  const text = to.slice(changed.start, to.length - (from.length - changed.end));
  return { start: changed.start === changed.end ? before.end : range.start, end: range.end, text };
}

/** The range of `from` that differs from `to`: what stands before and behind it is the same in both. */
function difference(from: string, to: string): Range {
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from[start] === to[start]) start++;
  let same = 0;
  while (same < shorter - start && from[from.length - 1 - same] === to[to.length - 1 - same]) same++;
  return { start, end: from.length - same };
}

function quotedLike(yaml: YamlText, anchored: YamlNode, text: string): string {
  const event = eventOf(yaml, anchored);
  if (event.type !== EVENT_ID.SCALAR) return text;
  if (event.style === SCALAR_STYLE.SINGLE_QUOTED) return `'${text}'`;
  if (event.style === SCALAR_STYLE.DOUBLE_QUOTED) return `"${text}"`;
  return text;
}
