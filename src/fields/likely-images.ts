/** Values that read as images in fields that no rule knows: what an operator that nobody here has heard of calls an image. */
import type { Resource } from "../krm/resource.ts";
import { isWithin } from "../yaml/node-ranges.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";
import { type Site, straight } from "./embedded-document.ts";
import { endsOf, type ImageField } from "./image-field.ts";
import { meaningOf } from "./likely-key.ts";
import { type OwnPart, ownParts, takeOwnPart } from "./likely-own.ts";
import { findUntouched, type LikelySearch, type Untouched } from "./likely-take.ts";
import { visitLikely } from "./likely-visit.ts";
import { mentionsMore } from "./mentions.ts";
import { isKubernetesOwn } from "./own-kinds.ts";
import { specBelow } from "./suggested-spec.ts";
import { type KeyedDocument, type Place, pathBelow, targetOf, type Walk } from "./walk-state.ts";

/** Kinds that speak of images which others run, that a controller writes, or whose images are disks of machines. */
const otherKinds =
  /(?:Report|Policy|Binding|Revision|(?<!Virtual)Machine(?:Class|Config|Pool|Set|Template)?|(?:Machine|VM|OS|Disk|Backing|Golden)Image)$/;

/** Kinds whose images are looked at, or copied from one registry to another. */
const handlingKinds = /(?:Image|Container|Registry)\w*(?:Scan|Mirror|Sync|Copy|Replication)$/;

/** Collects what is likely an image, besides what was found and what is denied. */
export function findLikely(walk: Walk, object: Place): readonly ImageField[] {
  const { resource } = walk;
  const isOwn = isKubernetesOwn(resource);
  const isHolder = resource.kind === "ConfigMap" && resource.group === "";
  const parts = isOwn && !isHolder ? ownParts(object.layer.yaml, resource) : noParts;
  if (isOwn && !isHolder && walk.documents.length + parts.length === 0) return [];
  if (parts.length === 0 && !mentionsMore(object.layer.yaml, object.node, walk.fields)) return [];
  const isDenied = deniedIn(walk, object);
  const bounds = {
    isDenied,
    documents: nodesByText(walk.documents),
    carriers: nodesByText(walk.documents.flatMap(({ layer: { carrier } }) => carrier ?? [])),
  };
  const untouched = whyUntouched(resource);
  const found = [
    ...(isOwn && !isHolder
      ? parts.flatMap((part) => searchIn(walk, bounds, (search) => takeOwnPart(search, object, part)))
      : searchIn(walk, bounds, (search) =>
          visitUnless(untouched, search, (inner) =>
            visitLikely(inner, object, { meaning: undefined, isRoot: true }),
          ),
        )),
    ...inDocuments(walk, bounds),
  ];
  const isKnown = coveredBy(walk.fields);
  return found.filter((field) => !isKnown(field));
}

/** Why nothing is written into a kind, where what reads as an image may well be none that it runs. */
function whyUntouched({ kind, group }: Resource): Untouched | undefined {
  if (kind === "ConfigMap" && group === "")
    return { reason: "it stands in a ConfigMap, of which no rule says who reads it", also: "nothing" };
  if (handlingKinds.test(kind))
    return { reason: `a kind such as ${kind} handles images that are run elsewhere`, also: "tagged" };
  const word = otherKinds.exec(kind)?.[0];
  return word === undefined
    ? undefined
    : { reason: `a kind that ends in ${word} mostly names images that are run elsewhere`, also: "nothing" };
}

const noParts: readonly OwnPart[] = [];

type Bounds = Pick<LikelySearch, "isDenied" | "documents" | "carriers">;

/** What is likely an image in documents. Each is searched once: what it holds is there at each place to which an alias brings it. */
function inDocuments(walk: Walk, { isDenied, ...others }: Bounds): readonly ImageField[] {
  const searched = new Map<YamlText, Map<YamlNode, readonly ImageField[]>>();
  return walk.documents.flatMap((document) => {
    const { layer, node } = document;
    const known = searched.get(layer.yaml) ?? new Map<YamlNode, readonly ImageField[]>();
    searched.set(layer.yaml, known);
    // What a rule leads to counts in a part that is denied.
    const isOpen = layer.depth > 0 || isDenied(node);
    const bounds = {
      ...others,
      isDenied: isOpen ? () => false : isDenied,
      own: node,
      fillsDigest: document.fillsDigest,
    };
    const meaning = document.key === undefined ? undefined : meaningOf(document.key);
    const fields =
      known.get(node) ??
      searchIn(walk, bounds, (search) =>
        visitLikely(search, { layer, node, via: straight }, { meaning, isRoot: false }),
      );
    known.set(node, fields);
    return fields.map((field) => placedIn(document, field));
  });
}

/** The fields that a visit finds, which begins at the root of an object or of a document. */
function searchIn(
  walk: Walk,
  bounds: Omit<LikelySearch, "walk">,
  visit: (search: LikelySearch) => void,
): readonly ImageField[] {
  const found: Walk = { ...walk, fields: [], path: [], flaws: new Map(), wishes: [] };
  visit({ walk: found, ...bounds });
  return found.fields;
}

function visitUnless(
  untouched: Untouched | undefined,
  search: LikelySearch,
  visit: (search: LikelySearch) => void,
): void {
  if (untouched === undefined) visit(search);
  else findUntouched(search, untouched, visit);
}

/** A field that was found in a document, where that stands in its object. */
function placedIn(
  { layer, via, path }: KeyedDocument,
  { suggestion, writing, ...field }: ImageField,
): ImageField {
  const placed = (site: Site): Site => ({ layer, node: site.node, via: [...via, ...site.via] });
  const spec = suggestion && specBelow(path, suggestion);
  const removal = writing.kind === "in-place" ? writing.removal : undefined;
  return {
    ...field,
    path: pathBelow(path, field.path),
    site: placed(field.site),
    writing:
      removal === undefined
        ? writing
        : { kind: "in-place", removal: { ...removal, site: placed(removal.site) } },
    suggestion: spec,
  };
}

/** The nodes of sites, behind aliases, by the text in which they stand. */
function nodesByText(sites: readonly Site[]): LikelySearch["documents"] {
  const nodes = new Map<YamlText, Set<YamlNode>>();
  for (const site of sites) {
    const { yaml } = site.layer;
    const known = nodes.get(yaml);
    const node = targetOf(site);
    if (known === undefined) nodes.set(yaml, new Set([node]));
    else known.add(node);
  }
  return nodes;
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
    const spans = field.parts !== undefined ? ends : [{ start: first.start, end: last.end }];
    return spans.some(({ start, end }) => (starts[lastUpTo(starts, end - 1)] ?? -1) >= start);
  };
}

function deniedIn({ denials }: Walk, { layer: { yaml } }: Place): LikelySearch["isDenied"] {
  const denied = denials.filter(({ layer }) => layer.depth === 0).map(({ node }) => node);
  return isWithin(yaml, denied);
}
