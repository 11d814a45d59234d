/** What looks like an image and must not be touched. A rule of the field table that leads further down, and a user's own, still hold. */
import type { DenyTable } from "./field-row.ts";

const schema = "it holds schemas of objects";
const policy = "a policy matches images by pattern";
const report = "a report is what a tool wrote";
const owned = "a controller writes it";
const mirrors = "it says where images are mirrored, by their names";
const machine = "it is the image of a machine";
const pushed = "a build pushes to it";
const scanned = "a repository is watched there";
const wasm = "it is a WebAssembly module whose digest goes elsewhere";
const fixture = "it is an expectation of a test";
const tool = "it configures a tool that goes by the text";
const apart = "repository, image and version stand apart";
const parameter = "a parameter may be an input, a target or a part of a name";

/** Group → kinds → what isn't an image there. */
export const denyTable: DenyTable = {
  __proto__: null as never,
  "apiextensions.k8s.io apiregistration.k8s.io": schema,
  // A pipeline of functions is looked into; the schema of a composite resource is not.
  "apiextensions.crossplane.io": {
    "CompositeResourceDefinition CompositionRevision": schema,
  },
  apps: { ControllerRevision: "it is an earlier state, compared byte by byte" },
  core: {
    Event: report,
    Node: owned,
  },
  "events.k8s.io": report,

  // Policies.
  "admissionregistration.k8s.io": policy,
  "kyverno.io policies.kyverno.io": policy,
  "*.gatekeeper.sh": policy,
  "policy.sigstore.dev": policy,
  "portieris.cloud.ibm.com securityenforcement.admission.cloud.ibm.com": policy,
  "policy.open-cluster-management.io": policy,
  "policy.karmada.io": policy,
  "connaisseur.policy": policy,
  "config.ratify.deislabs.io": policy,

  // Reports.
  "reports.kyverno.io wgpolicyk8s.io openreports.io": report,
  "aquasecurity.github.io spdx.softwarecomposition.kubescape.io": report,
  "fluxcd.controlplane.io": { FluxReport: report },

  // Tests that compare what a cluster holds with what stands here.
  "cli.kyverno.io": fixture,
  "chainsaw.kyverno.io": {
    "*": [{ path: "spec/**/{assert,error}", why: fixture }],
  },
  "kuttl.dev kudo.dev": fixture,

  // Watchers and mirrors.
  "kargo.akuity.io argocd-image-updater.argoproj.io": scanned,
  "image.toolkit.fluxcd.io": scanned,
  "operator.openshift.io": { ImageContentSourcePolicy: mirrors },
  "config.openshift.io": {
    "ImageContentPolicy ImageDigestMirrorSet ImageTagMirrorSet": mirrors,
    "Image ImagePolicy ClusterImagePolicy": policy,
  },
  "mirror.openshift.io": mirrors,
  "eraser.sh": { ImageList: "it lists images that are removed from nodes" },
  "operator.tigera.io": {
    // Keys, with a digest of their own beside them.
    ImageSet: [{ path: "spec/images", why: "its names are keys with a digest beside them" }],
  },

  // Tools at the client.
  skaffold: {
    Config: [
      {
        path: "{build,profiles[]/build}/artifacts",
        why: "an artifact is what skaffold builds",
      },
      {
        path: "{test,deploy,resourceSelector,manifests,customActions,verify,portForward,profiles}",
        why: "it names artifacts that skaffold builds",
      },
    ],
  },
  "kpt.dev fn.kpt.dev infer.kpt.dev config.kubernetes.io": tool,
  "kbld.k14s.io imgpkg.carvel.dev": tool,

  // Builds.
  "kafka.strimzi.io": { KafkaConnect: [{ path: "spec/build/output", why: pushed }] },
  "shipwright.io": { "*": [{ path: "spec/{output,build/spec/output}", why: pushed }] },
  "build.openshift.io core": { "BuildConfig Build": [{ path: "spec/output", why: pushed }] },
  "kpack.io": { "*": [{ path: "spec/tag", why: pushed }] },
  "machineconfiguration.openshift.io": {
    "MachineOSConfig MachineOSBuild": [
      { path: "spec/{renderedImagePushspec,renderedImagePushSpec,buildOutputs}", why: pushed },
    ],
  },
  "tekton.dev": { "*": [{ path: "spec/**/{params,results}", why: parameter }] },

  // Controllers' own objects.
  "caching.internal.knative.dev": owned,
  "longhorn.io": {
    "BackingImageManager Engine EngineImage InstanceManager Replica ShareManager Volume": owned,
  },
  "pkg.crossplane.io": { "ConfigurationRevision FunctionRevision ProviderRevision Lock": owned },

  // Machines.
  "infrastructure.cluster.x-k8s.io": {
    "GCPMachine AzureMachine OpenStackMachine NutanixMachine HetznerBareMetalMachine HCloudMachine IBMPowerVSMachine":
      [{ path: "spec/{image,imageRef,imageName}", why: machine }],
    "GCPMachineTemplate AzureMachineTemplate OpenStackMachineTemplate NutanixMachineTemplate": [
      { path: "spec/template/spec/{image,imageRef,imageName}", why: machine },
    ],
  },
  openshift: {
    GCPMachineProviderSpec: [{ path: "disks[]/image", why: machine }],
    "GCPMachineProviderSpec_Machine.openshift.io": [{ path: "disks[]/image", why: machine }],
    "OpenStackProviderSpec_Machine.openshift.io": [{ path: "image", why: machine }],
  },
  "machine.openshift.io": {
    GCPMachineProviderSpec: [{ path: "disks[]/image", why: machine }],
    OpenstackProviderSpec: [{ path: "image", why: machine }],
  },
  "rke-machine-config.cattle.io": { "*": [{ path: "image", why: machine }] },
  "metal3.io": { BareMetalHost: [{ path: "spec/image", why: machine }] },
  "kops.k8s.io": { InstanceGroup: [{ path: "spec/image", why: machine }] },
  "core.gardener.cloud": { CloudProfile: machine },

  // Models.
  "ollama.ayaka.io": {
    Model: [{ path: "spec/image", why: "it is the name of a model in Ollama's library" }],
  },

  // WebAssembly.
  "gateway.solo.io": { "*": [{ path: "spec/**/wasm", why: wasm }] },
  "networking.gke.io": { GCPWasmPlugin: [{ path: "spec/versions[]/image", why: wasm }] },

  // Parts of a reference.
  "nvidia.com": {
    "ClusterPolicy NVIDIADriver": [{ path: "spec{,/*,/*/*}/image", why: apart }],
  },
  "mellanox.com": {
    "NicClusterPolicy NicNodePolicy": [{ path: "spec{/*,/*/*}/image", why: apart }],
  },
};
