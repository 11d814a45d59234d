/** Finding, of many replacements, those that may mean a field, without asking each of them about each field. */
import { subjectOf } from "../fields/likely-parts.ts";
import { appendTo } from "../yaml/lists-by-key.ts";
import type { FieldStep, Match } from "./field-steps.ts";
import { isDigestKey, isNameKey, isTagKey } from "./part-keys.ts";
import {
  isDigestAlone,
  isSource,
  isTarget,
  literalName,
  type ReplacedField,
  type ReplacedObject,
  type Replacement,
  type ReplacementTarget,
} from "./replacement.ts";
import { type FindSelecting, indexSelectors, type Selecting, type SureText } from "./selector-index.ts";

/** The replacements of a scope. */
export interface ReplacementIndex {
  /** Those that take the text of a field, together where they say so in the same way. */
  takers(field: ReplacedField): readonly (readonly Replacement[])[];
  /** The first that writes all of an image, or its digest, into a field. */
  writer(field: ReplacedField): Replacement | undefined;
  /** The first that writes a part of an image into what may be the field, which a digest would break. */
  splitter(field: ReplacedField): Replacement | undefined;
  /** What writes a part of a field that has a key of its own, and which, where it does not write the digest as well. */
  partWriter(field: ReplacedField): { readonly replacement: Replacement; readonly part: string } | undefined;
}

interface IndexedTarget extends Selecting {
  readonly replacement: Replacement;
  readonly target: ReplacementTarget;
}

/** Makes an index. */
export function indexReplacements(replacements: readonly Replacement[]): ReplacementIndex {
  const takers = new Map<string, Map<string, Replacement[]>>();
  const writing = new Map<string, IndexedTarget[]>();
  const splitting = new Map<string, IndexedTarget[]>();
  const parts = new Map<string, IndexedTarget[]>();
  for (const replacement of replacements) {
    const { source, sourceValue = "" } = replacement;
    const keys = source === undefined ? [valueKey(sourceValue)] : keysOf(source.steps, source.object.name);
    const same = source === undefined ? "" : JSON.stringify([source.object, source.written, source.part]);
    for (const key of keys) appendTo(mapAt(takers, key), same, replacement);
    for (const target of replacement.targets) {
      const name = literalName(target.select);
      const indexed = { replacement, target, select: target.select };
      // What surely writes to an object either names it as it is written or names none, whatever the name reads as.
      if (writesWhole(target))
        for (const key of keysOf(target.steps, target.select.name)) appendTo(writing, key, indexed);
      else for (const key of keysOf(target.steps, name)) appendTo(splitting, key, indexed);
      if (partOf(target) === undefined) continue;
      for (const key of keysOf(target.steps.slice(0, -1), name)) appendTo(parts, key, indexed);
    }
  }
  // Surely meant is only what is as it is written.
  const writers = finderOf(writing, (text) => text);
  const splitters = finderOf(splitting);
  return {
    takers(field) {
      const isValue = field.keys.at(-1) === "sourceValue";
      const groups = (isValue ? [valueKey(field.value)] : keysAt(field)).flatMap((key) => [
        ...(takers.get(key)?.values() ?? []),
      ]);
      return groups.filter(([one]) => one?.source === undefined || isSource(one.source, field));
    },
    writer: (field) => firstOf(writers, field, (match) => match === "yes"),
    splitter: (field) => firstOf(splitters, field, (match) => match !== "no"),
    partWriter(field) {
      if (!field.isApart || parts.size === 0) return undefined;
      // The path leads to the digest, or to the map of a reference that has none.
      const last = field.keys.at(-1) ?? "";
      const isAtDigest = isDigestKey(last);
      const map = isAtDigest ? field.keys.slice(0, -1) : field.keys;
      const written = keysAt({ ...field, keys: map })
        .flatMap((key) => parts.get(key) ?? [])
        .map(({ target, replacement }) => ({ target, replacement, part: partOf(target) ?? "" }))
        .filter(
          ({ target, part }) =>
            (!isAtDigest || subjectOf(part) === subjectOf(last)) &&
            isTarget(target, { ...field, keys: [...map, part] }) !== "no",
        );
      const withDigest = new Set(
        written.flatMap(({ part, replacement }) => (isDigestKey(part) ? replacement.file : [])),
      );
      return written.find(({ replacement }) => !withDigest.has(replacement.file));
    },
  };
}

