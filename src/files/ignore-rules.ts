/** What `.gitignore` and `.krmignore` name, which is not looked into. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { isSystemError } from "../fs/system-error.ts";

/** The rules that hold in a folder: its own, and those of the folders above. */
export interface IgnoreRules {
  /** The rules in a folder below, by its names; the same where it has none of its own. */
  below(folder: string, names: ReadonlySet<string>): IgnoreRules;
  isIgnored(path: string, isFolder: boolean): boolean;
}

/** Files of rules, each of which has its own say. */
const RULE_FILES = [".gitignore", ".krmignore"] as const;

/** The rules that hold above a folder, up to the root of its repository. */
export function rulesAbove(folder: string): IgnoreRules {
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) break;
    // Outside of a repository nobody above has a say.
    if (dirname(at) === at) return rulesOf(noLevels);
    above.unshift(dirname(at));
  }
  const [root = folder] = above;
  const exclude = readRules(join(root, ".git", "info", "exclude"));
  const levels = exclude === undefined ? noLevels : withLevel(noLevels, ".gitignore", root, exclude);
  return above.reduce((rules, each) => rules.below(each, new Set(RULE_FILES)), rulesOf(levels));
}

interface Level {
  readonly folder: string;
  readonly rules: Ignore;
}

/** By the files of rules, the folders that have one, the innermost first. */
type Levels = Readonly<Record<(typeof RULE_FILES)[number], readonly Level[]>>;

const noLevels: Levels = { ".gitignore": [], ".krmignore": [] };

function rulesOf(levels: Levels): IgnoreRules {
  const all = RULE_FILES.map((name) => levels[name]).filter(({ length }) => length > 0);
  return {
    below(folder, names) {
      let own = levels;
      for (const name of RULE_FILES) {
        const text = names.has(name) ? readRules(join(folder, name)) : undefined;
        if (text !== undefined) own = withLevel(own, name, folder, text);
      }
      return own === levels ? this : rulesOf(own);
    },
    isIgnored: (path, isFolder) => all.some((each) => isIgnoredBy(each, path, isFolder)),
  };
}

function withLevel(levels: Levels, name: keyof Levels, folder: string, text: string): Levels {
  return { ...levels, [name]: [{ folder, rules: ignore().add(text) }, ...levels[name]] };
}

/** The innermost rules that have something to say of a path decide. */
function isIgnoredBy(levels: readonly Level[], path: string, isFolder: boolean): boolean {
  for (const { folder, rules } of levels) {
    const name = relative(folder, path).replaceAll(sep, "/");
    const { ignored, unignored } = rules.test(isFolder ? `${name}/` : name);
    if (ignored || unignored) return ignored;
  }
  return false;
}

function readRules(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
