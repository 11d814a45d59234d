/** Where the images are in files that are no objects of Kubernetes: a folder's kustomization, its patches, and the values of a chart. */
import { type ImageSource, sourcesIn } from "../krm/image-source.ts";
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
  replacement: { apiVersion: "", group: "", kind: "Replacement", isNameless: true },
  patch: { apiVersion: "", group: "", kind: "Patch", isNameless: true },
  values: { apiVersion: "", group: "", kind: "Values", isNameless: true },
};

/** The rules for a file, and for the objects in it. */
export function fileRules(file: InputFile, rulesOf: RulesOf): RulesOf {
  const rules = withCharts(formRules(file, rulesOf));
  return file.sources === undefined ? rules : withSources(file.sources, rules);
}

/** The values in a generator of charts are those in `helmCharts`: in files, an empty key for a digest is filled. */
function withCharts(rulesOf: RulesOf): RulesOf {
  return (object) => {
    const rules = rulesOf(object);
    if (object.kind !== "HelmChartInflationGenerator" || object.apiVersion !== "builtin") return rules;
    chart ??= buildRuleTree([valuesRule("valuesInline")], "explicit");
    return { ...rules, trees: [chart, ...rules.trees] };
  };
}

let chart: RuleNode | undefined;

/** Rules that make images of what kustomizations take from a file. */
function withSources(sources: readonly ImageSource[], rulesOf: RulesOf): RulesOf {
  return (object) => {
    const rules = rulesOf(object);
    const own = sourcesIn(sources, object).map(sourceTree);
    return own.length === 0 ? rules : { ...rules, trees: [...own, ...rules.trees] };
  };
}

function sourceTree(sources: readonly ImageSource[]): RuleNode {
  const tree = sourceTrees.get(sources) ?? buildRuleTree(sources.flatMap(sourceRules), "explicit");
  sourceTrees.set(sources, tree);
  return tree;
}

/** Many objects of many files have the same. */
const sourceTrees = new WeakMap<readonly ImageSource[], RuleNode>();

function sourceRules({ path, pattern, isCertain }: ImageSource): readonly FieldRule[] {
  const rules = tableRules("replacements", { path, ...(pattern !== undefined && { in: "text", pattern }) });
  return rules.map((rule) =>
    isCertain
      ? { ...rule, label: "replacements", certain: true }
      : { ...rule, label: unknownField, loose: true },
  );
}

function formRules({ form, patched }: InputFile, rulesOf: RulesOf): RulesOf {
  if (form === "manifests") return rulesOf;
  const { apiVersion, kind } = fileIdentity[form];
  const own = form === "patch" ? rootRule(patchRule(patched)) : ownTrees[form]();
  return (object) => {
    const rules = rulesOf(object);
    if (object.kind !== kind || object.apiVersion !== apiVersion) return rules;
    return { trees: [...rules.trees, own], builtIn: true };
  };
}

const ownTrees: Readonly<Record<Exclude<FileForm, "manifests" | "patch">, () => RuleNode>> = {
  kustomization: () => {
    kustomization ??= buildRuleTree(kustomizationRules(), "explicit");
    return kustomization;
  },
  replacement: () => {
    replacement ??= buildRuleTree(
      ["sourceValue", "[]/sourceValue"].flatMap((path) => likelyRules({ path, loose: true })),
      "explicit",
    );
    return replacement;
  },
  values: () => {
    values ??= rootRule(valuesRule("*"));
    return values;
  },
};

let kustomization: RuleNode | undefined;
let replacement: RuleNode | undefined;
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
    ...likelyRules({
      path: "{configMapGenerator,secretGenerator}[]/literals[]",
      in: "text",
      pattern: literalPattern,
      loose: true,
    }),
    ...likelyRules({ path: "replacements[]/sourceValue", loose: true }),
  ];
}

function likelyRules(row: FieldRow): readonly FieldRule[] {
  return tableRules("kustomization", row).map((rule) => ({ ...rule, label: unknownField }));
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
  return { ...rule, label: "patch", patched };
}
