/** Finding the fields of Kubernetes objects that hold images. */
import type { ItemSite } from "../krm/input.ts";
import { type Resource, readResource } from "../krm/resource.ts";
import { elementsOf, kindOf } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { applyDigestKeys } from "./digest-wishes.ts";
import { aliasesTo, type EmbeddedDocument, isCircular, type Site } from "./embedded-document.ts";
import { type TextHolders, treeOfHolder } from "./embedded-manifests.ts";
import {
  type ObjectWithin,
  optOutsWithin,
  pathWithin,
  reasonOf,
  type Selection,
} from "./embedded-objects.ts";
import type { RulesOf } from "./field-rules.ts";
import type { FileIdentity } from "./file-rules.ts";
import type { Flaw } from "./flaw.ts";
import { identityFlaws } from "./identity-flaws.ts";
import type { ImageField } from "./image-field.ts";
import { findLikely } from "./likely-images.ts";
import { doubledKeys, duplicateKey } from "./note-flaw.ts";
import { markSharedDigests } from "./shared-digests.ts";
import {
  fieldSkip,
  isCommented,
  isNamed,
  type SkipComments,
  type SkipRequests,
  skippedNames,
} from "./skip.ts";
import { unknownField } from "./suggested-spec.ts";
import { walkObject } from "./walk.ts";
import { type Denial, type EncodedText, follow, siteAt, startWalk } from "./walk-state.ts";

/** A Kubernetes object and the fields in it that hold images, in the order of the text. */
export interface ResourceImages {
  readonly resource: Resource;
  readonly fields: readonly ImageField[];
  /** What reads as an image in fields that no rule knows. */
  readonly likely: readonly ImageField[];
  /** Why it was not looked into. */
  readonly skipped?: string;
  /** The parts of it that hold no images, by rule. */
  readonly denials: readonly Denial[];
  /** What keeps images in it out of sight, or may. */
  readonly flaws: readonly Flaw[];
  /** The user's rules, by their labels, that lead somewhere beside those of its fields; absent where none does. */
  readonly reached?: ReadonlySet<string> | undefined;
  /** The objects within it; absent where there are none. */
  readonly objects?: readonly ObjectWithin[] | undefined;
  /** The images without a digest in texts in base64, told or opted out; absent where there are none. */
  readonly encoded?: readonly ImageField[] | undefined;
}

/** How to look for images. */
export interface Search {
  readonly yaml: YamlText;
  readonly rulesOf: RulesOf;
  /** Says where what is found comes from, and where it stands there; absent in a list, whose objects say the former. */
  readonly origin?: Origin | undefined;
  /** The text that is edited, as the outermost document. */
  readonly outer: EmbeddedDocument;
  /** Says why an object, with all objects in it, is not to be looked into; undefined where it is. */
  readonly skipReason: (resource: Resource) => string | undefined;
  /** The same, of an object that is no list of others: nobody selects those. */
  readonly excludedReason: (resource: Resource) => string | undefined;
  /** Why an object is not looked into but for objects within it that are selected by themselves. */
  readonly outsideReason: (resource: Resource) => string | undefined;
  /** What is selected of the objects within objects. */
  readonly selection: Selection;
  /** The comments of the text that ask for something to be left alone. */
  readonly skipComments: SkipComments;
  /** The objects that were found. */
  readonly found: Set<YamlNode>;
  /** ConfigMaps and Secrets whose texts are documents. */
  readonly holders: TextHolders;
  /** Whether what is only likely an image is wanted. */
  readonly wantsLikely: boolean;
  /** Whether the configuration leaves an image alone, by its text. */
  readonly isUnwanted: (value: string) => boolean;
}

/** Where all objects of a text come from. */
export type Origin = Pick<Resource, "file" | "positionOf"> & FileIdentity;

/**
 * The objects at a node, which may be a list of objects or a list of lists, and their images. Nothing that isn't an
 * object of Kubernetes is looked into, and no shape of it is an error. What an alias lists once more comes once more, where
 * it holds images.
 */
export function* findImages(search: Search, item: ItemSite): Generator<ResourceImages, void, undefined> {
  const { yaml, outer, found } = search;
  // The next to come is the last.
  const waiting: Listed[] = [{ site: { layer: outer, node: item.node, via: item.via }, list: undefined }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const site = follow(next.site);
    if (isCircular(site)) continue;
    const resource = withListDefaults(withOrigin(readResource(yaml, site.node), search.origin), next.list);
    const isNew = !found.has(site.node);
    found.add(site.node);
    const members = listMembers(site, resource);
    const skipped =
      search.skipReason(resource) ?? (members === undefined ? search.excludedReason(resource) : undefined);
    if (skipped !== undefined) {
      if (isNew) yield { resource, fields: [], likely: [], skipped, denials: [], flaws: [] };
    } else if (members === undefined) {
      const images = fieldsOf(search, resource, site);
      if (isNew) yield images;
      else if (images.fields.length > 0 || images.likely.length > 0)
        yield { ...images, denials: [], flaws: [] };
    } else {
      const flaws = isNew ? listFlaws(search, site.node) : [];
      if (flaws.length > 0) yield { resource, fields: [], likely: [], denials: [], flaws };
      for (const member of members.toReversed()) waiting.push({ site: member, list: resource });
    }
  }
}

function withOrigin(resource: Resource, origin: Origin | undefined): Resource {
  return origin === undefined ? resource : Object.assign(resource, origin);
}

/** Where an object stands, which may be an alias of one, and the list of objects in which it does. */
interface Listed {
  readonly site: Site;
  readonly list: Resource | undefined;
}

