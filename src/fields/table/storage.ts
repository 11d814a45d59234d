/** Storage and backup. */
import type { FieldTable } from "./field-row.ts";

/** Storage and backup. */
export const storage: FieldTable = {
  __proto__: null as never,
  "ceph.rook.io": () => ({
    CephCluster: ["spec/cephVersion/image"],
    CephCOSIDriver: ["spec/{image,objectProvisionerImage}"],
    CephNFS: ["spec/security/sssd/sidecar/image"],
  }),
  "k8up.io": () => ({
    PodConfig: ["spec/template/spec/<pod>"],
    PreBackupPod: ["spec/pod/spec/<pod>"],
  }),
  "minio.min.io": () => ({
    Tenant: ["spec/<pod>", "spec/image", "spec/kes/image", "spec/sideCars/<pod>"],
  }),
  "seaweed.seaweedfs.com": () => ({
    AdminScript: ["spec/image"],
    Seaweed: ["spec/image", "spec/backup/image"],
    SeaweedCSIDriver: ["spec/image", "spec/mountService/image"],
  }),
  "trident.netapp.io": () => ({
    TridentOrchestrator: ["spec/{tridentImage,autosupportImage,acpImage}"],
  }),
  "core.libopenstorage.org": () => ({
    StorageCluster: ["spec/{image,stork/image,userInterface/image,autopilot/image,csi/image}"],
  }),
  "storage.dell.com": () => ({
    ContainerStorageModule: [
      "spec/driver/{common,controller,node}/image",
      "spec/driver/{sideCars,initContainers}[]/image",
      "spec/modules[]/{components,initContainer}[]/image",
    ],
  }),
  "storageos.com": () => ({
    StorageOSCluster: ["spec/images/*"],
  }),
  "oadp.openshift.io": () => ({
    DataProtectionApplication: [
      "spec/configuration/velero/customPlugins[]/image",
      // Beside them stand the type of the operator and other settings.
      "spec/unsupportedOverrides/{veleroImageFqin,resticRestoreImageFqin,awsPluginImageFqin,legacyAWSPluginImageFqin,azurePluginImageFqin,gcpPluginImageFqin,openshiftPluginImageFqin,kubevirtPluginImageFqin,hypershiftPluginImageFqin,csiPluginImageFqin,nonAdminControllerImageFqin}",
    ],
  }),
  "data.fluid.io": () => ({
    "*": [
      {
        path: "spec/**/{alluxioVersion,juicefsVersion,jindoVersion,goosefsVersion,efcVersion,vineyardImage,fuse,script,initUsers,image}",
        in: "repositoryAndTag",
        keys: { repository: ["image"], tag: ["imageTag"] },
      },
    ],
  }),
  "csi.ibm.com": () => ({
    "IBMBlockCSI HostDefiner": [
      {
        path: "spec/{controller,node,hostDefiner}",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"] },
      },
      { path: "spec/sidecars[]", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["tag"] } },
    ],
  }),
  "k8s-operator.alluxio.com": () => ({
    AlluxioCluster: [
      { path: "spec", in: "repositoryAndTag", keys: { repository: ["image"], tag: ["imageTag"] } },
      { path: "spec/*", in: "repositoryAndTag", keys: { repository: ["image"], tag: ["imageTag"] } },
    ],
  }),
  "cr.kanister.io": () => ({
    Blueprint: ["actions/*/{phases[],deferPhase}/args/image"],
  }),
  "stash.appscode.com addons.kubestash.com": () => ({
    Function: ["spec/image"],
  }),
  "juicefs.io": () => ({
    "Sync WarmUp": ["spec/image"],
    CronSync: ["spec/syncTemplate/spec/image"],
    CacheGroup: ["spec/worker/{template,overwrite[]}/image"],
  }),
};
