/** The command line: what it asks for, or what is wrong with it. */
import { parseArgs } from "node:util";
import { literalProblems } from "../config/function-config.ts";
import { explanationForms, reportFormOf, reportForms } from "../report/report-form.ts";
import { withoutLogin } from "../text/without-login.ts";
import { readAdmission } from "./admission-flags.ts";
import { adviseOnPath, adviseOnUnknownFlag, adviseOnWords } from "./advice.ts";
import {
  type Arguments,
  type Color,
  type ExplanationOptions,
  noArguments,
  type ReportRequest,
  type SchemaName,
} from "./arguments.ts";
import { optionFlags, programFlags } from "./flags.ts";
import { UsageError } from "./usage-error.ts";
import { type Command, isCommand, type Verb } from "./verbs.ts";

/**
 * Reads a command line.
 *
 * @throws {UsageError}
 */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  const { command, words, wantsHelp } = commandOf(positionals);
  const rest = { ...noArguments, command };
  if (values.help || wantsHelp) return { ...rest, help: true };
  if (values.version) return { ...rest, version: true };
  if (command === "schema") return { ...rest, schema: schemaOf(words) };
  const verb = command;
  adviseOnWords(argv, verb, words);
  const paths = words;
  const asked = verb === "explain" || verb === "images" ? verb : values.explain && "beside";
  for (const path of paths) adviseOnPath(argv, path, asked || undefined);
  requirePaths(values, paths);
  const overrides = overridesOf(values, verb);
  requireValues(values.options, verb);
  const report = readReport(values, verb, paths);
  if (report === undefined) readAdmission(values);
  const explanation = report === undefined ? explanationOptions(values, verb, paths) : undefined;
  if (values.diff && (report ?? explanation)?.isAlone === false)
    throw new UsageError("`--diff` writes the difference and no report: leave out one of them");
  return {
    ...rest,
    verb,
    paths,
    values: values.values ?? [],
    diff: values.diff ?? false,
    color: colorOf(values.color),
    functionConfig: values["function-config"],
    overrides,
    lock: values.lock,
    updateLock: values["update-lock"] ?? false,
    prune: values.prune ?? false,
    now: values.now === undefined ? undefined : timeOf(values.now),
    report,
    explanation,
  };
}

function timeOf(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(
    `\`--now\` must be a time such as 2026-11-28T10:00:00Z, but is ${JSON.stringify(text)}`,
  );
}

/** The values of the program's flags by their names, and those of options by the names of options. */
type Values = {
  readonly [Name in keyof typeof programFlags]?: (typeof programFlags)[Name] extends {
    readonly multiple: true;
  }
    ? readonly string[]
    : (typeof programFlags)[Name] extends { readonly type: "boolean" }
      ? boolean
      : string;
} & { readonly options: ReadonlyMap<string, string> };

interface Parsed {
  readonly values: Values;
  readonly positionals: readonly string[];
}

// Node's parser takes one after the other from the front of a list, which for a very long one is slow.
const ARGUMENTS_MAX = 10_000;

