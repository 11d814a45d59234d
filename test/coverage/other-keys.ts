import { parseDigest } from "../../src/image/digest.ts";
import { expandBraces } from "../../src/krm/field-path.ts";
import { pinDigests } from "../../src/pin-digests.ts";

/** What becomes of an image by itself: a rule pins it, or a warning says that no rule can. */
type Fate = "pinned" | "told";

/**
 * Container images of the catalogue's kinds that have another key than `image`, by the schemas of those kinds. `told` are those
 * whose tag has a key of its own.
 */
const otherKeys: Readonly<Record<string, Readonly<Record<string, Fate>>>> = {
  "aigateway.envoyproxy.io/v1alpha1 GatewayConfig": { "spec/extProc/kubernetes/imageRepository": "told" },
  "ais.nvidia.com/v1beta1 AIStore": { "spec/{init,logSidecar,node}Image": "pinned" },
  "apps.emqx.io/v1beta3 EmqxBroker": { "spec/template/spec/reloaderImage": "pinned" },
  "apps.emqx.io/v1beta3 EmqxEnterprise": { "spec/template/spec/reloaderImage": "pinned" },
  "awx.ansible.com/v1beta1 AWX": {
    "spec/{control_plane_ee,redis,init_container,init_projects_container,postgres,metrics_utility}_image":
      "pinned",
  },
  "ceph.rook.io/v1 CephCOSIDriver": { "spec/objectProvisionerImage": "pinned" },
  "controlplane.cluster.x-k8s.io/v1beta1 K0smotronControlPlane": {
    "spec/monitoring/{prometheus,proxy}Image": "pinned",
  },
  "controlplane.cluster.x-k8s.io/v1beta1 K0smotronControlPlaneTemplate": {
    "spec/template/spec/monitoring/{prometheus,proxy}Image": "pinned",
  },
  "controlplane.cluster.x-k8s.io/v1alpha1 KamajiControlPlane": {
    "spec/addons/{coreDNS,kubeProxy}/imageRepository": "told",
    "spec/{apiServer,controllerManager,scheduler}/containerImageName": "told",
  },
  "controlplane.cluster.x-k8s.io/v1alpha1 KamajiControlPlaneTemplate": {
    "spec/template/spec/addons/{coreDNS,kubeProxy}/imageRepository": "told",
    "spec/template/spec/{apiServer,controllerManager,scheduler}/containerImageName": "told",
  },
  "dbaas.percona.com/v1 DatabaseCluster": { "spec/{backup/initImage,databaseImage}": "pinned" },
  "dynatrace.com/v1alpha1 DynaKube": {
    "spec/oneAgent/{applicationMonitoring,cloudNativeFullStack}/codeModulesImage": "pinned",
  },
  "gateway.envoyproxy.io/v1alpha1 EnvoyProxy": {
    "spec/provider/kubernetes/{envoyDaemonSet,envoyDeployment}/container/imageRepository": "told",
  },
  "hivemq.com/v1 HiveMQCluster": { "spec/init{Busybox,DnsWait}Image": "pinned" },
  "k0smotron.io/v1beta1 Cluster": { "spec/monitoring/{prometheus,proxy}Image": "pinned" },
  "kafka.strimzi.io/v1 Kafka": { "spec/kafka/brokerRackInitImage": "pinned" },
  "kafka.strimzi.io/v1 KafkaBridge": { "spec/clientRackInitImage": "pinned" },
  "kafka.strimzi.io/v1 KafkaConnect": { "spec/clientRackInitImage": "pinned" },
  "kafka.strimzi.io/v1 KafkaMirrorMaker2": { "spec/clientRackInitImage": "pinned" },
  "kubevirt.io/v1 VirtualMachine": {
    "spec/dataVolumeTemplates[]/spec/source/vddk/initImageURL": "pinned",
  },
  "monitoring.coreos.com/v1 Alertmanager": { "spec/baseImage": "pinned" },
  "monitoring.coreos.com/v1 Prometheus": { "spec/{baseImage,thanos/baseImage}": "pinned" },
  "mysql.oracle.com/v2 InnoDBCluster": { "spec/imageRepository": "told" },
  "pingcap.com/v1alpha1 DMCluster": { "spec/{master,worker}/baseImage": "pinned" },
  "pingcap.com/v1alpha1 TidbCluster": {
    "spec/{pd,pdms[],pump,ticdc,tidb,tiflash,tikv,tiproxy}/baseImage": "pinned",
  },
  "pingcap.com/v1alpha1 TidbDashboard": { "spec/baseImage": "pinned" },
  "pingcap.com/v1alpha1 TidbMonitor": {
    "spec/{dm/initializer,grafana,initializer,prometheus,prometheusReloader,reloader,thanos}/baseImage":
      "pinned",
  },
  "pingcap.com/v1alpha1 TidbNGMonitoring": { "spec/ngMonitoring/baseImage": "pinned" },
  "pool.kubevirt.io/v1alpha1 VirtualMachinePool": {
    "spec/virtualMachineTemplate/spec/dataVolumeTemplates[]/spec/source/vddk/initImageURL": "pinned",
  },
  "ps.percona.com/v1alpha1 PerconaServerMySQL": {
    "spec/{backup/,,mysql/,orchestrator/,proxy/haproxy/,proxy/router/}initImage": "pinned",
  },
  "psmdb.percona.com/v1 PerconaServerMongoDB": { "spec/initImage": "pinned" },
  "pxc.percona.com/v1 PerconaXtraDBCluster": { "spec/initImage": "pinned" },
  "rabbitmq.com/v1beta1 RabbitmqCluster": {
    "spec/secretBackend/vault/defaultUserUpdaterImage": "pinned",
  },
  "repo-manager.pulpproject.org/v1 Pulp": {
    "spec/{cache/redis_image,database/postgres_image,image_web,telemetry/otel_collector_image}": "pinned",
  },
  "resource.streamnative.io/v1alpha1 ComputeFlinkDeployment": {
    "spec/template/deployment/spec/template/spec/artifact/artifactImage": "pinned",
    "spec/template/deployment/spec/template/spec/artifact/flinkImageRepository": "told",
  },
  "snapshot.kubevirt.io/v1alpha1 VirtualMachineSnapshotContent": {
    "spec/source/virtualMachine/spec/dataVolumeTemplates[]/spec/source/vddk/initImageURL": "pinned",
  },
  "vault.banzaicloud.com/v1alpha1 Vault": {
    "spec/{bankVaults,fluentd,statsd,veleroFsfreeze}Image": "pinned",
  },
  // Maps of parts, whatever they are called.
  "app.redislabs.com/v1 RedisEnterpriseCluster": {
    "spec/{bootstrapperImageSpec,redisEnterpriseImageSpec,redisEnterpriseServicesRiggerImageSpec,usageMeter/callHomeClient/imageSpec}/repository":
      "told",
  },
  "dynatrace.com/v1beta5 DynaKube": {
    "spec/templates/{extensionExecutionController,kspmNodeConfigurationCollector,logMonitoring,otelCollector}/imageRef/repository":
      "told",
  },
  "cluster.redpanda.com/v1alpha2 Redpanda": { "spec/clusterSpec/connectors/image/repository": "told" },
  "logging-extensions.banzaicloud.io/v1alpha1 EventTailer": { "spec/image/repository": "told" },
  "logging-extensions.banzaicloud.io/v1alpha1 HostTailer": {
    "spec/{,fileTailers[]/,systemdTailers[]/}image/repository": "told",
  },
  "logging.banzaicloud.io/v1beta1 Logging": {
    "spec/{fluentd/scaling/drain/image,fluentd/scaling/drain/pauseImage,syslogNG/bufferVolumeMetricsImage,syslogNG/configReloadImage,syslogNG/syslogNGImage}/repository":
      "told",
  },
};

