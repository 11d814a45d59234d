/** Comments that opt nothing out: slips of the pen, and those that stand beside no image. */
import type { Config } from "../config/config.ts";
import { isTypo } from "../config/nearest-name.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import { idleComments } from "../fields/skip.ts";
import type { Result } from "../krm/result.ts";
import { quote } from "../text/quote.ts";
import { lineEnd } from "../yaml/line.ts";
import { lineFinder } from "../yaml/place.ts";
import type { YamlText } from "../yaml/scan.ts";

/** A warning for each comment that nearly says `pin-digests: skip`. */
export function commentSlips({ source, text }: YamlText): readonly Result[] {
  const results: Result[] = [];
  const lineAt = lineFinder(source);
  const mention = new RegExp(sign, "g");
  for (let found = mention.exec(text); found !== null; found = mention.exec(text)) {
    const { index: at } = found;
    const start = text.lastIndexOf("\n", at) + 1;
    const end = lineEnd(text, at);
    const line = text.slice(start, end);
    mention.lastIndex = end;
    const comment = lastComment(line);
    const { word } = nearComment.exec(comment)?.groups ?? {};
    if (word === undefined || exactComment.test(line) || !asksToSkip(word)) continue;
    const message = `line ${lineAt(at)} of the input: the comment ${quote(comment)} opts nothing out: did you mean "# pin-digests: skip"?`;
    results.push({ message, severity: "warning" });
    if (results.length === SLIPS_MAX) break;
  }
  return results;
}

/** From the last sign of a line on, which begins a comment behind white space; "" where there is none. */
function lastComment(line: string): string {
  const at = line.lastIndexOf("#");
  return at === 0 || (at > 0 && /\s/.test(line.charAt(at - 1))) ? line.slice(at) : "";
}

function asksToSkip(word: string): boolean {
  const small = word.toLowerCase();
  return optOuts.has(small) || isTypo(small, "skip");
}

const optOuts: ReadonlySet<string> = new Set([
  "disable",
  "disabled",
  "exclude",
  "excluded",
  "false",
  "ignore",
  "ignored",
  "never",
  "no",
  "nopin",
  "off",
  "skipped",
]);

/** Comments that say it, and stand beside no image. What was not looked into may hold one. */
export function idleCommentSlips(
  yaml: YamlText,
  resources: readonly ResourceImages[],
  { unknownFields }: Pick<Config, "unknownFields">,
): readonly Result[] {
  const isPartial =
    unknownFields === "ignore" ||
    resources.some(({ skipped, encoded }) => skipped !== undefined || encoded !== undefined);
  if (isPartial || !exactComment.test(yaml.text)) return [];
  const lineAt = lineFinder(yaml.source);
  const idle = idleComments(
    yaml,
    resources.flatMap(({ fields, likely }) => [...fields, ...likely]),
  );
  return idle.slice(0, SLIPS_MAX).map((at) => ({
    message: `line ${lineAt(at)} of the input: the comment "# pin-digests: skip" opts nothing out: it must stand after an image, on the line of its value`,
    severity: "warning",
  }));
}

/** What a comment or an annotation of this program begins with, however it is written. */
export const sign: RegExp = /(?:pin-?|Pin-|pin_)[dD]igests?/;
const nearComment = /^#\s*(?:pin-?|Pin-|pin_)[dD]igests?(?:\s*[:=]\s*|\s+)(?<word>[\w-]+)/;
const exactComment = /\bpin-digests:\s*skip\b/;
// More are one habit, which the first ones show.
const SLIPS_MAX = 10;
