/** Where the images are in files that are no objects of Kubernetes: a folder's kustomization, and the values of a chart. */
import type { FileForm } from "../krm/input.ts";
import type { Resource } from "../krm/resource.ts";
import type { FieldRule } from "./field-rule.ts";
import { type RulesOf, tableRules } from "./field-rules.ts";
import { buildRuleTree, type RuleNode, rootRule } from "./rule-tree.ts";

/** Who the object in a file is. */
export type FileIdentity = Partial<Pick<Resource, "apiVersion" | "group" | "kind" | "isNameless">>;

/** What counts as the object in a file, whatever it says. */
export const fileIdentity: Readonly<Record<FileForm, FileIdentity>> = {
  manifests: {},
  kustomization: {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    group: "kustomize.config.k8s.io",
    kind: "Kustomization",
    isNameless: true,
  },
  values: { apiVersion: "", group: "", kind: "Values", isNameless: true },
};

/** The rules for a file of a form, and for the objects in it. */
export function fileRules(form: FileForm, rulesOf: RulesOf): RulesOf {
  if (form === "manifests") return rulesOf;
  const { apiVersion, kind } = fileIdentity[form];
  const own = ownTrees[form]();
  return (object) => {
    const rules = rulesOf(object);
    if (object.kind !== kind || object.apiVersion !== apiVersion) return rules;
    return { trees: [...rules.trees, own], builtIn: true };
  };
}

const ownTrees: Readonly<Record<Exclude<FileForm, "manifests">, () => RuleNode>> = {
  kustomization: () => {
    kustomization ??= buildRuleTree(kustomizationRules(), "explicit");
    return kustomization;
  },
  values: () => {
    values ??= rootRule(valuesRule());
    return values;
  },
};

let kustomization: RuleNode | undefined;
let values: RuleNode | undefined;

/** https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ */
function kustomizationRules(): readonly FieldRule[] {
  const label = "kustomization";
  const keys = { repository: ["newName", "name"], tag: ["newTag"], digest: ["digest"] };
  const images = tableRules(label, { path: "images[]", in: "repositoryAndTag", keys, apart: true });
  return [
    // kustomize reads `newTag` and `digest` side by side.
    ...images.map((rule) => ({ ...rule, override: { digestKey: "digest" } })),
    ...tableRules(label, { path: "{patches,patchesJson6902}[]/patch", in: "object" }),
    // A patch is written here, or the name of its file is.
    ...tableRules(label, { path: "patchesStrategicMerge[]", in: "object", mixed: true }),
  ];
}

function valuesRule(): FieldRule {
  const [rule] = tableRules("values", { path: "*", in: "values" });
  if (rule === undefined) throw new Error("a row has a rule");
  return { ...rule, label: "values", fillsDigest: true };
}
