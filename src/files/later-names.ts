/** What kustomizations put in front of the names of objects and behind them, and which names that makes. */
import { appendTo } from "../yaml/lists-by-key.ts";

/** What one puts in front of a name, and what behind it. */
export type Affixes = readonly [prefix: string, suffix: string];

/** What an object may be called that has a name later. */
export type NamesBefore = (later: string) => readonly string[];

/** Makes what finds it, for what some kustomizations put around names. */
export function namesBefore(affixes: readonly Affixes[]): NamesBefore {
  const suffixes = new Map<string, Set<string>>();
  for (const [prefix, suffix] of affixes)
    suffixes.set(prefix, (suffixes.get(prefix) ?? new Set()).add(suffix));
  return (later) => {
    if (suffixes.size === 0 || later.length > NAME_MAX) return [];
    const names: string[] = [];
    for (let start = 0; start < later.length; start++) {
      const ends = suffixes.get(later.slice(0, start));
      if (ends === undefined) continue;
      for (let end = later.length; end > start; end--)
        if (ends.has(later.slice(end))) names.push(later.slice(start, end));
    }
    return names;
  };
}

// No name of an object is longer.
const NAME_MAX = 253;

/** The names that an object may have: its own, and those of some said ones that kustomizations may make of it. */
export type NamesOf = (name: string) => readonly string[];

/** Makes what finds them; of names that nobody says, nothing needs to be known. */
export function namesAmong(said: Iterable<string>, before: NamesBefore): NamesOf {
  const later = new Map<string, string[]>();
  for (const each of new Set(said)) for (const name of before(each)) appendTo(later, name, each);
  return (name) => [name, ...(later.get(name) ?? [])];
}
