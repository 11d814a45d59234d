/** Lists of values that are laid over each other. */

/** Values: the file in which they stand, and the keys and indices that lead to them there. */
export interface ValuesLayer {
  /** Absolute. */
  readonly place: string;
  readonly keys: readonly (string | number)[];
}

/** Values, and in which lists they are. */
export interface ListedLayer extends ValuesLayer {
  /** How many are below it in each list that has it, by the number of the list. */
  readonly heights: ReadonlyMap<number, number>;
  /** How many are above it, in all lists together. */
  readonly above: number;
}

/** Lists in which each layer is one, however many of them have it. */
export interface LayerLists {
  /** The lowest first in each. */
  readonly lists: readonly (readonly ListedLayer[])[];
  /** All layers. */
  readonly layers: readonly ListedLayer[];
  /** Those that hold what stands at a path of a file, the whole file first. */
  readonly holding: (place: string, path: readonly string[]) => readonly ListedLayer[];
}

/** Makes them: each list once, and in it each layer, the last time that it is there: then it says what counts of it. */
export function layerLists(given: Iterable<readonly ValuesLayer[]>): LayerLists {
  const intern = layerIntern();
  const lists: (readonly ListedLayer[])[] = [];
  const known = new Set<string>();
  for (const each of given) {
    const highestFirst = new Set(each.map(intern.layerOf).reverse());
    const list = [...highestFirst].reverse();
    const key = list.map(({ number }) => number).join();
    if (known.has(key)) continue;
    known.add(key);
    for (const [height, layer] of list.entries()) {
      layer.heights.set(lists.length, height);
      layer.above += list.length - 1 - height;
    }
    lists.push(list);
  }
  return { lists, layers: intern.layers, holding: intern.holding };
}

interface GrowingLayer extends ListedLayer {
  readonly number: number;
  readonly heights: Map<number, number>;
  above: number;
}

interface LayerIntern extends Pick<LayerLists, "holding"> {
  readonly layers: readonly GrowingLayer[];
  readonly layerOf: (layer: ValuesLayer) => GrowingLayer;
}

function layerIntern(): LayerIntern {
  const layers: GrowingLayer[] = [];
  /** Those of a file, by how many keys lead to them, and by these. */
  const byPlace = new Map<string, Map<number, Map<string, GrowingLayer>>>();
  return {
    layers,
    layerOf({ place, keys }) {
      const ofPlace = byPlace.get(place) ?? new Map<number, Map<string, GrowingLayer>>();
      byPlace.set(place, ofPlace);
      const ofDepth = ofPlace.get(keys.length) ?? new Map<string, GrowingLayer>();
      ofPlace.set(keys.length, ofDepth);
      const key = keyOf(keys);
      const layer = ofDepth.get(key) ?? { place, keys, number: layers.length, heights: new Map(), above: 0 };
      if (layer.number === layers.length) layers.push(layer);
      ofDepth.set(key, layer);
      return layer;
    },
    holding(place, path) {
      const depths = [...(byPlace.get(place) ?? [])].sort(([one], [other]) => one - other);
      return depths.flatMap(([depth, ofDepth]) =>
        depth < path.length ? (ofDepth.get(keyOf(path.slice(0, depth))) ?? []) : [],
      );
    },
  };
}

function keyOf(keys: readonly (string | number)[]): string {
  return JSON.stringify(keys.map(String));
}
