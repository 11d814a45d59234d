#!/usr/bin/env node
/** The process: arguments, environment, stdin, stdout, stderr, exit code. */
import { Console } from "node:console";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type ConfigSources, FunctionConfigError } from "./function-config.ts";
import { InputError } from "./krm/input.ts";
import { formatResult, type Result } from "./krm/result.ts";
import { LockFileError } from "./lock/lock-file.ts";
import { LockWriteError, readLockText, writeLockText } from "./lock-disk.ts";
import type { LockFileOption } from "./lock-writing.ts";
import { type PinResult, pinDigests } from "./pin-digests.ts";
import { makeReport, type ReportForm, reportForms } from "./report/report.ts";
import { usage } from "./usage.ts";
import { version } from "./version.ts";

// stdout carries the list and nothing else: what a library prints goes to stderr.
globalThis.console = new Console(process.stderr, process.stderr);

// kpt reads lines of stderr of at most 64 KiB, and loses all that follows a longer one.
const lineLengthMax = 8192;

/** A command line that can't be understood. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = await fail(error);
}

async function main(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv);
  const { help, version: wantsVersion, functionConfig, literals } = args;
  if (help) return answer(usage);
  if (wantsVersion) return answer(`${version}\n`);
  const sources = {
    ...(functionConfig !== undefined && { functionConfig: readConfigFile(functionConfig) }),
    literals,
  };
  const lock = await readLock(args);
  const input = await readStdin();
  if (args.explanation !== undefined) {
    const report = await writeExplanation(input, sources, args.explanation);
    if (report !== undefined) return report;
  }
  const result = await pinDigests(input, {
    ...sources,
    ...(lock !== undefined && { lock }),
    environment: process.env,
  });
  const isOutput = args.report?.file === "-";
  if (isOutput && result.input !== "stream")
    throw new UsageError("`--output -` is for a stream: with a ResourceList stdout carries the list alone");
  if (args.lock !== undefined && result.lock !== undefined) await writeLockText(args.lock, result.lock);
  const document = args.report && makeReport(args.report.form, { ...result, version });
  const warnings = document?.warnings.map((warning) => `[warning] ${warning}\n`) ?? [];
  await write(process.stderr, report(result) + warnings.join(""));
  if (args.report !== undefined && document !== undefined && !isOutput)
    writeReport(args.report.file, document.text);
  await write(process.stdout, isOutput ? (document?.text ?? "") : result.text);
  return result.ok ? 0 : 1;
}

/** The exit code where the report takes the place of the stream; undefined where the input is to be pinned as well. */
async function writeExplanation(
  text: string,
  sources: ConfigSources,
  { form, output }: ExplanationOptions,
): Promise<number | undefined> {
  // Few runs want a report.
  const { explain, formatExplanations } = await import("./explain.ts");
  const { explanations, faults, input } = await explain(text, sources);
  if (output === "-" && input === "ResourceList") {
    // An orchestrator takes any object on stdout for the package.
    throw new UsageError(
      "`--output` must name a file where a ResourceList comes in, since stdout carries the list",
    );
  }
  const report = formatExplanations(explanations, form);
  if (output !== "-") {
    if (faults.length === 0) writeReport(output, report);
    return undefined;
  }
  await write(process.stderr, faults.map((fault) => `${formatResult(fault)}\n`).join(""));
  if (faults.length > 0) return 1;
  await write(process.stdout, report);
  return 0;
}

function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`\`--output\` must name a file that can be written: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function answer(text: string): Promise<number> {
  await write(process.stdout, text);
  return 0;
}

interface Arguments {
  readonly help: boolean;
  readonly version: boolean;
  readonly functionConfig?: string;
  readonly literals: ReadonlyMap<string, string>;
  readonly lock?: string;
  readonly updateLock: boolean;
  readonly report?: ReportRequest;
  readonly explanation?: ExplanationOptions;
}

/** A report beside the output, and the file that it goes to; `-` for stdout. */
interface ReportRequest {
  readonly form: ReportForm;
  readonly file: string;
}

interface ExplanationOptions {
  readonly form: "table" | "json";
  /** A file, or "-" for stdout. */
  readonly output: string;
}

function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: argv.map((argument) => (argument === "--explain" ? "--explain=table" : argument)),
      options: {
        help: { type: "boolean", short: "h", default: false },
        version: { type: "boolean", default: false },
        "function-config": { type: "string", short: "f" },
        "function-config-literal": { type: "string", short: "d", multiple: true, default: [] },
        explain: { type: "string" },
        lock: { type: "string" },
        "update-lock": { type: "boolean", default: false },
        inventory: { type: "string" },
        format: { type: "string" },
        output: { type: "string", short: "o" },
      },
      allowPositionals: false,
    });
    const { "function-config": functionConfig, lock } = values;
    const report = readReport(values);
    const explanation = report === undefined ? explanationOptions(values.explain, values.output) : undefined;
    return {
      help: values.help,
      version: values.version,
      ...(functionConfig !== undefined && { functionConfig }),
      literals: readLiterals(values["function-config-literal"]),
      ...(lock !== undefined && { lock }),
      updateLock: values["update-lock"],
      ...(report !== undefined && { report }),
      ...(explanation !== undefined && { explanation }),
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's message goes on with advice about its own rules.
    const [sentence = error.message] = error.message.split(". ");
    throw new UsageError(`${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`, { cause: error });
  }
}

function explanationOptions(
  form: string | undefined,
  output: string | undefined,
): ExplanationOptions | undefined {
  if (form === undefined) {
    if (output === undefined) return undefined;
    throw new UsageError("`--output` must go with a report: `--explain`, `--inventory` or `--format`");
  }
  if (form !== "table" && form !== "json") {
    throw new UsageError(`\`--explain\` must be "table" or "json", but is ${JSON.stringify(form)}`);
  }
  if (output === undefined || output === "") {
    throw new UsageError("`--explain` must go with `--output FILE`, since stdout carries the resources");
  }
  return { form, output };
}

