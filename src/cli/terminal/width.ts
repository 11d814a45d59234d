/** How wide texts are on a terminal, in columns. */

/** The columns that a text takes, which has no control characters. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** The text with its middle left out where it is wider than some columns: images begin and end with what tells them apart. */
export function cutToWidth(text: string, most: number): string {
  if (widthOf(text) <= most) return text;
  const characters = [...text];
  const tail = taken(characters.toReversed(), Math.floor((most - 1) / 2)).toReversed();
  const head = taken(characters, most - 1 - widthOf(tail.join("")));
  return `${head.join("")}…${tail.join("")}`;
}

/** The text, filled with blanks up to some columns. */
export function padToWidth(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** Words in lines of some columns, behind an indentation. */
export function wrapToWidth(text: string, columns: number, indent: string): readonly string[] {
  const room = Math.max(columns - indent.length, 10);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => pieces(each, room))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) > room && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((each) => indent + each);
}

/** A word that is wider than a line, in parts. */
function pieces(word: string, room: number): readonly string[] {
  const parts: string[] = [];
  let rest = [...word];
  while (widthOf(rest.join("")) > room) {
    const part = taken(rest, room);
    parts.push(part.join(""));
    rest = rest.slice(part.length);
  }
  return [...parts, rest.join("")];
}

/** The first characters, as far as they fit. */
function taken(characters: readonly string[], most: number): readonly string[] {
  let width = 0;
  const end = characters.findIndex((character) => {
    width += columnsOf(character);
    return width > most;
  });
  return end < 0 ? characters : characters.slice(0, end);
}

function columnsOf(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

const COMBINING = /^\p{M}$/u;

// East Asian Wide and Fullwidth, and emoji: https://www.unicode.org/reports/tr11/
const WIDE =
  /^[\u1100-\u115f\u231a\u231b\u23e9-\u23ec\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
