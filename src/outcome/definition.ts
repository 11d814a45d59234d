/**
 * Where a collection is only defined, for aliases to use it: `x-defaults: &defaults {image: nginx}`. No rule knows such a
 * place, and what stands there under a key that is called like an image may change with the images that it becomes.
 */
import type { EmbeddedDocument } from "../fields/embedded-document.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import {
  behind,
  dereference,
  elementsOf,
  keysOf,
  kindOf,
  lastEventOf,
  rootOf,
  scalarText,
} from "../yaml/node.ts";
import { isWithin } from "../yaml/node-ranges.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";

/** A node and the aliases by which it is reached. */
export interface Place {
  readonly document: EmbeddedDocument;
  readonly node: YamlNode;
  readonly way: readonly YamlNode[];
}

/** Finds the object in which a place stands. */
export type FindResource = (place: Place) => ResourceImages | undefined;

/** Makes a search among objects, which stand in the text that is edited. */
export function resourceFinder(resources: readonly ResourceImages[]): FindResource {
  // What an alias lists once more comes behind the object itself, and says less.
  const objects = new Map<YamlNode, ResourceImages>();
  for (const each of resources) {
    if (!objects.has(each.resource.node)) objects.set(each.resource.node, each);
  }
  const starts = [...objects.keys()].sort((one, other) => one - other);
  return (place) => {
    const { yaml, node } = outermost(place);
    const itself = objects.get(dereference(yaml, node));
    if (itself !== undefined) return itself;
    const start = starts[lastUpTo(starts, node)];
    return start === undefined || lastEventOf(yaml, start) < node ? undefined : objects.get(start);
  };
}

/** Where the first of the aliases stands that lead to a place, in the text that is edited. */
function outermost({ document, node, way }: Place): { readonly yaml: YamlText; readonly node: YamlNode } {
  const { carrier } = document;
  if (carrier !== undefined)
    return outermost({ document: carrier.layer, node: carrier.node, way: carrier.via });
  return { yaml: document.yaml, node: way[0] ?? node };
}

/** True for a place where a collection is only defined. */
export function isDefinition(place: Place, resource: ResourceImages | undefined): boolean {
  if (resource === undefined || resource.skipped !== undefined) return false;
  const { document, node, way } = place;
  const { yaml } = document;
  const [first = node] = way;
  if (isDenied(resource, document, first)) return false;
  const root = document.carrier === undefined ? resource.resource.node : rootAround(yaml, first);
  const keys = keysOnWay(yaml, place, root);
  const last = keys?.at(-1);
  return (
    keys !== undefined && last !== undefined && imageKey.test(last) && !keys.some((key) => never.has(key))
  );
}

function isDenied(resource: ResourceImages, document: EmbeddedDocument, node: YamlNode): boolean {
  const byDocument = deniedParts.get(resource) ?? new Map<EmbeddedDocument, (node: YamlNode) => boolean>();
  deniedParts.set(resource, byDocument);
  let denies = byDocument.get(document);
  if (denies === undefined) {
    const parts = resource.denials.filter(({ layer }) => layer === document).map((part) => part.node);
    denies = isWithin(document.yaml, parts);
    byDocument.set(document, denies);
  }
  return denies(node);
}

const deniedParts = new WeakMap<ResourceImages, Map<EmbeddedDocument, (node: YamlNode) => boolean>>();

const imageKey = /(?:^i|I|[_-]i)mage$/;

/** Keys below which nothing is an image unless a rule says so. */
const never: ReadonlySet<string> = new Set([
  "metadata",
  "labels",
  "annotations",
  "matchLabels",
  "selector",
  "nodeSelector",
  "status",
  "data",
  "stringData",
  "binaryData",
  "args",
  "command",
  "env",
]);

function rootAround({ documents }: YamlText, node: YamlNode): YamlNode {
  return rootOf(documents[lastUpTo(documents, node)] ?? 0);
}

/** The keys on the way to a node; none behind the last where it is an element of a list. */
function keysOnWay(yaml: YamlText, { node, way }: Place, root: YamlNode): readonly string[] | undefined {
  const keys: string[] = [];
  let from = root;
  for (const to of [...way, node]) {
    const part = keysTo(yaml, from, to);
    if (part === undefined) return undefined;
    keys.push(...part);
    from = dereference(yaml, to);
  }
  return keys;
}

function keysTo(yaml: YamlText, root: YamlNode, node: YamlNode): readonly string[] | undefined {
  const keys: string[] = [];
  for (let at = root; at !== node; ) {
    const next = childTowards(yaml, at, node);
    if (next === undefined) return undefined;
    keys.push(next.key);
    at = next.value;
  }
  return keys;
}

interface Step {
  /** "" for an element of a list. */
  readonly key: string;
  readonly value: YamlNode;
}

function childTowards(yaml: YamlText, collection: YamlNode, node: YamlNode): Step | undefined {
  const { values, keys } = childrenOf(yaml, collection);
  const at = lastUpTo(values, node);
  const value = values[at];
  if (value === undefined || lastEventOf(yaml, value) < node) return undefined;
  const key = keys?.[at];
  return { key: (key !== undefined && scalarText(yaml, dereference(yaml, key))) || "", value };
}

/** The nodes in a collection, with their keys where it is a mapping. */
interface Children {
  readonly values: readonly YamlNode[];
  readonly keys?: readonly YamlNode[];
}

/** What was looked through once is kept, since many images stand in one collection. */
function childrenOf(yaml: YamlText, collection: YamlNode): Children {
  const known = children.get(yaml) ?? new Map<YamlNode, Children>();
  children.set(yaml, known);
  const found = known.get(collection) ?? readChildren(yaml, collection);
  known.set(collection, found);
  return found;
}

const children = new WeakMap<YamlText, Map<YamlNode, Children>>();

function readChildren(yaml: YamlText, collection: YamlNode): Children {
  switch (kindOf(yaml, collection)) {
    case "sequence":
      return { values: elementsOf(yaml, collection) };
    case "mapping": {
      const keys = keysOf(yaml, collection);
      return { values: keys.map((key) => behind(yaml, key)), keys };
    }
    case "scalar":
    case "alias":
      return { values: [] };
  }
}
