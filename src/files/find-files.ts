/** The files below the PATHs of a command line that may hold images. */
import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { kindFault } from "../fs/read.ts";
import { isSystemError } from "../fs/system-error.ts";
import type { FileForm } from "../krm/input.ts";
import { withoutLogin } from "../text/without-login.ts";
import { isDraft } from "./draft-name.ts";
import { fileFault, PathError } from "./file-error.ts";
import { isBelow } from "./folder.ts";
import { type IgnoreRules, rulesAbove } from "./ignore-rules.ts";

/** A file to look into. */
export interface FoundFile {
  /** As messages name it: relative to the working directory, with forward slashes. */
  readonly path: string;
  /** Where it is, absolute, links not followed. */
  readonly place: string;
  readonly form: FileForm;
  /** True in the `templates` of a chart. */
  readonly isTemplate: boolean;
  /** Whether the command line names it. */
  readonly isNamed: boolean;
}

/** What was found. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** The folders that were named, absolute. */
  readonly folders: readonly string[];
  /** What could not be looked at, by the name that messages give it. */
  readonly faults: readonly FindFault[];
  /** What runs that were killed may have left, absolute. */
  readonly drafts: readonly string[];
}

/** A folder that can't be looked into, or something named that is neither a folder nor a regular file. */
export interface FindFault {
  readonly path: string;
  readonly fault: string;
  /** Whether the command line names it. */
  readonly isNamed: boolean;
}

/** Where to look. */
export interface FindOptions {
  /** The working directory, absolute. */
  readonly folder: string;
  /** Tells whether a file, absolute, is meant as the values of a chart. */
  readonly isValues: (place: string) => boolean;
}

/** More, and somebody has named a disk. */
const FILES_MAX = 1_000_000;

/**
 * Finds files: those that are named, and below folders those of YAML and JSON, in the order of their names. Hidden folders,
 * `node_modules` and what ignore files name are passed over. Each file is found once, whatever links lead to it.
 *
 * @throws {PathError} where a PATH leads nowhere, or to too many files.
 */
export function findFiles(paths: readonly string[], options: FindOptions): FoundFiles {
  const search: Search = {
    ...options,
    files: new Map(),
    links: [],
    folders: [],
    around: new Set(),
    faults: [],
    drafts: [],
  };
  for (const path of paths) findPath(search, path);
  for (const link of search.links) addLink(search, link);
  for (const folder of search.around)
    for (const name of namesIn(folder) ?? []) noteDraft(search, folder, name);
  const { files, folders, faults, drafts } = search;
  return { files: [...files.values()], folders, faults, drafts };
}

interface Search extends FindOptions {
  /** By the place that all links lead to. */
  readonly files: Map<string, FoundFile>;
  readonly links: Link[];
  readonly folders: string[];
  /** Those of files that are named, which are looked into for drafts, each once. */
  readonly around: Set<string>;
  readonly faults: FindFault[];
  readonly drafts: string[];
}

interface Link extends FoundFile {
  /** What a link must not lead out of. */
  readonly root: string;
}

function findPath(search: Search, path: string): void {
  const place = resolve(search.folder, path);
  const stats = statsOf(place, path);
  if (stats.isDirectory()) {
    search.folders.push(place);
    const root = realpathSync.native(place);
    walk(search, { place, real: root, root, rules: rulesAbove(place), chart: undefined });
    return;
  }
  // Nobody opens a device to see what it is: some act when they are opened.
  const fault = kindFault(stats);
  if (fault !== undefined) {
    search.faults.push({ path: shownPath(search, place), fault, isNamed: true });
    return;
  }
  addFile(search, {
    path: shownPath(search, place),
    place,
    form: formOf(search, place, hasChart(dirname(place))),
    isTemplate: false,
    isNamed: true,
  });
  search.around.add(dirname(place));
}

function statsOf(place: string, path: string): Stats {
  try {
    return statSync(place);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (isSystemError(error, "ENOENT") && lstatSync(place, { throwIfNoEntry: false }) !== undefined)
      throw new PathError(`${named(path)} is a link that leads nowhere`, { cause: error });
    const reason = isSystemError(error, "ENOENT") ? "is not there" : `can't be read: ${fileFault(error)}`;
    throw new PathError(`${named(path)} ${reason}`, { cause: error });
  }
}

