/** Texts and lists in a file of YAML, read as kustomize reads them: what is of another type is not there, and merge keys count. */
import { guessedLayer, outerLayer, straight } from "../fields/embedded-document.ts";
import type { Position } from "../krm/result.ts";
import { membersOf, ownOrMergedChild } from "../yaml/members.ts";
import { dereference, elementsOf, kindOf, rootOf, scalarText, scalarType, startOf } from "../yaml/node.ts";
import { placeFinder } from "../yaml/place.ts";
import { scan, type YamlNode, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";

/** A map in a text. */
export interface YamlMap {
  readonly yaml: YamlText;
  readonly node: YamlNode;
}

/** The documents of a text; none where it can't be read. */
export function documentsOf(text: string): readonly YamlMap[] {
  try {
    const yaml = scan(text);
    return yaml.documents.map((document) => ({ yaml, node: rootOf(document) }));
  } catch (error) {
    if (error instanceof YamlSyntaxError) return [];
    throw error;
  }
}

/** A document in a text that is a value of a file. */
export interface HeldDocument {
  readonly document: YamlMap;
  /** Where an offset of the document is in the file. */
  positionAt(offset: number): Position;
}

/** The documents of the text that a node is; none where it is no YAML. */
export function documentsHeld({ yaml, node }: YamlMap): readonly HeldDocument[] {
  const layer = guessedLayer({ layer: outerLayer(yaml), node, via: straight });
  if (layer === undefined) return [];
  const positionAt = (offset: number): Position =>
    placeOf(yaml, layer.toSource({ start: offset, end: offset + 1 })?.start ?? startOf(yaml, node) ?? 0);
  return layer.yaml.documents.map((each) => ({
    document: { yaml: layer.yaml, node: rootOf(each) },
    positionAt,
  }));
}

/** The map under a key; one without a node to speak of where there is none. */
export function mapAt({ yaml, node }: YamlMap, key: string): YamlMap | undefined {
  const child = ownOrMergedChild(yaml, node, key);
  return child === undefined || kindOf(yaml, child) !== "mapping" ? undefined : { yaml, node: child };
}

/** The elements of a list under a key. */
export function elementsAt({ yaml, node }: YamlMap, key: string): readonly YamlMap[] {
  return elementsIn(yaml, ownOrMergedChild(yaml, node, key));
}

/** The elements of a list. */
export function elementsIn(yaml: YamlText, list: YamlNode | undefined): readonly YamlMap[] {
  if (list === undefined || kindOf(yaml, list) !== "sequence") return [];
  return elementsOf(yaml, list).map((element) => ({ yaml, node: dereference(yaml, element) }));
}

/** The text under a key. Undefined also for nothing, and for null. */
export function textAt(map: YamlMap | undefined, key: string): string | undefined {
  if (map === undefined) return undefined;
  const value = ownOrMergedChild(map.yaml, map.node, key);
  return value === undefined || scalarType(map.yaml, value) === "null"
    ? undefined
    : scalarText(map.yaml, value) || undefined;
}

/** The texts of a list under a key. */
export function textsAt(map: YamlMap | undefined, key: string): readonly string[] {
  return map === undefined
    ? []
    : elementsAt(map, key).flatMap(({ yaml, node }) => scalarText(yaml, node) ?? []);
}

/** Finds what stands at keys of maps, and at indices of lists, one after the other; undefined where there is nothing. */
export type FindBelow = (keys: readonly (string | number)[]) => YamlNode | undefined;

/** Makes what finds it in a map. Each map and list on the way is gone through once, however often somebody asks. */
export function finderIn({ yaml, node: root }: YamlMap): FindBelow {
  const known = new Map<YamlNode, ReadonlyMap<string | number, YamlNode>>();
  const childrenOf = (node: YamlNode): ReadonlyMap<string | number, YamlNode> => {
    const children = known.get(node) ?? childrenIn(yaml, node);
    known.set(node, children);
    return children;
  };
  return (keys) =>
    keys.reduce<YamlNode | undefined>(
      (node, key) => (node === undefined ? undefined : childrenOf(node).get(key)),
      root,
    );
}

function childrenIn(yaml: YamlText, node: YamlNode): ReadonlyMap<string | number, YamlNode> {
  switch (kindOf(yaml, node)) {
    case "mapping":
      return new Map(membersOf(yaml, node).map(({ name, value }) => [name, dereference(yaml, value)]));
    case "sequence":
      return new Map(elementsOf(yaml, node).map((element, index) => [index, dereference(yaml, element)]));
    default:
      return new Map();
  }
}

/** Where an offset is; the lines of a text are counted once. */
export function placeOf(yaml: YamlText, offset: number): Position {
  const finder = finders.get(yaml) ?? placeFinder(yaml.source);
  finders.set(yaml, finder);
  return finder(offset);
}

const finders = new WeakMap<YamlText, (offset: number) => Position>();
