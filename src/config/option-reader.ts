/** Readers of options: from what a user wrote to a value, or a problem that says what it must be. */
import { quote, shorten } from "../text/quote.ts";
import { withoutLogin } from "../text/without-login.ts";
import { durationSchema, durationUnits, integerSchema, type JsonSchema } from "./json-schema.ts";
import { oneOf, suggestion } from "./nearest-name.ts";

/** A value as the user wrote it: scalars by their source text, so that `on` and `1.10` are what they look like. */
export type OptionValue =
  | { readonly kind: "text"; readonly path: string; readonly text: string; readonly flat: boolean }
  | { readonly kind: "list"; readonly path: string; readonly elements: readonly OptionValue[] }
  | {
      readonly kind: "map";
      readonly path: string;
      readonly members: ReadonlyMap<string, OptionValue>;
      /** Keys that stand there more than once. */
      readonly repeated?: readonly string[];
    }
  | { readonly kind: "null"; readonly path: string };

/** What is wrong with the configuration, and at which of its fields. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly value?: string | undefined;
}

/** Reads one option, and says what it accepts. */
export interface Reader<T> {
  /** Undefined, with a problem told, where the value is wrong. */
  (raw: OptionValue, tell: Tell): T | undefined;
  readonly traits: ReaderTraits;
}

/** Takes what is wrong. */
export type Tell = (problem: Problem) => void;

/** What a reader accepts. */
export interface ReaderTraits {
  readonly schema: JsonSchema;
  /** A scalar and a list of scalars can stand in a ConfigMap and on a command line, other values only in an object. */
  readonly shape: "scalar" | "list" | "object";
  /** How help writes a value: `keep|drop`, `GLOB`. */
  readonly shown: string;
}

/** A reader for each option of a group. */
export type Readers<T> = { readonly [Name in keyof T]-?: Reader<NonNullable<T[Name]>> };

/** A reader with what it accepts. */
export function reader<T>(
  read: (raw: OptionValue, tell: Tell) => T | undefined,
  traits: ReaderTraits,
): Reader<T> {
  return Object.assign(read, { traits });
}

/** A map of options. Unknown ones are problems that name the nearest known one; those left out are left out. */
export function group<T>(readers: Readers<T>): Reader<Partial<T>> {
  const known = Object.keys(readers);
  const read = (raw: OptionValue, tell: Tell): Partial<T> | undefined => {
    if (raw.kind === "null") return {};
    if (raw.kind !== "map") return reject(raw, tell, "must be a map of options");
    for (const name of raw.repeated ?? [])
      tell({ path: raw.path, message: `\`${shorten(withoutLogin(name))}\` must be said once` });
    const entries: [string, unknown][] = [];
    for (const [name, member] of raw.members) {
      const each = Object.hasOwn(readers, name) ? (readers[name as keyof T] as Reader<unknown>) : undefined;
      if (each === undefined) {
        tell({
          path: member.path,
          message: `unknown field \`${shorten(withoutLogin(name))}\`: ${suggestion(name, known)}`,
        });
        continue;
      }
      const value = each(member, tell);
      if (value !== undefined) entries.push([name, value]);
    }
    // Checked: each value was made by the reader of its name.
    return Object.fromEntries(entries) as Partial<T>;
  };
  const schema = {
    type: ["object", "null"],
    get properties(): JsonSchema {
      const members = Object.entries<Reader<unknown>>(readers);
      return Object.fromEntries(members.map(([name, { traits }]) => [name, traits.schema]));
    },
    additionalProperties: false,
  };
  return reader(read, { schema, shape: "object", shown: "MAP" });
}

/**
 * A list of at most so many. In a ConfigMap, which holds only text, its members are separated by commas or white space.
 */
export function list<T>(element: Reader<T>, most: number = Number.POSITIVE_INFINITY): Reader<readonly T[]> {
  const read = (raw: OptionValue, tell: Tell): readonly T[] | undefined => {
    const elements = elementsOf(raw);
    if (elements === undefined) return reject(raw, tell, "must be a list");
    if (elements.length > most) {
      tell({
        path: raw.path,
        message: `\`${raw.path}\` must have at most ${most} entries, but has ${elements.length}`,
      });
      return undefined;
    }
    const values = elements.map((each) => element(each, tell));
    return values.every((value) => value !== undefined) ? values : undefined;
  };
  const { schema: items, shape, shown } = element.traits;
  return reader(read, {
    schema: { type: ["array", "null"], items, ...(Number.isFinite(most) && { maxItems: most }) },
    shape: shape === "scalar" ? "list" : "object",
    shown,
  });
}

