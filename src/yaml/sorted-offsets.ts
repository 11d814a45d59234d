/** Offsets in the order of a text, and the search in them. */

/** The index of the last of sorted offsets that is not greater than another; -1 where all are. */
export function lastUpTo(sorted: ArrayLike<number>, most: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