function listFlaws({ yaml, outer }: Search, list: YamlNode): readonly Flaw[] {
  const doubled = doubledKeys(yaml, list).get("items");
  if (doubled === undefined) return [];
  return [{ kind: "duplicate-key", path: "items", ...duplicateKey(outer, doubled) }];
}

function fieldsOf(
  { rulesOf, holders, skipComments, wantsLikely, isUnwanted, outsideReason, selection }: Search,
  resource: Resource,
  site: Site,
): ResourceImages {
  const walk = startWalk(resource);
  const extra = treeOfHolder(resource, holders);
  walkObject(walk, site, { own: rulesOf(resource), rulesOf, extra });
  applyDigestKeys(walk);
  markSharedDigests(walk);
  const outside = outsideReason(resource);
  const within = walk.objects.length === 0 ? undefined : optOutsWithin(walk.objects, selection, outside);
  if (outside !== undefined && within?.hasIncluded !== true) {
    const objects = within?.objects;
    return { resource, fields: [], likely: [], skipped: outside, denials: [], flaws: [], objects };
  }
  const requests: SkipRequests = {
    names: skippedNames(resource) ?? noNames,
    comments: skipComments,
    reasonFor: within?.reasonFor,
  };
  const found = distinct(walk.fields);
  // Some rules know no more than that there may be an image.
  const likely = wantsLikely ? [...found.filter(isPresumed), ...findLikely(walk, site)] : [];
  return {
    resource,
    fields: withSkips(found.some(isPresumed) ? found.filter((field) => !isPresumed(field)) : found, requests),
    likely: withSkips(distinct(likely), requests),
    denials: within === undefined ? walk.denials : [...walk.denials, ...optedOut(within.objects)],
    flaws: [
      ...identityFlaws(site.layer, resource),
      ...[...walk.flaws.values()].filter(
        (flaw, index) => !isNamed(flaw, requests.names) && within?.isOpen(flaw, index) !== false,
      ),
      ...walk.encoded.flatMap((text) => encodedFlaw(text, requests, isUnwanted) ?? []),
    ],
    objects: within?.objects,
    reached: walk.reached.size === 0 ? undefined : walk.reached,
    encoded: walk.encoded.length === 0 ? undefined : walk.encoded.flatMap((text) => text.fields),
  };
}

/** What is told of a text in base64, of which only the place is known. */
function encodedFlaw(
  { fields, ...text }: EncodedText,
  requests: SkipRequests,
  isUnwanted: Search["isUnwanted"],
): Flaw | undefined {
  const { path, at } = text;
  const { names, comments } = requests;
  if (isNamed({ path }, names) || (at !== undefined && isCommented({ start: at, end: at + 1 }, comments)))
    return undefined;
  const [first, ...more] = fields.filter(
    (field) => fieldSkip(field, requests) === undefined && !isUnwanted(field.value ?? ""),
  );
  if (first === undefined) return undefined;
  const place = `\`${pathWithin(text, first.path)}\``;
  const images = more.length === 0 ? `${place} is an image` : `${place} and ${more.length} more are images`;
  const message = `is base64, in which ${images} without a digest: nothing is pinned in it; pin it before it is encoded`;
  return { kind: "encoded", ...text, message };
}

function optedOut(objects: readonly ObjectWithin[]): readonly Denial[] {
  return objects
    .filter(({ skipped }) => skipped !== undefined)
    .map((object) => ({
      layer: object.layer,
      node: object.node,
      reason: reasonOf(object),
      isOptOut: true as const,
    }));
}

function isPresumed({ rule }: ImageField): boolean {
  return rule === unknownField;
}

/** What two rules find at one place is one field: the user's. */
function distinct(fields: readonly ImageField[]): readonly ImageField[] {
  if (fields.length < 2 || areInOrder(fields)) return fields;
  const known = new Map<ImageField["identity"], ImageField>();
  for (const field of fields) {
    const place = placeKey(field);
    const first = known.get(place);
    if (first === undefined || field.isUsers) known.set(place, field);
  }
  return [...known.values()];
}

/** Nearly always each begins behind the one before it. */
function areInOrder(fields: readonly ImageField[]): boolean {
  let before = -1;
  for (const { identity } of fields) {
    if (typeof identity !== "number" || identity <= before) return false;
    before = identity;
  }
  return true;
}

/** What an alias brings to several places counts in each. */
function placeKey({ identity, site }: ImageField): string | number {
  const ways = aliasesTo(site);
  return ways === "" ? identity : `${ways} ${identity}`;
}

function withSkips(fields: readonly ImageField[], requests: SkipRequests): readonly ImageField[] {
  const { names, comments, reasonFor } = requests;
  if (names.size === 0 && comments.signs.length === 0 && reasonFor === undefined) return fields;
  return fields.map((field) => {
    const skipped = fieldSkip(field, requests);
    return skipped === undefined ? field : { ...field, skipped };
  });
}

const noNames: ReadonlySet<string> = new Set();

/** The objects of a List kind: `List`, `PodList`, … */
function listMembers(list: Site, { kind }: Resource): readonly Site[] | undefined {
  if (!kind.endsWith("List")) return undefined;
  const items = siteAt(list, "items");
  if (items === undefined) return undefined;
  const { layer, node, via } = follow(items);
  if (kindOf(layer.yaml, node) !== "sequence") return undefined;
  return elementsOf(layer.yaml, node).map((element) => ({ layer, node: element, via }));
}

/** The API server leaves out what the list's kind says of its members; the file is that of the list. */
function withListDefaults(member: Resource, list: Resource | undefined): Resource {
  if (list === undefined) return member;
  const { apiVersion, group } = member.apiVersion === "" ? list : member;
  const kind = member.kind === "" ? list.kind.slice(0, -"List".length) : member.kind;
  return { ...member, apiVersion, group, kind, file: list.file ?? member.file };
}
