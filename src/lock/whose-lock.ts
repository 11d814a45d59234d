/**
 * Whose lock counts: only one whose place says that it belongs to the package. Whoever writes a chart, a base or a
 * sub-package could otherwise say which digests all other images get.
 */
import type { Input } from "../krm/input.ts";
import {
  localConfigAnnotation,
  olderPathAnnotation,
  packageAnnotation,
  pathAnnotation,
} from "../krm/place-annotations.ts";
import { isImageLock, isLocalConfig, type Resource, readResource } from "../krm/resource.ts";
import { childOf, dereference, elementsOf, kindOf, scalarText, valuesOf } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";

/** A lock of an input, and why it does not count, where it does not. */
export interface FoundLock {
  readonly resource: Resource;
  readonly objection: string | undefined;
}

/** The locks of an input, those in its Lists too. */
export function findLocks(input: Input): readonly FoundLock[] {
  const found = [...lockNodes(input)].map(({ node, isInList }) => ({
    resource: readResource(input.yaml, node),
    isInList,
  }));
  const locks = found.filter(({ resource }) => isImageLock(resource));
  if (locks.length === 0) return [];
  const places = placesOf(input);
  return locks.map(({ resource, isInList }) => ({
    resource,
    objection: isInList
      ? "it stands in a List"
      : (repetition(input.yaml, resource) ?? objectionTo(resource, places)),
  }));
}

/** True for a list whose items know their files: what is added to it is kept. A lock alone says nothing of the others. */
export function keepsFiles(input: Input): boolean {
  return placesOf(input).kind === "paths";
}

/** What the items of an input say of where they come from. */
type Places =
  | { readonly kind: "stream" }
  /** Nothing, as kustomize sends them. */
  | { readonly kind: "none" }
  /** Each its file, as kpt sends them; in a render also its package. */
  | { readonly kind: "paths"; readonly inPackages: boolean };

function placesOf({ kind, yaml, items }: Input): Places {
  if (kind === "stream") return { kind: "stream" };
  const locks: Resource[] = [];
  let [others, placed] = [0, 0];
  // One by one: all objects of a long list would be in memory twice.
  for (const item of items) {
    if (kindOf(yaml, item) !== "mapping") continue;
    const resource = readResource(yaml, item);
    if (isImageLock(resource)) {
      locks.push(resource);
      continue;
    }
    others += 1;
    if (resource.file === undefined) continue;
    if (!isInPackage(resource)) return { kind: "paths", inPackages: false };
    placed += 1;
  }
  if (others > 0) return placed === 0 ? { kind: "none" } : { kind: "paths", inPackages: true };
  const placedLocks = locks.filter(({ file }) => file !== undefined);
  if (placedLocks.length === 0) return { kind: "none" };
  return { kind: "paths", inPackages: placedLocks.every(isInPackage) };
}

function isInPackage({ annotations }: Resource): boolean {
  return annotations.has(packageAnnotation);
}

/**
 * What a lock says twice of its place. kpt overwrites the first of two annotations that are called the same, and hands on
 * the second, which whoever wrote the sub-package may have aimed at the root.
 */
function repetition(yaml: YamlText, { node }: Resource): string | undefined {
  const [metadata, otherMetadata] = valuesIn(yaml, node, "metadata");
  if (otherMetadata !== undefined) return "its `metadata` is there twice";
  const [annotations, otherAnnotations] = valuesIn(yaml, metadata, "annotations");
  if (otherAnnotations !== undefined) return "its `annotations` are there twice";
  const name = placeAnnotations.find((each) => valuesIn(yaml, annotations, each).length > 1);
  return name === undefined ? undefined : `its annotation ${JSON.stringify(name)} is there twice`;
}

function valuesIn(yaml: YamlText, node: YamlNode | undefined, name: string): readonly YamlNode[] {
  const mapping = node === undefined ? undefined : dereference(yaml, node);
  return mapping !== undefined && kindOf(yaml, mapping) === "mapping" ? valuesOf(yaml, mapping, name) : [];
}

function objectionTo(lock: Resource, places: Places): string | undefined {
  switch (places.kind) {
    case "stream":
      return "a stream may hold what anybody has put there";
    case "none":
      if (lock.file !== undefined)
        return `it names a file, ${JSON.stringify(lock.file.path)}, which no other item does`;
      // Up to version 4, kustomize drops what has it from a base. Later ones hand it on, and nothing tells it from one of
      // the kustomization itself; with a lock of its own there are two then, which is an error.
      // https://github.com/kubernetes-sigs/kustomize/pull/4895
      return isLocalConfig(lock)
        ? undefined
        : 'it lacks the annotation `config.kubernetes.io/local-config: "true"`';
    case "paths":
      return objectionToPath(lock, places.inPackages);
  }
}

function objectionToPath({ annotations }: Resource, inPackages: boolean): string | undefined {
  const path = annotations.get(pathAnnotation) ?? annotations.get(olderPathAnnotation) ?? "";
  const twin = annotations.get(olderPathAnnotation) ?? path;
  if (path !== twin)
    return `its annotations name two paths, ${JSON.stringify(path)} and ${JSON.stringify(twin)}`;
  if (path === "") return "it does not say which file it is from, as the other items do";
  const parts = path.split(/[/\\]/);
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path) || parts.includes(".."))
    return `its path ${JSON.stringify(path)} is not one down from the root of the package`;
  if (["", "."].includes(parts.at(-1) ?? ""))
    return `its path ${JSON.stringify(path)} is that of a folder, not of a file`;
  return objectionToPackage(annotations.get(packageAnnotation), inPackages);
}

function objectionToPackage(path: string | undefined, inPackages: boolean): string | undefined {
  if (path?.split(/[/\\]/).includes("..")) return `its package ${JSON.stringify(path)} leads up again`;
  if ((path !== undefined) === inPackages) return undefined;
  return inPackages
    ? "it does not say which package it is in, as the other items do"
    : "it names a package, which the other items do not";
}

const placeAnnotations = [pathAnnotation, olderPathAnnotation, packageAnnotation, localConfigAnnotation];

interface LockNode {
  readonly node: YamlNode;
  readonly isInList: boolean;
}

/** What may be a lock, by its kind alone, since most items are none. */
function* lockNodes({ yaml, items }: Input): Generator<LockNode, void, undefined> {
  const lists: YamlNode[] = [];
  const kindOfItem = (node: YamlNode): string => scalarText(yaml, childOf(yaml, node, "kind")) ?? "";
  for (const node of items) {
    const kind = kindOfItem(node);
    if (kind === "ImageLock") yield { node, isInList: false };
    else if (kind.endsWith("List")) lists.push(node);
  }
  // The same list may be named many times, and lists may hold each other.
  const seen = new Set(lists);
  for (const list of lists) {
    for (const node of membersOf(yaml, list)) {
      if (seen.has(node)) continue;
      seen.add(node);
      const kind = kindOfItem(node);
      if (kind === "ImageLock") yield { node, isInList: true };
      else if (kind.endsWith("List")) lists.push(node);
    }
  }
}

function membersOf(yaml: YamlText, list: YamlNode): readonly YamlNode[] {
  const items = childOf(yaml, list, "items");
  if (items === undefined || kindOf(yaml, items) !== "sequence") return [];
  return elementsOf(yaml, items).map((item) => dereference(yaml, item));
}
