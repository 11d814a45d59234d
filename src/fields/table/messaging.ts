/** Message brokers and streams. */
import type { FieldTable } from "./field-row.ts";

/** Message brokers and streams. */
export const messaging: FieldTable = {
  __proto__: null as never,
  "apps.emqx.io": () => ({
    EMQX: [
      "spec/image",
      "spec/{coreTemplate,replicantTemplate}/spec/<pod>",
      "spec/{coreTemplate,replicantTemplate}/spec/extraContainers[]/image",
    ],
    "EmqxBroker EmqxEnterprise": [
      "spec/<pod>",
      "spec/{emqxTemplate,extraContainers[]}/image",
      "spec/template/spec/<pod>",
      "spec/template/spec/extraContainers[]/image",
      "spec/template/spec/reloaderImage",
    ],
  }),
  "cluster.redpanda.com": () => ({
    Redpanda: [
      "spec/clusterSpec/{post_install_job,post_upgrade_job,statefulset}/podTemplate/spec/<pod>",
      {
        path: "spec/clusterSpec/{image,console/image,statefulset/sideCars/image,statefulset/sideCars/controllers/image,statefulset/initContainerImage}",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"] },
      },
    ],
    "Console Connector": [
      { path: "spec/image", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["tag"] } },
    ],
  }),
  "hivemq.com": () => ({
    HiveMQCluster: [
      "spec/<pod>",
      "spec/{image,initBusyboxImage,initDnsWaitImage}",
      "spec/{initialization[],sidecars[]}/image",
    ],
    HiveMQPlatform: ["spec/statefulSet/spec/template/spec/<pod>"],
  }),
  "kafka.strimzi.io": () => ({
    Kafka: [
      "spec/{cruiseControl,jmxTrans,kafka,kafkaExporter,zookeeper}/image",
      "spec/cruiseControl/tlsSidecar/image",
      "spec/entityOperator/{tlsSidecar,topicOperator,userOperator}/image",
      "spec/kafka/brokerRackInitImage",
    ],
    "KafkaBridge KafkaConnect KafkaMirrorMaker KafkaMirrorMaker2": ["spec/image"],
    "KafkaConnect KafkaMirrorMaker2 KafkaBridge": ["spec/clientRackInitImage"],
  }),
  "platform.confluent.io": () => ({
    ControlCenter: ["spec/services/{alertmanager,prometheus}/image"],
    FlinkApplication: ["spec/image"],
    FlinkBlueGreenDeployment: [
      "spec/template/spec/image",
      "spec/template/spec/podTemplate/spec/<pod>",
      "spec/template/spec/{jobManager,taskManager}/podTemplate/spec/<pod>",
    ],
    FlinkDeployment: [
      "spec/image",
      "spec/podTemplate/spec/<pod>",
      "spec/{jobManager,taskManager}/podTemplate/spec/<pod>",
    ],
    "Kafka KRaftController": ["spec/services/observer/image"],
    "*": ["spec/image/{application,init}", "spec/dependencies/**/image/{application,init}"],
  }),
  "rabbitmq.com": () => ({
    RabbitmqCluster: [
      "spec/image",
      "spec/secretBackend/vault/defaultUserUpdaterImage",
      "spec/override/statefulSet/spec/template/spec/<pod>",
    ],
  }),
  "resource.streamnative.io": () => ({
    ComputeFlinkDeployment: [
      "spec/communityTemplate/spec/image",
      "spec/template/deployment/spec/template/spec/artifact/artifactImage",
      "spec/communityTemplate/spec/{jobManagerPodTemplate,taskManagerPodTemplate}/spec/<pod>",
    ],
  }),
  "core.strimzi.io": () => ({
    StrimziPodSet: ["spec/pods[]/spec/<pod>"],
  }),
  "redpanda.vectorized.io": () => ({
    "Cluster Console": [
      { path: "spec", in: "repositoryAndTag", keys: { repository: ["image"], tag: ["version"] } },
      { path: "spec/deployment", in: "repositoryAndTag", keys: { repository: ["image"], tag: ["version"] } },
    ],
  }),
  "kafka.banzaicloud.io": () => ({
    KafkaCluster: [
      "spec/{clusterImage,cruiseControlConfig/image,envoyConfig/image,monitoringConfig/jmxImage,brokers[]/brokerConfig/image,brokerConfigGroups/*/image}",
    ],
  }),
  "pulsar.streamnative.io zookeeper.streamnative.io bookkeeper.streamnative.io k8s.streamnative.io": () => ({
    "*": ["spec/image"],
  }),
  "compute.functionmesh.io": () => ({
    "Function Source Sink FunctionMesh": [
      "spec/{image,filebeatImage,downloaderImage,cleanupImage}",
      "spec/{functions,sources,sinks}[]/{image,filebeatImage,downloaderImage,cleanupImage}",
      "spec/pod/initContainers[]/image",
    ],
  }),
  "zookeeper.pravega.io bookkeeper.pravega.io": () => ({
    "*": [{ path: "spec/image", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["tag"] } }],
  }),
  "kaap.oss.datastax.com": () => ({
    "*": ["spec/**/image"],
  }),
  "activemq.artemis.io broker.amq.io": () => ({
    ActiveMQArtemis: ["spec/deploymentPlan/{image,initImage}"],
  }),
  "nifi.konpyutaika.com nifi.orange.com": () => ({
    NifiCluster: [
      "spec/{clusterImage,nodeConfigGroups/*/image}",
      {
        path: "spec/initContainerImage",
        in: "repositoryAndTag",
        keys: { repository: ["repository"], tag: ["tag"] },
      },
    ],
  }),
  "rocketmq.apache.org": () => ({
    "Broker NameService Console Controller": ["spec/{brokerImage,nameServiceImage,controllerImage}"],
  }),
};
