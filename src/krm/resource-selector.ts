/**
 * Selectors of resources, as the targets of kustomize's patches.
 *
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
 */
import type { Expression } from "./expression.ts";
import { meets, type Requirement } from "./label-selector.ts";
import type { Resource } from "./resource.ts";

/** What a resource must be: each part that is given must match. */
export interface ResourceSelector {
  readonly group?: Expression;
  readonly version?: Expression;
  readonly kind?: Expression;
  readonly name?: Expression;
  readonly namespace?: Expression;
  readonly labelSelector?: readonly Requirement[];
  readonly annotationSelector?: readonly Requirement[];
}

/** A resource with its labels. */
export type Labelled = Resource & { readonly labels: ReadonlyMap<string, string> };

/** Whether a selector means a resource. */
export function selects(selector: ResourceSelector, resource: Labelled): boolean {
  const { apiVersion, group, kind, name = "", namespace = "", labels, annotations } = resource;
  const { labelSelector = [], annotationSelector = [] } = selector;
  return (
    selector.group?.matches(group) !== false &&
    selector.version?.matches(apiVersion.slice(apiVersion.indexOf("/") + 1)) !== false &&
    selector.kind?.matches(kind) !== false &&
    selector.name?.matches(name) !== false &&
    selector.namespace?.matches(namespace) !== false &&
    meets(labelSelector, labels) &&
    meets(annotationSelector, annotations)
  );
}
