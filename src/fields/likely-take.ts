/** Taking what reads as an image where no rule leads. */
import { isDigest } from "../image/digest.ts";
import { goType } from "../yaml/go-type.ts";
import { membersByName, membersOf, memberText } from "../yaml/members.ts";
import { aliasRange, dereference, scalarRange, writtenText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { containerLists } from "./container-heuristics.ts";
import { extractBeside } from "./digest-beside.ts";
import { noPlace } from "./digest-slot.ts";
import type { Site } from "./embedded-document.ts";
import { extractReference, extractText, identityOf, push } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import { isSecret, type KeyMeaning, meaningOf, speaksOfImage } from "./likely-key.ts";
import { takeNamed } from "./likely-named.ts";
import { type NamedTexts, partsIn } from "./likely-parts.ts";
import {
  isMisspelt,
  isQualified,
  isVersioned,
  isVersionedWord,
  isWhole,
  namesHost,
  otherMeaning,
} from "./likely-value.ts";
import { compose, digestHolder, keysOfParts, type Part, partAt, textsOf } from "./reference-parts.ts";
import { extractSplit } from "./split-reference.ts";
import { shortPath, specPath, unknownField } from "./suggested-spec.ts";
import type { Place, Walk } from "./walk-state.ts";

/** What the search for likely images of an object collects, and what it stays out of. */
export interface LikelySearch {
  readonly walk: Walk;
  /** Documents that are searched by themselves, by the text in which they stand. */
  readonly documents: ReadonlyMap<YamlText, ReadonlySet<YamlNode>>;
  /** That of them which is searched; absent in the search of an object. */
  readonly own?: YamlNode;
  readonly isDenied: (node: YamlNode) => boolean;
  /** The texts in which documents were searched already, by the text in which they stand. */
  readonly carriers: ReadonlyMap<YamlText, ReadonlySet<YamlNode>>;
  /** Set where only a key tells that a text is an image, not what the text names. */
  readonly isByKey?: true;
  /** Set in the values of a chart in a file: a key for a digest that is there and empty is filled. */
  readonly fillsDigest?: true | undefined;
  /** Set in a document that nobody says to be one. */
  readonly isInText?: true;
}

/** What is known around a value. */
export interface Around {
  /** What the key of the value says, or the nearest above that speaks of images. */
  readonly meaning: KeyMeaning;
  readonly isRoot: boolean;
  /** In a list with texts that are no images, which a path to all elements would mean too. */
  readonly isMixed?: boolean;
  /** Somewhere below a key such as `images`. */
  readonly isAmongImages?: boolean;
  /** Beside a key of a build, whose images are built. */
  readonly isBuilt?: boolean;
}

const likelyRule: FieldRule = {
  source: "table",
  path: "",
  label: unknownField,
  tagless: "keep",
  loose: false,
  beside: true,
};

/** Takes the references whose parts stand apart in a map. The keys of those that were taken. */
export function takeParts(search: LikelySearch, place: Place, map: NamedTexts): readonly string[] {
  return partsIn(map).flatMap((keys) => {
    const [name = ""] = keys.repository;
    const value = membersByName(place.layer.yaml, place.node).get(name)?.value;
    const isLeft = value !== undefined && isLeftOut(search, { ...place, node: value });
    const parts: FieldRule = { ...likelyRule, in: "repositoryAndTag", keys };
    const rule: FieldRule = search.fillsDigest ? { ...parts, fillsDigest: true } : parts;
    return !isLeft && extractSplit(search.walk, place, rule) ? keysOfParts(keys) : [];
  });
}

/** Takes note of a tag in a map in which no image is named. In the values of a chart, the chart's own name it. */
export function takeTagAlone(search: LikelySearch, place: Place): void {
  if (search.isByKey || search.isInText || search.own !== undefined || isLeftOut(search, place)) return;
  const { layer, node } = place;
  const range = aliasRange(layer.yaml, node) ?? scalarRange(layer.yaml, node);
  if (range === undefined) return;
  push(search.walk, place, likelyRule, {
    site: place,
    identity: identityOf(layer, node),
    locate: () => range,
    ends: [range],
    writing: noPlace("no image is named"),
    fault: "no-name",
  });
}

/**
 * Takes the references whose parts are values in a list of names and values, as charts are told: `{name: image.tag, value: v1}`.
 * The names of those that were taken.
 */
export function takeListed(
  { walk }: LikelySearch,
  list: Site,
  elements: ReadonlyMap<string, Site>,
): readonly string[] {
  const parts = new Map([...elements].map(([name, map]) => [name, partAt(map, ["value"])]));
  const texts = new Map([...parts].map(([name, part]) => [name, part?.text ?? ""]));
  return partsIn({ texts, isImage: false }).flatMap((keys) => {
    const first = (names: readonly string[] = []): Part | undefined =>
      names.flatMap((name) => parts.get(name) ?? [])[0];
    const repository = first(keys.repository);
    if (repository === undefined) return [];
    // Settings of one list may be parts of several: a registry goes with a name that has none, and a digest is one.
    const registry = namesHost(repository.text) ? undefined : first(keys.registry);
    const [tag, named] = [first(keys.tag), first(keys.digest)];
    const digest = isDigest(named?.text ?? "") ? named : undefined;
    const holder = digestHolder({ repository, tag, digest });
    push(walk, list, likelyRule, {
      site: holder?.site ?? list,
      identity: `map ${identityOf(list.layer, repository.site.node)}`,
      parts: textsOf({ repository, tag }),
      ...compose({ registry, namespace: first(keys.namespace), repository, tag, digest }),
      writing:
        holder === undefined
          ? noPlace("its parts stand in elements of a list, of which none holds a digest")
          : { kind: "in-place" },
    });
    return keysOfParts(keys);
  });
}

/** Takes a text that reads as an image, or that may be one by its form alone. */
export function takeScalar(
  search: LikelySearch,
  place: Place,
  { meaning, isMixed, isBuilt, isAmongImages }: Around,
): void {
  const { walk, isByKey } = search;
  const isCalledImage = meaning === "image" || meaning === "images";
  const { yaml } = place.layer;
  const target = dereference(yaml, place.node);
  const { starts, ends } = yaml.events;
  if ((ends[target] ?? 0) - (starts[target] ?? 0) > longest) return;
  if (goType(yaml, target) !== "string") return;
  const text = writtenText(yaml, target);
  const match = prefixed.exec(text);
  const flag = match?.[1];
  if (match !== null && (flag === undefined ? isCalledImage : meaningOf(flag) === "image")) {
    // The text of a flag may be a name for something else.
    extractText(walk, place, { ...prefixedRule, loose: flag !== undefined });
    return;
  }
  if (!isCalledImage && isSecret(String(walk.path.at(-1)))) return;
  if ((isCalledImage || !isByKey) && takeNamed(walk, place, { text, rule: likelyRule })) return;
  const isNamed = isCalledImage
    ? mayBeCalledSo(search, text)
    : !isBuilt && isOfImages(text, { key: walk.path.at(-1), isAmongImages });
  if (!isNamed && (isByKey || !readsAlone(text))) return;
  const before = walk.fields.length;
  const isInParts = extractBeside(walk, place, likelyRule);
  if (!isInParts) extractReference(walk, place, likelyRule);
  const field = walk.fields.splice(before)[0];
  if (field === undefined) return;
  const path = !isMixed && place.layer.depth === 0 ? pathOf(search, place, isNamed) : undefined;
  const isKnown = isNamed || isInParts;
  const obstacle = isKnown
    ? otherMeaning(text, walk.resource.kind)
    : "the key of the field does not say that it is one";
  walk.fields.push({
    ...field,
    suggestion: path === undefined ? field.suggestion : { path },
    writing: obstacle === undefined ? field.writing : noPlace(obstacle),
  });
}

/** Whether a text is an image by what it says and by where it stands. */
function isOfImages(
  text: string,
  {
    key,
    isAmongImages = false,
  }: { readonly key: string | number | undefined; readonly isAmongImages?: boolean | undefined },
): boolean {
  if (isAmongImages && isVersionedWord(text)) return true;
  return readsAlone(text) && (isAmongImages || speaksOfImage(String(key)));
}

/** Whether a text reads as an image whatever its key is. */
function readsAlone(text: string): boolean {
  return isQualified(text) || isVersioned(text);
}

// Some times what a reference can have, so that no file in a ConfigMap is put together to see that it is none.
const longest = 4096;

/**
 * The path of a fieldSpec for a value. What stands at the same key in the other elements of a list may be anything where the
 * key says nothing of images: then the path leads to the elements of one name alone.
 */
export function pathOf(
  { walk: { path } }: LikelySearch,
  { layer: { yaml }, map }: Place,
  isNamed: boolean,
): string | undefined {
  const [index, key] = path.slice(-2);
  if (typeof index !== "number" || typeof key !== "string" || map === undefined) return specPath(path);
  if (isNamed && key !== "value") return specPath(path);
  const members = membersOf(yaml, map.node);
  const list = specPath(path.slice(0, -2));
  const last = specPath([key]);
  const [name, text] = selectingKeys
    .filter((each) => each !== key)
    .map((each) => [each, memberText(yaml, members, each)] as const)
    .find(([, each]) => each !== undefined && /^[\w./-]{1,253}$/.test(each)) ?? ["", undefined];
  const canSelect = list !== undefined && last !== undefined && text !== undefined;
  return canSelect ? shortPath(`${list}[${name}=${text}]/${last}`) : undefined;
}

const selectingKeys = ["name", "key", "id"];

/** Whether a text may be an image that is called one; a word alone is none in a text that may be anything. */
function mayBeCalledSo({ walk: { path }, isInText }: LikelySearch, text: string): boolean {
  if (isWhole(text) || text.includes("/")) return true;
  return (
    meaningOf(String(path.at(-1))) === "image" &&
    (!isInText || path.some((key) => typeof key === "string" && containerLists.has(key)))
  );
}

const prefix = "(?:--?([\\w.-]*[iI]mage)=|(?:docker|oci|registry)://)";
/** `--sidecar-image=ghcr.io/acme/a:1`, `docker://ghcr.io/acme/a:1`. */
const prefixed = new RegExp(`^${prefix}\\S+$`);
const prefixedRule: FieldRule = { ...likelyRule, in: "text", pattern: `^${prefix}(?<image>\\S+)$` };

/** How what is found is told, and not written to. */
export interface Untouched {
  readonly reason: string;
  /** What counts beside a reference with its registry: nothing, one with a tag or in parts, or any. */
  readonly also: "nothing" | "tagged" | "short";
  /** What a text names counts too, whatever its key says. */
  readonly byText?: boolean;
}

/** Finds what is told alone: it may well be no image that is run, or nobody knows what reads it. */
export function findUntouched(
  search: LikelySearch,
  { reason, also, byText }: Untouched,
  visit: (search: LikelySearch) => void,
): void {
  const { fields } = search.walk;
  const before = fields.length;
  visit(byText ? search : { ...search, isByKey: true });
  const found = fields
    .splice(before)
    .filter(
      ({ value = "", parts }) =>
        also === "short" ||
        isQualified(value) ||
        isMisspelt(value) ||
        (also === "tagged" && (isWhole(value) || parts !== undefined)),
    );
  fields.push(
    ...found.map((field) => (field.writing.kind === "none" ? field : { ...field, writing: noPlace(reason) })),
  );
}

/** Whether a node is not to be looked at: it is in a part that holds no images, or looked at by itself. */
export function isLeftOut({ isDenied, documents, own }: LikelySearch, { layer, node }: Site): boolean {
  if (node !== own && documents.get(layer.yaml)?.has(node)) return true;
  return layer.depth === 0 && isDenied(node);
}
