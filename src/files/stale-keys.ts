/** Keys that leave an image in the layers below with the digest of another. */

import type { LayerTree } from "./layer-tree.ts";
import type { ImageLayer, ImageParts, LayeredImage, LayerKey } from "./layered-images.ts";
import { isOfAnother } from "./part-keys.ts";
import type { PatchedImage } from "./patched-images.ts";

/** A key, and the first release for which it does so. */
export interface StaleKey {
  readonly key: LayerKey;
  readonly layer: ImageLayer;
  readonly release: number;
  readonly patched: PatchedImage;
}

/** Those of an image, where no layer above makes up for it. */
export function staleKeys(image: LayeredImage, tree: LayerTree): readonly StaleKey[] {
  const found = new Map<LayerKey, StaleKey>();
  const releases = openReleases(image, tree);
  const images: (ImageBelow | undefined)[] = [];
  for (const [at, { layer, below }] of tree.entries()) {
    const under = images[below];
    images.push(laidOver(under, image.parts.get(layer)));
    const release = releases[at] ?? NONE;
    if (release === NONE || under?.digested === undefined) continue;
    for (const key of image.keys.get(layer) ?? [])
      if (release < (found.get(key)?.release ?? NONE) && isOfAnother(key, under))
        found.set(key, { key, layer, release, patched: patchedBy(key, layer, textOf(under)) });
  }
  return [...found.values()];
}

const NONE = Number.POSITIVE_INFINITY;

/** For each node the first release in which neither it nor one above it says a digest of its own. */
function openReleases({ keys }: LayeredImage, tree: LayerTree): readonly number[] {
  const releases = tree.map(({ release }) => release);
  for (let at = tree.length - 1; at >= 0; at--) {
    const { layer, below = -1 } = tree[at] ?? {};
    if (layer !== undefined && keys.get(layer)?.some(({ kind }) => kind === "own")) releases[at] = NONE;
    else if (below >= 0) releases[below] = Math.min(releases[below] ?? NONE, releases[at] ?? NONE);
  }
  return releases;
}

/** An image as layers say it, the nearest first. */
interface ImageBelow extends Omit<ImageParts, "isDigested"> {
  /** What the nearest that says a digest says. */
  readonly digested: ImageParts | undefined;
}

function laidOver(below: ImageBelow | undefined, parts: ImageParts | undefined): ImageBelow | undefined {
  if (parts === undefined) return below;
  return {
    registry: parts.registry ?? below?.registry,
    name: parts.name ?? below?.name,
    tag: parts.tag ?? below?.tag,
    digested: parts.isDigested ? parts : below?.digested,
  };
}

/** The digest is that of the tag beside it. */
function textOf({ digested, ...nearest }: ImageBelow): string {
  const { registry, name, tag } = {
    registry: digested?.registry ?? nearest.registry,
    name: digested?.name ?? nearest.name,
    tag: digested?.tag ?? nearest.tag,
  };
  return [[registry, name].filter(Boolean).join("/"), tag].filter(Boolean).join(":");
}

function patchedBy(key: LayerKey, { file }: ImageLayer, image: string): PatchedImage {
  const { kind, nameKey, steps, path, position } = key;
  return { write: { file, kind, nameKey, key: steps.at(-1) ?? "", path, position: () => position }, image };
}
