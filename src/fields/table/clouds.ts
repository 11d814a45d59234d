/** Services of clouds. */
import type { FieldTable } from "./field-row.ts";

/** Services of clouds. */
export const clouds: FieldTable = {
  __proto__: null as never,
  "app.azure.com": () => ({
    "ContainerApp Job": ["spec/template/<pod>", "spec/template/containers[]/image"],
  }),
  "appengine.cnrm.cloud.google.com": () => ({
    AppEngineFlexibleAppVersion: ["spec/deployment/container/image"],
  }),
  "containerinstance.azure.com": () => ({
    containerGroup: ["spec/<pod>"],
  }),
  "run.cnrm.cloud.google.com": () => ({
    RunJob: ["spec/template/template/<pod>"],
    RunService: ["spec/template/<pod>"],
    RunWorkerPool: ["spec/template/containers[]/image"],
  }),
  "workstations.cnrm.cloud.google.com": () => ({
    WorkstationConfig: ["spec/container/image"],
  }),
  "ecs.services.k8s.aws": () => ({
    TaskDefinition: ["spec/containerDefinitions[]/image"],
  }),
  "lambda.services.k8s.aws": () => ({
    Function: ["spec/code/imageURI"],
  }),
  "apprunner.services.k8s.aws": () => ({
    Service: ["spec/sourceConfiguration/imageRepository/imageIdentifier"],
  }),
  "batch.services.k8s.aws": () => ({
    JobDefinition: ["spec/containerProperties/image"],
  }),
  "sagemaker.services.k8s.aws": () => ({
    TrainingJob: ["spec/algorithmSpecification/trainingImage"],
    ProcessingJob: ["spec/appSpecification/imageURI"],
  }),
  // Managed resources take the form of the Terraform resource.
  "*.upbound.io *.crossplane.io": () => ({
    "*": [
      "spec/{forProvider,initProvider}/**/containers[]/image",
      "spec/{forProvider,initProvider}/**/container[]/image",
      "spec/{forProvider,initProvider}/imageUri",
    ],
  }),
};
