/** What patches write over parts of images that stand in other files. */
import { subjectOf } from "../fields/likely-parts.ts";
import type { FileImage, Override } from "../krm/input.ts";
import type { Position } from "../krm/result.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import { kindOf } from "../yaml/node.ts";
import { isOfAnother, overlaidKeys, type PartKey, patchedKeys } from "./part-keys.ts";
import {
  isTarget,
  literalName,
  namesIn,
  type ObjectSelector,
  type ReplacedField,
  type ReplacementTarget,
  rejectsNothing,
  selectorIn,
} from "./replacement.ts";
import { mapAt, textAt, type YamlMap } from "./yaml-parts.ts";

/** A key of a patch, and in which field of which objects it is written. */
export interface PartWrite extends Pick<PartKey, "kind" | "subject" | "nameKey" | "says"> {
  /** The file, as messages name it, and where it is. */
  readonly file: string;
  readonly place: string;
  /** What lays it over others: the folder of a kustomization, or a list of values. */
  readonly by: string;
  readonly position: () => Position;
  /** Its path in that file. */
  readonly path: string;
  /** The key, and the path of its map. */
  readonly key: string;
  readonly map: readonly string[];
  readonly target: ReplacementTarget;
}

/** A document of patches, and where it stands. */
export interface Patch extends Pick<PartWrite, "file" | "place" | "by"> {
  /** Where it stands in its file; "" for all of that. */
  readonly path: string;
  readonly document: YamlMap;
  readonly positionAt: (offset: number) => Position;
  /** What is patched. */
  readonly select: ObjectSelector;
}

/** What a patch writes. */
export function partWritesIn({ document, select, positionAt, path, ...where }: Patch): readonly PartWrite[] {
  const isList = kindOf(document.yaml, document.node) === "sequence";
  const said = namesIn([select]);
  return (isList ? patchedKeys(document) : overlaidKeys(document)).map(
    ({ kind, subject, nameKey, says, steps, at }) => ({
      ...where,
      kind,
      subject,
      nameKey,
      says,
      position: () => positionAt(at),
      path: [path, ...steps].filter((each) => each !== "").join("."),
      key: steps.at(-1) ?? "",
      map: steps.slice(0, -1),
      target: {
        select,
        rejects: rejectsNothing,
        said,
        written: steps.join("."),
        steps: steps.map((name) => ({ kind: "key", name })),
        part: undefined,
      },
    }),
  );
}

/** The objects of the `target` of a patch, or the one that the patch itself names. */
export function selectorOf(patch: YamlMap, target: YamlMap | undefined): ObjectSelector {
  if (target !== undefined) return selectorIn(target);
  const metadata = mapAt(patch, "metadata");
  const [version, group = ""] = (textAt(patch, "apiVersion") ?? "").split("/").reverse();
  return {
    group,
    version,
    kind: textAt(patch, "kind"),
    name: textAt(metadata, "name"),
    namespace: textAt(metadata, "namespace"),
    labels: [],
    annotations: [],
  };
}

/** Finds, of many patches, those elsewhere than at a place that leave a field with the digest of another image, or with none. */
export type FindPartWrites = (field: ReplacedField, place?: string) => readonly PartWrite[];

/** Tells whether what one lays over others makes up for what another leaves, by their `by`. */
export type MakesUpFor = (own: string, stale: string) => boolean;

/** Makes what finds them. A digest makes up for what the same leaves, and where that is told of two. */
export function indexPartWrites(
  writes: readonly PartWrite[],
  makesUpFor: MakesUpFor = () => false,
): FindPartWrites {
  const byMap = new Map<string, PartWrite[]>();
  for (const write of writes)
    appendTo(byMap, keyOf(literalName(write.target.select), write.map, write.subject), write);
  return (field, place) => {
    if (!field.isApart || byMap.size === 0) return [];
    const names = [...(field.object?.names ?? []), undefined];
    // The path of a field leads to its digest, which stands in the map of its other parts.
    const map = field.keys.slice(0, -1);
    const subject = subjectOf(field.keys.at(-1) ?? "");
    const meant = names
      .flatMap((name) => byMap.get(keyOf(name, map, subject)) ?? [])
      .filter(
        (each) =>
          each.place !== place && isTarget(each.target, { ...field, keys: [...map, each.key] }) !== "no",
      );
    const own = new Set(meant.flatMap(({ kind, by }) => (kind === "own" ? by : [])));
    const isMadeUp = (stale: string): boolean =>
      own.has(stale) || [...own].some((by) => makesUpFor(by, stale));
    return meant.filter(({ kind, by }) => kind !== "own" && !isMadeUp(by));
  };
}

/** What becomes of an image over which parts are written: one without a digest gets none that would stay under them. */
export function partOverrideOf(
  { value, parts, isWritable }: FileImage,
  all: readonly PartWrite[],
  patched: Map<PartWrite, string>,
): Override | undefined {
  const writes = all.filter((write) => isOfAnother(write, parts));
  if (value.includes("@")) {
    for (const write of writes) patched.set(write, value);
    return undefined;
  }
  const stale = writes.find(({ kind }) => kind === "stale");
  if (stale === undefined || isWritable !== true) return undefined;
  const { file, key, nameKey, position } = stale;
  const { line, column } = position();
  const keys = nameKey === undefined ? `\`${key}\` alone` : `\`${nameKey}\` or its \`${key}\``;
  const reason = `${file}:${line}:${column} changes its ${keys}, and would keep the digest of the old one: write the digest there, too, or the \`${key}\` here`;
  return { kind: "floats", reason };
}

function keyOf(name: string | undefined, map: readonly string[], subject: string): string {
  return JSON.stringify([name ?? [], map, subject]);
}
