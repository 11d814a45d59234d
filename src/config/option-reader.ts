/** Readers of options: from what a user wrote to a value, or a problem that says what it must be. */
import { quote, shorten } from "../image/quote.ts";

import { withoutLogin } from "../text/without-login.ts";

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
  readonly value?: string;
}

/** Reads one option; undefined, with a problem told, where the value is wrong. */
export type Reader<T> = (raw: OptionValue, tell: (problem: Problem) => void) => T | undefined;

/** A reader for each option of a group. */
export type Readers<T> = { readonly [Name in keyof T]-?: Reader<NonNullable<T[Name]>> };

/** A map of options. Unknown ones are problems that name the nearest known one; those left out are left out. */
export function group<T>(readers: Readers<T>): Reader<Partial<T>> {
  const known = Object.keys(readers);
  return (raw, tell) => {
    if (raw.kind === "null") return {};
    if (raw.kind !== "map") return reject(raw, tell, "must be a map of options");
    for (const name of raw.repeated ?? [])
      tell({ path: raw.path, message: `\`${shorten(withoutLogin(name))}\` must be said once` });
    const entries: [string, unknown][] = [];
    for (const [name, member] of raw.members) {
      const reader = Object.hasOwn(readers, name) ? (readers[name as keyof T] as Reader<unknown>) : undefined;
      if (reader === undefined) {
        tell({
          path: member.path,
          message: `unknown field \`${shorten(withoutLogin(name))}\`: ${suggestion(name, known)}`,
        });
        continue;
      }
      const value = reader(member, tell);
      if (value !== undefined) entries.push([name, value]);
    }
    // Checked: each value was made by the reader of its name.
    return Object.fromEntries(entries) as Partial<T>;
  };
}

/**
 * A list of at most so many. In a ConfigMap, which holds only text, its members are separated by commas or white space.
 */
export function list<T>(element: Reader<T>, most: number = Number.POSITIVE_INFINITY): Reader<readonly T[]> {
  return (raw, tell) => {
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
}

/** A list of maps, which a ConfigMap and a command line can't hold. */
export function maps<T>(element: Reader<T>): Reader<readonly T[]> {
  const read = list(element, MAPS_MAX);
  return (raw, tell) =>
    raw.kind === "text" && raw.flat
      ? reject(raw, tell, "must be a list of maps, which only a `PinDigests` functionConfig can hold")
      : read(raw, tell);
}

// What each image or each kind may be held against.
const MAPS_MAX = 1000;

function elementsOf(raw: OptionValue): readonly OptionValue[] | undefined {
  if (raw.kind === "list") return raw.elements;
  if (raw.kind === "null") return [];
  if (raw.kind !== "text" || !raw.flat) return undefined;
  return raw.text.split(/[\s,]+/).flatMap((text) => (text === "" ? [] : [{ ...raw, text }]));
}

/** A text of a certain form; `form` says which in a message. */
export function text(pattern: RegExp, form: string): Reader<string> {
  return (raw, tell) =>
    raw.kind === "text" && pattern.test(raw.text) ? raw.text : reject(raw, tell, `must be ${form}`);
}

/** One of a few words. */
export function choice<const Word extends string>(...words: readonly Word[]): Reader<Word> {
  return (raw, tell) => {
    const word = raw.kind === "text" ? words.find((each) => each === raw.text) : undefined;
    return word ?? reject(raw, tell, `must be ${oneOf(words.map((each) => JSON.stringify(each)))}`);
  };
}

/** `true` or `false`, as it is written: YAML 1.1's `yes` and `on` are refused. */
export function flag(raw: OptionValue, tell: (problem: Problem) => void): boolean | undefined {
  if (raw.kind === "text" && raw.text === "true") return true;
  if (raw.kind === "text" && raw.text === "false") return false;
  return reject(raw, tell, 'must be "true" or "false"');
}

/** A whole number in a range, both ends included. */
export function integer(least: number, most: number): Reader<number> {
  return (raw, tell) => {
    const number = raw.kind === "text" && /^\d{1,9}$/.test(raw.text) ? Number(raw.text) : Number.NaN;
    return number >= least && number <= most
      ? number
      : reject(raw, tell, `must be a whole number from ${least} to ${most}`);
  };
}

const unitMilliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A duration in Go's form, `500ms`, `20s`, `1m30s`, as milliseconds; longer than nothing and at most `most`. */
export function duration(most: string): Reader<number> {
  return (raw, tell) => {
    const milliseconds = raw.kind === "text" ? parseDuration(raw.text) : undefined;
    if (milliseconds !== undefined && milliseconds > 0 && milliseconds <= (parseDuration(most) ?? 0))
      return milliseconds;
    return reject(raw, tell, `must be a duration of at most ${most}, such as "20s" or "1m30s"`);
  };
}

function parseDuration(written: string): number | undefined {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?(?:ms|s|m|h))+$/.test(written)) return undefined;
  let total = 0;
  for (const [, number, unit] of written.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    total += Number(number) * unitMilliseconds[unit as keyof typeof unitMilliseconds];
  }
  return Math.round(total);
}

/** Tells that a value is not what it must be. */
function reject(raw: OptionValue, tell: (problem: Problem) => void, must: string): undefined {
  const { path } = raw;
  if (raw.kind !== "text") {
    const what = { list: "a list", map: "a map", null: "nothing" }[raw.kind];
    tell({ path, message: `\`${path}\` ${must}, but is ${what}` });
    return;
  }
  const value = withoutLogin(raw.text);
  tell({ path, message: `\`${path}\` ${must}, but is ${quote(value)}`, value });
}

function suggestion(name: string, known: readonly string[]): string {
  const most = Math.max(2, name.length / 3);
  const [nearest] = known
    // Others are farther than that whatever their letters are.
    .filter((word) => Math.abs(word.length - name.length) <= most)
    .map((word) => ({ word, steps: editDistance(name.toLowerCase(), word.toLowerCase()) }))
    .toSorted((a, b) => a.steps - b.steps);
  if (nearest !== undefined && nearest.steps <= most) return `did you mean \`${nearest.word}\`?`;
  return `must be ${oneOf(known.map((word) => `\`${word}\``))}`;
}

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Levenshtein's: how many letters to add, drop or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const above = row;
    row = [line];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[line - 1] === b[column - 1] ? 0 : 1);
      row.push(Math.min((above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1, change));
    }
  }
  return row.at(-1) ?? 0;
}
