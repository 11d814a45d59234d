/** What a run keeps of tokens: a realm can give as long a one as it likes for each of very many repositories. */
export interface TokenShelf {
  /** Takes note that so many characters are kept; the oldest are forgotten where that is too much. */
  put(length: number, forget: () => void): void;
}

/** Makes a shelf for so many characters. */
export function createTokenShelf(size: number): TokenShelf {
  const kept = new Set<{ readonly length: number; readonly forget: () => void }>();
  let free = size;
  return {
    put(length, forget) {
      free -= length;
      kept.add({ length, forget });
      for (const oldest of kept) {
        if (free >= 0) return;
        kept.delete(oldest);
        free += oldest.length;
        oldest.forget();
      }
    },
  };
}