/** Of several with one key the last counts, as everywhere. */
function readLiterals(literals: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    literals.map((literal) => {
      const at = literal.indexOf("=");
      if (at > 0) return [literal.slice(0, at), literal.slice(at + 1)];
      throw new UsageError(`\`-d\` must be followed by key=value, but is ${JSON.stringify(literal)}`);
    }),
  );
}

interface ReportFlags {
  readonly explain?: string | undefined;
  readonly inventory?: string | undefined;
  readonly format?: string | undefined;
  readonly output?: string | undefined;
}

function readReport({ explain, inventory, format, output: file }: ReportFlags): ReportRequest | undefined {
  if ([explain, inventory, format].filter((each) => each !== undefined).length > 1)
    throw new UsageError("a run writes one report: `--explain`, `--inventory` or `--format`");
  const flag = inventory === undefined ? "format" : "inventory";
  const value = inventory ?? format;
  if (value === undefined) return undefined;
  const form = reportForms[flag].find((each) => each === value);
  if (form === undefined)
    throw new UsageError(
      `\`--${flag}\` must be ${reportForms[flag].join(" or ")}, but is ${JSON.stringify(value)}`,
    );
  if (file === undefined || file === "")
    throw new UsageError(
      `\`--${flag}\` needs \`--output FILE\`; - only for a stream, which is not written then`,
    );
  return { form, file };
}

function readConfigFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`\`--function-config\` must name a file that can be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function readLock({ lock, updateLock }: Arguments): Promise<LockFileOption | undefined> {
  if (lock === undefined) {
    if (updateLock) throw new UsageError("`--update-lock` must say which: `--lock FILE`");
    return undefined;
  }
  const must = "`--lock` must name a file that can be read";
  try {
    const text = await readLockText(lock);
    if (text === undefined && !updateLock)
      throw new UsageError(`${must}, but there is no ${JSON.stringify(lock)}; \`--update-lock\` makes it`);
    return { text: text ?? "", update: updateLock };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${must}: ${reasonOf(error)}`, { cause: error });
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new InputError("the input must be UTF-8, but it holds bytes that are not", { cause: error });
  }
}

/** What goes to stderr: problems always, all that is told where results are shown nowhere else. */
function report(result: PinResult): string {
  const { results, input } = result;
  const wanted =
    input === "stream" || process.env.LOG_TO_STDERR
      ? results
      : results.filter(({ severity }) => severity !== "info");
  if (wanted.length === 0) return "";
  return [summary(result), ...wanted.map((result) => cut(formatResult(result)))]
    .map((line) => `${line}\n`)
    .join("");
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

function cut(line: string): string {
  return line.length > lineLengthMax ? `${line.slice(0, lineLengthMax)}…` : line;
}

async function fail(error: unknown): Promise<number> {
  if (isBrokenPipe(error)) return 1;
  if (error instanceof UsageError || error instanceof FunctionConfigError) {
    await write(process.stderr, `pin-digests: ${error.message}: see \`pin-digests --help\`\n`);
    return 2;
  }
  if (error instanceof LockFileError) {
    const lines = error.message.split("\n").map((line) => `pin-digests: \`--lock\`: ${line}\n`);
    await write(process.stderr, lines.join(""));
    return 2;
  }
  const message =
    error instanceof InputError || error instanceof LockWriteError
      ? error.message
      : `unexpected fault, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  await write(process.stderr, `pin-digests: ${message}\n`);
  return 1;
}

/** Resolves when all is written: ending the process earlier would cut off what a slow reader has not taken. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", reject);
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
