/** Results as a table of Markdown, for a comment under a change or the summary of a workflow. */
import { formatPlace, placed, type Result, type Severity } from "../krm/result.ts";
import { printable } from "../text/printable.ts";

/** Forges refuse long comments. */
const ROWS_MAX = 200;

/** Writes results, those that matter most first, as they come. */
export function markdownReport(results: readonly Result[]): string {
  const counts = (["error", "warning", "info"] as const).flatMap((severity) => countOf(results, severity));
  const title = `### pin-digests: ${counts.join(", ") || "nothing to report"}\n`;
  if (results.length === 0) return title;
  const rows = results.slice(0, ROWS_MAX).map(rowOf);
  const rest = results.length - rows.length;
  const more = rest === 0 ? "" : `\n${rest} more.\n`;
  return `${title}\n| | where | what |\n|---|---|---|\n${rows.join("")}${more}`;
}

const nouns = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Severity,
  string
>;

function countOf(results: readonly Result[], severity: Severity): readonly string[] {
  const { length } = results.filter((result) => result.severity === severity);
  return length === 0 ? [] : [`${length} ${nouns[severity]}${length === 1 ? "" : "s"}`];
}

function rowOf({ file, position, ...result }: Result): string {
  const where =
    position === undefined
      ? (file?.path ?? "")
      : file === undefined
        ? `line ${position.line}`
        : `${file.path}:${position.line}:${position.column}`;
  const what = placed(formatPlace(result), result.message);
  return `| ${nouns[result.severity]} | ${code(where)} | ${code(what)} |\n`;
}

/** As code, in which nothing is a link, a mention or a tag. A bar would end the cell even there, so it is escaped. */
function code(text: string): string {
  const shown = printable(text).replaceAll(/\\*\|/g, (bar) => `${"\\".repeat(2 * bar.length - 2)}\\|`);
  if (shown === "") return "";
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const blank = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${blank}${shown}${blank}${fence}`;
}
