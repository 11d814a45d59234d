/** Functions and serving. */
import type { FieldTable } from "./field-row.ts";

/** Functions and serving. */
export const serverless: FieldTable = {
  __proto__: null as never,
  "serving.knative.dev": () => ({
    "Configuration Service": ["spec/template/spec/<pod>"],
    Revision: ["spec/<pod>"],
    "Service Configuration": ["spec/template/spec/<pod>"],
  }),
  "run.googleapis.com": () => ({
    "Job WorkerPool": ["spec/template/spec/<pod>", "spec/template/spec/template/spec/<pod>"],
  }),
  "sources.knative.dev": () => ({
    "ContainerSource SinkBinding": ["spec/template/spec/<pod>"],
  }),
  "operator.knative.dev": () => ({
    "KnativeServing KnativeEventing": [{ path: "spec/registry/override/*", loose: true }],
  }),
  "openfaas.com": () => ({
    Function: ["spec/image"],
  }),
  "fission.io": () => ({
    Environment: ["spec/{runtime,builder}/image", "spec/{runtime,builder}/container/image"],
  }),
  "camel.apache.org": () => ({
    "Integration Pipe IntegrationProfile IntegrationPlatform": [
      { path: "spec/**/traits/container/image", loose: true },
      { path: "spec/build/baseImage", loose: true },
      { path: "spec/**/baseImage", loose: true },
    ],
    IntegrationKit: [{ path: "spec/image", loose: true }],
  }),
  "nuclio.io": () => ({
    NuclioFunction: [{ path: "spec/image", loose: true }, "spec/build/{baseImage,onbuildImage}"],
  }),
  "core.openfunction.io": () => ({
    // With a build, the image is what comes of it.
    Function: [{ path: "spec/image", unless: ["build"] }, "spec/build/builder"],
    Serving: ["spec/image"],
  }),
  "agones.dev": () => ({
    "Fleet GameServerSet": ["spec/template/spec/template/spec/<pod>"],
    GameServer: ["spec/template/spec/<pod>"],
  }),
  // An OCI artifact that containerd pulls like an image.
  "core.spinkube.dev core.spinoperator.dev": () => ({
    SpinApp: ["spec/image"],
  }),
};
