/**
 * The files that kustomizations name, whatever they are called: kustomize reads manifests and patches from `patch` and
 * `deployment.txt`, too.
 */
import { realpathSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { isSystemError } from "../fs/system-error.ts";
import type { FoundFile, FoundFiles } from "./find-files.ts";
import { isBelow } from "./folder.ts";
import { type IgnoreRules, rulesAbove, rulesIn } from "./ignore-rules.ts";

/** Finds a file of a run by its place, absolute; undefined for what is none of the run. */
export type FindNamed = (place: string) => FoundFile | undefined;

/** Finds files by their places: those that a run has found, and further ones in its folders that are not left out there. */
export function namedFiles({ files, folders }: FoundFiles, shown: (place: string) => string): FindNamed {
  // Few runs ask.
  let known: Map<string, FoundFile> | undefined;
  const isLeftOut = leftOutFinder();
  return (place) => {
    known ??= new Map(files.map((file) => [file.place, file]));
    const found = known.get(place);
    if (found !== undefined) return found;
    // By such a name it was found, unless it is left out.
    if (/\.(?:ya?ml|json)$/.test(place)) return undefined;
    const root = folders.find((folder) => isBelow(place, folder));
    const target = root === undefined ? undefined : targetWithin(place, root);
    if (root === undefined || target === undefined || isLeftOut(place, root)) return undefined;
    // It may have been found by another name.
    const file = known.get(target) ?? {
      path: shown(place),
      place,
      form: "manifests",
      isTemplate: false,
      isNamed: false,
    };
    known.set(place, file).set(target, file);
    return file;
  };
}

/** Where a file is, all links followed; undefined for a link that leads out of the folder. */
function targetWithin(place: string, root: string): string | undefined {
  try {
    const target = realpathSync.native(place);
    return statSync(target).isFile() && isBelow(target, realpathSync.native(root)) ? target : undefined;
  } catch (error) {
    // The address of something elsewhere, or a patch that is written in place.
    if (isSystemError(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG", "EACCES", "ELOOP", "ERR_INVALID_ARG_VALUE"))
      return undefined;
    throw error;
  }
}

/** Makes what tells whether a file lies in a folder that is not entered, or that an ignore file names. */
function leftOutFinder(): (place: string, root: string) => boolean {
  const known = new Map<string, IgnoreRules>();
  /** Read once, however many files are named there. */
  const rulesAt = (folder: string, root: string): IgnoreRules => {
    const key = JSON.stringify([root, folder]);
    const above = (): IgnoreRules => (folder === root ? rulesAbove(root) : rulesAt(dirname(folder), root));
    const rules = known.get(key) ?? rulesIn(folder, above());
    known.set(key, rules);
    return rules;
  };
  return (place, root) => {
    let folder = root;
    const names = relative(root, place).split(sep);
    return names.some((name, index) => {
      const rules = rulesAt(folder, root);
      folder = join(folder, name);
      const isFile = index === names.length - 1;
      if (!isFile && (name.startsWith(".") || name === "node_modules")) return true;
      return rules.isIgnored(folder, !isFile);
    });
  };
}
