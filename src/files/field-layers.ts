/** The layers of values that write a part of one image, as far as they lie upon each other. */
import type { LayerLists, ListedLayer } from "./layer-lists.ts";
import type { PartWrite } from "./part-write.ts";
import { inFrontOf, type StaleWrites } from "./stale-writes.ts";

/** A layer under others: what is the same for many lists from the highest layer down stands there once. */
export interface FieldNode {
  readonly layer: ListedLayer;
  readonly writes: readonly PartWrite[];
  readonly above: FieldNode | undefined;
  /** Whether it, or one above it, says a digest. */
  readonly isOwn: boolean;
  /** What it and those above it say that leaves the digest of another. */
  readonly stale: StaleWrites | undefined;
}

/** The lowest above some layer, in a list. */
export interface LowestNode {
  readonly node: FieldNode;
  /** The first such list. */
  readonly list: number;
}

/** The layers of a field. */
export interface FieldLayers {
  /** Each behind the one above it. */
  readonly nodes: readonly FieldNode[];
  /** The lowest above a layer, where neither they nor others above them say a digest, in the order of the lists. */
  readonly over: (layer: ListedLayer) => readonly LowestNode[];
}

/** What layers write of a field. */
export type FieldWrites = ReadonlyMap<ListedLayer, readonly PartWrite[]>;

/** Makes them. */
export function fieldLayers(writes: FieldWrites, lists: LayerLists["lists"]): FieldLayers {
  const { nodes, put } = growNodes(writes);
  const known = new Map<ListedLayer, readonly LowestNode[]>();
  /** What has been looked at above layers one by one, and what would be to look at all lists of the field. */
  let looked = 0;
  const all = [...writes.keys()].reduce((sum, { heights }) => sum + heights.size, 0);
  let chains: Chains | undefined;
  const lowestOver = (layer: ListedLayer): Iterable<LowestNode> => {
    looked += layer.above;
    if (looked > all) chains ??= chainsOf(writes, put);
    return chains === undefined ? lowestInLists(layer, lists, put) : lowestInChains(layer, chains);
  };
  return {
    nodes,
    over(layer) {
      const open = known.get(layer) ?? firstOfEach(lowestOver(layer));
      known.set(layer, open);
      return open;
    },
  };
}

/** Puts a layer of the field under a node. */
type PutNode = (layer: ListedLayer, above: FieldNode | undefined) => FieldNode | undefined;

function growNodes(writes: FieldWrites): { readonly nodes: readonly FieldNode[]; readonly put: PutNode } {
  const nodes: FieldNode[] = [];
  const known = new Map<ListedLayer, Map<FieldNode | undefined, FieldNode>>();
  return {
    nodes,
    put(layer, above) {
      const own = writes.get(layer);
      if (own === undefined) return above;
      const under = known.get(layer) ?? new Map<FieldNode | undefined, FieldNode>();
      known.set(layer, under);
      const node = under.get(above) ?? {
        layer,
        writes: own,
        above,
        isOwn: above?.isOwn === true || own.some(({ kind }) => kind === "own"),
        stale: own.filter(({ kind }) => kind === "stale").reduceRight(inFrontOf, above?.stale),
      };
      if (!under.has(above)) nodes.push(node);
      under.set(above, node);
      return node;
    },
  };
}

/** The layers of the field in each list that has some, the lowest first, each with how many of any are below it. */
type Chains = ReadonlyMap<number, readonly { readonly height: number; readonly node: FieldNode }[]>;

function chainsOf(writes: FieldWrites, put: PutNode): Chains {
  const byList = new Map<number, { readonly height: number; readonly layer: ListedLayer }[]>();
  for (const layer of writes.keys())
    for (const [list, height] of layer.heights) {
      const own = byList.get(list) ?? [];
      byList.set(list, own);
      own.push({ height, layer });
    }
  const inOrder = [...byList].sort(([one], [other]) => one - other);
  return new Map(
    inOrder.map(([list, layers]) => {
      let above: FieldNode | undefined;
      const chain = layers
        .sort((one, other) => other.height - one.height)
        .flatMap(({ height, layer }) => {
          above = put(layer, above);
          return above === undefined ? [] : [{ height, node: above }];
        });
      return [list, chain.reverse()];
    }),
  );
}

function* lowestInLists(
  { heights }: ListedLayer,
  lists: LayerLists["lists"],
  put: PutNode,
): Iterable<LowestNode> {
  for (const [list, height] of heights) {
    let node: FieldNode | undefined;
    for (const layer of (lists[list] ?? []).slice(height + 1).reverse()) node = put(layer, node);
    if (node !== undefined) yield { node, list };
  }
}

function* lowestInChains({ heights }: ListedLayer, chains: Chains): Iterable<LowestNode> {
  for (const list of heights.size < chains.size ? heights.keys() : chains.keys()) {
    const height = heights.get(list);
    const chain = chains.get(list);
    const node = height === undefined || chain === undefined ? undefined : firstAbove(chain, height);
    if (node !== undefined) yield { node, list };
  }
}

function firstAbove(chain: NonNullable<ReturnType<Chains["get"]>>, height: number): FieldNode | undefined {
  let low = 0;
  let high = chain.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chain[middle]?.height ?? 0) > height) high = middle;
    else low = middle + 1;
  }
  return chain[low]?.node;
}

/** Each node once, and none where a digest makes up for all. */
function firstOfEach(all: Iterable<LowestNode>): readonly LowestNode[] {
  const found = new Map<FieldNode, LowestNode>();
  for (const each of all) if (!each.node.isOwn && !found.has(each.node)) found.set(each.node, each);
  return [...found.values()];
}
