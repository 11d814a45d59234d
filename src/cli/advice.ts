/** What people who are new here write, and what they mean by it. */
import { existsSync } from "node:fs";
import { nearestName } from "../config/nearest-name.ts";
import { explanationForms } from "../report/report-form.ts";
import { quote } from "../text/quote.ts";
import { withoutLogin } from "../text/without-login.ts";
import { type OptionFlag, optionFlags, programFlags } from "./flags.ts";
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
  if (verb !== undefined) return;
  const late = words.find((word, index) => index > 0 && isCommand(word) && !existsSync(word));
  if (late !== undefined)
    throw new UsageError(`the command \`${late}\` must come first`, {
      meant: line([late, ...without(argv, argv.indexOf(late))]),
    });
  const [first] = words;
  if (first === undefined || !/^[A-Za-z]{3,12}$/.test(first) || existsSync(first)) return;
  const nearest = nearestName(first, Object.keys(commands));
  if (nearest === undefined) return;
  throw new UsageError(`there is no command and no file ${quote(first)}`, {
    meant: line(argv.with(argv.indexOf(first), nearest)),
  });
}

/**
 * Refuses what can't be meant as a path.
 *
 * @throws {UsageError}
 */
export function adviseOnPath(argv: readonly string[], path: string, isExplained: boolean): void {
  if (path === "-")
    throw new UsageError("stdin is read where no PATH is given, so `-` is no PATH", {
      meant: line(without(argv, argv.indexOf("-"))),
    });
  if (path === "") throw new UsageError("a PATH must not be empty", { meant: "pin-digests ." });
  if (existsSync(path)) return;
  if (isExplained && explanationForms.some((each) => each === path))
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
