/** A run over stdin: a ResourceList, or a stream of manifests. */
import type { ConfigSources } from "../config/config-sources.ts";
import { InputError } from "../krm/input-error.ts";
import type { ReadOptions } from "../krm/read-options.ts";
import type { LockFileOption } from "../lock/lock-file-option.ts";
import { type PinResult, pinDigests } from "../pin-digests.ts";
import type { Report } from "../report/report.ts";
import type { ResolverOptions } from "../run/connect/resolver-options.ts";
import { version } from "../version.ts";
import { untilAgreed } from "./agreement.ts";
import type { Arguments, ReportRequest } from "./arguments.ts";
import { stderrAudience, withProgress } from "./audience.ts";
import { isContained } from "./container.ts";
import { deepRun, nestingMax, runDeep } from "./deep-run.ts";
import type { LockChange, ReportFile } from "./effects.ts";
import { askingAs, type Host } from "./host.ts";
import { outputTarget } from "./output-target.ts";
import { stderrReport } from "./stderr-report.ts";
import { readInput } from "./stdin.ts";
import { tell, writeStdout } from "./stdio.ts";
import { UsageError } from "./usage-error.ts";

/** Runs over stdin, and returns the exit code. */
export async function runStream(argv: readonly string[], args: Arguments, host: Host): Promise<number> {
  if (args.report !== undefined || args.explanation !== undefined)
    (await import("./unread-output.ts")).requireUnreadOutput(args);
  const sources = await readNamedSources(args);
  const deep = await deepRun(host);
  const input = deep?.input ?? (await readInput(args));
  // A thread can't put another program in its place.
  const asDeep = deep && { nesting: nestingMax, sparesThreads: true, since: deep.since };
  try {
    const from = { ...askingAs(host, args.now), ...sources, ...asDeep };
    return await untilAgreed(
      () => attempt(input, from, { args, host }),
      `\`--lock\` ${JSON.stringify(args.lock)}`,
    );
  } catch (error) {
    if (deep === undefined && error instanceof InputError && error.isTooDeep)
      return runDeep(input, argv, host);
    throw error;
  }
}

/** What is configured on the command line and in a file that it names. Most runs name no file. */
async function readNamedSources(args: Arguments): Promise<ConfigSources> {
  const { functionConfig, lock, overrides } = args;
  if (functionConfig === undefined && lock === undefined) return { overrides };
  const { readConfigSources, untilNamedFilesAnswer } = await import("./named-files.ts");
  await untilNamedFilesAnswer(args);
  return readConfigSources(args);
}

/** What a run is told apart from its input and its flags. */
type Sources = ConfigSources & ReadOptions & ResolverOptions;

/** What asked for a run, and where it takes place. */
interface Caller {
  readonly args: Arguments;
  readonly host: Host;
}

/** A run, unless another one has written into the lock meanwhile what contradicts it. */
async function attempt(
  input: string,
  sources: Sources,
  { args, host }: Caller,
): Promise<number | "contradiction"> {
  const { lock: path, updateLock } = args;
  const lock =
    path === undefined && !updateLock ? undefined : (await import("./named-files.ts")).readLock(args, host);
  const reports: ReportFile[] = [];
  if (args.explanation !== undefined) {
    const options = { ...sources, lock };
    // Few runs want one.
    const { explainInput } = await import("./explain-run.ts");
    const explanation = await explainInput(input, options, { request: args.explanation, host });
    if (typeof explanation === "number") return explanation;
    if (explanation !== undefined) reports.push(explanation);
  }
  const audience = await stderrAudience(args, host);
  const result = await withProgress(audience, (watch) =>
    pinDigests(input, {
      ...sources,
      lock,
      prune: args.prune,
      isContained,
      wantsVersions: args.report?.form === "markdown",
      watch,
    }),
  );
  const isOutput = args.report !== undefined && outputTarget(args.report.file) === "stdout";
  if (isOutput && result.input !== "stream")
    throw new UsageError("`--output -` is for a stream: with a ResourceList stdout carries the list alone");
  const document = args.report && (await reportOf(args.report, result, args.now ?? Date.now()));
  if (args.report !== undefined && document !== undefined && !isOutput)
    reports.push({ path: args.report.file, text: document.text });
  const warnings = document?.warnings.map((warning) => `[warning] ${warning}`) ?? [];
  const isAlone = args.report?.isAlone === true && result.input === "stream";
  const effects = {
    messages: [...(await stderrReport(result, host.env, audience)), ...warnings],
    isColoured: audience.isColoured,
    reports,
    locks: lock === undefined ? [] : lockChanges(args, lock, result),
    output: isOutput ? [document?.text ?? ""] : isAlone ? [] : result.parts,
  };
  if (reports.length === 0 && effects.locks.length === 0) {
    // What can't be written is not said to be changed.
    writeStdout(effects.output);
    tell(effects.messages, effects.isColoured);
  } else {
    // Few runs write files.
    const { perform } = await import("./effects.ts");
    if (!(await perform(effects, host))) return "contradiction";
  }
  return result.ok ? 0 : 1;
}

function lockChanges(
  { lock: path }: Arguments,
  { text: before }: LockFileOption,
  { lock: text, updateLock: update, besideLock: beside }: PinResult,
): readonly LockChange[] {
  return path === undefined || text === undefined || update === undefined
    ? []
    : [{ path, before, text, update, beside }];
}

/** Few runs want a report, so only they load what makes it. A policy is made of a run that found all its digests. */
async function reportOf(
  { form, admission }: ReportRequest,
  result: PinResult,
  now: number,
): Promise<Report | undefined> {
  if (admission !== undefined && !result.ok) return undefined;
  const { makeReport } = await import("../report/report.ts");
  return makeReport(form, { ...result, version, now, admission });
}
