/** ConfigMaps that controllers read images from. */
import type { FieldTable } from "./field-row.ts";

/** ConfigMaps that controllers read images from. */
export const configuration: FieldTable = {
  __proto__: null as never,
  core: () => ({
    // An executor plugin of Argo's is the only one to have `sidecar.container`.
    ConfigMap: [
      { path: "data/{queue-sidecar-image,queueSidecarImage}", loose: true, name: "config-deployment" },
      { path: "data/*", in: "json", tagless: "keep", mixed: true, name: "inferenceservice-config" },
      { path: "data/{katib-config.yaml,katib-config}", in: "yaml", tagless: "keep", name: "katib-config" },
      {
        path: "data/{config,executor,mainContainer,artifactDrivers}",
        in: "yaml",
        tagless: "keep",
        name: "workflow-controller-configmap",
      },
      { path: "data/sidecar.container", in: "yaml", tagless: "keep" },
      {
        path: "data/{ROOK_CSI_CEPH_IMAGE,ROOK_CSI_REGISTRAR_IMAGE,ROOK_CSI_RESIZER_IMAGE,ROOK_CSI_PROVISIONER_IMAGE,ROOK_CSI_SNAPSHOTTER_IMAGE,ROOK_CSI_ATTACHER_IMAGE,ROOK_CSIADDONS_IMAGE,CSI_CEPH_IMAGE,ROOK_CSI_NFS_IMAGE}",
        loose: true,
        name: "rook-ceph-operator-config",
      },
      {
        path: "data/{plugin,provisioner,attacher,resizer,snapshotter,registrar,addons}",
        loose: true,
        name: "rook-csi-operator-image-set-configmap|*csi*image-set*",
      },
      {
        path: "data/{docker_image,connection_pooler_image,logical_backup_docker_image}",
        loose: true,
        name: "postgres-operator*",
      },
      { path: "data/controller-config.yaml", in: "yaml", tagless: "keep", name: "*controller-config" },
    ],
  }),
};
