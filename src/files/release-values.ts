/** Values that objects lay over those of a chart of the run, and what is told where these leave another's digest. */
import { dirname, join } from "node:path";
import type { Range } from "../yaml/node.ts";
import type { ChartRelease } from "./chart-releases.ts";
import type { ReadNamed } from "./kustomization-file.ts";
import { eachImage, growTree, type LayerTree } from "./layer-tree.ts";
import { type ImageLayer, type LayerKey, layeredImages } from "./layered-images.ts";
import { overlaidKeys } from "./part-keys.ts";
import type { PatchedImage } from "./patched-images.ts";
import { type StaleKey, staleKeys } from "./stale-keys.ts";
import { documentsOf, placeOf } from "./yaml-parts.ts";

/** Tells whether a run writes into a part of a file. */
export type IsEdited = (place: string, range: Range) => boolean;

/**
 * The images that releases leave with the digest of another, also with one that they get in this run: each key that does so
 * for the first release for which it does.
 */
export function releasedImages(
  releases: readonly ChartRelease[],
  read: ReadNamed,
  isEdited: IsEdited,
): readonly PatchedImage[] {
  const layerAt = layerReader(read, isEdited);
  const lists = releases.map((release): readonly ImageLayer[] => [
    ...filesOf(release, layerAt),
    { file: release.file, keys: numbered(release.keys) },
  ]);
  const stale: StaleKey[] = [];
  eachImage(layeredImages(new Set(lists.flat())), treeOf(lists), (image, tree) => {
    for (const each of staleKeys(image, tree)) stale.push(each);
  });
  return inOrder(stale, lists).map(({ patched }) => patched);
}

function layerReader(read: ReadNamed, isEdited: IsEdited): (place: string) => ImageLayer | undefined {
  const known = new Map<string, ImageLayer | undefined>();
  return (place) => {
    if (!known.has(place)) known.set(place, readLayer(place, read, isEdited));
    return known.get(place);
  };
}

function readLayer(place: string, read: ReadNamed, isEdited: IsEdited): ImageLayer | undefined {
  const file = read(place);
  const [root] = file === undefined ? [] : documentsOf(file.text);
  if (file === undefined || root === undefined) return undefined;
  const keys = overlaidKeys(root).map((key) => ({
    ...key,
    position: placeOf(root.yaml, key.at),
    path: key.steps.join("."),
  }));
  return {
    file: file.path,
    keys: numbered(keys),
    values: { root, isEdited: (range) => isEdited(place, range) },
  };
}

function numbered(keys: ChartRelease["keys"]): readonly LayerKey[] {
  return keys.map((key, number) => ({ ...key, number }));
}

/** The files of values of a release, in the nearest folder above it that has its chart, each the last time that it is named. */
function filesOf(
  { place, chart, valueFiles }: ChartRelease,
  layerAt: (place: string) => ImageLayer | undefined,
): readonly ImageLayer[] {
  for (let root = dirname(place); ; root = dirname(root)) {
    const folder = join(root, chart);
    const own = layerAt(join(folder, "values.yaml")) ?? layerAt(join(folder, "values.yml"));
    if (own !== undefined) {
      const files = valueFiles.flatMap(
        (path) => layerAt(join(path.startsWith("/") ? root : folder, path)) ?? [],
      );
      const highestFirst = new Set(files.toReversed());
      highestFirst.delete(own);
      return [own, ...[...highestFirst].toReversed()];
    }
    if (dirname(root) === root) return [];
  }
}

function treeOf(lists: readonly (readonly ImageLayer[])[]): LayerTree {
  const tree = growTree();
  for (const [release, layers] of lists.entries())
    tree.end(
      layers.reduce((below, layer) => tree.put(layer, below), -1),
      release,
    );
  return tree.nodes;
}

/** By their releases, and for each as the layers lie upon each other. */
function inOrder(stale: readonly StaleKey[], lists: readonly (readonly ImageLayer[])[]): readonly StaleKey[] {
  const heights = new Map<number, ReadonlyMap<ImageLayer, number>>();
  for (const { release } of stale)
    if (!heights.has(release))
      heights.set(release, new Map((lists[release] ?? []).map((layer, at) => [layer, at])));
  const heightOf = ({ release, layer }: StaleKey): number => heights.get(release)?.get(layer) ?? 0;
  return stale.toSorted(
    (one, other) =>
      one.release - other.release || heightOf(one) - heightOf(other) || one.key.number - other.key.number,
  );
}
