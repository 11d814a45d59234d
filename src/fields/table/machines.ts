/** Virtual machines. */
import type { FieldTable } from "./field-row.ts";

/** Virtual machines. */
export const machines: FieldTable = {
  __proto__: null as never,
  "kubevirt.io": () => ({
    "VirtualMachine VirtualMachineInstanceReplicaSet": [
      "spec/template/spec/volumes[]/containerDisk/image",
      "spec/template/spec/domain/firmware/kernelBoot/container/image",
    ],
    VirtualMachineInstance: [
      "spec/volumes[]/containerDisk/image",
      "spec/domain/firmware/kernelBoot/container/image",
    ],
    VirtualMachineInstancePreset: ["spec/domain/firmware/kernelBoot/container/image"],
    VirtualMachine: [
      "spec/dataVolumeTemplates[]/spec/source/vddk/initImageURL",
      {
        path: "spec/dataVolumeTemplates[]/spec/source/registry/url",
        in: "text",
        pattern: "^(?:docker)://(?<image>\\S+)$",
        loose: true,
      },
    ],
  }),
  "virt.virtink.smartx.com": () => ({
    VirtualMachine: ["spec/{instance/kernel,volumes[]/containerDisk,volumes[]/containerRootfs}/image"],
  }),
  "pool.kubevirt.io": () => ({
    VirtualMachinePool: [
      "spec/virtualMachineTemplate/spec/dataVolumeTemplates[]/spec/source/vddk/initImageURL",
      {
        path: "spec/virtualMachineTemplate/spec/dataVolumeTemplates[]/spec/source/registry/url",
        in: "text",
        pattern: "^(?:docker)://(?<image>\\S+)$",
        loose: true,
      },
      "spec/virtualMachineTemplate/spec/template/spec/volumes[]/containerDisk/image",
      "spec/virtualMachineTemplate/spec/template/spec/domain/firmware/kernelBoot/container/image",
    ],
  }),
  "snapshot.kubevirt.io": () => ({
    VirtualMachineSnapshotContent: [
      "spec/source/virtualMachine/spec/dataVolumeTemplates[]/spec/source/vddk/initImageURL",
      "spec/source/virtualMachine/spec/template/spec/volumes[]/containerDisk/image",
      "spec/source/virtualMachine/spec/template/spec/domain/firmware/kernelBoot/container/image",
    ],
  }),
  "cdi.kubevirt.io": () => ({
    "DataVolume VolumeImportSource": [
      {
        path: "spec/source/registry/url",
        in: "text",
        pattern: "^(?:docker|oci-archive|oci)://(?<image>\\S+)$",
        loose: true,
      },
    ],
    DataImportCron: [
      {
        path: "spec/template/spec/source/registry/url",
        in: "text",
        pattern: "^(?:docker)://(?<image>\\S+)$",
        loose: true,
      },
    ],
  }),
  "harvesterhci.io": () => ({
    Addon: [{ path: "spec/valuesContent", in: "values" }],
  }),
  "forklift.konveyor.io": () => ({
    Provider: ["spec/settings/vddkInitImage"],
  }),
  "vm.neon.tech": () => ({
    VirtualMachine: ["spec/guest/rootDisk/image", "spec/runnerImage"],
  }),
};
