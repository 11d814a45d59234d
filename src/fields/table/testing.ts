/** Load tests, test suites and chaos. */
import type { FieldTable } from "./field-row.ts";

/** Load tests, test suites and chaos. */
export const testing: FieldTable = {
  __proto__: null as never,
  "executor.testkube.io": () => ({
    Executor: ["spec/image", "spec/slaves/image"],
  }),
  "k6.io": () => ({
    "K6 TestRun": ["spec/{initializer,runner,starter}/<pod>", "spec/{initializer,runner,starter}/image"],
    PrivateLoadZone: ["spec/image", "spec/podTemplate/spec/<pod>"],
  }),
  "tests.testkube.io": () => ({
    "Test TestExecution": ["spec/executionRequest/image"],
    "TestSource TestSuite": ["spec/executionRequest/image"],
    Script: ["spec/executionRequest/image"],
  }),
  "testworkflows.testkube.io": () => ({
    "TestWorkflow TestWorkflowTemplate": [
      "spec/container/image",
      "spec/services/*/image",
      // Steps hold steps, and what runs beside them.
      "spec/{after[],setup[],steps[]}/**/{container,run}/image",
      "spec/{after[],setup[],steps[]}/**/services/*/image",
      "spec/{after[],setup[],steps[]}/execute/tests[]/executionRequest/image",
      "spec/{after[],setup[],steps[]}/parallel/execute/tests[]/executionRequest/image",
    ],
  }),
  "litmuschaos.io": () => ({
    ChaosExperiment: [
      "spec/definition/image",
      { path: "spec/definition/env[name=*_IMAGE]/value", loose: true },
    ],
    ChaosEngine: [
      "spec/components/runner/image",
      "spec/experiments[]/spec/components/experimentImage",
      { path: "spec/experiments[]/spec/components/env[name=*_IMAGE]/value", loose: true },
      "spec/components/sidecar[]/image",
    ],
  }),
  "chaos-mesh.org": () => ({
    "Workflow Schedule": ["spec/**/task/container/image"],
  }),
  "locust.io": () => ({
    LocustTest: ["spec/image"],
  }),
};