/** A list of maps, which a ConfigMap and a command line can't hold. */
export function maps<T>(element: Reader<T>): Reader<readonly T[]> {
  const elements = list(element, MAPS_MAX);
  return reader(
    (raw, tell) =>
      raw.kind === "text" && raw.flat
        ? reject(raw, tell, "must be a list of maps, which only a `PinDigests` functionConfig can hold")
        : elements(raw, tell),
    { ...elements.traits, shape: "object" },
  );
}

// What each image or each kind may be held against.
const MAPS_MAX = 1000;

function elementsOf(raw: OptionValue): readonly OptionValue[] | undefined {
  if (raw.kind === "list") return raw.elements;
  if (raw.kind === "null") return [];
  if (raw.kind !== "text" || !raw.flat) return undefined;
  return raw.text.split(/[\s,]+/).flatMap((text) => (text === "" ? [] : [{ ...raw, text }]));
}

/** A text of a certain form; `form` says which in a message, `shown` in help. */
export function text(pattern: RegExp, form: string, shown = "TEXT"): Reader<string> {
  return reader(
    (raw, tell) =>
      raw.kind === "text" && pattern.test(raw.text) ? raw.text : reject(raw, tell, `must be ${form}`),
    { schema: { type: "string", pattern: pattern.source }, shape: "scalar", shown },
  );
}

/** One of a few words. */
export function choice<const Word extends string>(...words: readonly Word[]): Reader<Word> {
  return reader(
    (raw, tell) => {
      const word = raw.kind === "text" ? words.find((each) => each === raw.text) : undefined;
      return word ?? reject(raw, tell, `must be ${oneOf(words.map((each) => JSON.stringify(each)))}`);
    },
    { schema: { enum: words }, shape: "scalar", shown: words.join("|") },
  );
}

/** `true` or `false`, as it is written: YAML 1.1's `yes` and `on` are refused. */
export const flag: Reader<boolean> = reader(
  (raw, tell) => {
    if (raw.kind === "text" && raw.text === "true") return true;
    if (raw.kind === "text" && raw.text === "false") return false;
    return reject(raw, tell, 'must be "true" or "false"');
  },
  { schema: { enum: [true, false, "true", "false"] }, shape: "scalar", shown: "true|false" },
);

/** A whole number in a range, both ends included. */
export function integer(least: number, most: number): Reader<number> {
  return reader(
    (raw, tell) => {
      const number = raw.kind === "text" && /^\d{1,9}$/.test(raw.text) ? Number(raw.text) : Number.NaN;
      return number >= least && number <= most
        ? number
        : reject(raw, tell, `must be a whole number from ${least} to ${most}`);
    },
    {
      get schema(): JsonSchema {
        return integerSchema(least, most);
      },
      shape: "scalar",
      shown: "N",
    },
  );
}

/** A word that stands for a number, or a whole number in a range. */
export function wordOrInteger<const Word extends string>(
  word: Word,
  number: Reader<number>,
): Reader<Word | number> {
  const { schema, shape, shown } = number.traits;
  return reader(
    (raw, tell) => {
      if (raw.kind === "text" && raw.text === word) return word;
      return number(raw, (problem) =>
        tell({ ...problem, message: problem.message.replace(" must be ", ` must be "${word}" or `) }),
      );
    },
    { schema: { anyOf: [{ const: word }, schema] }, shape, shown: `${word}|${shown}` },
  );
}

/** A duration in Go's form, `500ms`, `20s`, `1m30s`, as milliseconds; longer than nothing and at most `most`. */
export function duration(most: string): Reader<number> {
  const limit = parseDuration(most) ?? 0;
  return reader(
    (raw, tell) => {
      const milliseconds = raw.kind === "text" ? parseDuration(raw.text) : undefined;
      if (milliseconds !== undefined && milliseconds > 0 && milliseconds <= limit) return milliseconds;
      return reject(raw, tell, `must be a duration of at most ${most}, such as "20s" or "1m30s"`);
    },
    {
      get schema(): JsonSchema {
        return durationSchema(limit);
      },
      shape: "scalar",
      shown: "TIME",
    },
  );
}

/** A duration in Go's form as milliseconds; undefined for any other text. */
export function parseDuration(written: string): number | undefined {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?(?:ms|s|m|h))+$/.test(written)) return undefined;
  let total = 0;
  for (const [, number, unit] of written.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    total += Number(number) * durationUnits[unit as keyof typeof durationUnits];
  }
  return Math.round(total);
}

/** Tells that a value is not what it must be. */
function reject(raw: OptionValue, tell: Tell, must: string): undefined {
  const { path } = raw;
  if (raw.kind !== "text") {
    const what = { list: "a list", map: "a map", null: "nothing" }[raw.kind];
    tell({ path, message: `\`${path}\` ${must}, but is ${what}` });
    return;
  }
  const value = withoutLogin(raw.text);
  tell({ path, message: `\`${path}\` ${must}, but is ${quote(value)}`, value });
}
