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
  const isDenied = resource.denials.some(
    ({ layer, node: part }) => layer === document && part <= first && first <= lastEventOf(yaml, part),
  );
  if (isDenied) return false;
  const root = document.carrier === undefined ? resource.resource.node : rootAround(yaml, first);
  const keys = keysOnWay(yaml, place, root);
  const last = keys?.at(-1);
  return (
    keys !== undefined && last !== undefined && imageKey.test(last) && !keys.some((key) => never.has(key))
  );
}

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
  const holds = (value: YamlNode): boolean => value <= node && node <= lastEventOf(yaml, value);
  if (kindOf(yaml, collection) === "sequence") {
    const value = elementsOf(yaml, collection).find(holds);
    return value === undefined ? undefined : { key: "", value };
  }
  if (kindOf(yaml, collection) !== "mapping") return undefined;
  const key = keysOf(yaml, collection).find((each) => holds(behind(yaml, each)));
  if (key === undefined) return undefined;
  return { key: scalarText(yaml, dereference(yaml, key)) ?? "", value: behind(yaml, key) };
}
