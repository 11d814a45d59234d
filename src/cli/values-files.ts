/** The files that `--values` names. */
import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import { globSync, isDynamicPattern } from "tinyglobby";
import type { Result } from "../krm/result.ts";
import { quote } from "../text/quote.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { UsageError } from "./usage-error.ts";

/** What is known of them before and after a run. */
export interface ValuesFiles {
  /** Tells whether a file, absolute, is one of them. */
  isValues(place: string): boolean;
  /** The globs that named no file of the run. */
  unmatched(): readonly Result[];
}

/** Finds the files of globs, which begin at the working directory. @throws {UsageError} */
export function findValues(globs: readonly string[]): ValuesFiles {
  for (const glob of globs) {
    if (glob.length > LENGTH_MAX)
      throw new UsageError(
        `\`--values\` ${quote(glob)} is longer than a path of a file can be: ${LENGTH_MAX} characters at most`,
      );
    refuseSteep(glob);
  }
  const distinct = new Set(globs);
  const walks = [...distinct].filter((glob) => !isPath(glob)).length;
  // The folders are gone through for each of them.
  if (walks > GLOBS_MAX)
    throw new UsageError(
      `${walks} globs with wildcards in \`--values\`: at most ${GLOBS_MAX} are looked for; let one name several files, as \`envs/{dev,prod}/*.yaml\` does`,
    );
  const globsOf = new Map<string, string[]>();
  for (const glob of distinct) for (const place of placesOf(glob)) appendTo(globsOf, place, glob);
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

/** The files of a glob. A mere path is looked at alone: its folder would be gone through for each file in it. */
function placesOf(glob: string): readonly string[] {
  if (isPath(glob)) {
    const place = resolve(glob);
    return isFile(place) ? [place] : [];
  }
  return globSync(glob, {
    absolute: true,
    dot: true,
    expandDirectories: false,
    // A link may lead to a whole disk.
    followSymbolicLinks: false,
    ignore: ["**/node_modules/**", "**/.git/**"],
  });
}

function isPath(glob: string): boolean {
  return !isDynamicPattern(glob) && !NOT_PLAIN.test(glob);
}

function isFile(place: string): boolean {
  try {
    return lstatSync(place).isFile();
  } catch {
    // What can't be looked at is no file of the run: that the glob names none is told.
    return false;
  }
}

// Escapes, and folders that are ignored.
const NOT_PLAIN = /[\\\0]|(?:^|\/)(?:node_modules|\.git)(?:\/|$)/;

const GLOBS_MAX = 100;

const LENGTH_MAX = 4_096;

/** The library tries each way in which stars can share a name, and each star more multiplies them: five took minutes for one file. */
function refuseSteep(glob: string): void {
  const bare = glob.replaceAll(/\\./gs, "").replaceAll(/\[[^\]]*\]/g, "");
  // Braces and parentheses may hold slashes.
  const names = /[{(]/.test(bare)
    ? [bare.replaceAll("**", "")]
    : bare.split("/").filter((name) => name !== "**");
  const most = Math.max(
    ...[...names.map((name) => starsIn(name, /[*]|[+](?=\()/g)), starsIn(bare, /[*]{2}/g)],
  );
  if (most <= STARS_MAX) return;
  throw new UsageError(
    `\`--values\` ${quote(glob)} has too many stars: at most ${STARS_MAX} may stand between two slashes, or in all of a glob with braces, and at most ${STARS_MAX} times \`**\`; name files that differ more by further \`--values\``,
  );
}

const STARS_MAX = 3;

function starsIn(text: string, stars: RegExp): number {
  return text.match(stars)?.length ?? 0;
}
