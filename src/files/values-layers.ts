/**
 * Values of charts that are laid over others: where a file for an environment says a tag and no digest, the digest in the
 * chart's own values would go on counting, which is that of another tag.
 *
 * https://helm.sh/docs/chart_template_guide/values_files/
 */
import { basename, dirname, join } from "node:path";
import type { InputFile } from "../krm/input.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { parseShownPath } from "./field-steps.ts";
import type { FoundFile } from "./find-files.ts";
import type { ReadNamed } from "./kustomization-file.ts";
import { mayHoldParts } from "./part-keys.ts";
import { type FindPartWrites, indexPartWrites, partOverrideOf } from "./part-overrides.ts";
import { type PartWrite, partWritesIn } from "./part-write.ts";
import type { PatchedImage } from "./patched-images.ts";
import type { ObjectSelector } from "./replacement.ts";
import { patchedWrites } from "./write-groups.ts";
import {
  documentsOf,
  elementsAt,
  type FindBelow,
  finderIn,
  placeOf,
  textAt,
  type YamlMap,
} from "./yaml-parts.ts";

/** Values: the file in which they stand, and the keys and indices that lead to them there. */
export interface ValuesLayer {
  /** Absolute. */
  readonly place: string;
  readonly keys: readonly (string | number)[];
}

/** What is laid over the values of a run. */
export interface ValuesLayers {
  /** Whether there is a chart in the run. */
  readonly hasCharts: boolean;
  /** What becomes of an image in the file at a place; undefined where nothing is laid over it. */
  readonly overridden: (place: string) => InputFile["overridden"];
  /** Those that leave an image which was found with the digest of another, or with none. */
  readonly patched: () => readonly PatchedImage[];
}

/** Reads which values are laid over which: those of a chart's folder, and others as they are given, the lowest first. */
export function readValuesLayers(
  files: readonly FoundFile[],
  read: ReadNamed,
  others: readonly (readonly ValuesLayer[])[],
): ValuesLayers {
  const documentAt = documentReader(read);
  const places = new Set<string>();
  const above = new Map<string, (readonly ValuesLayer[])[]>();
  for (const layers of distinctLists([...chartLayers(files, read), ...others])) {
    for (const [at, { place, keys }] of layers.slice(0, -1).entries()) {
      places.add(place);
      appendTo(above, keyOf(place, keys), layers.slice(at + 1));
    }
  }
  const finders = new Map<string, FindPartWrites>();
  /** What is laid over values, read when the first image asks. */
  const finderAt = (key: string): FindPartWrites | undefined => {
    const lists = above.get(key);
    if (lists === undefined) return undefined;
    const finder =
      finders.get(key) ??
      indexPartWrites(
        lists.flatMap((layers, list) =>
          layers.flatMap((layer) => writesIn(layer, documentAt(layer.place), String(list))),
        ),
      );
    finders.set(key, finder);
    return finder;
  };
  const patched = patchedWrites();
  return {
    hasCharts: files.some(({ place }) => isChart(place)),
    overridden(place) {
      if (!places.has(place)) return undefined;
      return (image) => {
        const { value, putAt, isApart = false } = image;
        const path = parseShownPath(putAt);
        // The values may be a part of the file, such as those in a kustomization.
        const writes = path.flatMap((_, depth) => {
          const find = finderAt(keyOf(place, path.slice(0, depth)));
          const keys = path.slice(depth);
          return find?.({ value, owner: undefined, keys, object: undefined, isApart }) ?? [];
        });
        return partOverrideOf(image, writes, patched);
      };
    },
    patched: patched.all,
  };
}

function keyOf(place: string, keys: readonly (string | number)[]): string {
  return JSON.stringify([place, keys.map(String)]);
}

/** Each list once, and in it each layer, the last time that it is there: then it says what counts of it. */
function distinctLists(lists: readonly (readonly ValuesLayer[])[]): readonly (readonly ValuesLayer[])[] {
  const distinct = new Map<string, readonly ValuesLayer[]>();
  for (const layers of lists) {
    const last = new Map<string, ValuesLayer>();
    for (const layer of layers) {
      const key = keyOf(layer.place, layer.keys);
      last.delete(key);
      last.set(key, layer);
    }
    distinct.set(JSON.stringify([...last.keys()]), [...last.values()]);
  }
  return [...distinct.values()];
}

