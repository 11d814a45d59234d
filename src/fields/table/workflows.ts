/** Workflows, runners and delivery. */
import type { FieldTable } from "./field-row.ts";

/** Workflows, runners and delivery. */
export const workflows: FieldTable = {
  __proto__: null as never,
  "actions.github.com": () => ({
    AutoscalingListener: ["spec/image", "spec/template/spec/<pod>"],
    AutoscalingRunnerSet: ["spec/{listenerTemplate,template}/spec/<pod>"],
    EphemeralRunner: ["spec/spec/<pod>"],
    EphemeralRunnerSet: ["spec/ephemeralRunnerSpec/spec/<pod>"],
  }),
  "actions.summerwind.dev": () => ({
    Runner: ["spec/<pod>", "spec/{image,dockerImage}", "spec/sidecarContainers[]/image"],
    "RunnerDeployment RunnerReplicaSet": [
      "spec/template/spec/<pod>",
      "spec/template/spec/{image,dockerImage}",
      "spec/template/spec/sidecarContainers[]/image",
    ],
    RunnerSet: ["spec/{image,dockerImage}", "spec/template/spec/<pod>"],
  }),
  "argoproj.io": () => ({
    "AnalysisRun AnalysisTemplate ClusterAnalysisTemplate": [
      "spec/metrics[]/provider/job/spec/template/spec/<pod>",
    ],
    "ClusterWorkflowTemplate WorkflowTemplate": [
      "spec/{templateDefaults,templates[]}/<pod>",
      "spec/{templateDefaults,templates[]}/containerSet/<pod>",
      "spec/{templateDefaults,templates[]}/{container,script,sidecars[]}/image",
    ],
    CronWorkflow: [
      "spec/workflowSpec/{templateDefaults,templates[]}/<pod>",
      "spec/workflowSpec/{templateDefaults,templates[]}/containerSet/<pod>",
      "spec/workflowSpec/{templateDefaults,templates[]}/{container,script,sidecars[]}/image",
    ],
    Experiment: ["spec/templates[]/template/spec/<pod>"],
    Rollout: ["spec/template/spec/<pod>"],
    WorkflowTaskSet: [
      "spec/tasks/*/<pod>",
      "spec/tasks/*/containerSet/<pod>",
      "spec/tasks/*/{container,script,sidecars[]}/image",
    ],
    Workflow: [
      "spec/{templates[],templateDefaults}/{container,script,sidecars[],initContainers[],containerSet/containers[]}/image",
    ],
    "Workflow CronWorkflow WorkflowTemplate ClusterWorkflowTemplate": [
      "spec/**/inline/{container,script}/image",
      "spec/**/executorPlugins[]/spec/sidecar/container/image",
      { path: "spec/**/resource/manifest", in: "object" },
    ],
    ExecutorPlugin: ["spec/sidecar/container/image"],
    "Sensor EventSource": ["spec/template/container/image"],
    EventBus: [
      "spec/{jetstream,nats/native}/{containerTemplate,metricsContainerTemplate,reloaderContainerTemplate}/image",
    ],
    // kustomize reads `[old=]new:tag@digest`.
    "Application ApplicationSet": [
      ...["spec/{source,sources[]}", "spec/template/spec/{source,sources[]}"].map((path) => ({
        path,
        in: "repositoryAndTag" as const,
        keys: { repository: ["repoURL"], tag: ["targetRevision"] },
        artifact:
          "Argo CD fetches this by its tag, and what it renders comes after pin-digests: write the digest in place of the tag, `targetRevision: sha256:…` (Argo CD 3.4)",
      })),
      {
        path: "spec/**/{source,sources[]}/kustomize/images[]",
        in: "text",
        pattern: "^(?:[^=\\s]+=)?(?<image>[^=\\s]+)$",
        loose: true,
      },
      { path: "spec/**/{source,sources[]}/kustomize/patches[]/patch", in: "patch" },
      { path: "spec/**/{source,sources[]}/helm/{valuesObject,values}", in: "values" },
      { path: "spec/**/{source,sources[]}/helm/parameters[name=image|*.image|*Image]/value", loose: true },
    ],
    ArgoCD: [
      {
        path: "spec/{repo,redis,applicationSet,notifications,grafana,ha,sso/dex,sso/keycloak}",
        in: "repositoryAndTag",
        keys: { repository: ["image"], tag: ["version"] },
      },
      { path: "spec", in: "repositoryAndTag", keys: { repository: ["image"], tag: ["version"] } },
    ],
  }),
  "awx.ansible.com": () => ({
    AWX: [
      "spec/ee_images[]/image",
      { path: "spec/image", tagless: "keep" },
      {
        path: "spec/{redis_image,postgres_image,init_container_image,init_projects_container_image,metrics_utility_image}",
        tagless: "keep",
      },
      "spec/control_plane_ee_image",
    ],
  }),
  "infra.contrib.fluxcd.io": () => ({
    Terraform: ["spec/runnerPodTemplate/spec/<pod>", "spec/runnerPodTemplate/spec/image"],
  }),
  "keda.sh": () => ({
    ScaledJob: ["spec/jobTargetRef/template/spec/<pod>"],
  }),
  "kueue.x-k8s.io": () => ({
    Workload: ["spec/podSets[]/template/spec/<pod>"],
  }),
  "apps.gitlab.com": () => ({
    Runner: ["spec/{buildImage,helperImage,runnerImage}"],
  }),
  "renovate-operator.mogenius.com": () => ({
    RenovateJob: ["spec/image"],
  }),
  "upgrade.cattle.io": () => ({
    Plan: [{ path: "spec/{prepare,upgrade}/image", tagless: "keep" }],
  }),
  "tekton.dev": () => ({
    "Task ClusterTask TaskRun Pipeline PipelineRun": [
      "spec/**/{steps[],sidecars[],stepTemplate}/image",
      "spec/**/{taskRef,pipelineRef}/bundle",
      "spec/**/{taskRef,pipelineRef,ref}[resolver=bundles]/params[name=bundle]/value",
    ],
    StepAction: ["spec/image"],
    Condition: ["spec/check/image"],
  }),
  "dataflow.argoproj.io": () => ({
    Pipeline: ["spec/steps[]/{container,git}/image"],
  }),
  "numaflow.numaproj.io": () => ({
    "Pipeline MonoVertex Vertex ServingPipeline": [
      "spec/**/container/image",
      "spec/**/{containerTemplate,initContainerTemplate}/image",
    ],
    InterStepBufferService: [
      "spec/{redis/native,jetstream}/{redisContainerTemplate,sentinelContainerTemplate,metricsContainerTemplate,containerTemplate,reloaderContainerTemplate}/image",
    ],
  }),
  "core.oam.dev": () => ({
    // KubeVela: web services, workers and tasks.
    Application: [
      "spec/components[]/properties/image",
      "spec/components[]/traits[type=sidecar|init-container]/properties/image",
      "spec/policies[]/properties/envs[]/patch/components[]/properties/image",
      { path: "spec/components[type=helm]/properties/values", in: "values" },
    ],
  }),
  "jenkins.io": () => ({
    Jenkins: ["spec/master/containers[]/image", "spec/slave/image"],
  }),
  "brigade.sh": () => ({
    Project: ["spec/worker/container/image"],
  }),
  "tf.isaaclab.com tf.galleybytes.com infra.contrib.fluxcd.io": () => ({
    Terraform: [{ path: "spec/images/*/image", tagless: "keep" }],
  }),
  "batch.volcano.sh": () => ({
    Job: ["spec/tasks[]/template/spec/<pod>"],
  }),
  "jobset.x-k8s.io": () => ({
    JobSet: ["spec/replicatedJobs[]/template/spec/template/spec/<pod>"],
  }),
  "leaderworkerset.x-k8s.io": () => ({
    LeaderWorkerSet: ["spec/leaderWorkerTemplate/{leaderTemplate,workerTemplate}/spec/<pod>"],
  }),
  "apps.kruise.io": () => ({
    ImagePullJob: ["spec/image"],
    ImageListPullJob: ["spec/images[]"],
    SidecarSet: ["spec/<pod>", "spec/{containers,initContainers}[]/upgradeStrategy/hotUpgradeEmptyImage"],
    "CloneSet StatefulSet DaemonSet BroadcastJob": ["spec/template/spec/<pod>"],
    AdvancedCronJob: [
      "spec/template/{jobTemplate,broadcastJobTemplate}/spec/template/spec/<pod>",
      "spec/template/imageListPullJobTemplate/spec/images[]",
    ],
    UnitedDeployment: ["spec/template/*/spec/template/spec/<pod>"],
  }),
  "operations.kubeedge.io": () => ({
    ImagePrePullJob: ["spec/imagePrePullTemplate/images[]"],
    NodeUpgradeJob: ["spec/image"],
  }),
  "tower.ansible.com automationcontroller.ansible.com": () => ({
    AutomationController: [
      {
        path: "spec/{image,redis_image,postgres_image,init_container_image,control_plane_ee_image}",
        tagless: "keep",
      },
      "spec/ee_images[]/image",
    ],
  }),
  "eda.ansible.com": () => ({
    EDA: [{ path: "spec/{image,image_web,redis/redis_image,database/postgres_image}", tagless: "keep" }],
  }),
  "lifecycle.keptn.sh": () => ({
    KeptnTaskDefinition: ["spec/container/image"],
  }),
  "prefect.io": () => ({
    "PrefectServer PrefectWorkPool": ["spec/{image,postgres/waitForDatabaseImage}"],
  }),
};
