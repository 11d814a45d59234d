/** The text without those of some characters that it ends in. An expression, `/x+$/`, begins anew at each of many. */
export function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
