/** Clusters that make clusters. */
import type { FieldRow, FieldTable } from "./field-row.ts";

/** A name that the controller combines with a registry and the version of Kubernetes. */
const kamajiComponent: Omit<FieldRow, "path"> = {
  in: "repositoryAndTag",
  keys: { repository: ["containerImageName"], tag: [] },
  apart: true,
};

/** Clusters that make clusters. */
export const clusters: FieldTable = {
  __proto__: null as never,
  "anywhere.eks.amazonaws.com": () => ({
    TinkerbellTemplateConfig: ["spec/template/tasks[]/actions[]/image"],
  }),
  "capi.weave.works": () => ({
    ClusterBootstrapConfig: ["spec/jobTemplate/spec/<pod>"],
  }),
  "controlplane.cluster.x-k8s.io": () => ({
    K0smotronControlPlane: [
      "spec/etcd/{image,defragJob/image}",
      "spec/monitoring/{prometheusImage,proxyImage}",
      { path: "spec/image", tagless: "keep" },
    ],
    K0smotronControlPlaneTemplate: [
      "spec/template/spec/etcd/{image,defragJob/image}",
      "spec/template/spec/monitoring/{prometheusImage,proxyImage}",
      { path: "spec/template/spec/image", tagless: "keep" },
    ],
    KamajiControlPlane: [
      "spec/deployment/{extraContainers[],extraInitContainers[]}/image",
      { path: "spec/addons/konnectivity/{agent,server}/image", tagless: "keep" },
      { path: "spec/{apiServer,controllerManager,scheduler}", ...kamajiComponent },
    ],
    KamajiControlPlaneTemplate: [
      "spec/template/spec/deployment/{extraContainers[],extraInitContainers[]}/image",
      { path: "spec/template/spec/addons/konnectivity/{agent,server}/image", tagless: "keep" },
      { path: "spec/template/spec/{apiServer,controllerManager,scheduler}", ...kamajiComponent },
    ],
    KubeadmControlPlane: [
      {
        path: "spec/kubeadmConfigSpec/clusterConfiguration/{dns,etcd/local}",
        in: "repositoryAndTag",
        keys: { repository: ["imageRepository"], tag: ["imageTag"] },
      },
    ],
    KubeadmControlPlaneTemplate: [
      {
        path: "spec/template/spec/kubeadmConfigSpec/clusterConfiguration/{dns,etcd/local}",
        in: "repositoryAndTag",
        keys: { repository: ["imageRepository"], tag: ["imageTag"] },
      },
    ],
  }),
  // Static pods, such as kube-vip's, are written to the machine.
  "bootstrap.cluster.x-k8s.io controlplane.cluster.x-k8s.io": () => ({
    "KubeadmConfig RKE2Config KThreesConfig RKE2ControlPlane KThreesControlPlane": [
      { path: "spec/{files[path=*.yaml|*.yml],*/files[path=*.yaml|*.yml]}/content", in: "object" },
    ],
    "KubeadmConfigTemplate RKE2ConfigTemplate KThreesConfigTemplate RKE2ControlPlaneTemplate KThreesControlPlaneTemplate":
      [
        {
          path: "spec/template/spec/{files[path=*.yaml|*.yml],*/files[path=*.yaml|*.yml]}/content",
          in: "object",
        },
      ],
    KubeadmControlPlane: [{ path: "spec/kubeadmConfigSpec/files[path=*.yaml|*.yml]/content", in: "object" }],
    KubeadmControlPlaneTemplate: [
      { path: "spec/template/spec/kubeadmConfigSpec/files[path=*.yaml|*.yml]/content", in: "object" },
    ],
  }),
  "k0smotron.io": () => ({
    Cluster: [
      "spec/etcd/{image,defragJob/image}",
      "spec/monitoring/{prometheusImage,proxyImage}",
      { path: "spec/image", tagless: "keep" },
    ],
  }),
  "operator.cluster.x-k8s.io": () => ({
    "CoreProvider BootstrapProvider ControlPlaneProvider InfrastructureProvider AddonProvider IPAMProvider RuntimeExtensionProvider":
      [
        "spec/deployment/containers[]/imageUrl",
        "spec/additionalDeployments/*/deployment/containers[]/imageUrl",
      ],
  }),
  "infrastructure.cluster.x-k8s.io": () => ({
    DockerMachine: ["spec/customImage"],
    "DockerMachineTemplate DockerMachinePoolTemplate": ["spec/template/spec/customImage"],
    DockerMachinePool: ["spec/template/customImage"],
    DevMachine: ["spec/backend/docker/customImage"],
    DevMachineTemplate: ["spec/template/spec/backend/docker/customImage"],
    KubevirtMachineTemplate: [
      "spec/template/spec/virtualMachineTemplate/spec/template/spec/volumes[]/containerDisk/image",
    ],
  }),
  "kind.x-k8s.io": () => ({
    Cluster: ["nodes[]/image"],
  }),
  "k3d.io": () => ({
    Simple: ["image", "registries/create/image"],
  }),
  "kamaji.clastix.io": () => ({
    TenantControlPlane: [
      { path: "spec/addons/konnectivity/{agent,server}/image", tagless: "keep" },
      "spec/controlPlane/deployment/additional{,Init}Containers[]/image",
    ],
  }),
  "k0s.k0sproject.io": () => ({
    ClusterConfig: [
      {
        path: "spec/images{/*,/*/*}",
        in: "repositoryAndTag",
        keys: { repository: ["image"], tag: ["version"] },
      },
    ],
  }),
  "kubeadm.k8s.io": () => ({
    ClusterConfiguration: [
      {
        path: "{dns,etcd/local}",
        in: "repositoryAndTag",
        keys: { repository: ["imageRepository"], tag: ["imageTag"] },
      },
    ],
  }),
  "kops.k8s.io": () => ({
    Cluster: [
      "spec/etcdClusters[]/{image,manager/image}",
      "spec/{kubeAPIServer,kubeControllerManager,kubeScheduler,kubeProxy}/image",
      "spec/{clusterAutoscaler,metricsServer,certManager,nodeTerminationHandler}/image",
    ],
  }),
  "elemental.cattle.io": () => ({
    ManagedOSImage: ["spec/osImage"],
    ManagedOSVersionChannel: ["spec/options/image"],
    SeedImage: [{ path: "spec/baseImage", loose: true }, "spec/buildContainer/image"],
  }),
  "operator.karmada.io": () => ({
    Karmada: [
      {
        path: "spec/components/**/{local,karmadaAPIServer,karmadaAggregatedAPIServer,kubeControllerManager,karmadaControllerManager,karmadaScheduler,karmadaDescheduler,karmadaSearch,karmadaMetricsAdapter,karmadaWebhook}",
        in: "repositoryAndTag",
        keys: { repository: ["imageRepository"], tag: ["imageTag"] },
      },
    ],
  }),
  "operator.open-cluster-management.io": () => ({
    "ClusterManager Klusterlet": [
      "spec/{registrationImagePullSpec,workImagePullSpec,placementImagePullSpec,addOnManagerImagePullSpec,imagePullSpec}",
    ],
  }),
  "ironic.metal3.io": () => ({
    "*": ["spec/images/*"],
  }),
  "edgecore.config.kubeedge.io": () => ({
    EdgeCore: ["modules/edged/podSandboxImage"],
  }),
  "apps.openyurt.io": () => ({
    YurtAppOverrider: ["entries[]/items[]/image/imageClaim"],
  }),
};