/** The first document of a file, and what finds something in it. */
interface ValuesDocument {
  readonly path: string;
  readonly root: YamlMap;
  readonly find: FindBelow;
}

/** Makes what reads documents, each once; it gives none of a file in which no part of an image can be. */
function documentReader(read: ReadNamed): (place: string) => ValuesDocument | undefined {
  const known = new Map<string, ValuesDocument | undefined>();
  return (place) => {
    if (!known.has(place)) known.set(place, readDocument(place, read));
    return known.get(place);
  };
}

function readDocument(place: string, read: ReadNamed): ValuesDocument | undefined {
  const file = read(place);
  const [root] = file === undefined || !mayHoldParts(file.text) ? [] : documentsOf(file.text);
  return file === undefined || root === undefined
    ? undefined
    : { path: file.path, root, find: finderIn(root) };
}

/** What a layer writes, as one of a list. */
function writesIn(
  { place, keys }: ValuesLayer,
  found: ValuesDocument | undefined,
  list: string,
): readonly PartWrite[] {
  const node = found?.find(keys);
  if (found === undefined || node === undefined) return [];
  const { yaml } = found.root;
  const path = keys.map((key) => (typeof key === "number" ? `[${key}]` : key)).join(".");
  return partWritesIn({
    file: found.path,
    place,
    by: list,
    path: path.replaceAll(".[", "["),
    document: { yaml, node },
    positionAt: (offset) => placeOf(yaml, offset),
    select: anyObject,
  });
}

const anyObject: ObjectSelector = {
  group: undefined,
  version: undefined,
  kind: undefined,
  name: undefined,
  namespace: undefined,
  labels: [],
  annotations: [],
};

/** In the folder of a chart, those for environments over its own, and its own over those of the charts in it. */
function* chartLayers(files: readonly FoundFile[], read: ReadNamed): Generator<readonly ValuesLayer[]> {
  const charts = new Set(files.flatMap(({ place }) => (isChart(place) ? dirname(place) : [])));
  if (charts.size === 0) return;
  const own = new Map<string, string>();
  const others = new Map<string, string[]>();
  for (const { place, form } of files) {
    if (form !== "values" && !isCalledValues(place)) continue;
    const chart = chartAbove(place, charts);
    if (chart === undefined) continue;
    if (dirname(place) === chart && /^values\.ya?ml$/.test(basename(place))) own.set(chart, place);
    else appendTo(others, chart, place);
  }
  for (const [chart, places] of others) {
    const base = own.get(chart);
    if (base !== undefined) for (const place of places) yield [whole(base), whole(place)];
  }
  const namesIn = dependencyReader(read);
  for (const [chart, place] of own) {
    const parent = dirname(dirname(chart));
    if (basename(dirname(chart)) !== "charts" || !charts.has(parent)) continue;
    const above = [own.get(parent) ?? [], others.get(parent) ?? []].flat();
    for (const name of namesIn(parent, basename(chart)))
      for (const each of above) yield [whole(place), { place: each, keys: [name] }];
  }
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

/** Makes what tells what a chart calls one that it holds: by its name, or as it says. */
function dependencyReader(read: ReadNamed): (chart: string, name: string) => readonly string[] {
  const known = new Map<string, ReadonlyMap<string, readonly string[]>>();
  return (chart, name) => {
    const names = known.get(chart) ?? dependenciesOf(chart, read);
    known.set(chart, names);
    return names.get(name) ?? [name];
  };
}

function dependenciesOf(chart: string, read: ReadNamed): ReadonlyMap<string, readonly string[]> {
  const file = read(join(chart, "Chart.yaml")) ?? read(join(chart, "Chart.yml"));
  const [root] = file === undefined ? [] : documentsOf(file.text);
  const names = new Map<string, string[]>();
  for (const each of root === undefined ? [] : elementsAt(root, "dependencies")) {
    const name = textAt(each, "name");
    if (name !== undefined) appendTo(names, name, textAt(each, "alias") ?? name);
  }
  return names;
}
