/** Finding the fields of Kubernetes objects that hold images. */
import { type Resource, readResource } from "../krm/resource.ts";
import { childOf, dereference, elementsOf, isBlockScalar, kindOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { holdsNoImages } from "./exempt.ts";
import { podSpecImages } from "./pod-spec.ts";

/** A field that holds an image, or should. */
export interface ImageField {
  readonly resource: Resource;
  /** From the resource's root: `spec.template.spec.containers[0].image`. */
  readonly path: string;
  /** A scalar, or an alias of one; anything else where `fault` says so. */
  readonly node: YamlNode;
  /** The text of the scalar; absent where there is none. */
  readonly value?: string;
  /** Why the value can't be taken for an image. */
  readonly fault?: ImageFieldFault;
}

/** `not-a-string`: a number, a map…; `duplicate-key`: the object says two images, and readers differ in which one counts. */
export type ImageFieldFault = "not-a-string" | "duplicate-key";

/** A Kubernetes object and the fields in it that hold images, in the order of the text. */
export interface ResourceImages {
  readonly resource: Resource;
  readonly fields: readonly ImageField[];
  /** Why it was not looked into. */
  readonly skipped?: string;
}

/** Says why an object, with all objects in it, is not to be looked into; undefined where it is. */
export type SkipReason = (resource: Resource) => string | undefined;

/**
 * The objects at a node, which may be a list of objects or a list of lists, and their images. Nothing that isn't an
 * object of Kubernetes is looked into, and no shape of it is an error.
 */
export function* findImages(
  yaml: YamlText,
  node: YamlNode,
  skipReason: SkipReason,
): Generator<ResourceImages, void, undefined> {
  yield* imagesOf({ yaml, skipReason, seen: new Set() }, readResource(yaml, node));
}

interface Search {
  readonly yaml: YamlText;
  readonly skipReason: SkipReason;
  /** An anchored object may be listed many times. */
  readonly seen: Set<YamlNode>;
}

function* imagesOf(search: Search, resource: Resource): Generator<ResourceImages, void, undefined> {
  const { yaml, skipReason, seen } = search;
  if (seen.has(resource.node)) return;
  seen.add(resource.node);
  const skipped = skipReason(resource);
  if (skipped !== undefined) {
    yield { resource, fields: [], skipped };
    return;
  }
  const members = listMembers(yaml, resource);
  if (members === undefined) {
    const found = holdsNoImages(resource) ? [] : podSpecImages(yaml, resource.node);
    yield { resource, fields: found.map((image) => ({ resource, ...image, ...valueAt(yaml, image.node) })) };
    return;
  }
  for (const member of members)
    yield* imagesOf(search, withListDefaults(readResource(yaml, member), resource));
}

/** The objects of a List kind: `List`, `PodList`, … */
function listMembers(yaml: YamlText, { node, kind }: Resource): readonly YamlNode[] | undefined {
  if (!kind.endsWith("List")) return undefined;
  const items = childOf(yaml, node, "items");
  if (items === undefined || kindOf(yaml, items) !== "sequence") return undefined;
  return [...elementsOf(yaml, items)].map((item) => dereference(yaml, item));
}

/** The API server leaves out what the list's kind says of its members; the file is that of the list. */
function withListDefaults(member: Resource, list: Resource): Resource {
  return {
    ...member,
    ...(member.kind === "" && { kind: list.kind.slice(0, -"List".length) }),
    ...(member.apiVersion === "" && { apiVersion: list.apiVersion, group: list.group }),
    ...(list.file !== undefined && { file: list.file }),
  };
}

function valueAt(yaml: YamlText, node: YamlNode): { readonly value?: string } {
  const target = dereference(yaml, node);
  const value = scalarText(yaml, target);
  if (value === undefined) return {};
  // The line break that ends a block scalar belongs to the notation.
  return { value: isBlockScalar(yaml, target) ? value.replace(/\n+$/, "") : value };
}
