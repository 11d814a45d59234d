/** Keys of patches that say the same of the same objects, so that one look at an object tells of all of them. */
import type { FileImage, ImageParts } from "../krm/input.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { beginWith, endsMeant, type FoundImages, noteImage } from "./found-images.ts";
import { isOfAnother } from "./part-keys.ts";
import type { PartWrite } from "./part-write.ts";
import type { PatchedImage } from "./patched-images.ts";
import { type ObjectSelector, plainText } from "./replacement.ts";

/** What one kustomization, or one list of values, writes over the same objects: all of it means an image, or nothing does. */
export interface WriteGroup extends Pick<PartWrite, "kind" | "by" | "place"> {
  readonly select: ObjectSelector;
  /** In the order of the list that they are of. */
  readonly writes: readonly OrderedWrite[];
  /** The first of those that say the same of a name and of a tag. */
  readonly distinct: readonly OrderedWrite[];
  /** That list, of which an image is told the groups together. */
  readonly list: readonly PartWrite[];
}

interface OrderedWrite {
  readonly write: PartWrite;
  readonly at: number;
}

/** The groups of a list. Nobody runs the expressions of selectors, so that all of them mean the same. */
export function writeGroups(list: readonly PartWrite[]): readonly WriteGroup[] {
  const ordered = list.map((write, at) => ({ write, at }));
  const groups = groupBy(ordered, ({ write: { kind, by, place, target } }) => {
    const { labels, annotations } = target.select;
    const said = selectorParts.map((part) => plainText(target.select[part]) ?? []);
    return JSON.stringify([kind, by, place, said, labels ?? [], annotations ?? []], plainSet);
  });
  return [...groups.values()].flatMap((writes) => {
    const [first] = writes;
    if (first === undefined) return [];
    const { kind, by, place, target } = first.write;
    const alike = groupBy(writes, ({ write: { says } }) => JSON.stringify([says.name ?? [], says.tag ?? []]));
    const distinct = [...alike.values()].flatMap(([one]) => one ?? []);
    return [{ kind, by, place, select: target.select, writes, distinct, list }];
  });
}

const selectorParts = ["group", "version", "kind", "name", "namespace"] as const;

function plainSet(_key: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}

/** The first that leaves an image with the digest of another. */
export function firstStale(
  groups: readonly WriteGroup[],
  parts: ImageParts | undefined,
): PartWrite | undefined {
  let first: OrderedWrite | undefined;
  let list: readonly PartWrite[] | undefined;
  for (const group of groups) {
    // Those of the next list come behind.
    if (first !== undefined && group.list !== list) break;
    list = group.list;
    if (group.kind !== "stale") continue;
    const own = group.distinct.find(({ write }) => isOfAnother(write, parts));
    if (own !== undefined && (first === undefined || own.at < first.at)) first = own;
  }
  return first?.write;
}

/** Images that were found below groups. */
export interface PatchedWrites {
  note(groups: readonly WriteGroup[], image: FileImage): void;
  /** Each key that leaves one of them with the digest of another, or with none, and the last such image; in the order of the first ones. */
  all(): readonly PatchedImage[];
}

/** Makes what takes note of them. */
export function patchedWrites(): PatchedWrites {
  const found = new Map<WriteGroup, FoundImages>();
  let time = 0;
  return {
    note(groups, { value, parts }) {
      time++;
      let rank = 0;
      let list = groups[0]?.list;
      for (const group of groups) {
        if (group.list !== list) rank++;
        list = group.list;
        const image = { value, parts, time, rank };
        const known = found.get(group);
        if (known === undefined) found.set(group, beginWith(image));
        else noteImage(known, image);
      }
    },
    all() {
      const told = [...found].flatMap(([{ writes }, images]) =>
        writes.flatMap(({ write, at }) => {
          const ends = endsMeant(write, images);
          return ends === undefined ? [] : [{ begin: ends[0], at, write, image: ends[1].value }];
        }),
      );
      return told
        .sort(
          (one, other) =>
            one.begin.time - other.begin.time || one.begin.rank - other.begin.rank || one.at - other.at,
        )
        .map(({ write, image }) => ({ write, image }));
    },
  };
}
