/** What a run says on stderr. */
import type { Result } from "../krm/result.ts";
import { oncePerRegistry } from "../outcome/registry-failures.ts";
import type { PinResult } from "../pin-digests.ts";
import { formatTally } from "../report/tally.ts";
import { counted } from "../text/counted.ts";
import { type Audience, lineWrapper } from "./audience.ts";
import { type ToldLine, toldResult } from "./told-line.ts";

/** Problems always, all that is told where results are shown nowhere else. */
export async function stderrReport(
  result: PinResult,
  env: Record<string, string | undefined>,
  audience: Audience,
): Promise<readonly (string | ToldLine)[]> {
  const { results, input, tally } = result;
  const wanted = oncePerRegistry(
    input === "stream" || env.LOG_TO_STDERR ? results : results.filter(({ severity }) => severity !== "info"),
  );
  if (audience.isTerminal && input === "stream") {
    const { resultsTable } = await import("./terminal/results-table.ts");
    const rows = resultsTable(wanted, audience.columns());
    const wrap = await lineWrapper(audience);
    return rows.length === 0 && tally === undefined
      ? []
      : [...rows, ...wrap(tally ? sum(result) : summary(result))];
  }
  const lines = wanted.map(toldResult);
  if (tally === undefined) return lines.length === 0 ? [] : [summary(result), ...lines];
  // kpt keeps what is said of a list in the Kptfile.
  if (input === "ResourceList")
    return tally.done === "checked" || lines.length === 0 ? lines : [summary(result), ...lines];
  return [...lines, sum(result)];
}

/** What a check or an update came to. */
function sum({ ok, tally }: PinResult): string {
  const counted = tally === undefined ? "" : formatTally(tally);
  const isUndone = !ok && tally?.done === "looked up";
  return `pin-digests: ${counted}${isUndone ? "; nothing was changed" : ""}`;
}

function summary({ results, ok, changes }: PinResult): string {
  const problems = problemCounts(results);
  if (!ok) return `pin-digests: nothing was changed: ${problems.join(", ")}`;
  return `pin-digests: ${[`${counted(changes, "image")} changed`, ...problems].join(", ")}`;
}

/** How many errors and how many warnings there are, where there are any: `2 errors`, `1 warning`. */
export function problemCounts(results: readonly Result[]): readonly string[] {
  return (["error", "warning"] as const).flatMap((severity) => {
    const count = results.filter((result) => result.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
}
