/** ConfigMaps and Secrets whose texts are manifests or values of charts, because an object of the same input says so. */
import { type Resource, readResource } from "../krm/resource.ts";
import { goType } from "../yaml/go-type.ts";
import { ownOrMergedChild } from "../yaml/members.ts";
import { dereference, elementsOf, kindOf, scalarText } from "../yaml/node.ts";
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
  // Reading every object twice would cost more than looking for the words.
  if (!naming.test(yaml.text)) return noHolders;
  const formsByHolder = new Map<string, { readonly isSecret: boolean; readonly forms: Set<string> }>();
  for (const item of items) {
    const resource = kindOf(yaml, item) === "mapping" ? readResource(yaml, item) : undefined;
    if (resource === undefined) continue;
    for (const { kind, name, form } of referencesOf(yaml, item, resource)) {
      if (kind === undefined || name === undefined || form === undefined) continue;
      const holder = holderKey({ kind, name, namespace: resource.namespace });
      const known = formsByHolder.get(holder) ?? { isSecret: kind === "Secret", forms: new Set() };
      known.forms.add(form);
      formsByHolder.set(holder, known);
    }
  }
  return new Map(
    [...formsByHolder].map(([holder, { isSecret, forms }]) => [holder, treeOf(isSecret, [...forms])]),
  );
}

// An expression of several words is found faster than one word.
const naming = /ClusterResourceSet|valuesFrom/;
const noHolders: TextHolders = new Map();

/** The rules for the texts of an object, if it is such a holder. */
export function treeOfHolder(
  { kind, name, namespace }: Resource,
  holders: TextHolders,
): RuleNode | undefined {
  if (holders.size === 0 || name === undefined) return undefined;
  return holders.get(holderKey({ kind, name, namespace }));
}

/** What an object says of a holder. */
interface Reference {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  /** {@link manifests}, or the key of the values of a chart; undefined where no holder can have that. */
  readonly form: string | undefined;
}

/** All texts are manifests. No key of a holder is called that. */
const manifests = "*";

function referencesOf(yaml: YamlText, item: YamlNode, { kind, group }: Resource): readonly Reference[] {
  const listed = (key: string): readonly YamlNode[] => {
    const list = ownOrMergedChild(yaml, ownOrMergedChild(yaml, item, "spec"), key);
    if (list === undefined || kindOf(yaml, list) !== "sequence") return [];
    return elementsOf(yaml, list).map((element) => dereference(yaml, element));
  };
  const text = (node: YamlNode, key: string): string | undefined => {
    const value = ownOrMergedChild(yaml, node, key);
    return value === undefined || goType(yaml, value) === "null" ? undefined : scalarText(yaml, value);
  };
  if (kind === "ClusterResourceSet" && group === "addons.cluster.x-k8s.io") {
    return listed("resources").map((node) => ({
      kind: text(node, "kind"),
      name: text(node, "name"),
      form: manifests,
    }));
  }
  if (kind !== "HelmRelease" || group !== "helm.toolkit.fluxcd.io") return [];
  return listed("valuesFrom")
    .filter((node) => !text(node, "targetPath"))
    .map((node) => {
      const key = text(node, "valuesKey") || "values.yaml";
      return {
        kind: text(node, "kind"),
        name: text(node, "name"),
        form: holderKeys.test(key) ? key : undefined,
      };
    });
}

// https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object
const holderKeys = /^[-._a-zA-Z0-9]+$/;

/** The rules for what several objects say of one holder. Values come first: objects in them count too. */
function treeOf(isSecret: boolean, forms: readonly string[]): RuleNode {
  const rules = forms
    .filter((form) => form !== manifests)
    .flatMap((key) => {
      const document = { in: "values", mixed: true } as const;
      return isSecret
        ? [
            ...tableRules("HelmRelease", { path: `data/["${key}"]`, ...document, encoded: true }),
            ...tableRules("HelmRelease", { path: `stringData/["${key}"]`, ...document }),
          ]
        : tableRules("HelmRelease", { path: `data/["${key}"]`, ...document });
    });
  const whole = isSecret ? secretRules : configMapRules;
  return buildRuleTree(forms.includes(manifests) ? [...rules, ...whole] : rules, "explicit");
}

const secretRules = [
  ...tableRules("ClusterResourceSet", { path: "data/*", in: "object", encoded: true }),
  ...tableRules("ClusterResourceSet", { path: "stringData/*", in: "object" }),
];
const configMapRules = [
  ...tableRules("ClusterResourceSet", { path: "data/*", in: "object" }),
  ...tableRules("ClusterResourceSet", { path: "binaryData/*", in: "object", encoded: true }),
];

interface Holder {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

function holderKey({ kind, name, namespace }: Holder): string {
  return `${kind} ${namespace ?? ""} ${name}`;
}
