/**
 * Where the objects of a text begin that is nothing but JSON objects, one behind the other: `{…}{…}`, or one a line.
 * kubectl reads that, though it is no YAML. Undefined for any other text.
 */
export function jsonObjectStarts(text: string): readonly number[] | undefined {
  const starts: number[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (depth === 0) {
      if (character === "{") starts.push(at);
      else if (character === "#") at = endOfLine(text, at);
      else if (!BLANK.test(character)) return undefined;
    }
    if (character === '"') at = endOfString(text, at);
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0 && !isJson(text.slice(starts.at(-1), at + 1)))
      return undefined;
  }
  return depth === 0 && starts.length > 0 ? starts : undefined;
}

const BLANK = /[ \t\r\n]/;

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !/[\r\n]/.test(text[at] ?? "")) at++;
  return at;
}

/** The closing quote of the string that begins at an offset. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
