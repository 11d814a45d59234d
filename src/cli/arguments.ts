/** The command line: which flags there are, and what they must look like. */
import { parseArgs } from "node:util";
import { type ReportForm, reportForms } from "../report/report-form.ts";
import { withoutLogin } from "../text/without-login.ts";

/** What a command line asks for. */
export interface Arguments {
  readonly help: boolean;
  readonly version: boolean;
  readonly functionConfig?: string;
  readonly overrides: ReadonlyMap<string, string>;
  readonly lock?: string;
  readonly updateLock: boolean;
  readonly prune: boolean;
  readonly report?: ReportRequest;
  readonly explanation?: ExplanationOptions;
}

/** A report beside the output, and the file that it goes to; `-` for stdout. */
export interface ReportRequest {
  readonly form: ReportForm;
  readonly file: string;
}

/** A table of what was found, or the same as JSON. */
export interface ExplanationOptions {
  readonly form: "table" | "json";
  /** A file, or "-" for stdout. */
  readonly output: string;
}

/** A command line that can't be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads a command line.
 *
 * @throws {UsageError}
 */
export function readArguments(argv: readonly string[]): Arguments {
  // As orchestrators call a function.
  if (argv.length === 0)
    return { help: false, version: false, overrides: new Map(), updateLock: false, prune: false };
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
        prune: { type: "boolean", default: false },
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
      overrides: readLiterals(values["function-config-literal"]),
      ...(lock !== undefined && { lock }),
      updateLock: values["update-lock"],
      prune: values.prune,
      ...(report !== undefined && { report }),
      ...(explanation !== undefined && { explanation }),
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's message goes on with advice about its own rules.
    const [sentence = error.message] = error.message.split(". ");
    const shown = argv.reduce((said, each) => said.replaceAll(each, () => withoutLogin(each)), sentence);
    throw new UsageError(`${shown.charAt(0).toLowerCase()}${shown.slice(1)}`, { cause: error });
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
function readLiterals(overrides: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    overrides.map((literal) => {
      const at = literal.indexOf("=");
      if (at > 0) return [literal.slice(0, at), literal.slice(at + 1)];
      throw new UsageError(
        `\`-d\` must be followed by key=value, but is ${JSON.stringify(withoutLogin(literal))}`,
      );
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
