/** Layers of values upon each other: what is the same for many releases from the lowest layer on stands there once. */
import type { ImageLayer, LayeredImage } from "./layered-images.ts";

/** Each behind the one below it. */
export type LayerTree = readonly LayerNode[];

/** A layer upon others. */
export interface LayerNode {
  readonly layer: ImageLayer;
  /** The number of the one below it; -1 for the lowest. */
  readonly below: number;
  /** The first release over which nothing more is laid; infinite where there is none. */
  readonly release: number;
}

/** Grows a tree. */
export interface GrowingTree {
  readonly nodes: LayerTree;
  /** Lays a layer upon the others of a node, and gives the node of it. */
  readonly put: (layer: ImageLayer, below: number) => number;
  /** Tells of which release a node is the highest. */
  readonly end: (node: number, release: number) => void;
}

/** Makes what grows one. */
export function growTree(): GrowingTree {
  const nodes: { layer: ImageLayer; below: number; release: number }[] = [];
  const numbers = new Map<ImageLayer, Map<number, number>>();
  return {
    nodes,
    put(layer, below) {
      const ofLayer = numbers.get(layer) ?? new Map<number, number>();
      numbers.set(layer, ofLayer);
      const known = ofLayer.get(below);
      if (known !== undefined) return known;
      ofLayer.set(below, nodes.length);
      return nodes.push({ layer, below, release: Number.POSITIVE_INFINITY }) - 1;
    },
    end(at, release) {
      const node = nodes[at];
      if (node !== undefined) node.release = Math.min(node.release, release);
    },
  };
}

/**
 * Visits each image with the layers that say something of it. All images are halved again and again, and all layers with
 * them, so that layers of which each says something of a few images take a time that grows with what they say.
 */
export function eachImage(
  images: readonly LayeredImage[],
  tree: LayerTree,
  visit: (image: LayeredImage, tree: LayerTree) => void,
): void {
  const [image] = images;
  if (image === undefined) return;
  const own = treeOver(images, tree);
  if (images.length === 1) {
    visit(image, own);
    return;
  }
  const half = images.length >> 1;
  eachImage(images.slice(0, half), own, visit);
  eachImage(images.slice(half), own, visit);
}

/** What is left of a tree where only layers count that say something of some images. */
function treeOver(images: readonly LayeredImage[], tree: LayerTree): LayerTree {
  const layers = new Set(images.flatMap(({ keys, parts }) => [...keys.keys(), ...parts.keys()]));
  if (tree.every(({ layer }) => layers.has(layer))) return tree;
  const left = growTree();
  const numbers: number[] = [];
  for (const { layer, below, release } of tree) {
    const under = numbers[below] ?? -1;
    const at = layers.has(layer) ? left.put(layer, under) : under;
    left.end(at, release);
    numbers.push(at);
  }
  return left.nodes;
}
