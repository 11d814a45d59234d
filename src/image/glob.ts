/** Globs, in which `*` stands for any characters, slashes too. */

/** Whether a glob means a text. */
export function matchesGlob(glob: string, text: string): boolean {
  return compileGlob(glob)(text);
}

/** Reads a glob. Its parts between stars must follow one another: linear, where a regular expression may not be. */
export function compileGlob(glob: string): (text: string) => boolean {
  const [first = "", ...parts] = glob.split("*");
  const last = parts.pop();
  if (last === undefined) return (text) => text === glob;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let position = first.length;
    for (const part of parts) {
      const found = text.indexOf(part, position);
      if (found === -1) return false;
      position = found + part.length;
    }
    return position <= text.length - last.length;
  };
}
