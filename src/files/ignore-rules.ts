/** What `.gitignore` and `.krmignore` name, which is not looked into. */
import { existsSync, lstatSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileFault, PathError } from "./file-error.ts";
import { readFile } from "./file-text.ts";
import { type Rules, readRulesText } from "./rules-text.ts";

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
  const rules = above.reduce((known, each) => rulesIn(each, known), rulesOf(ofRepository(noLevels, root)));
  // What was named is looked into, though the rules above leave it out.
  return above.length > 0 && rules.isIgnored(folder, true) ? rulesOf(noLevels) : rules;
}

/** The rules in a folder below, where nobody knows its names. */
export function rulesIn(folder: string, rules: IgnoreRules): IgnoreRules {
  return rules.below(folder, new Set(RULE_FILES));
}

interface Level {
  readonly folder: string;
  readonly rules: Rules;
}

/** By the files of rules, the folders that have one, the innermost first. */
type Levels = Readonly<Record<(typeof RULE_FILES)[number], readonly Level[]>>;

const noLevels: Levels = { ".gitignore": [], ".krmignore": [] };

function rulesOf(levels: Levels): IgnoreRules {
  const all = RULE_FILES.map((name) => levels[name]).filter(({ length }) => length > 0);
  return {
    below(folder, names) {
      // To git, a repository within another is none of that one's files.
      let own = names.has(".git") ? ofRepository(levels, folder) : levels;
      for (const name of RULE_FILES) {
        const rules = names.has(name) ? readRules(join(folder, name)) : undefined;
        if (rules !== undefined) own = withLevel(own, name, { folder, rules });
      }
      return own === levels ? this : rulesOf(own);
    },
    isIgnored: (path, isFolder) => all.some((each) => isIgnoredBy(each, path, isFolder)),
  };
}

/** What a repository leaves out by rules that it does not share. */
function ofRepository(levels: Levels, root: string): Levels {
  const own = { ...levels, ".gitignore": [] };
  const exclude = readRules(join(gitFolder(root), "info", "exclude"));
  return exclude === undefined ? own : withLevel(own, ".gitignore", { folder: root, rules: exclude });
}

/** In a submodule `.git` is a file that names the folder, and in a worktree one that says where the common one is. */
function gitFolder(root: string): string {
  const place = join(root, ".git");
  const target = /^gitdir: (.+)$/m.exec(readPlain(place) ?? "")?.[1];
  if (target === undefined) return place;
  const own = resolve(root, target);
  const common = readPlain(join(own, "commondir"));
  return common === undefined ? own : resolve(own, common.trim());
}

function withLevel(levels: Levels, name: keyof Levels, level: Level): Levels {
  return { ...levels, [name]: [level, ...levels[name]] };
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

/** The library makes an expression of each rule, which V8 refuses where it is very long. */
function readRules(path: string): Rules | undefined {
  const text = readPlain(path);
  if (text === undefined) return undefined;
  const at = text.split("\n").findIndex((line) => line.length > RULE_MAX && !line.startsWith("#"));
  if (at >= 0)
    throw new PathError(
      `${JSON.stringify(path)} has a rule in line ${at + 1} that is longer than ${RULE_MAX} characters: shorten it`,
    );
  return readRulesText(text, path);
}

const RULE_MAX = 4_096;

/** A link has no say, as to git: it might lead to anything. */
function readPlain(path: string): string | undefined {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    return readFile(path).bytes.toString("utf8");
  } catch (error) {
    if (fileFault(error) === undefined) throw error;
    return undefined;
  }
}
