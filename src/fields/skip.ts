/** What a user wants left alone, said in the resources themselves. */

import type { Resource } from "../krm/resource.ts";
import { lineEnd } from "../yaml/line.ts";
import { type Range, startOf } from "../yaml/node.ts";
import type { YamlText } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import { carrierAliases, endsOf, type ImageField } from "./image-field.ts";

/** The annotation: `"true"`, or field paths and container names, parted by commas or white space. */
export const skipAnnotation = "pin-digests.fn.kpt.dev/skip";

/** Why a whole object is to be left alone. */
export function resourceSkip({ annotations }: Resource): string | undefined {
  return annotations.get(skipAnnotation)?.trim() === "true"
    ? `its annotation \`${skipAnnotation}\` says so`
    : undefined;
}

/** What in an object and in the comments of a text asks for fields to be left alone. */
export interface SkipRequests {
  /** The names and paths in the annotation of the object, in each way that they can be meant. */
  readonly names: ReadonlySet<string>;
  readonly comments: SkipComments;
  /** What the objects within the object ask for; absent where there are none. */
  readonly reasonFor?: ((field: ImageField) => string | undefined) | undefined;
}

/** Comments that say `pin-digests: skip`. */
export interface SkipComments {
  /** Where the sign of each stands, in the order of the text. */
  readonly signs: readonly number[];
  /** The lines that each is about. */
  readonly places: readonly SkipPlace[];
}

interface SkipPlace {
  readonly lineStart: number;
  readonly lineEnd: number;
  /** The end of the next line, where the header of a block scalar stands on the comment's own. */
  readonly valueEnd: number;
}

/** The fields that an annotation names; undefined where it names none. */
export function skippedNames({ annotations }: Resource): ReadonlySet<string> | undefined {
  const names = annotations
    .get(skipAnnotation)
    ?.split(/[\s,]+/)
    .filter((name) => name !== "");
  // Both ways to write a path, with dots and with slashes, are read.
  return names && new Set(names.flatMap((name) => [name, name.replaceAll("/", ".")]));
}

/** The comments that ask for something to be left alone, in the order of the text. */
export function skipComments({ text }: YamlText): SkipComments {
  const signs: number[] = [];
  const places: SkipPlace[] = [];
  const mention = new RegExp(request, "g");
  for (let found = mention.exec(text); found !== null; found = mention.exec(text)) {
    const { index: mark } = found;
    const lineStart = text.lastIndexOf("\n", mark) + 1;
    const end = lineEnd(text, mark);
    const sign = signBefore(text, lineStart, lastRequest(text, mark, end));
    if (sign !== -1) {
      const isHeader = blockHeader.test(text.slice(lineStart, end));
      signs.push(sign);
      places.push({ lineStart, lineEnd: end, valueEnd: isHeader ? lineEnd(text, end + 1) : end });
    }
    mention.lastIndex = end;
  }
  return { signs, places };
}

const words = "pin-digests:";
const request = /\bpin-digests:\s*skip\b/y;
const blockHeader = /[|>][-+\d]*\s+#/;

/** Where the words stand last in a line; -1 where they ask for something else. */
function lastRequest(text: string, from: number, lineEnd: number): number {
  let last = -1;
  for (let mark = from; mark !== -1 && mark < lineEnd; mark = text.indexOf(words, mark + words.length)) {
    request.lastIndex = mark;
    const [found] = request.exec(text) ?? [];
    if (found !== undefined && mark + found.length <= lineEnd) last = mark;
  }
  return last;
}

/** The sign of a comment, which stands behind white space or begins a line. */
function signBefore(text: string, lineStart: number, offset: number): number {
  for (let at = offset - 1; at >= lineStart; at--) {
    if (text[at] === "#" && (at === lineStart || /\s/.test(text[at - 1] ?? ""))) return at;
  }
  return -1;
}

/** Why a field is to be left alone: its object's annotation names it, or a comment on its line says so. */
export function fieldSkip(
  field: ImageField,
  { names, comments, reasonFor }: SkipRequests,
): string | undefined {
  const reason = reasonFor?.(field);
  if (reason !== undefined) return reason;
  if (names.size > 0 && isNamed(field, names)) return `the annotation \`${skipAnnotation}\` names it`;
  return comments.signs.length > 0 && hasSkipComment(field, comments)
    ? "the comment on its line says so"
    : undefined;
}

/** Whether an annotation names a field, where `[]` is any element. */
export function isNamed(
  { path, owner }: Pick<ImageField, "path" | "owner">,
  names: ReadonlySet<string>,
): boolean {
  if ((owner !== undefined && names.has(owner)) || names.has(path)) return true;
  return names.has(path.replaceAll(/\[\d+\]/g, "[]"));
}

function hasSkipComment(field: ImageField, comments: SkipComments): boolean {
  return commentedRanges(field).some((place) => isCommented(place, comments));
}

/** What of a field a comment may stand beside. */
function commentedRanges(field: ImageField): readonly Range[] {
  const { writing } = field;
  const ranges = [...endsOf(field), ...carrierAliases(field)];
  return writing.kind === "digest" ? [...ranges, writing.range] : ranges;
}

/** What can't be taken for a text has no range, but stands somewhere. */
function startsOf({ site: { layer, node } }: ImageField): readonly Range[] {
  const start = startOf(layer.yaml, node);
  const range = start === undefined ? undefined : layer.toSource({ start, end: start + 1 });
  return range === undefined ? [] : [range];
}

/** Where comments stand that are about none of some fields. */
export function idleComments(yaml: YamlText, fields: readonly ImageField[]): readonly number[] {
  const { signs, places } = skipComments(yaml);
  const offsets = fields
    .flatMap((field) =>
      [...commentedRanges(field), ...startsOf(field)].flatMap(({ start, end }) => [start, end]),
    )
    .sort((one, other) => one - other);
  return signs.filter((_, at) => {
    const { lineStart = 0, valueEnd = 0 } = places[at] ?? {};
    return (offsets[lastUpTo(offsets, valueEnd)] ?? -1) < lineStart;
  });
}

/** Whether a comment asks for what stands at a place of the text to be left alone. */
export function isCommented({ start, end }: Range, { signs, places }: SkipComments): boolean {
  const before = lastUpTo(signs, end - 1);
  const behind = places[before + 1];
  if (behind !== undefined && behind.lineStart <= end) return true;
  // The header of a block scalar, `image: |- # pin-digests: skip`, stands on the line before it.
  const above = places[before];
  return above !== undefined && above.lineEnd < start && start <= above.valueEnd;
}
