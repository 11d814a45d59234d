/** Values that objects lay over those of a chart of the run, and what is told where these leave another's digest. */
import { dirname, join } from "node:path";
import { entriesOf, kindOf, scalarText } from "../yaml/node.ts";
import type { ChartRelease, ReleaseKey } from "./chart-releases.ts";
import type { ReadNamed } from "./kustomization-file.ts";
import { isDigestKey, isNameKey, isTagKey, overlaidKeys } from "./part-keys.ts";
import type { PatchedImage } from "./patched-images.ts";
import { documentsOf, type FindBelow, finderIn, placeOf, type YamlMap } from "./yaml-parts.ts";

/** The images that releases leave with the digest of another. `isFilled` tells of a file that gets its digests in this run. */
export function releasedImages(
  releases: readonly ChartRelease[],
  read: ReadNamed,
  isFilled: (place: string) => boolean,
): readonly PatchedImage[] {
  const layersOf = new Map<string, Layer | undefined>();
  const layerAt = (place: string): Layer | undefined => {
    if (!layersOf.has(place)) layersOf.set(place, readLayer(place, read, isFilled));
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
      ofFiles.filter(({ map }) => madeUp.has(map)),
    );
    const stale = [
      ...ofFiles.filter(({ map }) => !madeUp.has(map)),
      ...staleKeys({ ...release, madeUp }, files),
    ];
    return stale.map(({ patched }) => patched);
  });
}

/** Keys over values, and the maps in which they say a digest themselves. */
interface Keys {
  readonly file: string;
  readonly keys: readonly ReleaseKey[];
  readonly madeUp: ReadonlySet<string>;
}

interface Layer extends Keys {
  readonly place: string;
  readonly root: YamlMap;
  readonly find: FindBelow;
  readonly isFilled: boolean;
}

/** A key that leaves an image below with the digest of another, in its map. */
interface StaleKey {
  readonly map: string;
  readonly patched: PatchedImage;
}

function readLayer(place: string, read: ReadNamed, isFilled: (place: string) => boolean): Layer | undefined {
  const file = read(place);
  const [root] = file === undefined ? [] : documentsOf(file.text);
  if (file === undefined || root === undefined) return undefined;
  const keys = overlaidKeys(root).map((key) => ({
    ...key,
    position: placeOf(root.yaml, key.at),
    path: key.steps.join("."),
  }));
  const find = finderIn(root);
  return { file: file.path, place, root, find, keys, madeUp: madeUpIn(keys), isFilled: isFilled(place) };
}

function madeUpIn(keys: readonly ReleaseKey[]): ReadonlySet<string> {
  return new Set(keys.flatMap((key) => (key.kind === "own" ? mapOf(key) : [])));
}

function mapOf({ steps }: ReleaseKey): string {
  return JSON.stringify(steps.slice(0, -1));
}

/** Those of files over the files below them, where none above makes up for it. */
function staleInFiles(files: readonly Layer[]): readonly StaleKey[] {
  return files.flatMap((layer, at) =>
    at === 0
      ? []
      : staleKeys(layer, files.slice(0, at)).filter(
          ({ map }) => !files.slice(at + 1).some(({ madeUp }) => madeUp.has(map)),
        ),
  );
}

/** Those of one over the files below it, the lowest first. */
function staleKeys({ file, keys, madeUp }: Keys, below: readonly Layer[]): readonly StaleKey[] {
  const nearest = below.toReversed();
  return keys.flatMap((key): readonly StaleKey[] => {
    const { kind, steps, position, path } = key;
    const map = mapOf(key);
    if (kind === "own" || madeUp.has(map)) return [];
    const image = nearest.flatMap((layer) => digestedImage(layer, steps.slice(0, -1)) ?? [])[0];
    if (image === undefined) return [];
    const write = { file, kind, key: steps.at(-1) ?? "", path, position: () => position };
    return [{ map, patched: { write, image } }];
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

/** The image in a map that has a digest, or gets one. */
function digestedImage(
  { root: { yaml }, find, isFilled }: Layer,
  map: readonly string[],
): string | undefined {
  const node = find(map);
  if (node === undefined || kindOf(yaml, node) !== "mapping") return undefined;
  const texts = entriesOf(yaml, node).flatMap(({ key, value }) => {
    const name = scalarText(yaml, key);
    return name === undefined ? [] : [[name, scalarText(yaml, value)] as const];
  });
  const textOf = (isMeant: (name: string) => boolean): string | undefined =>
    texts.find(([name, text]) => isMeant(name) && text !== undefined)?.[1];
  const digest = textOf(isDigestKey);
  if (digest === undefined || !(isFilled || digest.includes(":"))) return undefined;
  return [textOf(isNameKey), textOf(isTagKey)].filter(Boolean).join(":");
}
