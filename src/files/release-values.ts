/** Values that objects lay over those of a chart of the run, and what is told where these leave another's digest. */
import { dirname, join } from "node:path";
import { isDigestText } from "../fields/digest-beside.ts";
import { subjectOf } from "../fields/likely-parts.ts";
import type { ImageParts } from "../krm/input.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { entryLayout } from "../yaml/layout.ts";
import { membersOf } from "../yaml/members.ts";
import {
  dereference,
  entriesOf,
  kindOf,
  type Range,
  scalarText,
  startOf,
  type YamlEntry,
} from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { ChartRelease, ReleaseKey } from "./chart-releases.ts";
import type { ReadNamed } from "./kustomization-file.ts";
import { isDigestKey, isNameKey, isOfAnother, isTagKey, overlaidKeys } from "./part-keys.ts";
import type { PatchedImage } from "./patched-images.ts";
import { documentsOf, finderIn, placeOf, type YamlMap } from "./yaml-parts.ts";

/** Tells whether a run writes into a part of a file. */
export type IsEdited = (place: string, range: Range) => boolean;

/** The images that releases leave with the digest of another, also with one that they get in this run. */
export function releasedImages(
  releases: readonly ChartRelease[],
  read: ReadNamed,
  isEdited: IsEdited,
): readonly PatchedImage[] {
  const layersOf = new Map<string, Layer | undefined>();
  const layerAt = (place: string): Layer | undefined => {
    if (!layersOf.has(place)) layersOf.set(place, readLayer(place, read, isEdited));
    return layersOf.get(place);
  };
  // What is told of files is told once, so that few of their keys are looked at for each of many releases.
  const untold = new Map<string, readonly StaleKey[]>();
  return releases.flatMap((release) => {
    const files = filesOf(release, layerAt);
    const madeUp = madeUpIn(release.keys);
    const group = JSON.stringify(files.map(({ place }) => place));
    const ofFiles = untold.get(group) ?? staleInFiles(files);
    untold.set(
      group,
      ofFiles.filter(({ id }) => madeUp.has(id)),
    );
    const stale = [
      ...ofFiles.filter(({ id }) => !madeUp.has(id)),
      ...staleKeys({ ...release, madeUp }, files),
    ];
    return stale.map(({ patched }) => patched);
  });
}

/** Keys over values, and the images of which they say a digest themselves. */
interface Keys {
  readonly file: string;
  readonly keys: readonly ReleaseKey[];
  readonly madeUp: ReadonlySet<string>;
}

interface Layer extends Keys {
  readonly place: string;
  /** The parts beside a key, of the same image. */
  readonly partsBeside: (key: ReleaseKey) => readonly ValuePart[];
}

/** A key that leaves an image below with the digest of another. */
interface StaleKey {
  /** The image, by its map and its subject. */
  readonly id: string;
  readonly patched: PatchedImage;
}

function readLayer(place: string, read: ReadNamed, isEdited: IsEdited): Layer | undefined {
  const file = read(place);
  const [root] = file === undefined ? [] : documentsOf(file.text);
  if (file === undefined || root === undefined) return undefined;
  const keys = overlaidKeys(root).map((key) => ({
    ...key,
    position: placeOf(root.yaml, key.at),
    path: key.steps.join("."),
  }));
  const partsBeside = partsFinder(root, (range) => isEdited(place, range));
  return { file: file.path, place, keys, madeUp: madeUpIn(keys), partsBeside };
}

function madeUpIn(keys: readonly ReleaseKey[]): ReadonlySet<string> {
  return new Set(keys.flatMap((key) => (key.kind === "own" ? idOf(key) : [])));
}

function idOf({ steps, subject }: ReleaseKey): string {
  return JSON.stringify([subject, steps.slice(0, -1)]);
}

/** Those of files over the files below them, where none above makes up for it. */
function staleInFiles(files: readonly Layer[]): readonly StaleKey[] {
  return files.flatMap((layer, at) =>
    at === 0
      ? []
      : staleKeys(layer, files.slice(0, at)).filter(
          ({ id }) => !files.slice(at + 1).some(({ madeUp }) => madeUp.has(id)),
        ),
  );
}

