/** ConfigMaps and Secrets whose texts are manifests or values of charts, because an object of the same input says so. */
import { type Resource, readResource } from "../krm/resource.ts";
import { childOf, dereference, elementsOf, kindOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { tableRules } from "./field-rules.ts";
import { buildRuleTree, type RuleNode } from "./rule-tree.ts";

/** The rules for the texts of ConfigMaps and Secrets, by `kind namespace name`. */
export type TextHolders = ReadonlyMap<string, RuleNode>;

/**
 * The holders that ClusterResourceSets apply to clusters, and those from which HelmReleases take values.
 *
 * https://cluster-api.sigs.k8s.io/tasks/cluster-resource-set
 * https://fluxcd.io/flux/components/helm/helmreleases/#values-references
 */
export function textHolders(yaml: YamlText, items: readonly YamlNode[]): TextHolders {
  const holders = new Map<string, RuleNode>();
  // Reading every object twice would cost more than looking for the words.
  const isNamed = yaml.text.includes("ClusterResourceSet") || yaml.text.includes("valuesFrom");
  if (!isNamed) return holders;
  for (const item of items) {
    const resource = kindOf(yaml, item) === "mapping" ? readResource(yaml, item) : undefined;
    if (resource === undefined) continue;
    for (const reference of referencesOf(yaml, item, resource)) {
      const { kind, name } = reference;
      if (kind !== undefined && name !== undefined)
        holders.set(holderKey({ kind, name, namespace: resource.namespace }), reference.tree());
    }
  }
  return holders;
}

/** The rules for the texts of an object, if it is such a holder. */
export function treeOfHolder(
  { kind, name, namespace }: Resource,
  holders: TextHolders,
): RuleNode | undefined {
  if (holders.size === 0 || name === undefined) return undefined;
  return holders.get(holderKey({ kind, name, namespace }));
}

interface Reference {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly tree: () => RuleNode;
}

function referencesOf(yaml: YamlText, item: YamlNode, { kind, group }: Resource): readonly Reference[] {
  const listed = (key: string): readonly YamlNode[] => {
    const list = childOf(yaml, childOf(yaml, item, "spec"), key);
    if (list === undefined || kindOf(yaml, list) !== "sequence") return [];
    return elementsOf(yaml, list).map((element) => dereference(yaml, element));
  };
  const text = (node: YamlNode, key: string): string | undefined =>
    scalarText(yaml, childOf(yaml, node, key));
  if (kind === "ClusterResourceSet" && group === "addons.cluster.x-k8s.io") {
    return listed("resources").map((node) => ({
      kind: text(node, "kind"),
      name: text(node, "name"),
      tree: manifestTree,
    }));
  }
  if (kind !== "HelmRelease" || group !== "helm.toolkit.fluxcd.io") return [];
  return listed("valuesFrom")
    .filter((node) => text(node, "targetPath") === undefined)
    .map((node) => ({
      kind: text(node, "kind"),
      name: text(node, "name"),
      tree: () => valuesTree(text(node, "valuesKey") ?? "values.yaml"),
    }));
}

// Made when it is first needed, which it is in few runs.
let objectsTree: RuleNode | undefined;

function manifestTree(): RuleNode {
  objectsTree ??= buildRuleTree(
    tableRules("ClusterResourceSet", { path: "{data,stringData}/*", in: "object" }),
    "explicit",
  );
  return objectsTree;
}

function valuesTree(key: string): RuleNode {
  const path = `{data,stringData}/["${/["[\]{}]/.test(key) ? "values.yaml" : key}"]`;
  return buildRuleTree(tableRules("HelmRelease", { path, in: "values", mixed: true }), "explicit");
}

interface Holder {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

function holderKey({ kind, name, namespace }: Holder): string {
  return `${kind} ${namespace ?? ""} ${name}`;
}
