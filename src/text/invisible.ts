/** Characters that can't be seen, in words for the person who has to find them. */
import { unprintableCharacter } from "./printable.ts";

/** Which invisible character comes first in a text, and where; white space of ASCII is none. */
export function firstInvisible(text: string): string | undefined {
  if (VISIBLE.test(text)) return undefined;
  for (const { 0: character, index } of text.matchAll(unprintableCharacter())) {
    if (WHITE_SPACE.test(character)) continue;
    return `character ${characterNumber(text, index)} is ${codePointName(character)}${inWords(character)}`;
  }
  return undefined;
}

/** The text as it looks. */
export function withoutInvisible(text: string): string {
  return text.replaceAll(unprintableCharacter(), (character) =>
    WHITE_SPACE.test(character) ? character : "",
  );
}

/** A character as standards name it: `U+200B`. */
export function codePointName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Which of a text's characters stands at an offset, from 1. */
export function characterNumber(text: string, offset: number): number {
  return [...text.slice(0, offset)].length + 1;
}

// What nearly all texts are.
const VISIBLE = /^[ -~]*$/;
const WHITE_SPACE = /^[\t\n\v\f\r ]$/;

function inWords(character: string): string {
  const name = NAMES.get(character);
  return name === undefined ? "" : ` (${name})`;
}

// Those that editors, web pages and chats bring along.
const NAMES: ReadonlyMap<string, string> = new Map([
  ["\u001b", "escape"],
  ["\u00a0", "no-break space"],
  ["\u00ad", "soft hyphen"],
  ["\u200b", "zero width space"],
  ["\u200c", "zero width non-joiner"],
  ["\u200d", "zero width joiner"],
  ["\u200e", "left-to-right mark"],
  ["\u200f", "right-to-left mark"],
  ["\u202a", "left-to-right embedding"],
  ["\u202b", "right-to-left embedding"],
  ["\u202c", "pop directional formatting"],
  ["\u202d", "left-to-right override"],
  ["\u202e", "right-to-left override"],
  ["\u2060", "word joiner"],
  ["\u3000", "ideographic space"],
  ["\ufe0f", "variation selector-16"],
  ["\ufeff", "byte order mark"],
]);
