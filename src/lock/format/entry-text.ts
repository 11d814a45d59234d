/** How an entry of a lock is written: in block or flow style, quoted as its neighbours are. */
import { textWithoutDigest } from "../../image/reference.ts";
import type { Addition } from "../../yaml/insert/insert.ts";
import { isPlain, type Quotes, quoted, quotesOf } from "../../yaml/insert/text.ts";
import { entriesOf, scalarText, type YamlEntry } from "../../yaml/node.ts";
import type { YamlNode, YamlText } from "../../yaml/scan.ts";
import type { LockedEvidence } from "./evidence.ts";
import type { LockedImage, NextDigest } from "./locked-image.ts";

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

/** An entry as it is added: on lines of its own, whose fields `step` indents, or in braces where `braces` says so. */
export function entryAddition(
  image: LockedImage,
  style: EntryStyle,
  { step, braces = false }: { readonly step: number; readonly braces?: boolean },
): Addition {
  return {
    block: () => (braces ? `${entryFlow(image, style)}\n` : entryLines(image, style, step)),
    flow: () => entryFlow(image, style),
  };
}

/** The lines of an entry in block style; `step` indents its fields. */
export function entryLines(image: LockedImage, style: EntryStyle, step: number): string {
  const pad = " ".repeat(step);
  const fields = fieldTexts(image, style).map(([name, text]) => `${pad}${fieldText(name, text, style)}\n`);
  return `${quoted(entryKey(image), style.key)}:\n${fields.join("")}`;
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

/** What only programs write, as a value: JSON on one line, which is YAML as well. */
export function jsonValue(value: readonly LockedEvidence[] | NextDigest): string {
  // No text in JSON has a line break in it.
  return JSON.stringify(value, undefined, 1).replaceAll(/\n */g, " ");
}

function fieldTexts(
  { digest, platform, platforms, next, evidence }: LockedImage,
  style: EntryStyle,
): readonly (readonly [name: string, text: string])[] {
  return [
    ["digest", quoted(digest, style.value)],
    ...(platform === undefined ? [] : [["platform", quoted(platform, style.value)] as const]),
    ...(platforms === undefined ? [] : [["platforms", platformsText(platforms, style)] as const]),
    ...(next === undefined ? [] : [["next", jsonValue(next)] as const]),
    ...(evidence === undefined ? [] : [["evidence", jsonValue(evidence)] as const]),
  ];
}

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
