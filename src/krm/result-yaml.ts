/**
 * Results as YAML, in texts that can do nothing but be read: the bytes of js-yaml's `dump`, which takes twenty times as long
 * for what is nearly always plain.
 */
import { dump } from "js-yaml";
import { printable, printableLines } from "../text/printable.ts";
import { isYaml11Keyword } from "../yaml/yaml11-keyword.ts";
import { printableResult, type Result } from "./result.ts";

/**
 * The lines of a list of results, as {@link printableResult} shows them, each result behind a dash at the margin; before
 * them the line of their key, if any.
 */
export function resultLines(results: readonly Result[], keyLine = ""): string {
  // To be joined once: texts that are added to grow into trees, which the garbage collector looks at again and again.
  const pieces: string[] = [keyLine];
  const known: Known = { scalars: new Map(), maps: new Map() };
  for (const result of results) {
    const before = pieces.length;
    if (putResult(pieces, result, known)) {
      pieces[before] = dashed(pieces[before] ?? "");
      pieces.push("\n");
    } else {
      pieces.length = before;
      // Behind a text that ends in empty lines js-yaml ends the document.
      pieces.push(dump([printableResult(result)], blockStyle).replace(/^\.\.\.\n$/m, ""));
    }
  }
  return pieces.join("");
}

/**
 * What was written before: results repeat each other's messages, those of one resource its name and its file, and those of
 * one image its texts.
 */
interface Known {
  readonly scalars: Map<string, string>;
  /** The last map of each key, with its lines; of fields that of each text that is proposed. */
  readonly maps: Map<string, { readonly map: object; readonly lines: string }>;
}

// Every word and number that any reader could take for another type is quoted, and nothing is folded or anchored.
const blockStyle = { lineWidth: -1, noRefs: true, seqNoIndent: true } as const;

interface Writing {
  readonly depth: number;
  readonly known: Known;
}

/** Each member with a line break before it; false where there is more to a value than one line. */
function putResult(pieces: string[], result: Result, known: Known): boolean {
  for (const key of SHOWN) {
    const value = result[key];
    if (value !== undefined && !putMember(pieces, { key, value }, { depth: 0, known })) return false;
  }
  return true;
}

// Where a result stands in a text, and what it means for its registry, no list holds.
const SHOWN = [
  "message",
  "severity",
  "resourceRef",
  "field",
  "file",
  "tags",
] as const satisfies (keyof Result)[];

interface NamedValue {
  readonly key: string;
  readonly value: unknown;
}

function putMember(pieces: string[], { key, value }: NamedValue, { depth, known }: Writing): boolean {
  const start = KEYS.get(key)?.[depth];
  if (start === undefined) return false;
  if (typeof value === "object" && value !== null) {
    pieces.push(start);
    return putMap(pieces, { key, map: value }, { depth: depth + 1, known });
  }
  const scalar = scalarText({ key, value }, known);
  if (scalar === undefined) return false;
  pieces.push(start, scalar);
  return true;
}

interface Inner {
  readonly key: string;
  readonly map: object;
}

/** As {@link putResult}, unless the map is empty, of which nothing would be seen. */
function putMap(pieces: string[], { key, map }: Inner, writing: Writing): boolean {
  const { maps } = writing.known;
  const place = "proposedValue" in map ? String(map.proposedValue) : key;
  const last = maps.get(place);
  if (last !== undefined && isSame(last.map, map)) {
    pieces.push(last.lines);
    return true;
  }
  const before = pieces.length;
  for (const name in map) {
    if (!putMember(pieces, { key: name, value: map[name as keyof object] }, writing)) return false;
  }
  if (pieces.length === before) return false;
  maps.set(place, { map, lines: pieces.slice(before).join("") });
  return true;
}

/** True for maps with the same members in the same order, which have no maps within. */
function isSame(one: object, other: object): boolean {
  if (one === other) return true;
  const others = Object.keys(other);
  let at = 0;
  for (const key in one) {
    if (key !== others[at] || one[key as keyof object] !== other[key as keyof object]) return false;
    at++;
  }
  return at === others.length;
}

// Those of a result, as they begin a line of it and of a map in it: no reader takes them for anything but text.
const KEYS: ReadonlyMap<string, readonly string[]> = new Map(
  "message severity resourceRef apiVersion kind name namespace field path currentValue proposedValue file index tags class"
    .split(" ")
    .map((key) => [key, [`\n  ${key}:`, `\n    ${key}:`]]),
);

/** The first key of a result stands behind a dash. */
function dashed(line: string): string {
  const known = DASHED.get(line) ?? `- ${line.trimStart()}`;
  DASHED.set(line, known);
  return known;
}

const DASHED = new Map<string, string>();

/** A scalar as it follows the colon of its key. */
function scalarText({ key, value }: NamedValue, { scalars }: Known): string | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value)) return ` ${value}`;
  if (typeof value !== "string") return undefined;
  const known = scalars.get(value);
  if (known !== undefined) return known;
  const shown = key === "currentValue" || key === "proposedValue" ? printableLines(value) : printable(value);
  const isLong = shown.length > LENGTH_MAX;
  if (shown.includes("\n") && !isLong) return undefined;
  const text =
    isPlain(shown) && !isYaml11Keyword(shown) ? shown : isLong ? flowText(shown) : quotedText(shown);
  const spaced = ` ${text}`;
  // What has lines is shown by its key.
  if (!value.includes("\n")) scalars.set(value, spaced);
  return spaced;
}

// The expressions of js-yaml's `dump` overflow their stack with a text of some million characters.
const LENGTH_MAX = 10_000;

function quotedText(value: string): string {
  return dump({ a: value }, blockStyle).slice(3, -1);
}

/** JSON that YAML's readers take too: they refuse control characters, or take some for line breaks. */
export function flowText(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Begins with a letter, or with a digit where a slash shows that it is no number and no time; without a colon that ends a
 * key or a sign that begins a comment. By hand, since the stack of an expression does not hold a long text.
 */
function isPlain(text: string): boolean {
  const first = text.charCodeAt(0);
  if (!isLetter(first) && !(isDigit(first) && text.includes("/"))) return false;
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < SPACE || code > TILDE) return false;
    const next = text.charCodeAt(at + 1);
    const isLast = Number.isNaN(next) || next <= SPACE || next > TILDE;
    if (code === COLON && isLast) return false;
    if (code === SPACE && (isLast || next === NUMBER_SIGN)) return false;
  }
  return true;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const SPACE = 0x20;
const NUMBER_SIGN = 0x23;
const COLON = 0x3a;
const TILDE = 0x7e;
