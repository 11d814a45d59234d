/** Text for terminals: at most 80 columns. */

const width = 80;

/** Where meanings begin. */
const column = 26;

/** Words in lines behind an indentation. */
export function paragraph(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(`${indent}${line}`);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, `${indent}${line}`].join("\n");
}

/** Terms with what they mean beside them, or below those that are too long for that. */
export function definitions(rows: readonly (readonly [term: string, meaning: string])[]): string {
  return rows
    .map(([term, meaning]) => {
      const text = paragraph(meaning, " ".repeat(column));
      return term.length > column - 4
        ? `  ${term}\n${text}`
        : `  ${term.padEnd(column - 2)}${text.trimStart()}`;
    })
    .join("\n");
}