/** Somebody may have put an address with a login in the place of a path. */
function named(path: string): string {
  return JSON.stringify(withoutLogin(path));
}

interface Folder {
  /** Absolute, links not followed. */
  readonly place: string;
  /** Where that leads. */
  readonly real: string;
  /** What was named, links followed. */
  readonly root: string;
  readonly rules: IgnoreRules;
  /** The chart that it is a part of. */
  readonly chart: string | undefined;
}

function walk(search: Search, folder: Folder): void {
  const entries = entriesIn(search, folder.place);
  const names = new Set(entries.map(({ name }) => name));
  const place = folder.place;
  const rules = folder.rules.below(place, names);
  const isChart = names.has("Chart.yaml") || names.has("Chart.yml");
  const chart = isChart ? place : folder.chart;
  const isTemplate = chart !== undefined && relative(chart, place).split(sep)[0] === "templates";
  for (const entry of entries) {
    const { name } = entry;
    const at = join(place, name);
    if (entry.isDirectory()) {
      if (name.startsWith(".") || name === "node_modules" || rules.isIgnored(at, true)) continue;
      walk(search, { place: at, real: join(folder.real, name), root: folder.root, rules, chart });
    } else if (isWanted(name)) {
      if (!(entry.isFile() || entry.isSymbolicLink()) || rules.isIgnored(at, false)) continue;
      const form = formOf(search, at, isChart);
      const file = { path: shownPath(search, at), place: at, form, isTemplate, isNamed: false };
      if (entry.isSymbolicLink()) search.links.push({ ...file, root: folder.root });
      else addFile(search, file, join(folder.real, name));
    } else noteDraft(search, place, name);
  }
}

/** By name, as `git` sorts them, so that every run tells the same in the same order. */
function entriesIn(search: Search, place: string): readonly Dirent[] {
  try {
    return readdirSync(place, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    const fault = fileFault(error);
    if (fault === undefined) throw error;
    search.faults.push({ path: shownPath(search, place), fault, isNamed: search.folders.includes(place) });
    return [];
  }
}

/** Undefined where nobody may look, which matters to nobody here. */
function namesIn(place: string): readonly string[] | undefined {
  try {
    return readdirSync(place);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function isWanted(name: string): boolean {
  return /\.(?:ya?ml|json)$/.test(name) || name === "Kustomization";
}

function noteDraft({ drafts }: Search, folder: string, name: string): void {
  if (isDraft(name)) drafts.push(join(folder, name));
}

function addFile({ files }: Search, file: FoundFile, target = realPathOf(file)): void {
  if (target === undefined || (files.has(target) && !file.isNamed)) return;
  files.set(target, file);
  if (files.size > FILES_MAX) {
    throw new PathError(
      `there are more than ${FILES_MAX} files of YAML and JSON: name the folders that hold manifests, or name the others in a .krmignore`,
    );
  }
}

/** A file that a link within the folder leads to, and that was not found by its own name. */
function addLink(search: Search, { root, ...file }: Link): void {
  const target = realPathOf(file);
  if (target === undefined || !isBelow(target, root) || !statSync(target).isFile()) return;
  addFile(search, file, target);
}

function realPathOf({ place }: FoundFile): string | undefined {
  try {
    return realpathSync.native(place);
  } catch (error) {
    // A link that leads nowhere, or something that is gone by now.
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function formOf({ isValues }: FindOptions, place: string, isInChart: boolean): FileForm {
  const name = basename(place);
  if (/^(?:kustomization\.ya?ml|Kustomization)$/.test(name)) return "kustomization";
  return isValues(place) || (isInChart && /^values\.ya?ml$/.test(name)) ? "values" : "manifests";
}

function hasChart(folder: string): boolean {
  return ["Chart.yaml", "Chart.yml"].some(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true,
  );
}

/** How messages name a file. */
export function shownPath({ folder }: Pick<FindOptions, "folder">, place: string): string {
  return relative(folder, place).replaceAll(sep, "/") || ".";
}
