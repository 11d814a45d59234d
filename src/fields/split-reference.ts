/** References whose parts stand apart: `{repository, tag, digest}`, `{name, version}`, `{newName, newTag, digest}`. */
import { parseIfImage } from "../image/likely-reference.ts";
import { contestedMembers, membersByName } from "../yaml/members.ts";
import { dereference, kindOf, scalarText } from "../yaml/node.ts";
import { companionsIn, digestPlace } from "./digest-beside.ts";
import { noPlace } from "./digest-slot.ts";
import { noteWish } from "./digest-wishes.ts";
import type { Site } from "./embedded-document.ts";
import { push } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import { isWhole } from "./likely-value.ts";
import { doubledKeys, noteContest, noteDouble } from "./note-flaw.ts";
import { compose, keysOfParts, type Part, partAt, textsOf } from "./reference-parts.ts";
import { overriddenKey, writingOf } from "./split-writing.ts";
import { suggestParts } from "./suggested-parts.ts";
import type { SplitKeys } from "./table/field-row.ts";
import { commonKeys, identityOfParts, usualKeys } from "./usual-keys.ts";
import { formatPath, type Walk } from "./walk-state.ts";
import { extractWhole } from "./whole-reference.ts";

/**
 * Takes the reference that the parts in a map make. Its digest is written where one stands already, into a tag whose
 * consumer bears it, or under the key that the user names; else the field says why it is not. False where the map holds
 * no repository.
 */
export function extractSplit(walk: Walk, map: Site, rule: FieldRule): boolean {
  const { layer, node } = map;
  if (kindOf(layer.yaml, node) !== "mapping") return false;
  const keys = rule.keys ?? usualKeys(walk, map);
  const repository = partAt(map, keys.repository);
  if (repository === undefined || repository.text === "") {
    noteWish(walk, map, rule);
    return false;
  }
  const registry = partAt(map, keys.registry ?? []);
  const version = partAt(map, keys.tag);
  if (rule.artifact !== undefined && !isByTag(registry ?? repository, version)) return false;
  // It may be a range of versions.
  const tag = rule.artifact !== undefined && !TAG.test(version?.text ?? "") ? undefined : version;
  noteDoubledParts(walk, map, keys);
  if (isWhole(repository.text) && rule.apart === undefined) {
    extractWhole(walk, { map, part: repository, registry, rule });
    return true;
  }
  const namespace = partAt(map, keys.namespace ?? []);
  const digest = digestAt(map, keys, overriddenKey(rule, keys));
  const composed = compose({ registry, namespace, repository, tag, digest });
  if (rule.artifact !== undefined && parseIfImage(composed.value) === undefined) return false;
  const inexact = [repository, registry, tag].find((part) => part?.inexact);
  const contested = contestedPart(walk, map, keys);
  const written = writingOf({ map, keys, rule, inexact, repository, tag, digest });
  const { key, site } = written;
  const writing = contested === undefined ? written.writing : noPlace(contested);
  const path = formatPath([...walk.path, ...(key ?? "").split("/").filter(Boolean)]);
  push(
    walk,
    map,
    { ...rule, tagless: "keep" },
    {
      site,
      identity: identityOfParts(map, repository),
      parts: textsOf({ repository, tag }),
      ...composed,
      writing,
    },
  );
  const field = walk.fields.pop();
  const asks =
    writing.kind === "none" &&
    rule.source === "table" &&
    rule.artifact === undefined &&
    inexact === undefined;
  const suggestion = asks ? suggestParts(walk, map, { rule, repository, tag }) : undefined;
  const isApart = writing.kind === "digest" || (site === digest?.site && key === digest.key);
  if (field !== undefined)
    walk.fields.push({
      ...field,
      path,
      tag: "keep",
      suggestion,
      digestAt: isApart ? digestPlace(map, key ?? "") : undefined,
    });
  return true;
}

const TAG = /^\w[\w.-]{0,127}$/;

/** Whether an artifact is fetched from a registry by a tag, or by a range of versions. */
function isByTag({ scheme }: Part, tag: Part | undefined): boolean {
  return scheme === "oci://" && !/^sha\d+:/.test(tag?.text ?? "");
}

/** Takes the reference of which the key that leads here holds the repository, or another part. */
export function extractSplitAt(walk: Walk, map: Site, rule: FieldRule): void {
  const key = String(walk.path.pop() ?? "");
  const isCommon = [commonKeys.registry ?? [], commonKeys.tag, commonKeys.digest ?? []].flat().includes(key);
  const isFirst = partAt(map, commonKeys.repository)?.key === key;
  // `{repository, versionTag}`
  const isWithoutTag = partAt(map, commonKeys.tag) === undefined;
  const isOther = rule.keys === undefined && !isCommon && (!isFirst || isWithoutTag);
  const keys = isOther ? companionsIn(map, key) : undefined;
  extractSplit(walk, map, keys === undefined ? rule : { ...rule, keys });
  walk.path.push(key);
}

/** The digest under the key that the user names, else under those of the kind. */
function digestAt(map: Site, keys: SplitKeys, named: string | undefined): Part | undefined {
  const own = named === undefined ? undefined : partAt(map, [named]);
  return own === undefined || own.text === "" ? partAt(map, keys.digest ?? []) : own;
}

/** A part that stands twice makes two references. */
function noteDoubledParts(walk: Walk, { layer, node }: Site, keys: SplitKeys): void {
  const doubled = doubledKeys(layer.yaml, node);
  if (doubled.size === 0) return;
  for (const name of namesOf(keys)) {
    const twins = doubled.get(name);
    if (twins === undefined) continue;
    walk.path.push(name);
    noteDouble(walk, layer, twins);
    walk.path.pop();
  }
}

/** Why a reference has no digest where a merge key makes one of its parts another for kubectl, which is taken note of. */
function contestedPart(walk: Walk, { layer, node }: Site, keys: SplitKeys): string | undefined {
  const { yaml } = layer;
  const members = contestedMembers(yaml, node);
  if (members.size === 0) return undefined;
  const own = membersByName(yaml, node);
  for (const name of namesOf(keys)) {
    const { value, contest } = members.get(name) ?? {};
    if (contest === undefined) continue;
    const [text, other] = [value, own.get(name)?.value].map(
      (each) => each && scalarText(yaml, dereference(yaml, each)),
    );
    if (text !== undefined && text === other) continue;
    walk.path.push(name);
    noteContest(walk, layer, contest, false);
    walk.path.pop();
    return `a merge key makes its \`${name}\` another for kubectl than for other readers, and no digest is that of both`;
  }
  return undefined;
}

/** The keys of a map under which parts stand. */
function namesOf(keys: SplitKeys): ReadonlySet<string> {
  return new Set(keysOfParts(keys).map((key) => key.split("/", 1)[0] ?? key));
}
