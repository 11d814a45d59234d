/** Machine learning, data processing and accelerators. */
import type { FieldTable } from "./field-row.ts";

/** Machine learning, data processing and accelerators. */
export const learning: FieldTable = {
  __proto__: null as never,
  "ais.nvidia.com": () => ({
    AIStore: ["spec/{adminClient,logSidecar}/image", "spec/{initImage,logSidecarImage,nodeImage}"],
  }),
  "flink.apache.org": () => ({
    FlinkDeployment: [
      "spec/image",
      "spec/podTemplate/spec/<pod>",
      "spec/{jobManager,taskManager}/podTemplate/spec/<pod>",
    ],
    FlinkBlueGreenDeployment: [
      "spec/template/spec/image",
      "spec/template/spec/podTemplate/spec/<pod>",
      "spec/template/spec/{jobManager,taskManager}/podTemplate/spec/<pod>",
    ],
  }),
  "kaito.sh": () => ({
    Workspace: [
      "inference/preset/presetOptions/image",
      "inference/template/<pod>",
      "inference/template/spec/<pod>",
      "inference/adapters[]/source/image",
      "tuning/{preset/presetOptions,input}/image",
    ],
  }),
  "kubeflow.org": () => ({
    MPIJob: ["spec/mpiReplicaSpecs/*/template/spec/<pod>"],
    "PyTorchJob TFJob MPIJob XGBoostJob PaddleJob JAXJob MXJob": ["spec/*/*/template/spec/<pod>"],
    Notebook: ["spec/template/spec/<pod>"],
    // Katib's.
    "Experiment Trial": [
      { path: "spec/trialTemplate/trialSpec", in: "object" },
      { path: "spec/runSpec", in: "object" },
      "spec/metricsCollectorSpec/collector/customCollector/image",
      "spec/metricsCollector/collector/customCollector/image",
    ],
  }),
  "sagemaker.services.k8s.aws": () => ({
    InferenceComponent: ["spec/specification/container/image"],
    Model: ["spec/<pod>", "spec/primaryContainer/image"],
    ModelPackage: ["spec/{additionalInferenceSpecifications[],inferenceSpecification}/<pod>"],
  }),
  "serving.kserve.io": () => ({
    "ClusterServingRuntime ServingRuntime": ["spec/<pod>", "spec/workerSpec/<pod>"],
    ClusterStorageContainer: ["spec/container/image"],
    InferenceService: [
      "spec/{explainer,predictor,transformer}/<pod>",
      "spec/explainer/art/image",
      "spec/predictor/workerSpec/<pod>",
      "spec/predictor/{huggingface,lightgbm,model,onnx,paddle,pmml,pytorch,sklearn,tensorflow,triton,xgboost}/image",
      "spec/{predictor,transformer,explainer}/{mlflow,tensorrt,logger,batcher,alibi,art}/image",
    ],
  }),
  "sparkoperator.k8s.io": () => ({
    ScheduledSparkApplication: [
      "spec/template/image",
      "spec/template/{driver,executor}/<pod>",
      "spec/template/{driver,executor}/image",
      "spec/template/{driver,executor}/sidecars[]/image",
      "spec/template/sparkConf/{spark.kubernetes.container.image,spark.kubernetes.driver.container.image,spark.kubernetes.executor.container.image}",
    ],
    SparkApplication: [
      "spec/image",
      "spec/{driver,executor}/<pod>",
      "spec/{driver,executor}/image",
      "spec/{driver,executor}/sidecars[]/image",
      "spec/sparkConf/{spark.kubernetes.container.image,spark.kubernetes.driver.container.image,spark.kubernetes.executor.container.image}",
    ],
    SparkConnect: ["spec/{image,server/image}"],
  }),
  "ray.io": () => ({
    "RayCluster RayJob RayService RayCronJob": [
      "spec/**/{headGroupSpec,workerGroupSpecs[]}/template/spec/<pod>",
      "spec/**/{autoscalerOptions,collectorOptions}/image",
      "spec/submitterPodTemplate/spec/<pod>",
    ],
  }),
  "trainer.kubeflow.org": () => ({
    TrainJob: ["spec/trainer/image", "spec/initializer/{dataset,model}/image"],
  }),
  "config.kubeflow.org": () => ({
    KatibConfig: ["runtime/{metricsCollectors,suggestions,earlyStoppings}[]/image"],
  }),
  "machinelearning.seldon.io": () => ({
    SeldonDeployment: [
      "spec/predictors[]/componentSpecs[]/spec/<pod>",
      "spec/predictors[]/explainer/containerSpec/image",
      "spec/predictors[]/**/storageInitializerImage",
    ],
  }),
  "mlops.seldon.io": () => ({
    ServerConfig: ["spec/podSpec/<pod>"],
  }),
  "kubeai.org": () => ({
    Model: ["spec/image"],
  }),
  "spark.apache.org": () => ({
    "SparkApplication SparkCluster": [
      "spec/sparkConf/{spark.kubernetes.container.image,spark.kubernetes.driver.container.image,spark.kubernetes.executor.container.image}",
    ],
  }),
  "*.stackable.tech": () => ({
    "*": ["spec/image/custom", "spec/sparkImage/custom"],
  }),
  // The version is joined to the name, in forms that depend on the operating system.
  "nvidia.com": () => ({
    "ClusterPolicy NVIDIADriver": [
      {
        path: "spec{,/*,/*/*}",
        in: "repositoryAndTag",
        keys: { registry: ["repository"], repository: ["image"], tag: ["version"] },
        apart: true,
      },
    ],
    DynamoComponentDeployment: ["spec/extraPodSpec/mainContainer/image"],
    DynamoGraphDeployment: ["spec/services/*/extraPodSpec/mainContainer/image"],
  }),
  "mellanox.com": () => ({
    "NicClusterPolicy NicNodePolicy": [
      {
        path: "spec{/*,/*/*}",
        in: "repositoryAndTag",
        keys: { registry: ["repository"], repository: ["image"], tag: ["version"] },
        apart: true,
      },
    ],
  }),
  "apps.nvidia.com": () => ({
    "NIMService NIMCache NIMPipeline NemoCustomizer NemoDatastore NemoEntitystore NemoEvaluator NemoGuardrail":
      [{ path: "spec/**/image", in: "repositoryAndTag", keys: { repository: ["repository"], tag: ["tag"] } }],
    NIMCache: ["spec/source/{ngc,dataStore,hf}/modelPuller"],
    NemoEvaluator: ["spec/evaluationImages/*"],
  }),
  "amd.com": () => ({
    DeviceConfig: [
      {
        path: "spec/{driver/image,metricsExporter/image,testRunner/image,configManager/image}",
        tagless: "keep",
      },
      { path: "spec/devicePlugin/{devicePluginImage,nodeLabellerImage}", tagless: "keep" },
    ],
  }),
  "deviceplugin.intel.com": () => ({
    "*": ["spec/{image,initImage}"],
  }),
  "nfd.openshift.io nfd.kubernetes.io": () => ({
    NodeFeatureDiscovery: ["spec/operand/image"],
  }),
  "kmm.sigs.x-k8s.io": () => ({
    Module: [
      "spec/devicePlugin/container/image",
      {
        path: "spec/moduleLoader/container/{containerImage,kernelMappings[]/containerImage}",
        tagless: "keep",
        // What the operator builds or signs goes there.
        unless: ["build", "sign"],
      },
    ],
  }),
  "resources.yatai.ai serving.yatai.ai": () => ({
    "Bento BentoRequest": ["spec/image"],
  }),
  "amalthea.dev": () => ({
    "JupyterServer AmaltheaSession": ["spec/{jupyterServer,session}/image"],
  }),
  "kagent.dev": () => ({
    Agent: ["spec/{byo,declarative}/deployment/image"],
    MCPServer: ["spec/deployment/image"],
  }),
  "orchestration.aibrix.ai": () => ({
    KVCache: ["spec/{cache,watcher,metadata/redis/runtime,metadata/etcd/runtime}/image"],
    "RayClusterFleet RayClusterReplicaSet": ["spec/template/spec/autoscalerOptions/image"],
  }),
};