/** True for what writes all of an image, or its digest; anything else writes a part that a digest would break. */
function writesWhole({ part }: ReplacementTarget): boolean {
  return part === undefined || isDigestAlone(part);
}

/** Finds those under a key that may mean an object. */
type FindTargets = (key: string, object: ReplacedObject | undefined) => Iterable<IndexedTarget>;

/** Makes what finds them; undefined where there are none. */
function finderOf(
  targets: ReadonlyMap<string, readonly IndexedTarget[]>,
  sureText?: SureText,
): FindTargets | undefined {
  if (targets.size === 0) return undefined;
  const finders = new Map<string, FindSelecting<IndexedTarget>>();
  return (key, object) => {
    const own = targets.get(key);
    if (own === undefined) return [];
    const finder = finders.get(key) ?? indexSelectors(own, sureText);
    finders.set(key, finder);
    return finder(object);
  };
}

function firstOf(
  find: FindTargets | undefined,
  field: ReplacedField,
  isMeant: (match: Match) => boolean,
): Replacement | undefined {
  if (find === undefined) return undefined;
  for (const key of keysAt(field))
    for (const { replacement, target } of find(key, field.object))
      if (isMeant(isTarget(target, field))) return replacement;
  return undefined;
}

/** The key of a part of a reference, where a target ends in one: a digest, or what other digests go with. */
function partOf({ steps }: ReplacementTarget): string | undefined {
  const last = steps.at(-1);
  if (last?.kind !== "key") return undefined;
  const { name } = last;
  return isDigestKey(name) || isTagKey(name) || isNameKey(name) ? name : undefined;
}

function mapAt<Of>(maps: Map<string, Map<string, Of>>, key: string): Map<string, Of> {
  const map = maps.get(key) ?? new Map<string, Of>();
  maps.set(key, map);
  return map;
}

function valueKey(value: string): string {
  return JSON.stringify(["value", value]);
}

/** Under which keys a path and a name are kept, for fields of which all is known, and for those of patches. */
function keysOf(steps: readonly FieldStep[], name: string | undefined): readonly string[] {
  const shape = steps.map((step) => (step.kind === "key" && !isIndex(step.name) ? step.name : ELEMENT));
  const element = steps.findLast((step) => step.kind !== "key" || isIndex(step.name));
  return elementKeys(element).flatMap((which) => [
    JSON.stringify([shape, which, name ?? ANY]),
    JSON.stringify([shape, which, UNKNOWN]),
  ]);
}

const [ELEMENT, ANY, UNKNOWN, NAMED, SELECTED] = ["[]", "*", "?", "[name]", "[other]"];

function elementKeys(step: FieldStep | undefined): readonly string[] {
  switch (step?.kind) {
    case undefined:
      return [""];
    case "any":
      return [ANY];
    case "key":
      return [step.name];
    case "select":
      return step.key === "name" ? [NAMED, `=${step.value}`] : [SELECTED];
  }
}

function isIndex(key: string): boolean {
  return /^\d+$/.test(key);
}

/** The keys under which a path may be kept that leads to a field, or to what holds it. */
function keysAt(field: ReplacedField): readonly string[] {
  const known = keysOfFields.get(field) ?? keysFor(field);
  keysOfFields.set(field, known);
  return known;
}

/** Each of those that build on a file is asked about the same field. */
const keysOfFields = new WeakMap<ReplacedField, readonly string[]>();

function keysFor({ keys, owner, object }: ReplacedField): readonly string[] {
  const names = object === undefined ? [UNKNOWN] : [...object.names, ANY];
  const shape = keys.map((key) => (isIndex(key) ? ELEMENT : key));
  return keys.flatMap((_, last) => {
    const above = shape.slice(0, last + 1);
    const at = above.lastIndexOf(ELEMENT);
    const isOwners = owner !== undefined && at === keys.length - 2;
    const which = at === -1 ? [""] : [keys[at], ANY, SELECTED, isOwners ? `=${owner}` : NAMED];
    return which.flatMap((each) => names.map((name) => JSON.stringify([above, each, name])));
  });
}
