/** OpenShift and the Operator Lifecycle Manager. */
import type { FieldTable } from "./field-row.ts";

/** OpenShift and the Operator Lifecycle Manager. */
export const openshift: FieldTable = {
  __proto__: null as never,
  "config.openshift.io": () => ({
    ClusterVersion: ["spec/desiredUpdate/image"],
  }),
  "console.openshift.io": () => ({
    ConsoleSample: ["spec/source/containerImport/image"],
  }),
  "apps.openshift.io": () => ({
    DeploymentConfig: ["spec/strategy/customParams/image", "spec/template/spec/<pod>"],
  }),
  "operators.coreos.com": () => ({
    CatalogSource: ["spec/image"],
    ClusterServiceVersion: [
      "spec/relatedImages[]/image",
      "spec/install/spec/deployments[]/spec/template/spec/<pod>",
      "metadata/annotations/containerImage",
    ],
  }),
  "olm.operatorframework.io catalogd.operatorframework.io": () => ({
    ClusterCatalog: ["spec/source/image/ref"],
  }),
  "hypershift.openshift.io": () => ({
    "HostedCluster NodePool": ["spec/release/image"],
    HostedControlPlane: ["spec/{releaseImage,controlPlaneReleaseImage}"],
  }),
  "hive.openshift.io": () => ({
    ClusterImageSet: ["spec/releaseImage"],
    ClusterDeployment: ["spec/provisioning/releaseImage"],
  }),
  "machineconfiguration.openshift.io": () => ({
    MachineConfig: ["spec/{osImageURL,baseOSExtensionsContainerImage}"],
    MachineOSConfig: [
      "spec/{buildInputs/baseOSImagePullspec,buildInputs/baseOSExtensionsImagePullspec,baseImagePullspec}",
    ],
  }),
  "build.openshift.io core": () => ({
    "BuildConfig Build": [
      "spec/strategy/{dockerStrategy,sourceStrategy,customStrategy}/from[kind=DockerImage]/name",
      "spec/source/images[]/from[kind=DockerImage]/name",
    ],
  }),
  "image.openshift.io core": () => ({
    ImageStream: ["spec/tags[]/from[kind=DockerImage]/name"],
  }),
  "apps.openshift.io core": () => ({
    DeploymentConfig: ["spec/template/spec/<pod>"],
  }),
  "imagebasedupgrade.openshift.io lca.openshift.io": () => ({
    ImageBasedUpgrade: ["spec/seedImageRef/image"],
  }),
  "ran.openshift.io": () => ({
    "ImageBasedGroupUpgrade ClusterGroupUpgrade PreCachingConfig": [
      "spec/ibuSpec/seedImageRef/image",
      "spec/overrides/{platformImage,preCacheImage}",
    ],
  }),
};
