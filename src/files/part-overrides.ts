/** What becomes of images over which patches, or other values, write parts. */
import { subjectOf } from "../fields/likely-parts.ts";
import type { FileImage, Override } from "../krm/input.ts";
import { groupBy } from "../lock/format/locked-image.ts";
import type { PartWrite } from "./part-write.ts";
import { isSelected, literalName, type ReplacedField } from "./replacement.ts";
import { type FindSelecting, indexSelectors } from "./selector-index.ts";
import { firstStale, type PatchedWrites, type WriteGroup, writeGroups } from "./write-groups.ts";

/** Finds, of many patches, those elsewhere than at a place that leave a field with the digest of another image, or with none. */
export type FindPartWrites = (field: ReplacedField, place: string) => readonly WriteGroup[];

/** Tells whether what one lays over others makes up for what another leaves, by their `by`. */
export type MakesUpFor = (own: string, stale: string) => boolean;

/** Makes what finds them. A digest makes up for what the same leaves, and where that is told of two. */
export function indexPartWrites(writes: readonly PartWrite[], makesUpFor: MakesUpFor): FindPartWrites {
  const byMap = new Map<string, FindSelecting<WriteGroup>>();
  for (const [key, own] of groupBy(writes, keyOf)) byMap.set(key, indexSelectors(writeGroups(own)));
  return (field, place) => {
    if (!field.isApart || byMap.size === 0) return [];
    const names = [...(field.object?.names ?? []), undefined];
    // The path of a field leads to its digest, which stands in the map of its other parts.
    const map = field.keys.slice(0, -1);
    const subject = subjectOf(field.keys.at(-1) ?? "");
    const meant = names
      .flatMap((name) => [...(byMap.get(mapKey(name, map, subject))?.(field.object) ?? [])])
      .filter((each) => each.place !== place && isSelected(each.select, field.object) !== "no");
    const own = new Set(meant.flatMap(({ kind, by }) => (kind === "own" ? by : [])));
    if (own.size === 0) return meant;
    const isMadeUp = (stale: string): boolean =>
      own.has(stale) || [...own].some((by) => makesUpFor(by, stale));
    return meant.filter(({ kind, by }) => kind !== "own" && !isMadeUp(by));
  };
}

/** What becomes of an image over which parts are written: one without a digest gets none that would stay under them. */
export function partOverrideOf(
  image: FileImage,
  groups: readonly WriteGroup[],
  patched: PatchedWrites,
): Override | undefined {
  if (groups.length === 0) return undefined;
  if (image.value.includes("@")) {
    patched.note(groups, image);
    return undefined;
  }
  if (image.isWritable !== true) return undefined;
  const stale = firstStale(groups, image.parts);
  return stale && floatsUnder(stale);
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
