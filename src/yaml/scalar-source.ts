/** From a range of a scalar's decoded value to the range of the text that stands for it, in any scalar style. */
import { EVENT_ID, SCALAR_STYLE } from "js-yaml";
import { eventOf, isPlainlyWritten, type Range, scalarRange, scalarText } from "./node.ts";
import type { YamlNode, YamlText } from "./scan.ts";

/** Says where a range of a value stands in a text. */
export type Locate = (value: Range) => Range | undefined;

/**
 * Where the characters `from` to `to` of a scalar's value stand in the text. The characters at both ends of the range
 * must not be white space, since folding and indentation move only that. Undefined where they can't be told for
 * certain.
 */
export function sourceRange(yaml: YamlText, node: YamlNode, value: Range): Range | undefined {
  return scalarLocator(yaml, node)(value);
}

/** {@link sourceRange} for many ranges of one scalar: its value is compared with the text once. */
export function scalarLocator(yaml: YamlText, node: YamlNode): Locate {
  const place = scalarRange(yaml, node);
  if (place === undefined) return () => undefined;
  if (isPlainlyWritten(yaml, node)) {
    return ({ start, end }) => ({ start: place.start + start, end: place.start + end });
  }
  let places: readonly (Range | undefined)[] | undefined;
  return ({ start, end }) => {
    places ??= align(yaml, node) ?? [];
    const first = places[start];
    const last = places[end - 1];
    return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end };
  };
}

/** For each UTF-16 unit of the value: what stands for it in the text; white space is passed over on both sides. */
function align(yaml: YamlText, node: YamlNode): readonly (Range | undefined)[] | undefined {
  const event = eventOf(yaml, node);
  const value = scalarText(yaml, node);
  if (event.type !== EVENT_ID.SCALAR || value === undefined) return undefined;
  const places: (Range | undefined)[] = [];
  let position = event.valueStart;
  while (places.length < value.length) {
    if (isBlank(value[places.length])) {
      places.push(undefined);
      continue;
    }
    let unit = readUnit(yaml.text, position, event.style);
    while (isBlank(unit.text) && position < event.valueEnd) {
      position = unit.end;
      unit = readUnit(yaml.text, position, event.style);
    }
    if (position >= event.valueEnd || !value.startsWith(unit.text, places.length)) return undefined;
    for (let n = 0; n < unit.text.length; n++) places.push({ start: position, end: unit.end });
    position = unit.end;
  }
  return places;
}

function isBlank(text: string | undefined): boolean {
  return text !== undefined && text.trim() === "";
}

interface Unit {
  readonly text: string;
  readonly end: number;
}

function readUnit(text: string, position: number, style: number): Unit {
  const character = text[position] ?? "";
  if (style === SCALAR_STYLE.SINGLE_QUOTED && character === "'") return { text: "'", end: position + 2 };
  if (style === SCALAR_STYLE.DOUBLE_QUOTED && character === "\\") return readEscape(text, position);
  return { text: character, end: position + 1 };
}

/** https://yaml.org/spec/1.2.2/#57-escaped-characters */
function readEscape(text: string, position: number): Unit {
  const letter = text[position + 1] ?? "";
  const digits = { x: 2, u: 4, U: 8 }[letter];
  if (digits !== undefined) {
    const code = Number.parseInt(text.slice(position + 2, position + 2 + digits), 16);
    // What is no character is read in many ways: then nothing behind it is certain.
    return { text: code > 0x10ffff ? "" : String.fromCodePoint(code), end: position + 2 + digits };
  }
  return { text: escapes[letter] ?? letter, end: position + 2 };
}

const escapes: Readonly<Record<string, string | undefined>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
};
