/**
 * Results as annotations of GitHub's workflows, one line each.
 *
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
import { formatPlace, placed, type Result } from "../krm/result.ts";
import { printable } from "../text/printable.ts";

/** Writes results as lines that a workflow makes annotations of. */
export function githubAnnotations(results: readonly Result[]): string {
  return results.map((result) => `${annotation(result)}\n`).join("");
}

function annotation(result: Result): string {
  const command = result.severity === "info" ? "notice" : result.severity;
  const { file, position, tags } = result;
  const properties = [
    ...(file === undefined ? [] : [`file=${escapeProperty(file.path)}`]),
    ...(file === undefined || position === undefined
      ? []
      : [`line=${position.line}`, `col=${position.column}`]),
    `title=${escapeProperty(`pin-digests${tags?.class === undefined ? "" : `: ${tags.class}`}`)}`,
  ];
  // The lines of a stream are those of no file.
  const line = file === undefined && position !== undefined ? `line ${position.line}` : "";
  const text = printable(placed(line, placed(formatPlace(result), result.message)));
  return `::${command} ${properties.join(",")}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25");
}

function escapeProperty(text: string): string {
  return escapeData(printable(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
