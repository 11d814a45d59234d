/** What a caller without a compiler may get wrong: it is refused before anything is done by it. */
import { nearestName } from "../config/nearest-name.ts";
import type { RunOptions } from "./run-options.ts";

/** What `typeof` says of an option. */
export type OptionType = "boolean" | "function" | "number" | "object" | "string";

/** The options of any run. */
export const runOptionTypes: Readonly<Record<keyof RunOptions, OptionType>> = {
  environment: "object",
  functionConfig: "string",
  functionConfigFolder: "string",
  leaveSockets: "boolean",
  lock: "object",
  nesting: "number",
  now: "number",
  overrides: "object",
  policy: "string",
  prune: "boolean",
  registry: "object",
  resolveDigest: "function",
  since: "number",
  sparesThreads: "boolean",
  watch: "function",
};

/**
 * Refuses what is no input, and options that are not known or of another type.
 *
 * @throws {TypeError}
 */
export function checkArguments(
  text: unknown,
  options: unknown,
  types: Readonly<Record<string, OptionType>>,
): void {
  if (typeof text !== "string") throw new TypeError(`the input must be a string, but is ${typeName(text)}`);
  if (typeof options !== "object" || options === null)
    throw new TypeError(`the options must be an object, but are ${typeName(options)}`);
  for (const [name, value] of Object.entries(options)) checkOption(name, value, types);
  // Checked: they are objects where they are there.
  const { overrides, lock, registry } = options as Readonly<
    Partial<Record<"overrides" | "lock" | "registry", object>>
  >;
  if (overrides !== undefined) checkOverrides(overrides);
  for (const method of ["inspect", "hasDigest"])
    if (registry !== undefined && !(method in registry))
      throw new TypeError(`the option \`registry\` must have the method \`${method}\``);
  if (lock !== undefined && !("text" in lock && typeof lock.text === "string"))
    throw new TypeError(
      'the option `lock` must have the `text` of a lock, which is "" where there is none yet',
    );
}

function checkOverrides(overrides: object): void {
  if (!isMap(overrides))
    throw new TypeError(
      'the option `overrides` must be a Map, such as `new Map([["mode", "check"]])`, but is an object',
    );
  for (const [name, value] of overrides) {
    if (typeof name === "string" && typeof value === "string") continue;
    const said = typeof name === "string" ? value : name;
    throw new TypeError(
      `the option \`overrides\` must have texts for keys and values, as \`-d KEY=VALUE\` has, but at ${JSON.stringify(name)} there is ${typeName(said)}`,
    );
  }
}

/** Also one of another realm, which is no instance of ours. */
function isMap(value: object): value is ReadonlyMap<unknown, unknown> {
  return "get" in value && Symbol.iterator in value;
}

function checkOption(name: string, value: unknown, types: Readonly<Record<string, OptionType>>): void {
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type === undefined)
    throw new TypeError(`unknown option ${JSON.stringify(name)}: ${advice(name, types)}`);
  if (value !== undefined && (typeof value !== type || value === null))
    throw new TypeError(`the option \`${name}\` must be ${withArticle(type)}, but is ${typeName(value)}`);
}

function advice(name: string, types: Readonly<Record<string, OptionType>>): string {
  const nearest = nearestName(name, Object.keys(types));
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  return 'what a functionConfig may say goes into `overrides`, such as `new Map([["mode", "check"]])`';
}

function typeName(value: unknown): string {
  return value === null || value === undefined ? String(value) : withArticle(typeof value);
}

function withArticle(type: string): string {
  return `${type === "object" ? "an" : "a"} ${type}`;
}
