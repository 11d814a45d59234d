/** What `explain` and `--explain` do over stdin. */

import { formatResult } from "../krm/result.ts";
import { type ExplainOptions, explain, formatExplanations } from "../run/explain.ts";
import type { ExplanationOptions } from "./arguments.ts";
import { perform, type ReportFile } from "./effects.ts";
import type { Host } from "./host.ts";
import { outputTarget } from "./output-target.ts";
import { stdout, tell, write } from "./stdio.ts";
import { UsageError } from "./usage-error.ts";

/** An explanation that is wanted, and the process that it is made in. */
export interface ExplainRun {
  readonly request: ExplanationOptions;
  readonly host: Host;
}

/**
 * The explanation as a report for a file; undefined where there is none because of faults, which the run tells as well. The
 * exit code where it takes the place of the stream, which then is not pinned.
 *
 * @throws {UsageError}
 */
export async function explainInput(
  text: string,
  options: ExplainOptions,
  { request: { form, output, isAlone }, host }: ExplainRun,
): Promise<ReportFile | number | undefined> {
  const { explanations, faults, warnings, input } = await explain(text, options);
  const isOutput = outputTarget(output) === "stdout";
  if (isOutput && input === "ResourceList") {
    // An orchestrator takes any object on stdout for the package.
    throw new UsageError(
      "`--output` must name a file where a ResourceList comes in, since stdout carries the list",
    );
  }
  const report = { path: output, text: formatExplanations(explanations, form) };
  if (!isOutput && !(isAlone && input === "stream")) return faults.length === 0 ? report : undefined;
  const messages = [...faults, ...warnings].map(formatResult);
  if (faults.length > 0 || isOutput) {
    tell(messages);
    if (faults.length === 0) write(stdout, report.text);
  } else {
    await perform({ messages, reports: [report], locks: [], output: [] }, host);
  }
  return faults.length === 0 ? 0 : 1;
}
