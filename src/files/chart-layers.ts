/**
 * The values in the folders of charts: in which files, and which are laid over which.
 *
 * https://helm.sh/docs/chart_template_guide/values_files/
 */
import { basename, dirname, join } from "node:path";
import { appendTo } from "../yaml/lists-by-key.ts";
import type { FoundFile } from "./find-files.ts";
import type { ReadNamed } from "./kustomization-file.ts";
import type { ValuesLayer } from "./layer-lists.ts";
import { documentsOf, elementsAt, textAt } from "./yaml-parts.ts";

/** The charts of a run. */
export interface ChartFolders {
  readonly folders: ReadonlySet<string>;
  /** The file of values of each that has one. */
  readonly own: ReadonlyMap<string, string>;
  /** Its other files of values. */
  readonly others: ReadonlyMap<string, readonly string[]>;
}

/** Tells which keys the values in a file have. */
export type KeysIn = (place: string) => Iterable<string>;

/** Finds the charts among the files of a run, and their values. */
export function chartFolders(files: readonly FoundFile[]): ChartFolders {
  const folders = new Set(files.flatMap(({ place }) => (isChart(place) ? dirname(place) : [])));
  const own = new Map<string, string>();
  const others = new Map<string, string[]>();
  for (const { place, form } of folders.size === 0 ? [] : files) {
    if (form !== "values" && !isCalledValues(place)) continue;
    const chart = chartAbove(place, folders);
    if (chart === undefined) continue;
    if (dirname(place) === chart && /^values\.ya?ml$/.test(basename(place))) own.set(chart, place);
    else appendTo(others, chart, place);
  }
  return { folders, own, others };
}

/** In the folder of a chart, those for environments over its own, and its own over those of the charts in it. */
export function* chartLayers(
  { folders, own, others }: ChartFolders,
  read: ReadNamed,
  keysIn: KeysIn,
): Generator<readonly ValuesLayer[]> {
  for (const [chart, places] of others) {
    const base = own.get(chart);
    if (base !== undefined) for (const place of places) yield [whole(base), whole(place)];
  }
  const known = new Map<string, ChartAbove>();
  for (const [chart, place] of own) {
    const parent = dirname(dirname(chart));
    if (basename(dirname(chart)) !== "charts" || !folders.has(parent)) continue;
    const above = known.get(parent) ?? {
      names: dependenciesOf(parent, read),
      placesOf: placesByKey([own.get(parent) ?? [], others.get(parent) ?? []].flat(), keysIn),
    };
    known.set(parent, above);
    const name = basename(chart);
    for (const key of above.names.get(name) ?? [name])
      for (const each of above.placesOf.get(key) ?? []) yield [whole(place), { place: each, keys: [key] }];
  }
}

/** A chart that holds others. */
interface ChartAbove {
  /** What it calls a chart that it holds, where it says so. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
  /** The files of its values that say something under a key. */
  readonly placesOf: ReadonlyMap<string, readonly string[]>;
}

function placesByKey(places: readonly string[], keysIn: KeysIn): ReadonlyMap<string, readonly string[]> {
  const byKey = new Map<string, string[]>();
  for (const place of places) for (const key of new Set(keysIn(place))) appendTo(byKey, key, place);
  return byKey;
}

function whole(place: string): ValuesLayer {
  return { place, keys: [] };
}

function isChart(place: string): boolean {
  return /[\\/]Chart\.ya?ml$/.test(place);
}

function isCalledValues(place: string): boolean {
  return /values/i.test(basename(place)) && !/\.schema\.json$/.test(place);
}

/** The nearest folder above a file that is a chart, unless its templates hold the file. */
function chartAbove(place: string, charts: ReadonlySet<string>): string | undefined {
  for (let folder = dirname(place); ; folder = dirname(folder)) {
    if (charts.has(folder)) return folder;
    if (basename(folder) === "templates" || dirname(folder) === folder) return undefined;
  }
}

/** What a chart calls those that it holds, by their names. */
function dependenciesOf(chart: string, read: ReadNamed): ReadonlyMap<string, ReadonlySet<string>> {
  const file = read(join(chart, "Chart.yaml")) ?? read(join(chart, "Chart.yml"));
  const [root] = file === undefined ? [] : documentsOf(file.text);
  const names = new Map<string, Set<string>>();
  for (const each of root === undefined ? [] : elementsAt(root, "dependencies")) {
    const name = textAt(each, "name");
    if (name === undefined) continue;
    const called = names.get(name) ?? new Set();
    names.set(name, called.add(textAt(each, "alias") ?? name));
  }
  return names;
}
