/** Many globs as one question: those that are whole images, or begin them, are found without trying each. */
import { compileGlob } from "./glob.ts";

/** Globs in their order. */
export interface GlobSet {
  /** The first glob that matches one of some texts. */
  first(texts: readonly string[]): string | undefined;
}

/** Makes a set of globs. */
export function globSet(globs: readonly string[]): GlobSet {
  const exact = new Map<string, number>();
  const beginnings: string[] = [];
  const places: number[] = [];
  const others: { readonly matches: (text: string) => boolean; readonly index: number }[] = [];
  for (const [index, glob] of globs.entries()) {
    const kind = globKind(glob);
    if (kind === "beginning") {
      beginnings.push(glob.slice(0, -1));
      places.push(index);
    } else if (kind === "other") others.push({ matches: compileGlob(glob), index });
    else if (!exact.has(glob)) exact.set(glob, index);
  }
  const beginning = prefixFinder(beginnings);

  function firstIndex(text: string): number {
    const known = Math.min(exact.get(text) ?? none, places[beginning(text) ?? -1] ?? none);
    const other = others.find(({ matches, index }) => index < known && matches(text));
    return other?.index ?? known;
  }

  return { first: (texts) => globs[Math.min(...texts.map(firstIndex))] };
}

const none = Number.POSITIVE_INFINITY;

/** How a glob is matched; `other` ones are tried one by one. */
export function globKind(glob: string): "exact" | "beginning" | "other" {
  const star = glob.indexOf("*");
  if (star === -1) return "exact";
  return star === glob.length - 1 ? "beginning" : "other";
}

/** What finds the place, in a list, of the first text that another begins with. */
export function prefixFinder(beginnings: readonly string[]): (text: string) => number | undefined {
  const sorted = beginnings
    .map((text, index) => ({ text, index }))
    .sort((one, other) => compare(one.text, other.text) || one.index - other.index);
  // For each, the longest of the others that it begins with itself, and the first in the list of all those.
  const parents: number[] = [];
  const firsts: number[] = [];
  const open: number[] = [];
  for (const [at, { text, index }] of sorted.entries()) {
    let parent = open.at(-1);
    while (parent !== undefined && !text.startsWith(sorted[parent]?.text ?? "")) {
      open.pop();
      parent = open.at(-1);
    }
    parents.push(parent ?? -1);
    firsts.push(Math.min(index, firsts[parent ?? -1] ?? index));
    open.push(at);
  }
  return (text) => {
    const count = countWhile(sorted.length, (at) => compare(sorted[at]?.text ?? "", text) <= 0);
    // Whatever the text begins with begins the last that is not behind it as well, or is it.
    let at = count - 1;
    while (at !== -1 && !text.startsWith(sorted[at]?.text ?? "")) at = parents[at] ?? -1;
    return firsts[at];
  };
}

/** How many of the first places of a sorted list something holds for, which holds for none behind those. */
export function countWhile(length: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
