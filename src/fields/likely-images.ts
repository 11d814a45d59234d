/** Values that read as images in fields that no rule knows: what an operator that nobody here has heard of calls an image. */
import { goType } from "../yaml/go-type.ts";
import { type Member, membersOf } from "../yaml/members.ts";
import { dereference, elementsOf, entriesOf, kindOf, scalarText, writtenText } from "../yaml/node.ts";
import { isWithin } from "../yaml/node-ranges.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import { noPlace } from "./digest-slot.ts";
import { extractReference } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import { endsOf, type ImageField } from "./image-field.ts";
import { buildKeys, type KeyMeaning, meaningOf, referenceKeys } from "./likely-key.ts";
import { partsIn } from "./likely-parts.ts";
import { isQualified, isWhole } from "./likely-value.ts";
import { mentionsMore } from "./mentions.ts";
import { extractSplit } from "./split-reference.ts";
import { specPath, unknownField } from "./suggested-spec.ts";
import type { Place, Walk } from "./walk-state.ts";

const likelyRule: FieldRule = {
  source: "table",
  path: "",
  label: unknownField,
  tagless: "keep",
  loose: false,
};

/** Kinds that speak of images which others run, that a controller writes, or whose images are disks of machines. */
const otherKinds =
  /(?:Report|Policy|Binding|CustomResourceDefinition|Revision|(?<!Virtual)Machine(?:Class|Config|Pool|Set|Template)?)$/;

/** Collects what is likely an image, besides what was found and what is denied. */
export function findLikely(walk: Walk, object: Place): readonly ImageField[] {
  const { kind, group } = walk.resource;
  if (isKubernetesOwn(group) || otherKinds.test(kind)) return [];
  if (!mentionsMore(object.layer.yaml, object.node, walk.fields)) return [];
  const found: Walk = { ...walk, fields: [], path: [], flaws: new Map(), wishes: [] };
  const search = { walk: found, isDenied: deniedIn(walk, object) };
  visit(search, object, { meaning: undefined, isRoot: true });
  const isKnown = coveredBy(walk.fields);
  return found.fields.filter((field) => !isKnown(field));
}

/** What tells whether a field is, or has in it, one that a rule has found, which may be a part of a text. */
function coveredBy(fields: readonly ImageField[]): (field: ImageField) => boolean {
  const identities = new Set(fields.map(({ identity }) => identity));
  const starts = fields
    .flatMap((field) => endsOf(field).map(({ start }) => start))
    .toSorted((one, other) => one - other);
  return (field) => {
    if (identities.has(field.identity)) return true;
    const ends = endsOf(field);
    const [first, last = first] = ends;
    if (first === undefined || last === undefined) return false;
    // Between parts that stand apart there may be anything.
    const spans = isInParts(field) ? ends : [{ start: first.start, end: last.end }];
    return spans.some(({ start, end }) => (starts[lastUpTo(starts, end - 1)] ?? -1) >= start);
  };
}

function isInParts({ identity }: ImageField): boolean {
  return typeof identity === "string" && identity.startsWith("map ");
}

/** Of Kubernetes' own kinds all fields are known; what people keep in a ConfigMap is theirs. */
function isKubernetesOwn(group: string): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

interface LikelySearch {
  readonly walk: Walk;
  readonly isDenied: (node: YamlNode) => boolean;
}

interface Around {
  /** What the key of the value says, or the nearest above that speaks of images. */
  readonly meaning: KeyMeaning;
  readonly isRoot: boolean;
}

const depthMax = 200;

function visit(search: LikelySearch, place: Place, around: Around): void {
  const { layer, node, via } = place;
  const { walk, isDenied } = search;
  if (walk.path.length > depthMax || isDenied(node)) return;
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
      takeScalar(search, place, around.meaning === "image" || around.meaning === "images");
  }
}

