/** The process: arguments, environment, stdin, stdout, stderr, exit code. */
import { once } from "node:events";
import {
  type Arguments,
  type ExplanationOptions,
  type ReportRequest,
  readArguments,
  UsageError,
} from "./cli/arguments.ts";
import type { LockChange, ReportFile } from "./cli/effects.ts";
import { exit } from "./cli/exit.ts";
import { clearLockFolder, LockWriteError, readLockText } from "./cli/lock-file-io.ts";
import { outputTarget } from "./cli/output-target.ts";
import { OutputError, readStdin, stdout, tell, write, writeStdout } from "./cli/stdio.ts";
import { tuneForUndici } from "./cli/tune.ts";
import { usage } from "./cli/usage.ts";
import { type ConfigSources, FunctionConfigError } from "./config/config-sources.ts";
import type { ExplainOptions } from "./explain.ts";
import { readNamedFile } from "./fs/read.ts";
import { isSystemError, reasonOf } from "./fs/system-error.ts";
import { InputError } from "./krm/input-error.ts";
import type { ReadOptions } from "./krm/read-options.ts";
import { formatResult, type Result } from "./krm/result.ts";
import { LockFileError } from "./lock/format/lock-file-error.ts";
import type { LockFileOption } from "./lock/lock-file-option.ts";
import { type PinResult, pinDigests } from "./pin-digests.ts";
import type { Report } from "./report/report.ts";
import { version } from "./version.ts";

// Only runs to which registries say different things of one tag begin anew, and one of each two need not.
const runsMax = 10;

// Deeper, kpt and kustomize read nothing either.
const nestingMax = 10_000;

// In the environment of the thread that reads what is nested so deeply.
const deepMark = "PIN_DIGESTS_DEEP";

/** Runs the program over the process's own arguments and streams, and ends the process. */
export async function runProcess(): Promise<never> {
  // stdout carries the list and nothing else: what a library prints goes to stderr.
  Object.defineProperty(process, "stdout", { get: () => process.stderr });
  tuneForUndici(process.versions.v8);
  const code = await main(process.argv.slice(2)).catch(fail);
  // All is written, and connections are left as they are: to close them takes longer than a small list.
  return exit(process, code);
}

async function main(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv);
  const { help, version: wantsVersion, functionConfig, overrides } = args;
  if (help) return answer(usage);
  if (wantsVersion) return answer(`${version}\n`);
  const sources = {
    ...(functionConfig !== undefined && { functionConfig: readConfigFile(functionConfig) }),
    overrides,
  };
  const deep = await deepInput();
  const input = deep ?? readStdin();
  try {
    return await run(input, args, { ...sources, ...(deep !== undefined && { nesting: nestingMax }) });
  } catch (error) {
    if (deep === undefined && error instanceof InputError && error.isTooDeep) return runDeep(input, argv);
    throw error;
  }
}

/** What a run is told apart from its input and its flags. */
type Sources = ConfigSources & ReadOptions;

async function run(input: string, args: Arguments, sources: Sources): Promise<number> {
  for (let runs = 0; runs < runsMax; runs++) {
    const code = await attempt(input, args, sources);
    if (code !== "contradiction") return code;
  }
  throw new LockWriteError(
    `\`--lock\` ${JSON.stringify(args.lock)} could not be written: other runs write other digests into it all the time`,
  );
}

/** A run, unless another one has written into the lock meanwhile what contradicts it. */
async function attempt(input: string, args: Arguments, sources: Sources): Promise<number | "contradiction"> {
  const lock = readLock(args);
  const reports: ReportFile[] = [];
  if (args.explanation !== undefined) {
    const options = { ...sources, ...(lock !== undefined && { lock }) };
    const explanation = await explainInput(input, options, args.explanation);
    if (typeof explanation === "number") return explanation;
    if (explanation !== undefined) reports.push(explanation);
  }
  const result = await pinDigests(input, {
    ...sources,
    ...(lock !== undefined && { lock }),
    prune: args.prune,
    environment: process.env,
    leaveSockets: true,
  });
  const isOutput = args.report !== undefined && outputTarget(args.report.file) === "stdout";
  if (isOutput && result.input !== "stream")
    throw new UsageError("`--output -` is for a stream: with a ResourceList stdout carries the list alone");
  const document = args.report && (await reportOf(args.report, result));
  if (args.report !== undefined && document !== undefined && !isOutput)
    reports.push({ path: args.report.file, text: document.text });
  const warnings = document?.warnings.map((warning) => `[warning] ${warning}`) ?? [];
  const effects = {
    messages: [...report(result), ...warnings],
    reports,
    lock: lock && lockChange(args, lock, result),
    output: isOutput ? (document?.text ?? "") : result.text,
  };
  if (reports.length === 0 && effects.lock === undefined) {
    tell(effects.messages);
    writeStdout(effects.output);
  } else {
    // Few runs write files.
    const { perform } = await import("./cli/effects.ts");
    if (!(await perform(effects, process))) return "contradiction";
  }
  return result.ok ? 0 : 1;
}

