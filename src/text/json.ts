/** Reading JSON of others, which may be small and still fill the memory. */

/**
 * The value of a text of JSON. Eight megabytes of `{},{},…` become a gigabyte of objects, so a long text with more values
 * than any manifest, token or configuration has is not read.
 *
 * @throws {SyntaxError} where it is no JSON, or too much of it; the message may quote the text
 */
export function parseJson(text: string): unknown {
  if (text.length > LONG && countValues(text) > VALUES_MAX)
    throw new SyntaxError(`it has more than ${VALUES_MAX} values`);
  return JSON.parse(text);
}

/** As {@link parseJson}, for those to whom what is none says nothing: undefined. */
export function tryJson(text: string | Uint8Array): unknown {
  try {
    return parseJson(typeof text === "string" ? text : Buffer.from(text).toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** An object of others, of whose fields nothing is known. Not even `String` may be called on one: it may have a `toString`. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; one without fields where it is none. */
export function fieldsOf(value: unknown): Fields {
  // Checked: an object, of whose fields nothing is known.
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** Characters up to which a text is read without counting: it can't have so many values that it matters. */
const LONG = 65_536;

/** An index of eight megabytes has about as many; one of a hundred platforms has two thousand. */
const VALUES_MAX = 250_000;

/** About how many values a text of JSON has: one behind each comma and each bracket that stands in no string. */
function countValues(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COMMA:
      case BRACKET:
      case BRACE:
        count += 1;
    }
  }
  return count;
}

/** Where the string ends that begins here; the end of the text where it has no end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    // A quote behind an even number of them is not escaped.
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
