/** Images that a setter writes as well, by a comment beside them: it drops or outlives the digest, and says nothing of it. */

import { endsOf, type ImageField } from "../fields/image-field.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import { lineEnd } from "../yaml/line.ts";
import type { YamlText } from "../yaml/scan.ts";
import type { Outcome } from "./outcome.ts";

/** What is told of those that were changed, once for each sort, at the first: the order in which both do their work. */
export function setterResults({ text }: YamlText, outcomes: readonly Outcome[]): readonly Result[] {
  const changed = outcomes.filter(({ kind }) => kind === "changed");
  if (changed.length === 0 || !mark.test(text)) return [];
  const fields = changed.map(({ field }) => field).filter((field) => isSet(text, field));
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

/** Whether a comment behind an image, or behind the key of its list, names a setter. */
function isSet(text: string, field: ImageField): boolean {
  const ends = endsOf(field);
  const end = ends.at(-1)?.end;
  if (end === undefined) return false;
  if (setterComment.test(text.slice(end, lineEnd(text, end)))) return true;
  if (!field.path.endsWith("[0]")) return false;
  const lineStart = text.lastIndexOf("\n", ends[0]?.start ?? 0);
  const keyLine = text.slice(text.lastIndexOf("\n", lineStart - 1) + 1, Math.max(0, lineStart));
  return /:\s+#/.test(keyLine) && setterComment.test(keyLine);
}

// An expression of several words is found faster than each word. The last two are those of kpt before 1.0.
const mark = /kpt-set:|\$(?:imagepolicy|kpt-set|openapi)/;
const setterComment = /#.*(?:kpt-set:|"\$(?:imagepolicy|kpt-set|openapi)")/;
