/** What is told of the images of values over which others are laid. */
import type { FileImage } from "../krm/input.ts";
import type { FieldLayers, FieldNode, LowestNode } from "./field-layers.ts";
import {
  beginWith,
  differ,
  endsMeant,
  type FoundImage,
  type FoundImages,
  imageParts,
  noteImage,
} from "./found-images.ts";
import { isOfAnother } from "./part-keys.ts";
import type { PartWrite } from "./part-write.ts";
import type { PatchedImage } from "./patched-images.ts";

/** The images of one layer in one field, and the lowest layers above it that write there. */
export interface ImagesUnder {
  readonly field: FieldLayers;
  readonly lowest: readonly LowestNode[];
}

/** Images that were found in values below others. */
export interface LaidImages {
  /** Takes note of an image, which stands in one layer or in several. */
  note(under: readonly ImagesUnder[], image: FileImage): void;
  /** Each key that leaves one of them with the digest of another, or with none, and the last such image; in the order of the first ones. */
  all(): readonly PatchedImage[];
}

/** Makes what takes note of them. */
export function laidImages(): LaidImages {
  const fields = new Map<FieldLayers, Map<readonly LowestNode[], FoundImages>>();
  let time = 0;
  return {
    note(under, { value, parts }) {
      time++;
      for (const [rank, { field, lowest }] of under.entries()) {
        const ofField = fields.get(field) ?? new Map<readonly LowestNode[], FoundImages>();
        fields.set(field, ofField);
        const image = { value, parts, time, rank };
        const known = ofField.get(lowest);
        if (known === undefined) ofField.set(lowest, beginWith(image));
        else noteImage(known, image);
      }
    },
    all() {
      const told = [...fields].flatMap(([{ nodes }, found]) => toldIn(nodes, found));
      return told.sort(compareTold).map(({ write, image }) => ({ write, image }));
    },
  };
}

/** An image below a node. */
interface ImageBelow {
  readonly image: FoundImage;
  /** The first list in which it is. */
  readonly list: number;
  /** Those of its layer. */
  readonly found: FoundImages;
}

/** The first image below a node, and the first with another name than that, and with another tag. */
interface FirstBelow {
  readonly first: ImageBelow;
  readonly name: ImageBelow | undefined;
  readonly tag: ImageBelow | undefined;
}

interface Told {
  readonly write: PartWrite;
  readonly image: string;
  readonly begin: ImageBelow;
  /** How many layers and keys are before it in the list. */
  readonly height: number;
  readonly number: number;
}

function toldIn(
  nodes: readonly FieldNode[],
  found: ReadonlyMap<readonly LowestNode[], FoundImages>,
): readonly Told[] {
  const below = new Map<FieldNode, FirstBelow>();
  const put = (node: FieldNode, first: FirstBelow): void => {
    const known = below.get(node);
    below.set(node, known === undefined ? first : firstOf(known, first));
  };
  for (const [lowest, images] of found) for (const { node, list } of lowest) put(node, firstIn(images, list));
  const told = new Map<PartWrite, Told>();
  for (const node of nodes.toReversed()) {
    const first = below.get(node);
    if (first === undefined) continue;
    if (node.above !== undefined) put(node.above, first);
    for (const [number, write] of node.writes.entries()) {
      const own = toldOf(write, first);
      if (own === undefined) continue;
      const each = { ...own, write, height: node.layer.heights.get(own.begin.list) ?? 0, number };
      const known = told.get(write);
      if (known === undefined || compareTold(each, known) < 0) told.set(write, each);
    }
  }
  return [...told.values()];
}

function firstIn(found: FoundImages, list: number): FirstBelow {
  const below = (image: FoundImage): ImageBelow => ({ image, list, found });
  const { first, other } = found;
  return { first: below(first), name: other.name && below(other.name), tag: other.tag && below(other.tag) };
}

function firstOf(one: FirstBelow, other: FirstBelow): FirstBelow {
  const all = [one, other].flatMap(({ first, name, tag }) => [first, name ?? [], tag ?? []].flat());
  all.sort(compareBelow);
  const [first = one.first] = all;
  const [name, tag] = imageParts.map((part) => all.find(({ image }) => differ(part, image, first.image)));
  return { first, name, tag };
}

/** For which image a key is told: the first that it means says of which layer, and that has a last one. */
function toldOf(
  write: PartWrite,
  { first, name, tag }: FirstBelow,
): Pick<Told, "begin" | "image"> | undefined {
  const meant = [first, name, tag].flatMap((each) =>
    each !== undefined && isOfAnother(write, each.image.parts) ? [each] : [],
  );
  const [begin] = meant.sort(compareBelow);
  const ends = begin && endsMeant(write, begin.found);
  return begin && ends && { begin, image: ends[1].value };
}

function compareBelow(one: ImageBelow, other: ImageBelow): number {
  return one.image.time - other.image.time || one.image.rank - other.image.rank || one.list - other.list;
}

function compareTold(one: Told, other: Told): number {
  return compareBelow(one.begin, other.begin) || one.height - other.height || one.number - other.number;
}
