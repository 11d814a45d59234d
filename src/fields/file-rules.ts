/** Where the images are in files that are no objects of Kubernetes: a folder's kustomization, its patches, and the values of a chart. */
import type { FileForm, InputFile } from "../krm/input.ts";
import type { Resource } from "../krm/resource.ts";
import type { FieldRule } from "./field-rule.ts";
import { type RulesOf, tableRules } from "./field-rules.ts";
import { buildRuleTree, type RuleNode, rootRule } from "./rule-tree.ts";
import { unknownField } from "./suggested-spec.ts";
import type { FieldRow } from "./table/field-row.ts";
import { pulledChart } from "./table/packages.ts";
import { anyKindRows } from "./table/tables.ts";

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
  patch: { apiVersion: "", group: "", kind: "Patch", isNameless: true },
  values: { apiVersion: "", group: "", kind: "Values", isNameless: true },
};

/** The rules for a file of a form, and for the objects in it. */
export function fileRules({ form, patched }: Pick<InputFile, "form" | "patched">, rulesOf: RulesOf): RulesOf {
  if (form === "manifests") return rulesOf;
  const { apiVersion, kind } = fileIdentity[form];
  const own = form === "patch" ? rootRule(patchRule(patched)) : ownTrees[form]();
  return (object) => {
    const rules = rulesOf(object);
    if (object.kind !== kind || object.apiVersion !== apiVersion) return rules;
    return { trees: [...rules.trees, own], builtIn: true };
  };
}

const ownTrees: Readonly<Record<"kustomization" | "values", () => RuleNode>> = {
  kustomization: () => {
    kustomization ??= buildRuleTree(kustomizationRules(), "explicit");
    return kustomization;
  },
  values: () => {
    values ??= rootRule(valuesRule("*"));
    return values;
  },
};

let kustomization: RuleNode | undefined;
let values: RuleNode | undefined;

/** https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ */
function kustomizationRules(): readonly FieldRule[] {
  const label = "kustomization";
  const keys = { repository: ["newName", "name"], tag: ["newTag"], digest: ["digest"] };
  const images = tableRules(label, { path: imageLists, in: "repositoryAndTag", keys, apart: true });
  return [
    // kustomize reads `newTag` and `digest` side by side.
    ...images.map((rule) => ({ ...rule, override: { digestKey: "digest" } })),
    ...tableRules(label, { path: "{patches,patchesJson6902}[]/patch", in: "patch" }),
    // A patch is written here, or the name of its file is. kustomize 4 takes both of them in `patches`, too.
    ...tableRules(label, { path: "{patches,patchesStrategicMerge}[]", in: "object", mixed: true }),
    ...tableRules(label, { path: "{transformers,generators,validators}[]", in: "object", mixed: true }),
    ...anyKindRows.annotations.flatMap((row: FieldRow) =>
      tableRules(label, { ...row, path: `commonAnnotations/${row.path}` }),
    ),
    ...tableRules(label, { path: "helmCharts[]", in: "repositoryAndTag", ...pulledChart }),
    ...["helmCharts[]/valuesInline", "helmChartInflationGenerator[]/valuesLocal"].map(valuesRule),
    // What is made of these says nothing of images: they are taken for some where a registry knows them.
    ...[
      ...tableRules(label, {
        path: "{configMapGenerator,secretGenerator}[]/literals[]",
        in: "text",
        pattern: literalPattern,
        loose: true,
      }),
      ...tableRules(label, { path: "replacements[]/sourceValue", loose: true }),
    ].map((rule) => ({ ...rule, label: unknownField })),
  ];
}

/** The second is the first's old name, which kustomize still takes. */
const imageLists = "{images,imageTags}[]";

/** `APP_IMAGE=app:1`, and `SIDECAR=ghcr.io/acme/app:1`, perhaps in quotes. */
const literalPattern =
  "^(?:[\\w.-]*[iI](?:mage|MAGE)|[\\w.-]+(?==[\"']?[\\w-]*[.:][\\w.:-]*/))=[\"']?(?<image>[^\\s\"'=]+)[\"']?$";

function valuesRule(path: string): FieldRule {
  const [rule] = tableRules("values", { path, in: "values" });
  if (rule === undefined) throw new Error("a row has a rule");
  return { ...rule, label: "values", fillsDigest: true };
}

function patchRule(patched: InputFile["patched"]): FieldRule {
  const [rule] = tableRules("kustomization", { path: "*", in: "patch" });
  if (rule === undefined) throw new Error("a row has a rule");
  return { ...rule, label: "patch", ...(patched && { patched }) };
}
