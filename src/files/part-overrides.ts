/** What becomes of images over which patches, or other values, write parts. */
import { subjectOf } from "../fields/likely-parts.ts";
import type { FileImage, Override } from "../krm/input.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import { PathError } from "./file-error.ts";
import { objectClasses } from "./object-classes.ts";
import type { PartWrite } from "./part-write.ts";
import { isSelected, literalName, type ReplacedField, type ReplacedObject } from "./replacement.ts";
import { indexSelectors } from "./selector-index.ts";
import { firstOfAnother } from "./stale-writes.ts";
import {
  type MeantGroups,
  meantGroups,
  type PatchedWrites,
  type WriteGroup,
  writeGroups,
} from "./write-groups.ts";

/**
 * Finds, of many patches, those elsewhere than at a place that leave a field with the digest of another image, or with none:
 * those that say the name of its object, and those that say none. They are the same ones for all of which the same is said.
 */
export type FindPartWrites = (field: ReplacedField, place: string) => readonly MeantGroups[];

/** The folders of which each makes up for what one leaves, by its `by`. */
export type MakeUpFor = (stale: string) => ReadonlySet<string>;

/** Makes what finds them. A digest makes up for what the same leaves, and where that is told of two. */
export function indexPartWrites(writes: readonly PartWrite[], makeUpFor: MakeUpFor): FindPartWrites {
  const byMap = new Map<string, FindMeant>();
  const count = pairCounter();
  for (const [key, own] of groupBy(writes, keyOf)) byMap.set(key, indexGroups(writeGroups(own), count));
  return (field, place) => {
    if (!field.isApart || byMap.size === 0) return [];
    const names = new Set([...(field.object?.names ?? []), undefined]);
    // The path of a field leads to its digest, which stands in the map of its other parts.
    const map = field.keys.slice(0, -1);
    const subject = subjectOf(field.keys.at(-1) ?? "");
    const meant = [...names].flatMap(
      (name) => byMap.get(mapKey(name, map, subject))?.(field.object, place) ?? [],
    );
    const own = new Set(meant.flatMap((each) => [...each.own]));
    const isMadeUp = (stale: string): boolean => own.has(stale) || haveCommon(own, makeUpFor(stale));
    return meant
      .map((each) => (own.size === 0 ? each : each.without(each.by.filter(isMadeUp))))
      .filter(({ groups }) => groups.length > 0);
  };
}

type FindMeant = (object: ReplacedObject | undefined, place: string) => MeantGroups;

/** Makes what finds groups of one name, or of none. */
function indexGroups(groups: readonly WriteGroup[], count: CountPairs): FindMeant {
  const find = indexSelectors(groups);
  const classOf = objectClasses(groups.map(({ select }) => select));
  const places = new Set(groups.map(({ place }) => place));
  const known = new Map<string, MeantGroups>();
  const meantBy = (object: ReplacedObject | undefined, place: string): MeantGroups => {
    const found = [...find(object)];
    if (known.size > 0) count(found);
    return meantGroups(
      found.filter((each) => each.place !== place && isSelected(each.select, object) !== "no"),
    );
  };
  return (object, place) => {
    const key = JSON.stringify([classOf(object), places.has(place) ? place : []]);
    const meant = known.get(key) ?? meantBy(object, place);
    known.set(key, meant);
    return meant;
  };
}

/** Counts groups that are looked at for objects unlike all before. @throws {PathError} where there are too many. */
type CountPairs = (groups: readonly WriteGroup[]) => void;

function pairCounter(): CountPairs {
  let pairs = 0;
  return (groups) => {
    pairs += groups.length;
    if (pairs <= PAIRS_MAX) return;
    const [file] = groups.flatMap(({ writes }) => writes.map(({ write }) => write.file));
    throw new PathError(
      `patches such as those in ${JSON.stringify(file)} may mean objects in more than ${PAIRS_MAX} ways: say in their targets which objects they mean, by names, namespaces, kinds or labels`,
    );
  };
}

// Nobody has so many patches for objects that differ in what these say, and one takes a microsecond.
const PAIRS_MAX = 1_000_000;

function haveCommon(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  const [few, many] = some.size < others.size ? [some, others] : [others, some];
  for (const each of few) if (many.has(each)) return true;
  return false;
}

/** What becomes of an image over which parts are written: one without a digest gets none that would stay under them. */
export function partOverrideOf(
  image: FileImage,
  meant: readonly MeantGroups[],
  patched: PatchedWrites,
): Override | undefined {
  if (meant.length === 0) return undefined;
  if (image.value.includes("@")) {
    patched.note(meant, image);
    return undefined;
  }
  if (image.isWritable !== true) return undefined;
  for (const each of meant) {
    const row = each.stale();
    const stale = row && firstOfAnother(row, image.parts);
    if (stale !== undefined) return floatsUnder(stale);
  }
  return undefined;
}

/** What becomes of an image whose digest would be left to another by a key. */
export function floatsUnder({ file, key, nameKey, position }: PartWrite): Override {
  const { line, column } = position();
  const keys = nameKey === undefined ? `\`${key}\` alone` : `\`${nameKey}\` or its \`${key}\``;
  const reason = `${file}:${line}:${column} changes its ${keys}, and would keep the digest of the old one: write the digest there, too, or the \`${key}\` here`;
  return { kind: "floats", reason };
}

function keyOf({ target, map, subject }: PartWrite): string {
  return mapKey(literalName(target.select), map, subject);
}

function mapKey(name: string | undefined, map: readonly string[], subject: string): string {
  return JSON.stringify([name ?? [], map, subject]);
}
