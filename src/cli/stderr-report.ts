/** What a run says on stderr. */
import { formatResult, type Result } from "../krm/result.ts";
import type { PinResult } from "../pin-digests.ts";

/** Problems always, all that is told where results are shown nowhere else. */
export function stderrReport(result: PinResult, env: Record<string, string | undefined>): readonly string[] {
  const { results, input } = result;
  const wanted =
    input === "stream" || env.LOG_TO_STDERR ? results : results.filter(({ severity }) => severity !== "info");
  return wanted.length === 0 ? [] : [summary(result), ...wanted.map(formatResult)];
}

function summary({ results, ok, changes }: PinResult): string {
  const count = (severity: Result["severity"], noun: string): string[] => {
    const number = results.filter((result) => result.severity === severity).length;
    return number === 0 ? [] : [`${number} ${noun}${number === 1 ? "" : "s"}`];
  };
  const counts = [...count("error", "error"), ...count("warning", "warning")].join(", ");
  if (!ok) return `pin-digests: nothing was changed: ${counts}`;
  return `pin-digests: ${changes} image${changes === 1 ? "" : "s"} changed${counts === "" ? "" : `, ${counts}`}`;
}
