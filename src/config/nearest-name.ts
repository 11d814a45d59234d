/** Names that somebody may have meant. */

/** The known name that is least far from a name; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > NAME_MAX) return undefined;
  const most = Math.max(2, name.length / 3);
  const [nearest] = known
    // Others are farther than that whatever their letters are.
    .filter((word) => word.length <= NAME_MAX && Math.abs(word.length - name.length) <= most)
    .map((word) => ({ word, steps: editDistance(name.toLowerCase(), word.toLowerCase()) }))
    .toSorted((a, b) => a.steps - b.steps);
  return nearest !== undefined && nearest.steps <= most ? nearest.word : undefined;
}

// No name of Kubernetes is longer, and nobody types one.
const NAME_MAX = 253;

/** What to write in place of a name that is not known. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  return `must be ${oneOf(known.map((word) => `\`${word}\``))}`;
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Levenshtein's distance: how many letters to add, drop or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const above = row;
    row = [line];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[line - 1] === b[column - 1] ? 0 : 1);
      row.push(Math.min((above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1, change));
    }
  }
  return row.at(-1) ?? 0;
}

/** Whether a name is another but for a letter, of a long one for two, or but for the order of its letters. */
export function isSlip(name: string, other: string): boolean {
  return isTypo(name, other) || (name.length >= 6 && editDistance(name, other) === 2);
}

/** Whether a name is another but for a letter, or but for the order of two: `Gadget` is no `Widget`. */
export function isTypo(name: string, other: string): boolean {
  const steps = editDistance(name, other);
  return steps <= 1 || (steps === 2 && sorted(name) === sorted(other));
}

function sorted(name: string): string {
  return [...name].sort().join("");
}
