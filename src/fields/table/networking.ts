/** Gateways, meshes and networks. */
import type { FieldTable } from "./field-row.ts";

/** Gateways, meshes and networks. */
export const networking: FieldTable = {
  __proto__: null as never,
  "aigateway.envoyproxy.io": () => ({
    GatewayConfig: ["spec/extProc/kubernetes/image"],
  }),
  "gateway.envoyproxy.io": () => ({
    EnvoyProxy: [
      "spec/provider/kubernetes/envoyDeployment/<pod>",
      "spec/provider/kubernetes/{envoyDaemonSet,envoyDeployment}/container/image",
      "spec/provider/kubernetes/envoyDaemonSet/initContainers[]/image",
    ],
    EnvoyExtensionPolicy: [
      { path: "spec/wasm[]/code/image/url", in: "text", pattern: "^(?:oci)://(?<image>\\S+)$", loose: true },
    ],
  }),
  "gateway.kgateway.dev": () => ({
    GatewayParameters: ["spec/kube/istio/customSidecars[]/image"],
  }),
  "gravitee.io": () => ({
    GatewayClassParameters: ["spec/kubernetes/deployment/template/spec/<pod>"],
  }),
  "stunner.l7mp.io": () => ({
    Dataplane: ["spec/image"],
  }),
  "tailscale.com": () => ({
    ProxyClass: ["spec/statefulSet/pod/{tailscaleContainer,tailscaleInitContainer}/image"],
    Recorder: ["spec/statefulSet/pod/container/image"],
  }),
  "gateway.kgateway.dev agentgateway.dev gateway.gloo.solo.io": () => ({
    "GatewayParameters AgentgatewayParameters": [
      {
        path: "spec/**/image",
        in: "repositoryAndTag",
        keys: { registry: ["registry"], repository: ["repository"], tag: ["tag"], digest: ["digest"] },
      },
    ],
  }),
  "install.istio.io": () => ({
    IstioOperator: [
      { path: "spec/values", in: "values" },
      { path: "spec/unvalidatedValues", in: "values" },
    ],
  }),
  "sailoperator.io operator.istio.io": () => ({
    "Istio IstioRevision IstioCNI ZTunnel": [{ path: "spec/values", in: "values" }],
  }),
  "gateway.nginx.org": () => ({
    NginxProxy: [
      {
        path: "spec/kubernetes/{deployment,daemonSet}/container/image",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"] },
      },
    ],
  }),
  "submariner.io": () => ({
    "Submariner ServiceDiscovery": [{ path: "spec/imageOverrides/*", loose: true }],
  }),
  "gateway-operator.konghq.com gateway.konghq.com": () => ({
    "ControlPlane DataPlane GatewayConfiguration AIGateway": ["spec/**/podTemplateSpec/spec/<pod>"],
    KongPluginInstallation: ["spec/image"],
  }),
  "nginx.org k8s.nginx.org charts.nginx.org": () => ({
    NginxIngress: [
      {
        path: "spec/controller/image",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"], digest: ["digest"] },
      },
    ],
  }),
  "networking.cloudflare-operator.io": () => ({
    "Tunnel ClusterTunnel": ["spec/image"],
  }),
  "operator.antrea.vmware.com": () => ({
    AntreaInstall: ["spec/antreaImage"],
  }),
};