function parse(argv: readonly string[]): Parsed {
  if (argv.length > ARGUMENTS_MAX) {
    throw new UsageError(
      `there must be at most ${ARGUMENTS_MAX} arguments, but there are ${argv.length}: a folder stands for all files in it`,
    );
  }
  const flags = optionFlags();
  const optional = flags.map(({ name }) => [name, { type: "string" as const, multiple: true }]);
  try {
    const { values, positionals } = parseArgs({
      args: argv.map((argument) => (argument === "--explain" ? "--explain=table" : argument)),
      options: { ...programFlags, ...Object.fromEntries(optional) },
      allowPositionals: true,
    });
    const byName: Readonly<Record<string, unknown>> = values;
    const options = new Map(
      flags.flatMap(({ name, option, row }) => {
        const written = byName[name];
        if (!Array.isArray(written)) return [];
        // A list is written with commas, as in a ConfigMap; of scalars the last counts, as everywhere.
        const text = row.type.traits.shape === "list" ? written.join(",") : String(written.at(-1));
        return [[option, text]];
      }),
    );
    // Checked: parseArgs gives each flag the type that the table says.
    return { values: { ...(values as Omit<Values, "options">), options }, positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's message goes on with advice about its own rules.
    const [sentence = error.message] = error.message.split(/\.\s/);
    const shown = argv.reduce((said, each) => said.replaceAll(each, () => withoutLogin(each)), sentence);
    const message = `${shown.charAt(0).toLowerCase()}${shown.slice(1)}`.replace(
      "argument is ambiguous",
      "needs a value, and what follows begins with a dash: join them by an equals sign",
    );
    throw new UsageError(message, { cause: error, meant: adviseOnUnknownFlag(argv, error) });
  }
}

/** The value of a flag is a part of the command line: one that is wrong is told by the flag's name. */
function requireValues(options: ReadonlyMap<string, string>, verb: Verb | undefined): void {
  if (options.size === 0) return;
  const isMode = verb !== undefined && verb !== "explain" && verb !== "images";
  const [problem] = literalProblems(isMode ? new Map([...options, ["mode", verb]]) : options);
  if (problem === undefined) return;
  const { path, message } = problem;
  const flag = optionFlags().find(({ option }) => path === option || path.startsWith(`${option}[`));
  throw new UsageError(message.replace(`\`${path}\``, (written) => (flag ? `\`--${flag.name}\`` : written)));
}

interface CommandLine {
  readonly command?: Command | undefined;
  readonly words: readonly string[];
  readonly wantsHelp: boolean;
}

/** A command wins over a folder of its name, which can be written as `./check`. `help` is what other tools have for `--help`. */
function commandOf(positionals: readonly string[]): CommandLine {
  const [first, second] = positionals;
  if (first === "help" && positionals.length <= 2)
    return {
      command: second !== undefined && isCommand(second) ? second : undefined,
      words: [],
      wantsHelp: true,
    };
  if (first === undefined || !isCommand(first)) return { words: positionals, wantsHelp: false };
  return { command: first, words: positionals.slice(1), wantsHelp: false };
}

function schemaOf([name = "PinDigests", ...more]: readonly string[]): SchemaName {
  const schema = (["PinDigests", "ImageLock", "Results"] as const).find(
    (each) => each.toLowerCase() === name.toLowerCase(),
  );
  if (schema !== undefined && more.length === 0) return schema;
  throw new UsageError("`schema` must be followed by PinDigests, ImageLock, Results or nothing", {
    meant: "pin-digests schema PinDigests",
  });
}

/** `-d`, the flags of options, and the mode that a command is another name for; the later win. */
function overridesOf(values: Values, verb: Verb | undefined): ReadonlyMap<string, string> {
  const overrides = new Map([...readLiterals(values["function-config-literal"] ?? []), ...values.options]);
  if (verb === undefined || verb === "explain" || verb === "images") return overrides;
  const mode = overrides.get("mode") ?? verb;
  if (mode !== verb) {
    throw new UsageError(
      `the command \`${verb}\` is the mode, and ${JSON.stringify(mode)} is another: leave out one of them`,
    );
  }
  return overrides.set("mode", verb);
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

function requirePaths(values: Values, paths: readonly string[]): void {
  if (paths.length > 0) return;
  const flag = values.diff ? "--diff" : values.values === undefined ? undefined : "--values";
  if (flag === undefined) return;
  throw new UsageError(`\`${flag}\` is for files, and no PATH is given`, {
    meant: `pin-digests ${flag}${flag === "--values" ? " GLOB" : ""} .`,
  });
}

function colorOf(written: string | undefined): Color {
  const color = (["auto", "always", "never"] as const).find((each) => each === (written ?? "auto"));
  if (color !== undefined) return color;
  throw new UsageError(`\`--color\` must be auto, always or never, but is ${JSON.stringify(written)}`);
}

function explanationOptions(
  values: Values,
  verb: Verb | undefined,
  paths: readonly string[],
): ExplanationOptions | undefined {
  const isAlone = verb === "explain";
  const written = values.explain ?? (isAlone ? (values.format ?? "table") : undefined);
  const output = values.output ?? (isAlone || paths.length > 0 ? "-" : undefined);
  if (written === undefined) {
    if (values.output === undefined) return undefined;
    throw new UsageError("`--output` must go with a report: `--explain`, `--inventory` or `--format`");
  }
  const form = explanationForms.find((each) => each === written);
  if (form === undefined) {
    const flag = values.explain === undefined ? "--format" : "--explain";
    throw new UsageError(
      `\`${flag}\` must be ${explanationForms.join(" or ")}, but is ${JSON.stringify(written)}`,
    );
  }
  if (output === undefined || output === "") {
    throw new UsageError("`--explain` must go with `--output FILE`, since stdout carries the resources");
  }
  return { form, output, isAlone };
}

function readReport(
  values: Values,
  verb: Verb | undefined,
  paths: readonly string[],
): ReportRequest | undefined {
  const { explain, inventory, format } = values;
  const isAlone = verb === "images";
  const isExplanation = verb === "explain";
  if ([explain, inventory, format].filter((each) => each !== undefined).length > 1)
    throw new UsageError("a run writes one report: `--explain`, `--inventory` or `--format`");
  if (isExplanation && inventory === undefined) return undefined;
  if ((isExplanation || isAlone) && (isAlone ? explain : inventory) !== undefined)
    throw new UsageError(`\`${verb}\` writes a report of its own, and a run writes one`);
  const kind = isAlone || inventory !== undefined ? "inventory" : "format";
  const value = inventory ?? format ?? (isAlone ? "table" : undefined);
  if (value === undefined) return undefined;
  const flag = inventory === undefined ? "format" : "inventory";
  const form = reportFormOf(kind, value);
  if (form === undefined)
    throw new UsageError(
      `\`--${flag}\` must be ${reportForms[kind].join(" or ")}, but is ${JSON.stringify(value)}`,
    );
  const file = values.output ?? (isAlone || paths.length > 0 ? "-" : undefined);
  if (file === undefined || file === "")
    throw new UsageError(
      `\`--${flag}\` needs \`--output FILE\`; - only for a stream, which is not written then`,
    );
  const admission = readAdmission(values, form);
  return { form, file, isAlone, admission };
}
