/** How an entry of a lock is written: in block or flow style, quoted as its neighbours are. */
import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { textWithoutDigest } from "../../image/reference.ts";
import { entriesOf, eventOf, scalarText, type YamlEntry } from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import { isYaml11Keyword } from "../../yaml/yaml11-keyword.ts";
import type { LockedImage } from "./locked-image.ts";

/** The quotes of a text; `""` where it needs none. */
export type Quotes = "" | "'" | '"';

/** How keys and values are written. */
export interface EntryStyle {
  readonly key: Quotes;
  readonly value: Quotes;
  /** The quotes of `digest`, `platform` and `platforms`. */
  readonly field: Quotes;
}

/** The way of lines. */
export const blockStyle: EntryStyle = { key: "", value: "", field: "" };

/** The way of braces: old readers stumble over a bare colon there. */
export const flowStyle: EntryStyle = { key: '"', value: '"', field: "" };

/** The way of JSON. */
export const jsonStyle: EntryStyle = { key: '"', value: '"', field: '"' };

/** The reference that an entry has for its key. */
export function entryKey({ reference }: Pick<LockedImage, "reference">): string {
  return textWithoutDigest(reference);
}

/** The lines of an entry in block style; `step` indents its fields. */
export function entryLines(image: LockedImage, style: EntryStyle, step: number): readonly string[] {
  const pad = " ".repeat(step);
  const fields = fieldTexts(image, style).map(([name, text]) => `${pad}${fieldText(name, text, style)}`);
  return [`${quoted(entryKey(image), style.key)}:`, ...fields];
}

/** An entry in braces, on one line. */
export function entryFlow(image: LockedImage, style: EntryStyle): string {
  const fields = fieldTexts(image, style).map(([name, text]) => fieldText(name, text, style));
  return `${quoted(entryKey(image), style.key)}: {${fields.join(", ")}}`;
}

/** A field of an entry: `platform: linux/arm64`. */
export function fieldText(name: string, text: string, { field }: EntryStyle): string {
  return `${quoted(name, field)}: ${text}`;
}

/** A list of platforms as a value. */
export function platformsText(platforms: readonly string[], { value }: EntryStyle): string {
  return `[${platforms.map((platform) => quoted(platform, value)).join(", ")}]`;
}

/** A text in quotes; in double ones, without being asked, where YAML would take it for something else. */
export function quoted(text: string, quotes: Quotes): string {
  return quotes === "" && isPlain(text) ? text : (quotes || '"') + text + (quotes || '"');
}

function isPlain(text: string): boolean {
  return PLAIN.test(text) && !isYaml11Keyword(text);
}

/** The quotes that a scalar stands in. */
export function quotesOf(yaml: YamlText, node: YamlNode): Quotes {
  const event = eventOf(yaml, node);
  if (event.type !== EVENT_ID.SCALAR) return "";
  if (event.style === SCALAR_STYLE.SINGLE_QUOTED) return "'";
  return event.style === SCALAR_STYLE.DOUBLE_QUOTED ? '"' : "";
}

function fieldTexts(
  { digest, platform, platforms }: LockedImage,
  style: EntryStyle,
): readonly (readonly [name: string, text: string])[] {
  return [
    ["digest", quoted(digest, style.value)],
    ...(platform === undefined ? [] : [["platform", quoted(platform, style.value)] as const]),
    ...(platforms === undefined ? [] : [["platforms", platformsText(platforms, style)] as const]),
  ];
}

// What begins with a digit may be a number, a date or a time to a reader of YAML 1.1: 12:30 is one.
const PLAIN = /^[A-Za-z][A-Za-z0-9_./:()-]*$/;

/** How an entry is written, told by its key and its digest. Quotes that a key needs say nothing of other keys. */
export function styleOf(yaml: YamlText, entry: YamlEntry): EntryStyle {
  const digest = fieldOf(yaml, entry.value, "digest");
  const field = digest === undefined ? "" : quotesOf(yaml, digest.key);
  const isFree = field !== "" || isPlain(scalarText(yaml, entry.key) ?? "");
  return {
    key: isFree ? quotesOf(yaml, entry.key) : "",
    value: digest === undefined ? "" : quotesOf(yaml, digest.value),
    field,
  };
}

/** The first field of a name in a mapping. */
export function fieldOf(yaml: YamlText, mapping: YamlNode, name: string): YamlEntry | undefined {
  return entriesOf(yaml, mapping).find(({ key }) => scalarText(yaml, key) === name);
}

/** The order of keys: that of their characters, on every machine. */
export function compareKeys(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