function visitMap(search: LikelySearch, place: Place, around: Around): void {
  const { layer, node, via } = place;
  const { yaml } = layer;
  const { path } = search.walk;
  const entries = entriesOf(yaml, node);
  const names = entries.map(({ key }) => scalarText(yaml, dereference(yaml, key)) ?? "");
  const last = new Map(names.map((name, at) => [name, at]));
  const texts = textsOf(yaml, names, entries);
  const isBuilt = names.some((name) => buildKeys.has(name));
  const inParts = new Set(
    isBuilt ? [] : takeParts(search, place, { texts, isImage: around.meaning !== undefined }),
  );
  const variable = names.includes("value") ? texts.get("name") : undefined;
  let siblings: readonly Member[] | undefined;
  entries.forEach(({ value }, at) => {
    const name = names[at] ?? "";
    // Of a key that stands twice the last counts.
    if (last.get(name) !== at || inParts.has(name)) return;
    if (around.isRoot && (name === "apiVersion" || name === "kind")) return;
    let meaning = meaningOf(name);
    if (meaning === "none") return;
    const isScalar = kindOf(yaml, value) === "scalar" || kindOf(yaml, value) === "alias";
    if (isScalar && isBuilt) meaning = undefined;
    else if (meaning === undefined && around.meaning === "images") meaning = "image";
    else if (meaning === undefined && around.meaning === "image" && referenceKeys.has(name))
      meaning = "image";
    else if (name === "value" && variable !== undefined)
      meaning = isImageVariable(variable) ? "image" : undefined;
    path.push(name);
    if (around.isRoot && name === "metadata") visitAnnotations(search, { layer, node: value, via });
    else {
      siblings ??= isScalar && meaning !== undefined ? membersOf(yaml, node) : undefined;
      visit(search, { layer, node: value, via, ...(siblings && { siblings }) }, { meaning, isRoot: false });
    }
    path.pop();
  });
}

/** Annotations may name the images of what a controller injects; all else in an object's metadata names the object. */
function visitAnnotations(search: LikelySearch, { layer, node, via }: Place): void {
  if (kindOf(layer.yaml, node) !== "mapping") return;
  const members = membersOf(layer.yaml, node);
  const annotations = members.findLast(({ name }) => name === "annotations");
  if (annotations === undefined || kindOf(layer.yaml, annotations.value) !== "mapping") return;
  search.walk.path.push("annotations");
  for (const { name, value } of membersOf(layer.yaml, annotations.value)) {
    search.walk.path.push(name);
    const meaning = meaningOf(name.slice(name.indexOf("/") + 1));
    if (meaning === "image") visit(search, { layer, node: value, via }, { meaning, isRoot: false });
    search.walk.path.pop();
  }
  search.walk.path.pop();
}

/** Takes the references whose parts stand apart in a map. The keys of those that were taken. */
function takeParts(
  search: LikelySearch,
  place: Place,
  map: { readonly texts: ReadonlyMap<string, string>; readonly isImage: boolean },
): readonly string[] {
  return partsIn(map).flatMap((keys) => {
    const { registry = [], namespace = [], repository, tag, digest = [] } = keys;
    const names = [...registry, ...namespace, ...repository, ...tag, ...digest];
    const { yaml } = place.layer;
    const isLeft = membersOf(yaml, place.node).some(
      ({ name, value }) => repository.includes(name) && search.isDenied(value),
    );
    const rule: FieldRule = { ...likelyRule, in: "repositoryAndTag", keys };
    return !isLeft && extractSplit(search.walk, place, rule) ? names : [];
  });
}

/** Takes a text that reads as an image, or that may be one by its form alone. */
function takeScalar({ walk }: LikelySearch, place: Place, isCalledImage: boolean): void {
  const { yaml } = place.layer;
  const target = dereference(yaml, place.node);
  if (goType(yaml, target) !== "string") return;
  const text = writtenText(yaml, target);
  const key = walk.path.at(-1);
  const isNamed =
    isCalledImage && (isWhole(text) || text.includes("/") || meaningOf(String(key)) === "image");
  if (!isNamed && !isQualified(text)) return;
  const before = walk.fields.length;
  extractReference(walk, place, likelyRule);
  const field = walk.fields.splice(before)[0];
  if (field === undefined) return;
  const path = place.layer.depth === 0 ? specPath(walk.path) : undefined;
  walk.fields.push({
    ...field,
    ...(path !== undefined && { suggestion: { path } }),
    ...(!isNamed && { writing: noPlace("the key of the field does not say that it is one") }),
  });
}

function textsOf(
  yaml: YamlText,
  names: readonly string[],
  entries: readonly { readonly value: YamlNode }[],
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  entries.forEach(({ value }, at) => {
    const target = dereference(yaml, value);
    if (kindOf(yaml, target) !== "scalar") return;
    texts.set(names[at] ?? "", goType(yaml, target) === "null" ? "" : writtenText(yaml, target));
  });
  return texts;
}

function isImageVariable(name: string): boolean {
  return /(?:^|_)IMAGE$|^RELATED_IMAGE_/.test(name) && !/^(?:OUTPUT|PUSH|TARGET|DEST)/.test(name);
}

function deniedIn({ denials }: Walk, { layer: { yaml } }: Place): LikelySearch["isDenied"] {
  const denied = denials.filter(({ layer }) => layer.depth === 0).map(({ node }) => node);
  return isWithin(yaml, denied);
}
