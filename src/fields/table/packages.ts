/** Packages, charts and whatever else is delivered as an OCI artifact. */
import type { FieldTable } from "./field-row.ts";

/** A chart that kustomize or kpt pulls with Helm, which knows no digest of it. */
export const pulledChart = {
  keys: { registry: ["repo"], repository: ["name"], tag: ["version"] },
  artifact:
    "Helm pulls this chart by its version, which may be another chart tomorrow: pull it once and commit it, or render it and pin the result",
} as const;

/** Packages, charts and whatever else is delivered as an OCI artifact. */
export const packages: FieldTable = {
  __proto__: null as never,
  "pkg.crossplane.io": () => ({
    ControllerConfig: ["spec/image"],
    DeploymentRuntimeConfig: ["spec/deploymentTemplate/spec/template/spec/<pod>"],
    "Provider Configuration Function": ["spec/package"],
  }),
  "helm.crossplane.io helm.m.crossplane.io": () => ({
    Release: [{ path: "spec/forProvider/values", in: "values" }],
  }),
  "kustomize.toolkit.fluxcd.io": () => ({
    // kustomize writes `newTag` behind a colon as it stands.
    Kustomization: [
      {
        path: "spec/images[]",
        in: "repositoryAndTag",
        keys: { repository: ["newName", "name"], tag: ["newTag"], digest: ["digest"] },
        digestInTag: true,
      },
      { path: "spec/patches[]/patch", in: "patch" },
      // Both are gone since v1.
      { path: "spec/patchesJson6902[]/patch", in: "patch" },
      { path: "spec/patchesStrategicMerge[]", in: "object" },
    ],
  }),
  "helm.toolkit.fluxcd.io": () => ({
    HelmRelease: [
      { path: "spec/values", in: "values" },
      {
        path: "spec/postRenderers[]/kustomize/images[]",
        in: "repositoryAndTag",
        keys: { repository: ["newName", "name"], tag: ["newTag"], digest: ["digest"] },
        digestInTag: true,
      },
      { path: "spec/postRenderers[]/kustomize/{patches,patchesJson6902}[]/patch", in: "patch" },
      { path: "spec/postRenderers[]/kustomize/patchesStrategicMerge[]", in: "object" },
    ],
  }),
  "source.toolkit.fluxcd.io": () => ({
    OCIRepository: [
      {
        path: "spec",
        in: "repositoryAndTag",
        keys: { repository: ["url"], tag: ["ref/tag"], digest: ["ref/digest"] },
      },
    ],
  }),
  "fluxcd.controlplane.io": () => ({
    FluxInstance: [{ path: "spec/kustomize/patches[]/patch", in: "patch" }],
  }),
  "helm.cattle.io": () => ({
    "HelmChart HelmChartConfig": ["spec/jobImage", { path: "spec/{valuesContent,values}", in: "values" }],
  }),
  "addons.cluster.x-k8s.io": () => ({
    HelmChartProxy: [{ path: "spec/valuesTemplate", in: "values" }],
    HelmReleaseProxy: [{ path: "spec/values", in: "values" }],
  }),
  "helm.k0sproject.io": () => ({
    Chart: [{ path: "spec/values", in: "values" }],
  }),
  "config.projectsveltos.io": () => ({
    "ClusterProfile Profile": [{ path: "spec/helmCharts[]/values", in: "values" }],
  }),
  "packages.eks.amazonaws.com": () => ({
    Package: [{ path: "spec/config", in: "values" }],
  }),
  // What makes manifests of charts, at the client.
  "fn.kpt.dev": () => ({
    RenderHelmChart: [
      { path: "helmCharts[]/{templateOptions/values/,}valuesInline", in: "values" },
      { path: "helmCharts[]/chartArgs", in: "repositoryAndTag", ...pulledChart },
    ],
  }),
  core: () => ({
    HelmChartInflationGenerator: [{ path: "valuesInline", in: "values" }],
    // kustomize's own plug-ins, of `apiVersion: builtin`.
    ImageTagTransformer: [
      {
        path: "imageTag",
        in: "repositoryAndTag",
        keys: { repository: ["newName", "name"], tag: ["newTag"], digest: ["digest"] },
        digestInTag: true,
      },
    ],
    PatchTransformer: [{ path: "patch", in: "patch" }],
    PatchJson6902Transformer: [{ path: "jsonOp", in: "patch" }],
    PatchStrategicMergeTransformer: [{ path: "patches", in: "object" }],
  }),
  "fleet.cattle.io": () => ({
    Bundle: [
      { path: "spec/resources[]/content", in: "object", mixed: true },
      { path: "spec/{helm,targets[]/helm}/values", in: "values" },
    ],
    "GitRepo HelmOp": [{ path: "spec/helm/values", in: "values" }],
  }),
  "kappctrl.k14s.io": () => ({
    App: ["spec/fetch[]/imgpkgBundle/image", "spec/fetch[]/image/url"],
  }),
  "packaging.carvel.dev": () => ({
    PackageRepository: ["spec/fetch/imgpkgBundle/image", "spec/fetch/image/url"],
  }),
  "data.packaging.carvel.dev": () => ({
    Package: ["spec/template/spec/fetch[]/imgpkgBundle/image", "spec/template/spec/fetch[]/image/url"],
  }),
  "vendir.k14s.io": () => ({
    Config: ["directories[]/contents[]/imgpkgBundle/image"],
  }),
  "extensions.istio.io": () => ({
    WasmPlugin: [{ path: "spec/url", in: "text", pattern: "^(?:oci)://(?<image>\\S+)$", loose: true }],
  }),
  "policies.kubewarden.io": () => ({
    "ClusterAdmissionPolicy AdmissionPolicy": [
      {
        path: "spec/module",
        in: "text",
        pattern: "^(?:registry://)?(?<image>[^:/\\s]+(?::\\d+)?/\\S+)$",
        loose: true,
      },
    ],
    "ClusterAdmissionPolicyGroup AdmissionPolicyGroup": [
      {
        path: "spec/policies/*/module",
        in: "text",
        pattern: "^(?:registry://)?(?<image>[^:/\\s]+(?::\\d+)?/\\S+)$",
        loose: true,
      },
    ],
    PolicyServer: ["spec/image"],
  }),
  "core.gardener.cloud": () => ({
    ControllerDeployment: [
      { path: "helm/values", in: "values" },
      { path: "helm/ociRepository", in: "repositoryAndTag" },
    ],
  }),
  "operator.gardener.cloud": () => ({
    Extension: [{ path: "spec/deployment/**/ociRepository", in: "repositoryAndTag" }],
  }),
  "seedmanagement.gardener.cloud": () => ({
    "ManagedSeed Gardenlet": [
      { path: "spec/gardenlet/deployment/image", in: "repositoryAndTag" },
      { path: "spec/deployment/image", in: "repositoryAndTag" },
    ],
  }),
  // Before v1beta1 a package may lack its apiVersion.
  "zarf.dev core": () => ({
    ZarfPackageConfig: [
      { path: "components[]/images[]", loose: true },
      { path: "components[]/images[]/name", loose: true },
    ],
  }),
  "zarf.dev": () => ({
    ZarfComponentConfig: [
      { path: "component/images[]", loose: true },
      { path: "component/images[]/name", loose: true },
    ],
  }),
  // A bundle is an OCI index.
  "getporter.org": () => ({
    Installation: [
      {
        path: "spec/bundle",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag", "version"], digest: ["digest"] },
      },
    ],
  }),
  "meta.pkg.crossplane.io": () => ({
    Provider: ["spec/controller/image"],
    Function: ["spec/image"],
  }),
  "auto.pulumi.com": () => ({
    Workspace: ["spec/image"],
  }),
  "pulumi.com": () => ({
    Stack: ["spec/workspaceTemplate/spec/image"],
  }),
};
