/** Where something stands in a text, as editors count it. */
import { lastUpTo } from "./sorted-offsets.ts";

/** A line and a column, both from 1, in UTF-16 units. */
export interface LinePlace {
  readonly line: number;
  readonly column: number;
}

/** Tells on which line, from 1, an offset stands, as {@link placeFinder} does. */
export function lineFinder(text: string): (offset: number) => number {
  const place = placeFinder(text);
  return (offset) => place(offset).line;
}

/** Tells where an offset stands; the lines are counted once, when the first is asked for. */
export function placeFinder(text: string): (offset: number) => LinePlace {
  let breaks: readonly number[] | undefined;
  // A byte order mark has no column.
  const first = text.startsWith("\ufeff") ? 0 : -1;
  return (offset) => {
    breaks ??= lineBreaks(text);
    const before = lastUpTo(breaks, offset - 1);
    return { line: before + 2, column: Math.max(1, offset - (breaks[before] ?? first)) };
  };
}

/** The place of a single offset. */
export function lineAndColumn(text: string, offset: number): LinePlace {
  return placeFinder(text)(offset);
}

/** The lines of places, with the column of each where several stand on one line: `7 (column 22)`. */
export function lineNames(places: readonly LinePlace[]): readonly string[] {
  const columns = new Map<number, Set<number>>();
  for (const { line, column } of places) columns.set(line, (columns.get(line) ?? new Set()).add(column));
  return places.map(({ line, column }) =>
    (columns.get(line)?.size ?? 0) > 1 ? `${line} (column ${column})` : String(line),
  );
}

/** `line 7`, `lines 7, 8 and 9`; of many the first ones, and how many more there are. */
export function namedLines(all: readonly (number | string)[]): string {
  const lines = [...new Set(all)];
  const named = lines.slice(0, NAMED_MAX);
  const more = lines.length - named.length;
  const last = more > 0 ? `${more} more` : named.pop();
  return named.length === 0 ? `line ${last}` : `lines ${named.join(", ")} and ${last}`;
}

// All of a thousand would bury what is said of them.
const NAMED_MAX = 10;

/** As editors count: not all that ends a line for YAML 1.1. */
function lineBreaks(text: string): readonly number[] {
  const breaks: number[] = [];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) breaks.push(at);
  if (!text.includes("\r")) return breaks;
  return [...text.matchAll(/\r(?!\n)|\n/g)].map(({ index }) => index);
}
