/**
 * Values of charts that are laid over others: where a file for an environment says a tag and no digest, the digest in the
 * chart's own values would go on counting, which is that of another tag.
 */
import { subjectOf } from "../fields/likely-parts.ts";
import type { FileImage, InputFile, Override } from "../krm/input.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { membersOf } from "../yaml/members.ts";
import { kindOf } from "../yaml/node.ts";
import { chartFolders, chartLayers, type KeysIn } from "./chart-layers.ts";
import { type FieldLayers, type FieldWrites, fieldLayers } from "./field-layers.ts";
import { parseShownPath } from "./field-steps.ts";
import type { FoundFile } from "./find-files.ts";
import type { ReadNamed } from "./kustomization-file.ts";
import { type ImagesUnder, laidImages } from "./laid-images.ts";
import { type LayerLists, layerLists, type ValuesLayer } from "./layer-lists.ts";
import { mayHoldParts } from "./part-keys.ts";
import { floatsUnder } from "./part-overrides.ts";
import { type PartWrite, partWritesIn } from "./part-write.ts";
import type { PatchedImage } from "./patched-images.ts";
import type { ObjectSelector } from "./replacement.ts";
import { firstOfAnother } from "./stale-writes.ts";
import { documentsOf, type FindBelow, finderIn, placeOf, type YamlMap } from "./yaml-parts.ts";

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
  const charts = chartFolders(files);
  const below = new Set([
    ...charts.own.values(),
    ...others.flatMap((layers) => layers.slice(0, -1).map(({ place }) => place)),
  ]);
  let known: LaidValues | undefined;
  /** What is laid over what, read when the first image asks. */
  const laid = (): LaidValues => {
    if (known !== undefined) return known;
    const documentAt = documentReader(read);
    const keysIn: KeysIn = (place) => keysOf(documentAt(place)?.root);
    known = laidValues(layerLists([...chartLayers(charts, read, keysIn), ...others]), documentAt);
    return known;
  };
  return {
    hasCharts: charts.folders.size > 0,
    overridden: (place) =>
      below.has(place) ? (image) => (image.isApart ? laid().overridden(place, image) : undefined) : undefined,
    patched: () => known?.patched() ?? [],
  };
}

interface LaidValues extends Pick<ValuesLayers, "patched"> {
  readonly overridden: (place: string, image: FileImage) => Override | undefined;
}

function laidValues({ lists, layers, holding }: LayerLists, documentAt: DocumentAt): LaidValues {
  const fields = new Map<string, FieldLayers>();
  for (const [key, writes] of fieldsOf(layers, documentAt)) fields.set(key, fieldLayers(writes, lists));
  const images = laidImages();
  return {
    overridden(place, image) {
      const { value, putAt, parts } = image;
      const path = parseShownPath(putAt);
      // The values may be a part of the file, such as those in a kustomization.
      const under = holding(place, path).flatMap((layer): readonly ImagesUnder[] => {
        const [last = "", ...map] = path.slice(layer.keys.length).reverse();
        const field = fields.get(fieldKey(map.reverse(), subjectOf(last)));
        const lowest = field?.over(layer) ?? [];
        return field === undefined || lowest.length === 0 ? [] : [{ field, lowest }];
      });
      if (value.includes("@")) images.note(under, image);
      else if (image.isWritable === true)
        for (const { node } of under.flatMap(({ lowest }) => lowest)) {
          const stale = node.stale && firstOfAnother(node.stale, parts);
          if (stale !== undefined) return floatsUnder(stale);
        }
      return undefined;
    },
    patched: images.all,
  };
}

/** What layers above others write, by the fields in which they do so. */
function fieldsOf(layers: LayerLists["layers"], documentAt: DocumentAt): ReadonlyMap<string, FieldWrites> {
  const fields = new Map<string, Map<LayerLists["layers"][number], readonly PartWrite[]>>();
  for (const layer of layers) {
    if (![...layer.heights.values()].some((height) => height > 0)) continue;
    const writes = groupBy(writesIn(layer, documentAt(layer.place)), ({ map, subject }) =>
      fieldKey(map, subject),
    );
    for (const [key, own] of writes) {
      const ofField = fields.get(key) ?? new Map();
      fields.set(key, ofField.set(layer, own));
    }
  }
  return fields;
}

function fieldKey(map: readonly string[], subject: string): string {
  return JSON.stringify([map, subject]);
}

/** The first document of a file, and what finds something in it. */
interface ValuesDocument {
  readonly path: string;
  readonly root: YamlMap;
  readonly find: FindBelow;
}

type DocumentAt = (place: string) => ValuesDocument | undefined;

/** Makes what reads documents, each once; it gives none of a file in which no part of an image can be. */
function documentReader(read: ReadNamed): DocumentAt {
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

/** The keys at the root of values. */
function keysOf(root: YamlMap | undefined): readonly string[] {
  if (root === undefined || kindOf(root.yaml, root.node) !== "mapping") return [];
  return membersOf(root.yaml, root.node).map(({ name }) => name);
}

/** What a layer writes. */
function writesIn({ place, keys }: ValuesLayer, found: ValuesDocument | undefined): readonly PartWrite[] {
  const node = found?.find(keys);
  if (found === undefined || node === undefined) return [];
  const { yaml } = found.root;
  const path = keys.map((key) => (typeof key === "number" ? `[${key}]` : key)).join(".");
  return partWritesIn({
    file: found.path,
    place,
    by: "",
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
