/** Metrics, logs, traces and search. */
import type { FieldTable } from "./field-row.ts";

/** Metrics, logs, traces and search. */
export const observability: FieldTable = {
  __proto__: null as never,
  "agent.k8s.elastic.co": () => ({
    Agent: ["spec/image"],
  }),
  "apm.k8s.elastic.co": () => ({
    ApmServer: ["spec/image"],
  }),
  "beat.k8s.elastic.co": () => ({
    Beat: ["spec/image"],
  }),
  "dynatrace.com": () => ({
    DynaKube: [
      "spec/{activeGate,kubernetesMonitoring,oneAgent,routing}/image",
      "spec/oneAgent/{classicFullStack,cloudNativeFullStack,hostMonitoring}/image",
      "spec/oneAgent/{applicationMonitoring,cloudNativeFullStack}/codeModulesImage",
    ],
  }),
  "elasticsearch.k8s.elastic.co": () => ({
    Elasticsearch: ["spec/image"],
  }),
  "enterprisesearch.k8s.elastic.co": () => ({
    EnterpriseSearch: ["spec/image"],
  }),
  "fluentbit.fluent.io": () => ({
    Collector: ["spec/image"],
    FluentBit: ["spec/<pod>", "spec/image"],
  }),
  "fluentd.fluent.io": () => ({
    Fluentd: ["spec/image"],
  }),
  "grafana.integreatly.org": () => ({
    // The version may be a whole reference.
    Grafana: ["spec/deployment/spec/template/spec/<pod>", { path: "spec/version", loose: true }],
  }),
  "jaegertracing.io": () => ({
    Jaeger: [
      "spec/{agent,allInOne,collector,ingester,query}/image",
      "spec/storage/{cassandraCreateSchema,dependencies,elasticsearch,esIndexCleaner,esRollover,grpcPlugin}/image",
      "spec/storage/cassandraCreateSchema/image",
    ],
  }),
  "kibana.k8s.elastic.co": () => ({
    Kibana: ["spec/image"],
  }),
  "logging-extensions.banzaicloud.io": () => ({
    EventTailer: ["spec/containerOverrides/image", "spec/workloadOverrides/<pod>"],
    HostTailer: [
      "spec/workloadOverrides/<pod>",
      "spec/{fileTailers[],systemdTailers[]}/containerOverrides/image",
    ],
  }),
  "logging.banzaicloud.io": () => ({
    FluentdConfig: ["spec/sidecarContainers[]/image"],
    Logging: [
      "spec/fluentd/sidecarContainers[]/image",
      "spec/syslogNG/configCheckPod/<pod>",
      "spec/syslogNG/statefulSet/spec/template/spec/<pod>",
      "spec/nodeAgents[]/nodeAgentFluentbit/daemonSet/spec/template/spec/<pod>",
      {
        path: "spec/{fluentd,fluentbit,syslogNG}/{image,configReloaderImage,volumeModImage,bufferVolumeImage,metricsExporterImage,configHotReload/image}",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"] },
      },
    ],
    NodeAgent: ["spec/nodeAgentFluentbit/daemonSet/spec/template/spec/<pod>"],
    SyslogNGConfig: ["spec/configCheckPod/<pod>", "spec/statefulSet/spec/template/spec/<pod>"],
    "FluentdConfig FluentbitAgent SyslogNGConfig": [
      {
        path: "spec/{image,configReloaderImage,volumeModImage,bufferVolumeImage,metricsExporterImage,configHotReload/image,syslogNGImage,configReloadImage}",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"] },
      },
    ],
  }),
  "logstash.k8s.elastic.co": () => ({
    Logstash: ["spec/image"],
  }),
  "maps.k8s.elastic.co": () => ({
    ElasticMapsServer: ["spec/image"],
  }),
  "monitoring.coreos.com": () => ({
    "Alertmanager PrometheusAgent ThanosRuler": ["spec/<pod>", "spec/image"],
    Prometheus: ["spec/<pod>", "spec/image", "spec/thanos/image"],
    // Deprecated: the operator adds the tag, or the digest without its algorithm.
    "Alertmanager Prometheus": [
      {
        path: "{spec,spec/thanos}",
        in: "repositoryAndTag",
        keys: { repository: ["baseImage"], tag: ["tag", "version"], digest: ["sha"] },
      },
    ],
  }),
  "monitoring.grafana.com": () => ({
    GrafanaAgent: ["spec/<pod>", "spec/image"],
  }),
  "opentelemetry.io": () => ({
    Instrumentation: [
      "spec/{apacheHttpd,dotnet,go,java,nginx,nodejs,python}/image",
      "spec/java/extensions[]/image",
    ],
    OpAMPBridge: ["spec/image"],
    OpenTelemetryCollector: [
      "spec/<pod>",
      "spec/image",
      "spec/{additionalContainers[],targetAllocator}/image",
    ],
    TargetAllocator: ["spec/<pod>", "spec/image", "spec/additionalContainers[]/image"],
  }),
  "operator.victoriametrics.com": () => ({
    "*": [
      { path: "spec/**/image", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["tag"] } },
      { path: "spec/**/configReloaderImageTag", loose: true },
      { path: "spec/**/configReloaderImage", loose: true },
    ],
  }),
  "tempo.grafana.com": () => ({
    "TempoStack TempoMonolithic": ["spec/images/*"],
  }),
  "collectors.grafana.com": () => ({
    Alloy: [
      {
        path: "spec/image",
        in: "repositoryAndTag",
        keys: { registry: ["registry"], repository: ["repository"], tag: ["tag"], digest: ["digest"] },
      },
    ],
  }),
  "datadoghq.com": () => ({
    "DatadogAgent DatadogAgentInternal DatadogAgentProfile": [
      {
        path: "spec/{override/*,agent,clusterAgent,clusterChecksRunner}/image",
        in: "repositoryAndTag",
        keys: { repository: ["name"], tag: ["tag"] },
      },
    ],
  }),
  "core.humio.com": () => ({
    HumioCluster: [
      "spec/{image,helperImage,initImage}",
      "spec/{sidecarContainer[],nodePools[]/spec/sidecarContainer[]}/image",
      "spec/nodePools[]/spec/{image,helperImage,initImage}",
    ],
    HumioBootstrapToken: ["spec/image"],
  }),
  "opensearch.opster.io opensearch.org": () => ({
    OpenSearchCluster: [
      { path: "spec/{general,dashboards,initHelper,bootstrap}/image", tagless: "keep" },
      "spec/{bootstrap,dashboards,nodePools[],general}/{additionalContainers,sidecarContainers,initContainers}[]/image",
    ],
  }),
  "kiali.io": () => ({
    Kiali: [
      {
        path: "spec/deployment",
        in: "repositoryAndTag",
        keys: { repository: ["image_name"], tag: ["image_version"] },
      },
    ],
  }),
  "monitoring.thanos.io": () => ({
    "ThanosQuery ThanosReceive ThanosStore ThanosCompact ThanosRuler": [
      "spec/{image,queryFrontend/image,routerSpec/image,ingesterSpec/image}",
      "spec/ingesterSpec/hashrings[]/image",
    ],
  }),
  "perses.dev": () => ({
    Perses: ["spec/image"],
  }),
  "operator.skywalking.apache.org": () => ({
    "*": ["spec/image"],
  }),
  "instana.io": () => ({
    "InstanaAgent InstanaAgentRemote": [
      {
        path: "spec/agent/image",
        in: "repositoryAndTag",
        keys: { repository: ["name"], tag: ["tag"], digest: ["digest"] },
      },
      {
        path: "spec/k8s_sensor/image",
        in: "repositoryAndTag",
        keys: { repository: ["name"], tag: ["tag"], digest: ["digest"] },
      },
    ],
  }),
  "coroot.com": () => ({
    Coroot: ["spec/**/image/name"],
  }),
  "monitoring.coreos.com monitoring.rhobs": () => ({
    "ThanosQuerier MonitoringStack Prometheus Alertmanager ThanosRuler PrometheusAgent": [
      "spec/image",
      "spec/thanos/image",
      "spec/<pod>",
    ],
  }),
  "packageregistry.k8s.elastic.co": () => ({
    PackageRegistry: ["spec/image"],
  }),
  "enterprise.splunk.com": () => ({
    "*": ["spec/image"],
  }),
  "observability.kaasops.io": () => ({
    Vector: ["spec/agent/{image,configCheck/image}"],
    "VectorAggregator ClusterVectorAggregator": ["spec/{image,configCheck/image}"],
  }),
  "cluster.appdynamics.com wavefront.com": () => ({
    "*": ["spec/image"],
  }),
};
