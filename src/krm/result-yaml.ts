/** Results as YAML, in texts that can do nothing but be read. It is written here, since all but a few texts are plain. */
import { printable, printableLines } from "../text/printable.ts";
import { isYaml11Keyword } from "../yaml/yaml11-keyword.ts";
import type { Result } from "./result.ts";

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
    for (const key of SHOWN) putMember(pieces, { key, value: result[key] }, { depth: 0, known });
    pieces[before] = dashed(pieces[before] ?? "");
    pieces.push("\n");
  }
  return pieces.join("");
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

/**
 * What was written before: results repeat each other's messages, those of one resource its name and its file, and those of
 * one image its texts.
 */
interface Known {
  readonly scalars: Map<string, string>;
  /** The last map of each key, with its lines; of fields that of each text that is proposed. */
  readonly maps: Map<string, { readonly map: object; readonly lines: string }>;
}

interface Writing {
  readonly depth: number;
  readonly known: Known;
}

interface Member {
  readonly key: string;
  readonly value: unknown;
}

/** A member with a line break before it; nothing of what is not there, or is an empty map. */
function putMember(pieces: string[], { key, value }: Member, { depth, known }: Writing): void {
  if (value === undefined) return;
  const start = KEYS.get(key)?.[depth] ?? `\n${"  ".repeat(depth + 1)}${scalarText(key)}:`;
  if (typeof value !== "object" || value === null) {
    pieces.push(start, valueText({ key, value }, known));
    return;
  }
  const lines = mapLines(key, value, { depth: depth + 1, known });
  if (lines !== "") pieces.push(start, lines);
}

function mapLines(key: string, map: object, writing: Writing): string {
  const { maps } = writing.known;
  const place = "proposedValue" in map ? String(map.proposedValue) : key;
  const last = maps.get(place);
  if (last !== undefined && isSame(last.map, map)) return last.lines;
  const pieces: string[] = [];
  for (const name in map) putMember(pieces, { key: name, value: map[name as keyof object] }, writing);
  const lines = pieces.join("");
  maps.set(place, { map, lines });
  return lines;
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

/** A value as it follows the colon of its key. */
function valueText({ key, value }: Member, { scalars }: Known): string {
  if (typeof value !== "string") return ` ${JSON.stringify(value)}`;
  const known = scalars.get(value);
  if (known !== undefined) return known;
  const shown = key === "currentValue" || key === "proposedValue" ? printableLines(value) : printable(value);
  const text = ` ${scalarText(shown)}`;
  // What has lines is shown by its key.
  if (!value.includes("\n")) scalars.set(value, text);
  return text;
}

/** A text on one line. What any reader could take for another type, or for more than a text, is quoted. */
function scalarText(text: string): string {
  if (isPlain(text) && !isYaml11Keyword(text)) return text;
  // In single quotes nothing but an apostrophe means anything.
  return /[^ -~]/.test(text) ? flowText(text) : `'${text.replaceAll("'", "''")}'`;
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
 * key or a sign that begins a comment.
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