/** Those of one over the files below it, the lowest first. */
function staleKeys({ file, keys, madeUp }: Keys, below: readonly Layer[]): readonly StaleKey[] {
  const nearest = below.toReversed();
  return keys.flatMap((key): readonly StaleKey[] => {
    const { kind, nameKey, steps, position, path } = key;
    const id = idOf(key);
    if (kind === "own" || madeUp.has(id)) return [];
    const image = imageBelow(nearest, key);
    if (image === undefined || !isOfAnother(key, image)) return [];
    const write = { file, kind, nameKey, key: steps.at(-1) ?? "", path, position: () => position };
    return [{ id, patched: { write, image: image.text } }];
  });
}

/** The files of values of a release, in the nearest folder above it that has its chart. */
function filesOf(
  { place, chart, valueFiles }: ChartRelease,
  layerAt: (place: string) => Layer | undefined,
): readonly Layer[] {
  for (let root = dirname(place); ; root = dirname(root)) {
    const own = layerAt(join(root, chart, "values.yaml")) ?? layerAt(join(root, chart, "values.yml"));
    if (own !== undefined) {
      const files = valueFiles.map((path) => join(root, path.startsWith("/") ? "" : chart, path));
      return [own, ...files.filter((each) => each !== own.place).flatMap((each) => layerAt(each) ?? [])];
    }
    if (dirname(root) === root) return [];
  }
}

/** The image of which a key is a part, as layers below say it, the nearest first; undefined where it has no digest and gets none. */
function imageBelow(
  nearest: readonly Layer[],
  key: ReleaseKey,
): (ImageParts & { readonly text: string }) | undefined {
  const layers = nearest.map((layer) => layer.partsBeside(key));
  const digested = layers.find((parts) => parts.some(({ isDigest }) => isDigest));
  if (digested === undefined) return undefined;
  const all = layers.flat();
  const textIn = (parts: readonly ValuePart[], isMeant: (name: string) => boolean): string | undefined =>
    parts.find(({ name, text }) => isMeant(name) && text !== "")?.text;
  // The digest is that of the tag beside it.
  const named = [isRegistryKey, isNameKey, isTagKey].map(
    (each) => textIn(digested, each) ?? textIn(all, each),
  );
  const [registry, own, ownTag] = named;
  const text = [[registry, own].filter(Boolean).join("/"), ownTag].filter(Boolean).join(":");
  return { name: textIn(all, isNameKey), tag: textIn(all, isTagKey), text };
}

function isRegistryKey(name: string): boolean {
  return /registry$/i.test(name);
}

interface ValuePart {
  readonly name: string;
  readonly text: string;
  /** Whether it is a digest, or becomes one. */
  readonly isDigest: boolean;
}

/** Makes what gives the parts beside a key, of the same image; each map is gone through once. */
function partsFinder(
  { yaml, node: root }: YamlMap,
  isEdited: (range: Range) => boolean,
): (key: ReleaseKey) => readonly ValuePart[] {
  const find = finderIn({ yaml, node: root });
  const known = new Map<YamlNode, ReadonlyMap<string, readonly ValuePart[]>>();
  return ({ steps, subject }) => {
    const map = find(steps.slice(0, -1));
    if (map === undefined || kindOf(yaml, map) !== "mapping") return [];
    const bySubject = known.get(map) ?? groupBy(partsIn(map), ({ name }) => subjectOf(name));
    known.set(map, bySubject);
    return bySubject.get(subject) ?? [];
  };

  function partsIn(map: YamlNode): readonly ValuePart[] {
    const entries = new Map(entriesOf(yaml, map).map((entry) => [entry.value, entry]));
    return membersOf(yaml, map).flatMap(({ name, value }) => {
      const text = scalarText(yaml, dereference(yaml, value));
      if (text === undefined) return [];
      const entry = entries.get(value);
      const isFilled = entry !== undefined && isEdited(rangeOf(yaml, entry));
      return [{ name, text, isDigest: isDigestKey(name) && (isDigestText(text) || isFilled) }];
    });
  }
}

function rangeOf(yaml: YamlText, entry: YamlEntry): Range {
  return { start: startOf(yaml, entry.key) ?? 0, end: entryLayout(yaml, entry).end };
}