/** How many images under other keys there are, and those of which becomes something else than is known to be right. */
export interface OtherKeys {
  readonly images: number;
  readonly wrong: readonly string[];
}

/** Pins an object for each of the keys. */
export async function measureOtherKeys(): Promise<OtherKeys> {
  const wrong: string[] = [];
  let images = 0;
  for (const [kind, fates] of Object.entries(otherKeys)) {
    for (const [paths, fate] of Object.entries(fates)) {
      for (const path of expandBraces(paths)) {
        images++;
        if ((await fateOf(kind, path, fate)) !== fate) wrong.push(`${kind} ${path}`);
      }
    }
  }
  return { images, wrong };
}

const digest = parseDigest(`sha256:${"0123456789abcdef".repeat(4)}`);

/** What is certain is pinned with a short name too, and without asking what it is. */
async function fateOf(kind: string, path: string, fate: Fate): Promise<Fate | undefined> {
  const [apiVersion, name] = kind.split(" ");
  const value = fate === "pinned" ? "acme/app:v1" : "ghcr.io/acme/app";
  const steps = path.split(/\/|(?=\[\])/);
  const body = steps.reduceRight<unknown>(
    (inner, step) => (step === "[]" ? [inner] : { [step]: inner }),
    value,
  ) as object;
  const object = { apiVersion, kind: name, metadata: { name: "x" }, ...body };
  const { text, results } = await pinDigests(JSON.stringify(object), { resolveDigest: async () => digest });
  if (text.includes(`${value}@${digest}`)) return "pinned";
  return results.some(({ severity }) => severity === "warning") ? "told" : undefined;
}
