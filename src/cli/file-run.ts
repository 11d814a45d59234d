/** A run over files and folders, which are edited in place. */
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { filesDiff } from "../files/file-diff.ts";
import { FileWriteError } from "../files/file-error.ts";
import { type FilesPlan, planFiles } from "../files/plan-files.ts";
import { removeStaleDrafts } from "../files/stale-drafts.ts";
import { bySeverity, type Result } from "../krm/result.ts";
import { oncePerRegistry } from "../outcome/registry-failures.ts";
import { makeReport } from "../report/report.ts";
import { formatTally } from "../report/tally.ts";
import { formatExplanations } from "../run/explain.ts";
import { counted } from "../text/counted.ts";
import { version } from "../version.ts";
import { untilAgreed } from "./agreement.ts";
import type { Arguments } from "./arguments.ts";
import { type Audience, lineWrapper, stderrAudience, withProgress } from "./audience.ts";
import { isContained } from "./container.ts";
import type { LockChange, ReportFile } from "./effects.ts";
import { type FileEffects, performOnFiles } from "./file-effects.ts";
import { askingAs, type Host } from "./host.ts";
import { clearLockFolder } from "./lock-file-io.ts";
import { readConfigSources, readLock, untilNamedFilesAnswer } from "./named-files.ts";
import { outputTarget } from "./output-target.ts";
import { patchShower } from "./shown-patch.ts";
import { problemCounts } from "./stderr-report.ts";
import { stdout, tell, write } from "./stdio.ts";
import { type ToldLine, toldResult } from "./told-line.ts";
import { readError, requireUnreadOutput } from "./unread-output.ts";
import { findValues } from "./values-files.ts";

/** Runs over the files that a command line names, and returns the exit code. */
export function runFiles(args: Arguments, host: Host): Promise<number> {
  return untilAgreed(() => attempt(args, host), "the lock", isChangedMeanwhile);
}

/** Another run may have written the same. */
function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof FileWriteError && error.kind !== "failed";
}

/** A run, unless another one has written into a lock meanwhile what contradicts it. */
async function attempt(args: Arguments, host: Host): Promise<number | "contradiction"> {
  const { paths, explanation, report, diff } = args;
  await untilNamedFilesAnswer(args);
  requireUnreadOutput(args);
  const lock = readLock(args, host);
  const audience = await stderrAudience(args, host);
  const values = findValues(args.values);
  const planned = await withProgress(audience, (watch) =>
    planFiles(paths, {
      ...readConfigSources(args),
      lock,
      prune: args.prune,
      folder: resolve("."),
      isValues: values.isValues,
      wants: {
        images: report !== undefined,
        explanations: explanation === undefined ? false : explanation.isAlone ? "alone" : "too",
      },
      ...askingAs(host, args.now),
      isContained,
      wantsVersions: report?.form === "markdown",
      watch,
    }),
  );
  const isAlone = report?.isAlone === true || explanation?.isAlone === true;
  const plan = { ...planned, results: bySeverity([...planned.results, ...values.unmatched()]) };
  if (diff && plan.ok && !isAlone) return showDiff(plan, audience, host);
  refuseInput(report?.file ?? explanation?.output, plan);
  const reports = reportsOf(args, plan);
  const isWritten = !isAlone && !diff && plan.ok && plan.mode !== "check";
  if (isWritten) cleanUp(plan, host);
  const wrap = await lineWrapper(audience);
  const effects: FileEffects = {
    messages: [...(await told(plan.results.filter(isDone(plan)), audience)), ...reports.warnings],
    isColoured: audience.isColoured,
    sum: (left) => {
      if (explanation?.isAlone === true) return wrap(explainedSum(plan));
      return wrap(report?.isAlone === true && plan.ok ? listedSum(plan) : sumOf(plan, isAlone, left));
    },
    reports: reports.files,
    locks: isWritten ? plan.locks.map(lockChange) : [],
    changes: isWritten ? plan.changes : [],
    output: [reports.output],
  };
  const done = await performOnFiles(effects, host);
  if (done === "contradiction") return done;
  return plan.ok && done === "done" ? 0 : 1;
}

/** A report that takes the place of a manifest would lose it. */
function refuseInput(output: string | undefined, { inputs, lockPlaces }: FilesPlan): void {
  if (output === undefined || outputTarget(output) !== "file") return;
  const place = resolve(output);
  const places = [place, ...(existsSync(place) ? [realpathSync(place)] : [])];
  if (places.some((each) => inputs.includes(each) || lockPlaces.includes(each))) throw readError(output);
}

