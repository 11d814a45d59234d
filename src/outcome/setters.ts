/** Images that a setter writes as well, by a comment beside them: it drops the digest and says nothing of it. */
import { endsOf, type ImageField } from "../fields/image-field.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import type { YamlText } from "../yaml/scan.ts";
import type { Outcome } from "./outcome.ts";

/** What is told of those that were changed, once, at the first: the order in which both do their work. */
export function setterResults({ text }: YamlText, outcomes: readonly Outcome[]): readonly Result[] {
  const changed = outcomes.filter(({ kind }) => kind === "changed");
  if (changed.length === 0 || !(text.includes("kpt-set:") || text.includes("$imagepolicy"))) return [];
  const isSet = (field: ImageField): boolean => {
    const end = endsOf(field).at(-1)?.end;
    if (end === undefined) return false;
    const lineEnd = text.indexOf("\n", end);
    return setterComment.test(text.slice(end, lineEnd === -1 ? text.length : lineEnd));
  };
  const fields = changed.map(({ field }) => field).filter(isSet);
  const [first, ...others] = fields;
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : `, and ${others.length} more like it`;
  const message = `a setter writes this image too${more}, because of the comment on its line, and drops the digest without a message: run the setter first, so put \`apply-setters\` before pin-digests in a pipeline, and pin what Flux has committed`;
  return [resultAt(first, { severity: "info", message })];
}

const setterComment = /#.*(?:kpt-set:|"\$imagepolicy")/;
