/** Images that a setter writes as well, by a comment beside them: it drops the digest and says nothing of it. */
import { endsOf } from "../fields/image-field.ts";
import type { Result } from "../krm/result.ts";
import { lineFinder, namedLines } from "../yaml/line.ts";
import type { YamlText } from "../yaml/scan.ts";
import type { Outcome } from "./outcome.ts";

/** What is told of them, once: the order in which both do their work. */
export function setterResults({ text }: YamlText, outcomes: readonly Outcome[]): readonly Result[] {
  if (!text.includes("kpt-set:") && !text.includes("$imagepolicy")) return [];
  const lineAt = lineFinder(text);
  const lines = outcomes.flatMap((outcome) => {
    const end = outcome.kind === "changed" ? endsOf(outcome.field).at(-1)?.end : undefined;
    if (end === undefined) return [];
    const lineEnd = text.indexOf("\n", end);
    const rest = text.slice(end, lineEnd === -1 ? text.length : lineEnd);
    return setterComment.test(rest) ? [lineAt(end)] : [];
  });
  if (lines.length === 0) return [];
  const places = namedLines([...new Set(lines)]);
  const message = `${places} of the input: a setter writes this image too (\`kpt-set\`, \`$imagepolicy\`), and drops the digest in silence: let it run first, so \`apply-setters\` before pin-digests in a pipeline, and pin what Flux has committed`;
  return [{ message, severity: "info" }];
}

const setterComment = /#.*(?:kpt-set:|"\$imagepolicy")/;
