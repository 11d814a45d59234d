/** Keys of patches that say the same of the same objects, so that one look at an object tells of all of them. */
import type { FileImage } from "../krm/input.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { allOf, beginWith, endsMeant, type FoundImage, type FoundImages, noteImage } from "./found-images.ts";
import type { PartWrite } from "./part-write.ts";
import type { PatchedImage } from "./patched-images.ts";
import { type ObjectSelector, plainText } from "./replacement.ts";
import { inFrontOf, type StaleWrites } from "./stale-writes.ts";

/** What one kustomization, or one list of values, writes over the same objects: all of it means an image, or nothing does. */
export interface WriteGroup extends Pick<PartWrite, "kind" | "by" | "place"> {
  readonly select: ObjectSelector;
  /** In the order of the list that they are of. */
  readonly writes: readonly OrderedWrite[];
  /** The first of those that say the same of a name and of a tag. */
  readonly distinct: readonly OrderedWrite[];
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
    return [{ kind, by, place, select: target.select, writes, distinct }];
  });
}

const selectorParts = ["group", "version", "kind", "name", "namespace"] as const;

function plainSet(_key: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}

/** Groups of one list that mean the same objects. */
export interface MeantGroups {
  /** Those that say no digest. */
  readonly groups: readonly WriteGroup[];
  /** The `by` of each of these, once. */
  readonly by: readonly string[];
  /** The `by` of those that say one. */
  readonly own: ReadonlySet<string>;
  /** What they say that leaves the digest of another. */
  readonly stale: () => StaleWrites | undefined;
  /** Those by others than some. */
  readonly without: (by: readonly string[]) => MeantGroups;
}

/** Makes them. */
export function meantGroups(all: readonly WriteGroup[]): MeantGroups {
  const groups = all.filter(({ kind }) => kind !== "own");
  const left = new Map<string, MeantGroups>();
  let stale: { readonly row: StaleWrites | undefined } | undefined;
  const meant: MeantGroups = {
    groups,
    by: [...new Set(groups.map(({ by }) => by))],
    own: new Set(all.flatMap(({ kind, by }) => (kind === "own" ? by : []))),
    stale() {
      stale ??= { row: staleRow(groups) };
      return stale.row;
    },
    without(by) {
      if (by.length === 0) return meant;
      const key = JSON.stringify(by);
      const those = new Set(by);
      const others = left.get(key) ?? meantGroups(groups.filter((each) => !those.has(each.by)));
      left.set(key, others);
      return others;
    },
  };
  return meant;
}

function staleRow(groups: readonly WriteGroup[]): StaleWrites | undefined {
  const writes = groups.flatMap(({ kind, distinct }) => (kind === "stale" ? distinct : []));
  const inOrder = writes.sort((one, other) => one.at - other.at).map(({ write }) => write);
  return inOrder.reduceRight<StaleWrites | undefined>(inFrontOf, undefined);
}

/** Images that were found below groups. */
export interface PatchedWrites {
  note(meant: readonly MeantGroups[], image: FileImage): void;
  /** Each key that leaves one of them with the digest of another, or with none, and the last such image; in the order of the first ones. */
  all(): readonly PatchedImage[];
}

/** Makes what takes note of them. */
export function patchedWrites(): PatchedWrites {
  const found = new Map<MeantGroups, FoundImages>();
  let time = 0;
  return {
    note(meant, { value, parts }) {
      time++;
      for (const [rank, each] of meant.entries()) {
        const image = { value, parts, time, rank };
        const known = found.get(each);
        if (known === undefined) found.set(each, beginWith(image));
        else noteImage(known, image);
      }
    },
    all() {
      const ofGroups = new Map<WriteGroup, FoundImages[]>();
      for (const [{ groups }, images] of found) for (const group of groups) appendTo(ofGroups, group, images);
      const told = new Map<PartWrite, ToldWrite>();
      for (const [{ writes }, several] of ofGroups) {
        const images = allOf(several);
        if (images === undefined) continue;
        for (const { write, at } of writes) {
          const ends = endsMeant(write, images);
          if (ends === undefined) continue;
          const [begin, last] = ends;
          told.set(write, together(told.get(write), { write, at, begin, last }));
        }
      }
      return [...told.values()].sort(compareTold).map(({ write, last }) => ({ write, image: last.value }));
    },
  };
}

/** A key with the first and the last image that it is told for. */
interface ToldWrite extends OrderedWrite {
  readonly begin: FoundImage;
  readonly last: FoundImage;
}

/** The same key in two lists, each of the patches over other files. */
function together(one: ToldWrite | undefined, other: ToldWrite): ToldWrite {
  if (one === undefined) return other;
  const first = compareTold(one, other) <= 0 ? one : other;
  return { ...first, last: one.last.time >= other.last.time ? one.last : other.last };
}

function compareTold(one: ToldWrite, other: ToldWrite): number {
  return one.begin.time - other.begin.time || one.begin.rank - other.begin.rank || one.at - other.at;
}
