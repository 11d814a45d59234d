/** What people who are new here write, and what they mean by it. */
import { existsSync } from "node:fs";
import { nearestName } from "../config/nearest-name.ts";
import { explanationForms, reportForms } from "../report/report-form.ts";
import { quote } from "../text/quote.ts";
import { withoutLogin } from "../text/without-login.ts";
import { type OptionFlag, optionFlags, programFlags } from "./flags.ts";
import { meantByFlag, meantByWord } from "./other-words.ts";
import { UsageError } from "./usage-error.ts";
import { commands, isCommand, type Verb } from "./verbs.ts";

/** The line that was meant by an unknown flag; undefined where nothing is near. */
export function adviseOnUnknownFlag(argv: readonly string[], error: Error): string | undefined {
  const { written } = /^Unknown option '(?<written>-[^']*)'/.exec(error.message)?.groups ?? {};
  if (written === undefined) return undefined;
  const at = argv.findIndex((each) => each === written || each.startsWith(`${written}=`));
  // Node takes `-tag` for `-t -a -g`.
  const index = at >= 0 ? at : argv.findIndex((each) => /^-[A-Za-z]{2}/.test(each));
  const argument = argv[index];
  if (argument === undefined) return undefined;
  const { name = "", value = "" } = /^--?(?<name>[^=]*)(?<value>=.*)?$/s.exec(argument)?.groups ?? {};
  const known = meantByFlag(name);
  if (known !== undefined) return line(replaced(argv, index, known));
  const flags = [...optionFlags().map((flag) => flag.name), ...Object.keys(programFlags)];
  const [member, ...others] = flags.filter((flag) => flag.endsWith(`-${name}`));
  const isMember = member !== undefined && others.length === 0;
  // The command of `--check .` is not in the way of `--check-gone`, which is farther.
  const nearest = isMember ? member : nearestName(name, [...Object.keys(commands), ...flags]);
  if (nearest === undefined) return undefined;
  if (isCommand(nearest) && value === "") return line([nearest, ...without(argv, index)]);
  return line(argv.map((each, position) => (position === index ? `--${nearest}${value}` : each)));
}

/**
 * Refuses words that are no paths but a command that is misspelt or stands too late.
 *
 * @throws {UsageError}
 */
export function adviseOnWords(
  argv: readonly string[],
  verb: Verb | undefined,
  words: readonly string[],
): void {
  if (verb !== undefined) {
    const [second = ""] = words;
    if (second === "" || existsSync(second)) return;
    if (second === "help")
      throw new UsageError("`help` must come first", { meant: `pin-digests ${verb} --help` });
    if (isCommand(second))
      throw new UsageError(`a run has one command, but here are \`${verb}\` and \`${second}\``, {
        meant: line(without(argv, argv.indexOf(verb))),
      });
    return;
  }
  const late = words.find((word, index) => index > 0 && isCommand(word) && !existsSync(word));
  if (late !== undefined)
    throw new UsageError(`the command \`${late}\` must come first`, {
      meant: line([late, ...without(argv, argv.indexOf(late))]),
    });
  const [first] = words;
  if (first === undefined || !/^[A-Za-z]{2,12}$/.test(first) || existsSync(first)) return;
  const meant =
    meantByWord(first) ?? (first.length > 2 ? nearestName(first, Object.keys(commands)) : undefined);
  if (meant === undefined) return;
  throw new UsageError(`there is no command and no file ${quote(first)}`, {
    meant: line(replaced(argv, argv.indexOf(first), meant)),
  });
}

/** With another argument in the place of one; "" for none. */
function replaced(argv: readonly string[], index: number, argument: string): readonly string[] {
  const others = argument === "" ? without(argv, index) : argv.with(index, argument);
  return others.length === 0 ? ["."] : others;
}

/**
 * Refuses what can't be meant as a path.
 *
 * @throws {UsageError}
 */
export function adviseOnPath(argv: readonly string[], path: string, report: AskedReport): void {
  if (path === "-")
    throw new UsageError("stdin is read where no PATH is given, so `-` is no PATH", {
      meant: line(without(argv, argv.indexOf("-"))),
    });
  if (path === "") throw new UsageError("a PATH must not be empty", { meant: "pin-digests ." });
  if (existsSync(path)) return;
  if (formsOf(report).some((each) => each === path))
    throw new UsageError(`there is no file ${quote(path)}`, {
      meant: line(argv.flatMap((each) => (each === path ? ["--format", path] : each))),
    });
  if (/[*?]|\[.*\]|\{.*\}/.test(path))
    throw new UsageError(`a PATH is a file or a folder, and ${quote(path)} is neither: shells read globs`, {
      meant: line(replaced(argv, argv.indexOf(path), folderAbove(path))),
    });
  if (report === "beside" && explanationForms.some((each) => each === path))
    throw new UsageError(`there is no file ${quote(path)}`, {
      meant: line(
        without(argv, argv.indexOf(path)).map((each) => (each === "--explain" ? `--explain=${path}` : each)),
      ),
    });
  const { key = "", value = "" } = /^(?<key>[A-Za-z][\w.-]{2,})=(?<value>.*)$/s.exec(path)?.groups ?? {};
  if (key === "") return;
  const flag = flagOf(key);
  if (flag === undefined) return;
  const index = argv.indexOf(path);
  throw new UsageError(`${quote(withoutLogin(path))} is an option and no PATH`, {
    meant: line(argv.flatMap((each, position) => (position === index ? [`--${flag.name}`, value] : [each]))),
  });
}

/** The report of a command, or one beside what a run does. */
export type AskedReport = "explain" | "images" | "beside" | undefined;

function formsOf(report: AskedReport): readonly string[] {
  if (report === "explain") return explanationForms;
  return report === "images" ? reportForms.inventory : [];
}

/** The folder below which a glob looks. */
function folderAbove(glob: string): string {
  const folder = /^(?:[^*?[{]*\/)?/.exec(glob)?.[0] ?? "";
  return folder.replace(/(?<=.)\/$/, "") || ".";
}

/** The flag of an option, by a name of the two that is near. */
function flagOf(key: string): OptionFlag | undefined {
  const flags = optionFlags();
  const nearest = nearestName(
    key,
    flags.flatMap(({ name, option }) => [option, name]),
  );
  return flags.find(({ name, option }) => nearest === option || nearest === name);
}

function without(argv: readonly string[], index: number): readonly string[] {
  return argv.filter((_, position) => position !== index);
}

/** A line of a shell. */
function line(argv: readonly string[]): string {
  return ["pin-digests", ...argv.map((each) => quoted(withoutLogin(each)))].join(" ");
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./…-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