/** Of a run that fails no digest is written, so none is told. */
function isDone({ ok }: FilesPlan): (result: Result) => boolean {
  return ({ severity, field }) => ok || severity !== "info" || field?.proposedValue === undefined;
}

/** Removes what runs that were killed have left. */
function cleanUp({ drafts, lockPlaces }: FilesPlan, host: Host): void {
  removeStaleDrafts(drafts, host);
  for (const place of lockPlaces) clearLockFolder(place, host);
}

function lockChange({ place, path, ...change }: FilesPlan["locks"][number]): LockChange {
  return { ...change, path: place, label: `the lock ${JSON.stringify(path)}` };
}

async function showDiff(plan: FilesPlan, audience: Audience, host: Host): Promise<number> {
  const shown = await patchShower(host);
  // All of them, or none where a file was changed meanwhile.
  const patches = [...filesDiff(plan)];
  for (const patch of patches) write(stdout, shown(patch));
  const problems = plan.results.filter(({ severity }) => severity !== "info");
  const wrap = await lineWrapper(audience);
  tell([...(await told(problems, audience)), ...wrap(sumOf(plan, true))], audience.isColoured);
  return 0;
}

/** Results as a table for a person at a terminal, and as a line each for everybody else. */
async function told(all: readonly Result[], audience: Audience): Promise<readonly ToldLine[]> {
  const results = oncePerRegistry(all);
  if (!audience.isTerminal) return results.map(toldResult);
  const { resultsTable } = await import("./terminal/results-table.ts");
  return resultsTable(results, audience.columns());
}

interface Reports {
  readonly files: readonly ReportFile[];
  /** What goes to stdout. */
  readonly output: string;
  readonly warnings: readonly string[];
}

function reportsOf({ explanation, report, now = Date.now() }: Arguments, plan: FilesPlan): Reports {
  if (explanation !== undefined) {
    const text = formatExplanations(plan.explanations, explanation.form);
    return reportAt(explanation.output, text, []);
  }
  // A policy is made of a run that found all its digests.
  if (report === undefined || (report.admission !== undefined && !plan.ok))
    return { files: [], output: "", warnings: [] };
  const { form, admission } = report;
  const { text, warnings } = makeReport(form, { ...plan, version, now, admission });
  return reportAt(report.file, text, warnings);
}

function reportAt(file: string, text: string, told: readonly string[]): Reports {
  const warnings = told.map((warning) => `[warning] ${warning}`);
  if (outputTarget(file) === "stdout") return { files: [], output: text, warnings };
  return { files: [{ path: file, text }], output: "", warnings };
}

/** An explanation plans nothing, so it can't say what would change. */
function explainedSum({ results, explanations, counts }: FilesPlan): string {
  const what = `${counted(explanations.length, "field")} explained in ${counted(counts.files, "file")}`;
  return `pin-digests: ${[what, ...problemCounts(results)].join(", ")}`;
}

/** Whoever asks which images there are does not ask what would change. */
function listedSum({ results, images, counts }: FilesPlan): string {
  const distinct = new Set(images.map(({ text }) => text)).size;
  const what = `${counted(distinct, "image")} in ${counted(counts.files, "file")}`;
  return `pin-digests: ${[what, ...problemCounts(results)].join(", ")}`;
}

/** What all came to: `pin-digests: 3 images changed in 2 of 12 files; 1 template skipped`. */
function sumOf(
  { results, ok, mode, counts, changes, tally }: FilesPlan,
  isDry: boolean,
  left: readonly Result[] = [],
): string {
  const { files, others, templates, images } = counts;
  const leftPaths = new Set(left.map(({ file }) => file?.path));
  const written = changes.filter(({ path }) => !leftPaths.has(path));
  const passed = [
    ...(others === 0 ? [] : [`${counted(others, "file")} without Kubernetes objects`]),
    ...(templates === 0 ? [] : [counted(templates, "template")]),
  ].join(" and ");
  const changed = written.reduce((sum, change) => sum + change.images, 0);
  const change = `${counted(changed, "image")} ${isDry ? "would change" : "changed"} in ${written.length} of ${counted(files, "file")}`;
  const what =
    mode === "check"
      ? tally === undefined
        ? `${counted(images, "image")} checked in ${counted(files, "file")}`
        : formatTally(tally, ` in ${counted(files, "file")}`)
      : ok
        ? change
        : `nothing was changed in ${counted(files, "file")}`;
  return `pin-digests: ${[what, ...problemCounts([...results, ...left])].join(", ")}${passed === "" ? "" : `; skipped: ${passed}`}`;
}
