/** Images that a setter writes as well, by a comment beside them: it drops or outlives the digest, and says nothing of it. */

import { endsOf, type ImageField } from "../fields/image-field.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import { lineEnd, lineStart } from "../yaml/line.ts";
import type { YamlText } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import type { Outcome } from "./outcome.ts";

/** What is told of those that were changed, once for each sort, at the first: the order in which both do their work. */
export function setterResults({ text }: YamlText, outcomes: readonly Outcome[]): readonly Result[] {
  const changed = outcomes.filter(({ kind }) => kind === "changed");
  if (changed.length === 0 || !mark.test(text)) return [];
  const fields = changed.map(({ field }) => field).filter(setterFinder(text));
  const isApart = ({ writing }: ImageField): boolean => writing.kind === "digest";
  return [
    ...told(
      fields.filter((field) => !isApart(field)),
      "info",
      "drops the digest without a message: run the setter first, so put `apply-setters` before pin-digests in a pipeline, and pin what Flux has committed",
    ),
    ...told(
      fields.filter(isApart),
      "warning",
      "leaves the digest beside the tag as it is, which then is that of another tag: run pin-digests with `mode: update` behind each run of the setter, or let the setter write the digest as well",
    ),
  ];
}

function told(
  [first, ...others]: readonly ImageField[],
  severity: "info" | "warning",
  what: string,
): readonly Result[] {
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : `, and ${others.length} more like it`;
  const message = `a setter writes this image too${more}, because of the comment on its line, and ${what}`;
  return [resultAt(first, { severity, message })];
}

/** Makes what tells whether a comment behind an image, or behind the key of its list, names a setter. */
function setterFinder(text: string): (field: ImageField) => boolean {
  const comments = setterComments(text);
  const signs = comments.map(({ sign }) => sign);
  return (field) => {
    const ends = endsOf(field);
    const [first, last = first] = [ends[0], ends.at(-1)];
    if (first === undefined || last === undefined) return false;
    const behind = comments[lastUpTo(signs, last.end - 1) + 1];
    if (behind !== undefined && behind.lineStart <= last.end) return true;
    if (!field.path.endsWith("[0]")) return false;
    const above = comments[lastUpTo(signs, first.start - 1)];
    return above?.isBehindKey === true && above.lineEnd < first.start && first.start <= above.nextLineEnd;
  };
}

interface SetterComment {
  /** Where the last sign of the line stands that has a setter behind it. */
  readonly sign: number;
  readonly lineStart: number;
  readonly lineEnd: number;
  readonly nextLineEnd: number;
  readonly isBehindKey: boolean;
}

/** The comments that name setters. They are looked for once, since many images may stand on one line. */
function setterComments(text: string): readonly SetterComment[] {
  const comments: SetterComment[] = [];
  const mention = new RegExp(setter, "g");
  for (let found = mention.exec(text); found !== null; found = mention.exec(text)) {
    const start = lineStart(text, found.index);
    const end = lineEnd(text, found.index);
    mention.lastIndex = end;
    const line = text.slice(start, end);
    const last = [...line.matchAll(new RegExp(setter, "g"))].at(-1)?.index ?? 0;
    const sign = line.lastIndexOf("#", last);
    if (sign === -1) continue;
    const isBehindKey = /:\s+#/.test(line);
    const nextLineEnd = lineEnd(text, end + 1);
    comments.push({ sign: start + sign, lineStart: start, lineEnd: end, nextLineEnd, isBehindKey });
  }
  return comments;
}

// An expression of several words is found faster than each word. The last two are those of kpt before 1.0.
const mark = /kpt-set:|\$(?:imagepolicy|kpt-set|openapi)/;
const setter = /kpt-set:|"\$(?:imagepolicy|kpt-set|openapi)"/;
