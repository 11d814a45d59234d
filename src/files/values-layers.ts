/**
 * Values of charts that are laid over others: where a file for an environment says a tag and no digest, the digest in the
 * chart's own values would go on counting, which is that of another tag.
 *
 * https://helm.sh/docs/chart_template_guide/values_files/
 */
import { basename, dirname, join } from "node:path";
import type { FileImage, InputFile } from "../krm/input.ts";
import type { Position } from "../krm/result.ts";
import { childOf, elementsOf, kindOf } from "../yaml/node.ts";
import { parseShownPath } from "./field-steps.ts";
import type { FoundFile } from "./find-files.ts";
import type { ReadNamed } from "./kustomization-file.ts";
import { mayHoldParts } from "./part-keys.ts";
import {
  type FindPartWrites,
  indexPartWrites,
  type PartWrite,
  partOverrideOf,
  partWritesIn,
} from "./part-write.ts";
import type { PatchedImage } from "./patched-images.ts";
import type { ObjectSelector, ReplacedField } from "./replacement.ts";
import { documentsOf, elementsAt, placeOf, textAt, type YamlMap } from "./yaml-parts.ts";

/** Values: the file in which they stand, and the keys and indices that lead to them there. */
export interface ValuesLayer {
  /** Absolute. */
  readonly place: string;
  readonly keys: readonly string[];
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
  const over = new Map<string, (readonly [base: ValuesLayer, layers: readonly ValuesLayer[]])[]>();
  for (const layers of [...chartLayers(files, read), ...others]) {
    for (const [at, base] of layers.entries()) {
      const above = layers.slice(at + 1);
      if (above.length > 0) over.set(base.place, [...(over.get(base.place) ?? []), [base, above]]);
    }
  }
  const patched = new Map<PartWrite, string>();
  return {
    hasCharts: files.some(({ place }) => isChart(place)),
    overridden(place) {
      const own = (over.get(place) ?? []).map(([base, layers]) => ({ base, find: writesOf(layers, read) }));
      if (own.length === 0) return undefined;
      return (image) => {
        const writes = own.flatMap(({ base, find }) => find(fieldIn(image, base), ""));
        return partOverrideOf(image, writes, patched);
      };
    },
    patched: () => [...patched].map(([write, image]) => ({ write, image })),
  };
}

/** A field, as it is called in the values themselves. */
function fieldIn({ value, putAt, isApart = false }: FileImage, { keys }: ValuesLayer): ReplacedField {
  const all = parseShownPath(putAt);
  const isIn = keys.every((key, at) => key === all[at]);
  return { value, owner: undefined, keys: isIn ? all.slice(keys.length) : [], object: undefined, isApart };
}

/** What layers write, read when the first image asks. */
function writesOf(layers: readonly ValuesLayer[], read: ReadNamed): FindPartWrites {
  let find: FindPartWrites | undefined;
  return (field, place) => {
    find ??= indexPartWrites(
      layers.flatMap((layer) => writesIn(layer, read)),
      () => true,
    );
    return find(field, place);
  };
}

function writesIn({ place, keys }: ValuesLayer, read: ReadNamed): readonly PartWrite[] {
  const file = read(place);
  if (file === undefined || !mayHoldParts(file.text)) return [];
  return documentsOf(file.text)
    .slice(0, 1)
    .flatMap((root) => {
      const document = keys.reduce<YamlMap | undefined>(valueAt, root);
      if (document === undefined) return [];
      const positionAt = (offset: number): Position => placeOf(root.yaml, offset);
      const path = keys
        .map((key) => (/^\d+$/.test(key) ? `[${key}]` : key))
        .join(".")
        .replaceAll(".[", "[");
      return partWritesIn({
        file: file.path,
        place,
        by: place,
        path,
        document,
        positionAt,
        select: anyObject,
      });
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

function valueAt(at: YamlMap | undefined, key: string): YamlMap | undefined {
  if (at === undefined) return undefined;
  const { yaml, node } = at;
  const isList = kindOf(yaml, node) === "sequence";
  const below = isList ? elementsOf(yaml, node)[Number(key)] : childOf(yaml, node, key);
  return below === undefined ? undefined : { yaml, node: below };
}

/** In the folder of a chart, those for environments over its own, and its own over those of the charts in it. */
function* chartLayers(files: readonly FoundFile[], read: ReadNamed): Generator<readonly ValuesLayer[]> {
  const charts = new Set(files.flatMap(({ place }) => (isChart(place) ? dirname(place) : [])));
  if (charts.size === 0) return;
  const own = new Map<string, string>();
  const others: (readonly [chart: string, place: string])[] = [];
  for (const { place, form } of files) {
    if (form !== "values" && !isCalledValues(place)) continue;
    const chart = chartAbove(place, charts);
    if (chart === undefined) continue;
    if (dirname(place) === chart && /^values\.ya?ml$/.test(basename(place))) own.set(chart, place);
    else others.push([chart, place]);
  }
  for (const [chart, place] of others) {
    const base = own.get(chart);
    if (base !== undefined) yield [whole(base), whole(place)];
  }
  for (const [chart, place] of own) {
    const parent = dirname(dirname(chart));
    if (basename(dirname(chart)) !== "charts" || !charts.has(parent)) continue;
    const above = [own.get(parent) ?? [], others.flatMap((other) => (other[0] === parent ? other[1] : []))];
    for (const name of namesIn(parent, basename(chart), read))
      for (const each of above.flat()) yield [whole(place), { place: each, keys: [name] }];
  }
}

function whole(place: string): ValuesLayer {
  return { place, keys: [] };
}

function isChart(place: string): boolean {
  return (place.endsWith("Chart.yaml") || place.endsWith("Chart.yml")) && /^Chart\./.test(basename(place));
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

/** What a chart calls one that it holds: by its name, or as it says. */
function namesIn(chart: string, name: string, read: ReadNamed): readonly string[] {
  const file = read(join(chart, "Chart.yaml")) ?? read(join(chart, "Chart.yml"));
  const [root] = file === undefined ? [] : documentsOf(file.text);
  const named = root === undefined ? [] : elementsAt(root, "dependencies");
  const aliases = named.flatMap((each) =>
    textAt(each, "name") === name ? (textAt(each, "alias") ?? name) : [],
  );
  return aliases.length === 0 ? [name] : aliases;
}
