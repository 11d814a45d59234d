/** Identity, secrets and policy engines. */
import type { FieldTable } from "./field-row.ts";

/** Identity, secrets and policy engines. */
export const security: FieldTable = {
  __proto__: null as never,
  "cloudsql.cloud.google.com": () => ({
    AuthProxyWorkload: ["spec/authProxyContainer/image", "spec/authProxyContainer/container/image"],
  }),
  "k8s.keycloak.org": () => ({
    Keycloak: ["spec/image", "spec/unsupported/podTemplate/spec/<pod>"],
  }),
  "vault.banzaicloud.com": () => ({
    Vault: [
      "spec/{image,bankVaultsImage,statsdImage,fluentdImage,veleroFsfreezeImage}",
      "spec/{vaultConfigurerPodSpec,vaultPodSpec}/<pod>",
      "spec/{vaultContainerSpec,vaultContainers[],vaultInitContainers[]}/image",
    ],
  }),
  "execution.securecodebox.io": () => ({
    "ScanCompletionHook ClusterScanCompletionHook": ["spec/image"],
    "ParseDefinition ClusterParseDefinition": ["spec/image"],
  }),
  "vshn.appcat.vshn.io": () => ({
    "VSHNKeycloak XVSHNKeycloak": ["spec/parameters/service/customizationImage/image"],
  }),
  "operator.kubearmor.com": () => ({
    KubeArmorConfig: ["spec/*/image"],
  }),
  "operator.keycloak.org legacy.k8s.keycloak.org k8s.keycloak.org": () => ({
    KeycloakRealmImport: ["spec/job/image"],
  }),
  "operator.aquasec.com": () => ({
    "*": [
      {
        path: "spec/**/image",
        in: "repositoryAndTag",
        keys: { registry: ["registry"], repository: ["repository"], tag: ["tag"] },
      },
    ],
  }),
  "operator.gatekeeper.sh": () => ({
    Gatekeeper: ["spec/image/image"],
  }),
  "instance.falcosecurity.dev": () => ({
    Falco: ["spec/podTemplateSpec/spec/<pod>"],
  }),
  "k8s-vault.io redhatcop.redhat.io authzed.com": () => ({
    SpiceDBCluster: ["spec/config/image"],
  }),
  "kyverno.io": () => ({
    // The rest of a policy is patterns.
    "ClusterPolicy Policy": [{ path: "spec/rules[]/generate/data", in: "object" }],
  }),
  "falcon.crowdstrike.com": () => ({
    "FalconAdmission FalconContainer FalconImageAnalyzer": ["spec/image"],
    FalconNodeSensor: ["spec/node/image"],
    FalconDeployment: [
      "spec/{falconAdmission,falconContainerSensor,falconImageAnalyzer,falconNodeSensor/node}/image",
    ],
  }),
  "compliance.openshift.io": () => ({
    "ComplianceScan ProfileBundle": ["spec/contentImage"],
    ComplianceSuite: ["spec/scans[]/contentImage"],
  }),
};
