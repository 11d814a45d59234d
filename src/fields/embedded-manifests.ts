/** ConfigMaps and Secrets whose values are manifests, because an object of the same input applies them to clusters. */
import { type Resource, readResource } from "../krm/resource.ts";
import { childOf, dereference, elementsOf, kindOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { tableRules } from "./field-rules.ts";
import { buildRuleTree, type RuleNode } from "./rule-tree.ts";

/**
 * The holders that ClusterResourceSets name, as `kind namespace name`.
 *
 * https://cluster-api.sigs.k8s.io/tasks/cluster-resource-set
 */
export function manifestHolders(yaml: YamlText, items: readonly YamlNode[]): ReadonlySet<string> {
  const holders = new Set<string>();
  // Reading every object twice would cost more than looking for the word.
  if (!yaml.text.includes("ClusterResourceSet")) return holders;
  for (const item of items) {
    const set = kindOf(yaml, item) === "mapping" ? readResource(yaml, item) : undefined;
    if (set?.kind !== "ClusterResourceSet" || set.group !== "addons.cluster.x-k8s.io") continue;
    const resources = childOf(yaml, childOf(yaml, item, "spec"), "resources");
    if (resources === undefined || kindOf(yaml, resources) !== "sequence") continue;
    for (const element of elementsOf(yaml, resources)) {
      const target = dereference(yaml, element);
      const kind = scalarText(yaml, childOf(yaml, target, "kind"));
      const name = scalarText(yaml, childOf(yaml, target, "name"));
      if (kind !== undefined && name !== undefined)
        holders.add(holderKey({ kind, name, namespace: set.namespace }));
    }
  }
  return holders;
}

/** Whether the values of an object are manifests. */
export function isManifestHolder({ kind, name, namespace }: Resource, holders: ReadonlySet<string>): boolean {
  return holders.size > 0 && name !== undefined && holders.has(holderKey({ kind, name, namespace }));
}

/** The rule for the values of such an object. */
export const manifestTree: RuleNode = buildRuleTree(
  tableRules("ClusterResourceSet", { path: "{data,stringData}/*", in: "object" }),
  "explicit",
);

interface Holder {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

function holderKey({ kind, name, namespace }: Holder): string {
  return `${kind} ${namespace ?? ""} ${name}`;
}
