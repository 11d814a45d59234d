/** Finding the fields of Kubernetes objects that hold images. */
import { type Resource, readResource } from "../krm/resource.ts";
import { childOf, dereference, elementsOf, kindOf } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { EmbeddedDocument } from "./embedded-document.ts";
import { isManifestHolder, manifestTree } from "./embedded-manifests.ts";
import type { RulesOf } from "./field-rules.ts";
import type { Flaw } from "./flaw.ts";
import type { ImageField } from "./image-field.ts";
import { doubledKeys, duplicateKeyMessage } from "./note-flaw.ts";
import {
  fieldSkip,
  isNamed,
  resourceSkip,
  type SkipComments,
  type SkipRequests,
  skippedNames,
} from "./skip.ts";
import { applyDigestKeys } from "./split-reference.ts";
import { walkObject } from "./walk.ts";
import type { Denial, Walk } from "./walk-state.ts";

/** A Kubernetes object and the fields in it that hold images, in the order of the text. */
export interface ResourceImages {
  readonly resource: Resource;
  readonly fields: readonly ImageField[];
  /** Why it was not looked into. */
  readonly skipped?: string;
  /** The parts of it that hold no images, by rule. */
  readonly denials: readonly Denial[];
  /** What keeps images in it out of sight, or may. */
  readonly flaws: readonly Flaw[];
}

/** How to look for images. */
export interface Search {
  readonly yaml: YamlText;
  readonly rulesOf: RulesOf;
  /** The text that is edited, as the outermost document. */
  readonly outer: EmbeddedDocument;
  /** Says why an object, with all objects in it, is not to be looked into; undefined where it is. */
  readonly skipReason: (resource: Resource) => string | undefined;
  /** The same, of an object that is no list of others: nobody selects those. */
  readonly outsideReason: (resource: Resource) => string | undefined;
  /** The comments of the text that ask for something to be left alone. */
  readonly skipComments: SkipComments;
  /** The anchored objects that were found. */
  readonly found: Set<string>;
  /** ConfigMaps and Secrets whose values are manifests, as {@link manifestHolders} finds them. */
  readonly holders: ReadonlySet<string>;
}

/**
 * The objects at a node, which may be a list of objects or a list of lists, and their images. Nothing that isn't an
 * object of Kubernetes is looked into, and no shape of it is an error.
 */
export function* findImages(search: Search, node: YamlNode): Generator<ResourceImages, void, undefined> {
  // The next to come is the last. Without recursion, since lists may be nested deeply.
  const waiting: Listed[] = [{ node }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const resource = withListDefaults(readResource(search.yaml, next.node), next.list);
    if (search.yaml.anchored.has(next.node) && wasFound(search, resource, next.list)) continue;
    const members = listMembers(search.yaml, resource);
    const skipped =
      search.skipReason(resource) ??
      resourceSkip(resource) ??
      (members === undefined ? search.outsideReason(resource) : undefined);
    if (skipped !== undefined) {
      yield { resource, fields: [], skipped, denials: [], flaws: [] };
    } else if (members === undefined) {
      yield fieldsOf(search, resource);
    } else {
      const doubled = doubledKeys(search.yaml, resource.node).get("items");
      if (doubled !== undefined) {
        const message = duplicateKeyMessage(search.outer, doubled);
        yield {
          resource,
          fields: [],
          denials: [],
          flaws: [{ kind: "duplicate-key", path: "items", message }],
        };
      }
      for (const member of members.toReversed()) waiting.push({ node: member, list: resource });
    }
  }
}

/** An anchored object may be listed many times: it is the same each time, unless the list says what kind it is of. */
function wasFound({ found, yaml }: Search, resource: Resource, list: Resource | undefined): boolean {
  const isWhole =
    childOf(yaml, resource.node, "kind") !== undefined &&
    childOf(yaml, resource.node, "apiVersion") !== undefined;
  const key = `${resource.node} ${isWhole ? "" : `${list?.apiVersion} ${list?.kind}`}`;
  if (found.has(key)) return true;
  found.add(key);
  return false;
}

/** An object, and the list that it stands in. */
interface Listed {
  readonly node: YamlNode;
  readonly list?: Resource;
}

function fieldsOf(search: Search, resource: Resource): ResourceImages {
  const { rulesOf, holders, outer } = search;
  const walk: Walk = {
    resource,
    fields: [],
    denials: [],
    flaws: new Map(),
    wishes: [],
    path: [],
    visited: new Set(),
  };
  const object = { layer: outer, node: resource.node };
  walkObject(walk, object, {
    own: rulesOf(resource),
    rulesOf,
    ...(isManifestHolder(resource, holders) && { extra: manifestTree }),
  });
  applyDigestKeys(walk);
  const names = skippedNames(resource) ?? noNames;
  return {
    resource,
    fields: withSkips(distinct(walk.fields), { names, comments: search.skipComments }),
    denials: walk.denials,
    flaws: [...walk.flaws.values()].filter((flaw) => !isNamed(flaw, names)),
  };
}

/** An image that several containers share through an anchor is one field. */
function distinct(fields: readonly ImageField[]): readonly ImageField[] {
  if (fields.length < 2) return fields;
  const known = new Map<ImageField["identity"], ImageField>();
  for (const field of fields) {
    const first = known.get(field.identity);
    if (first === undefined || isUsers(field)) known.set(field.identity, field);
  }
  return [...known.values()];
}

function isUsers({ rule }: ImageField): boolean {
  return rule.startsWith("fieldSpecs[");
}

function withSkips(fields: readonly ImageField[], requests: SkipRequests): readonly ImageField[] {
  if (requests.names.size === 0 && requests.comments.signs.length === 0) return fields;
  return fields.map((field) => {
    const skipped = fieldSkip(field, requests);
    return skipped === undefined ? field : { ...field, skipped };
  });
}

const noNames: ReadonlySet<string> = new Set();

/** The objects of a List kind: `List`, `PodList`, … */
function listMembers(yaml: YamlText, { node, kind }: Resource): readonly YamlNode[] | undefined {
  if (!kind.endsWith("List")) return undefined;
  const items = childOf(yaml, node, "items");
  if (items === undefined || kindOf(yaml, items) !== "sequence") return undefined;
  return elementsOf(yaml, items).map((item) => dereference(yaml, item));
}

/** The API server leaves out what the list's kind says of its members; the file is that of the list. */
function withListDefaults(member: Resource, list: Resource | undefined): Resource {
  if (list === undefined) return member;
  return {
    ...member,
    ...(member.kind === "" && { kind: list.kind.slice(0, -"List".length) }),
    ...(member.apiVersion === "" && { apiVersion: list.apiVersion, group: list.group }),
    ...(list.file !== undefined && { file: list.file }),
  };
}
