/** A text fit for a message: a key in PEM, which somebody put at a wrong place, is no more than its beginning. */
export function withoutKey(text: string): string {
  return text.replaceAll(KEY, "$<label>…");
}

// No key has a quote in it, and behind one the message goes on.
const KEY = /(?<label>-----BEGIN [A-Z0-9 ]{1,64}-----)[^"'`]+/g;
