/** Values that read as images in fields that no rule knows: what an operator that nobody here has heard of calls an image. */
import { EVENT_ID } from "js-yaml";
import { goType } from "../yaml/go-type.ts";
import {
  dereference,
  elementsOf,
  entriesOf,
  kindOf,
  lastEventOf,
  scalarText,
  startOf,
  writtenText,
} from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import { extractReference } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import { endsOf, type ImageField } from "./image-field.ts";
import { type KeyMeaning, meaningOf, partKeys, referenceKeys } from "./likely-key.ts";
import type { Place, Walk } from "./walk-state.ts";

/** How fields that no rule knows are called where a rule would be named. */
export const unknownField = "unknown field";

const likelyRule: FieldRule = {
  source: "table",
  path: "",
  label: unknownField,
  tagless: "keep",
  loose: true,
};

/** Kinds that speak of images which others run. */
const otherKinds = /(?:Report|Policy|Binding|CustomResourceDefinition)$/;

/** Collects what is likely an image, besides what was found and what is denied. */
export function findLikely(walk: Walk, object: Place): readonly ImageField[] {
  const { yaml } = object.layer;
  const { kind, group } = walk.resource;
  if (isKubernetesOwn(group) || otherKinds.test(kind) || !mentionsMore(yaml, object.node, walk.fields))
    return [];
  const found: Walk = { ...walk, fields: [], path: [] };
  const search = {
    walk: found,
    denied: deniedRanges(walk),
  };
  visit(search, object, { meaning: undefined, below: undefined, isRoot: true });
  const isKnown = coveredBy(walk.fields);
  return found.fields.filter((field) => !isKnown(field));
}

/** What tells whether a field is, or has in it, one that a rule has found, which may be a part of a text. */
function coveredBy(fields: readonly ImageField[]): (field: ImageField) => boolean {
  const identities = new Set(fields.map(({ identity }) => identity));
  const starts = fields
    .flatMap((field) => endsOf(field)[0]?.start ?? [])
    .toSorted((one, other) => one - other);
  return (field) => {
    const [first, last = first] = endsOf(field);
    if (first === undefined || last === undefined) return identities.has(field.identity);
    const before = starts[lastUpTo(starts, last.end)];
    return identities.has(field.identity) || (before !== undefined && before >= first.start);
  };
}

/** Of Kubernetes' own kinds all fields are known; what people keep in a ConfigMap is theirs. */
function isKubernetesOwn(group: string): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

interface LikelySearch {
  readonly walk: Walk;
  readonly denied: readonly { readonly first: YamlNode; readonly last: YamlNode }[];
}

interface Around {
  /** What the key of the value says. */
  readonly meaning: KeyMeaning;
  /** What the nearest key above says that speaks of images. */
  readonly below: KeyMeaning;
  readonly isRoot: boolean;
}

const depthMax = 200;

function visit(search: LikelySearch, place: Place, around: Around): void {
  const { layer, node, via } = place;
  const { walk, denied } = search;
  if (walk.path.length > depthMax || denied.some(({ first, last }) => first <= node && node <= last)) return;
  switch (kindOf(layer.yaml, node)) {
    case "mapping":
      visitMap(search, place, around);
      return;
    case "sequence": {
      let index = 0;
      for (const element of elementsOf(layer.yaml, node)) {
        walk.path.push(index);
        visit(search, { layer, node: element, via }, { ...around, isRoot: false });
        walk.path.pop();
        index++;
      }
      return;
    }
    case "scalar":
    case "alias":
      if (around.meaning === "image" || around.meaning === "images")
        extractReference(walk, place, likelyRule);
  }
}

function visitMap(search: LikelySearch, { layer, node, via }: Place, around: Around): void {
  const { yaml } = layer;
  const entries = entriesOf(yaml, node);
  const names = entries.map(({ key }) => scalarText(yaml, dereference(yaml, key)) ?? "");
  const last = new Map(names.map((name, at) => [name, at]));
  const isPart = names.some((name) => partKeys.has(name));
  const isEnv = names.includes("name") && names.includes("value");
  const envName = isEnv ? textOf(yaml, entries[names.indexOf("name")]?.value) : undefined;
  entries.forEach(({ value }, at) => {
    const name = names[at] ?? "";
    // Of a key that stands twice the last counts.
    if (last.get(name) !== at) return;
    if (around.isRoot && (name === "metadata" || name === "apiVersion" || name === "kind")) return;
    let meaning = meaningOf(name);
    if (meaning === "none") return;
    const isScalar = kindOf(yaml, value) === "scalar" || kindOf(yaml, value) === "alias";
    if (isScalar && isPart) meaning = undefined;
    else if (meaning === undefined && around.meaning === "images") meaning = "image";
    else if (meaning === undefined && around.meaning === "image" && referenceKeys.has(name))
      meaning = "image";
    else if (name === "value" && envName !== undefined)
      meaning = isImageVariable(envName) ? "image" : undefined;
    search.walk.path.push(name);
    visit(search, { layer, node: value, via }, { meaning, below: meaning ?? around.below, isRoot: false });
    search.walk.path.pop();
  });
}

function textOf(yaml: YamlText, node: YamlNode | undefined): string | undefined {
  return node !== undefined && goType(yaml, node) === "string" ? writtenText(yaml, node) : undefined;
}

function isImageVariable(name: string): boolean {
  return /(?:^|_)IMAGE$|^RELATED_IMAGE_/.test(name) && !/^(?:OUTPUT|PUSH|TARGET|DEST)/.test(name);
}

function deniedRanges({ denials }: Walk): LikelySearch["denied"] {
  return denials
    .filter(({ layer }) => layer.depth === 0)
    .map(({ layer, node }) => ({ first: node, last: lastEventOf(layer.yaml, node) }));
}

/** Whether the text of an object speaks of images elsewhere than at those that were found: a glance, without a walk. */
function mentionsMore(yaml: YamlText, object: YamlNode, fields: readonly ImageField[]): boolean {
  const start = startOf(yaml, object) ?? 0;
  const end = endOfLastScalar(yaml, object);
  const starts = fields
    .map(({ locate }) => locate({ start: 0, end: 1 })?.start ?? -1)
    .toSorted((one, other) => one - other);
  let next = 0;
  for (
    let at = yaml.text.indexOf(mention, start);
    at !== -1 && at < end;
    at = yaml.text.indexOf(mention, at + 1)
  ) {
    if (yaml.text.startsWith(pullOption, at + mention.length)) continue;
    while (next < starts.length && (starts[next] ?? 0) < at) next++;
    const value = starts[next] ?? Number.POSITIVE_INFINITY;
    // `image: nginx`, where the value was found.
    if (value - at > nearby) return true;
  }
  return false;
}

function endOfLastScalar(yaml: YamlText, object: YamlNode): number {
  const { types, ends } = yaml.events;
  for (let node = lastEventOf(yaml, object); node > object; node--) {
    if (types[node] === EVENT_ID.SCALAR) return ends[node] ?? 0;
  }
  return 0;
}

const mention = "mage";
const pullOption = "Pull";
const nearby = 12;