function lockChange(
  { lock: path }: Arguments,
  { text: before }: LockFileOption,
  { lock: text, updateLock: update }: PinResult,
): LockChange | undefined {
  if (path === undefined || text === undefined || update === undefined) return undefined;
  return { path, before, text, update };
}

/** Runs once more, in a thread with a stack for lists that no person writes: what reads YAML recurses. */
async function runDeep(input: string, argv: readonly string[]): Promise<number> {
  const { Worker } = await import("node:worker_threads");
  const thread = new Worker(process.argv[1] ?? "", {
    argv: [...argv],
    workerData: input,
    env: { ...process.env, [deepMark]: "1" },
    resourceLimits: { stackSizeMb: 64 },
  });
  const [code] = await once(thread, "exit");
  return Number(code);
}

/** The input of the thread of {@link runDeep}; undefined elsewhere. */
async function deepInput(): Promise<string | undefined> {
  // The module that knows takes a millisecond to load.
  if (process.env[deepMark] === undefined) return undefined;
  delete process.env[deepMark];
  const { isMainThread, workerData } = await import("node:worker_threads");
  return isMainThread ? undefined : String(workerData);
}

/**
 * The explanation as a report for a file; undefined where there is none because of faults, which the run tells as well. The
 * exit code where it takes the place of the stream, which then is not pinned.
 */
async function explainInput(
  text: string,
  options: ExplainOptions,
  { form, output }: ExplanationOptions,
): Promise<ReportFile | number | undefined> {
  // Few runs want one.
  const { explain, formatExplanations } = await import("./explain.ts");
  const { explanations, faults, warnings, input } = await explain(text, options);
  const isOutput = outputTarget(output) === "stdout";
  if (isOutput && input === "ResourceList") {
    // An orchestrator takes any object on stdout for the package.
    throw new UsageError(
      "`--output` must name a file where a ResourceList comes in, since stdout carries the list",
    );
  }
  const report = formatExplanations(explanations, form);
  if (!isOutput) return faults.length === 0 ? { path: output, text: report } : undefined;
  tell([...faults, ...warnings].map(formatResult));
  if (faults.length > 0) return 1;
  write(stdout, report);
  return 0;
}

/** Few runs want a report, so only they load what makes it. */
async function reportOf({ form }: ReportRequest, result: PinResult): Promise<Report> {
  const { makeReport } = await import("./report/report.ts");
  return makeReport(form, { ...result, version });
}

function answer(text: string): number {
  write(stdout, text);
  return 0;
}

function readConfigFile(path: string): string {
  try {
    return readNamedFile(path).toString("utf8");
  } catch (error) {
    throw new UsageError(`\`--function-config\` must name a file that can be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function readLock({ lock, updateLock }: Arguments): LockFileOption | undefined {
  if (lock === undefined) {
    if (updateLock) throw new UsageError("`--update-lock` must say which: `--lock FILE`");
    return undefined;
  }
  if (lock === "") throw new UsageError("`--lock` must name a file");
  clearLockFolder(lock, process);
  const must = "`--lock` must name a file that can be read";
  let text: string | undefined;
  try {
    text = readLockText(lock);
  } catch (error) {
    throw new UsageError(`${must}: ${reasonOf(error)}`, { cause: error });
  }
  if (text === undefined && !updateLock)
    throw new UsageError(`${must}, but there is no ${JSON.stringify(lock)}; \`--update-lock\` makes it`);
  return { text: text ?? "", update: updateLock, name: lock };
}

/** What goes to stderr: problems always, all that is told where results are shown nowhere else. */
function report(result: PinResult): readonly string[] {
  const { results, input } = result;
  const wanted =
    input === "stream" || process.env.LOG_TO_STDERR
      ? results
      : results.filter(({ severity }) => severity !== "info");
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

function fail(error: unknown): number {
  // Whoever reads no more wants no more.
  if (isSystemError(error instanceof OutputError ? error.cause : error, "EPIPE")) return 1;
  if (error instanceof UsageError || error instanceof FunctionConfigError) {
    tell([`pin-digests: ${error.message}: see \`pin-digests --help\``]);
    return 2;
  }
  if (error instanceof LockFileError) {
    tell(error.message.split("\n").map((line) => `pin-digests: \`--lock\` ${line}`));
    return 2;
  }
  if (error instanceof InputError || error instanceof LockWriteError || error instanceof OutputError) {
    tell([`pin-digests: ${error.message}`]);
    return 1;
  }
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tell(`pin-digests: unexpected fault, please report it: ${fault}`.split("\n"));
  return 1;
}
