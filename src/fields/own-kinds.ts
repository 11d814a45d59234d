/** Which kinds are those of Kubernetes itself. */
import type { Resource } from "../krm/resource.ts";

/** Of Kubernetes' own kinds all fields are known; what people keep in a ConfigMap is theirs. kustomize's are called `builtin`. */
export function isKubernetesOwn({ apiVersion, group }: Pick<Resource, "apiVersion" | "group">): boolean {
  return group.includes(".") ? ownGroups.has(group) : apiVersion !== "builtin";
}

/** Others end in `k8s.io` too: `sparkoperator.k8s.io`, `cluster.x-k8s.io`. */
const ownGroups: ReadonlySet<string> = new Set(
  [
    "admission",
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "apidiscovery",
    "apiserver.config",
    "audit",
    "authentication",
    "authorization",
    "certificates",
    "client.authentication",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "gateway.networking",
    "imagepolicy",
    "internal.apiserver",
    "kubeadm",
    "kubelet.config",
    "kustomize.config",
    "kubeproxy.config",
    "kubescheduler.config",
    "metrics",
    "custom.metrics",
    "external.metrics",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "snapshot.storage",
    "storage",
    "storagemigration",
  ].map((group) => `${group}.k8s.io`),
);
