/** The files that `--values` names. */
import { globSync } from "tinyglobby";
import type { Result } from "../krm/result.ts";
import { quote } from "../text/quote.ts";

/** What is known of them before and after a run. */
export interface ValuesFiles {
  /** Tells whether a file, absolute, is one of them. */
  isValues(place: string): boolean;
  /** The globs that named no file of the run. */
  unmatched(): readonly Result[];
}

/** Finds the files of globs, which begin at the working directory. */
export function findValues(globs: readonly string[]): ValuesFiles {
  const globsOf = new Map<string, string[]>();
  for (const glob of globs) {
    const places = globSync(glob, {
      absolute: true,
      dot: true,
      expandDirectories: false,
      // A link may lead to a whole disk.
      followSymbolicLinks: false,
      ignore: ["**/node_modules/**", "**/.git/**"],
    });
    for (const place of places) globsOf.set(place, [...(globsOf.get(place) ?? []), glob]);
  }
  const met = new Set<string>();
  return {
    isValues(place) {
      const own = globsOf.get(place) ?? [];
      for (const glob of own) met.add(glob);
      return own.length > 0;
    },
    unmatched: () =>
      globs
        .filter((glob) => !met.has(glob))
        .map((glob) => ({
          severity: "warning",
          message: `\`--values\` ${quote(glob)} names no file that is looked into: globs begin at the working directory, and name files of YAML or JSON below the PATH that are not ignored`,
        })),
  };
}
