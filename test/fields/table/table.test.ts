import { describe, expect, test } from "vitest";
import { pin, pinned } from "../pinning.ts";

const staticPod = "apiVersion: v1\\nkind: Pod\\nspec:\\n  containers:\\n  - image: a:1\\n";

describe("the built-in table", () => {
  test.each([
    [
      "operator.gatekeeper.sh/v1alpha1",
      "Gatekeeper",
      "spec: {image: {image: r.io/g:1}, x: {image: b:1}}",
      ["r.io/g:1"],
    ],
    [
      "pool.kubevirt.io/v1alpha1",
      "VirtualMachinePool",
      "spec: {virtualMachineTemplate: {spec: {dataVolumeTemplates: [{spec: {source: {registry: {url: 'docker://r.io/d:1'}, http: {url: 'http://r.io/d:1'}}}}]}}}",
      ["r.io/d:1"],
    ],
    [
      "tekton.dev/v1",
      "Task",
      "spec: {steps: [{image: a:1}], sidecars: [{image: b:1}], stepTemplate: {image: c:1}}",
      ["a:1", "b:1", "c:1"],
    ],
    [
      "tekton.dev/v1",
      "PIPELINE",
      "spec: {tasks: [{taskSpec: {steps: [{image: a}]}}], finally: [{taskSpec: {steps: [{image: b}]}}]}",
      ["a", "b"],
    ],
    ["tekton.dev/v1beta1", "TaskRun", "spec: {taskRef: {bundle: r.io/b:1}}", ["r.io/b:1"]],
    [
      "tekton.dev/v1",
      "TaskRun",
      "spec: {taskRef: {resolver: bundles, params: [{name: bundle, value: r.io/b:1}, {name: name, value: c:1}]}}",
      ["r.io/b:1"],
    ],
    [
      "argoproj.io/v1alpha1",
      "Workflow",
      "spec: {templates: [{container: {image: a}}, {script: {image: b}}, {dag: {tasks: [{inline: {container: {image: c}}}]}}]}",
      ["a", "b", "c"],
    ],
    [
      "argoproj.io/v1alpha1",
      "Application",
      'spec: {source: {kustomize: {images: ["old=r.io/a:1", "b:2", "c"]}}}',
      ["r.io/a:1", "b:2"],
    ],
    [
      "kubeflow.org/v1beta1",
      "Experiment",
      "spec: {trialTemplate: {trialSpec: {apiVersion: batch/v1, kind: Job, spec: {template: {spec: {containers: [{image: a}]}}}}}}",
      ["a"],
    ],
    [
      "numaflow.numaproj.io/v1alpha1",
      "Pipeline",
      "spec: {vertices: [{udf: {container: {image: a}}}]}",
      ["a"],
    ],
    [
      "core.humio.com/v1alpha1",
      "HumioCluster",
      "spec: {image: a, nodePools: [{spec: {helperImage: b}}]}",
      ["a", "b"],
    ],
    ["trident.netapp.io/v1", "TridentOrchestrator", "spec: {tridentImage: a:1}", ["a:1"]],
    [
      "helm.toolkit.fluxcd.io/v2",
      "HelmRelease",
      "spec: {values: {a: {image: proxyv2}, b: {image: r.io/x/app, imageTag: v1}, c: {image: a:1}}}",
      ["a:1"],
    ],
    ["sailoperator.io/v1", "Istio", "spec: {values: {global: {proxy: {image: proxyv2}}}}", []],
    ["vault.banzaicloud.com/v1alpha1", "Vault", "spec: {image: a:1, bankVaultsImage: b:1}", ["a:1", "b:1"]],
    ["apps.gitlab.com/v1beta2", "Runner", "spec: {buildImage: a:1, helperImage: b:1}", ["a:1", "b:1"]],
    [
      "monitoring.thanos.io/v1alpha1",
      "ThanosQuery",
      "spec: {image: a:1, queryFrontend: {image: b:1}}",
      ["a:1", "b:1"],
    ],
    [
      "litmuschaos.io/v1alpha1",
      "ChaosExperiment",
      "spec: {definition: {image: a:1, env: [{name: LIB_IMAGE, value: b:1}, {name: LIB, value: c:1}]}}",
      ["a:1", "b:1"],
    ],
    [
      "testworkflows.testkube.io/v1",
      "TestWorkflow",
      "spec: {steps: [{run: {image: a:1}}, {parallel: {container: {image: b:1}, steps: [{run: {image: c:1}}]}}, {steps: [{services: {db: {image: d:1}}}]}]}",
      ["a:1", "b:1", "c:1", "d:1"],
    ],
    [
      "controlplane.cluster.x-k8s.io/v1beta1",
      "KubeadmControlPlane",
      `spec: {kubeadmConfigSpec: {files: [{path: /etc/kubernetes/manifests/vip.yaml, content: "${staticPod}"}, {path: /etc/x.sh, content: "${staticPod}"}]}}`,
      ["a:1"],
    ],
    [
      "bootstrap.cluster.x-k8s.io/v1beta1",
      "KubeadmConfigTemplate",
      `spec: {template: {spec: {files: [{path: /etc/kubernetes/manifests/vip.yaml, content: "${staticPod}"}]}}}`,
      ["a:1"],
    ],
    [
      "bootstrap.cluster.x-k8s.io/v1beta1",
      "KubeadmConfig",
      "spec: {files: [{path: /etc/x.yaml, content: 'no: image: {'}]}",
      [],
    ],
    [
      "kaito.sh/v1beta1",
      "Workspace",
      "inference: {preset: {presetOptions: {image: a:1}}}\ntuning: {input: {image: b:1}, output: {image: c:1}}",
      ["a:1", "b:1"],
    ],
    [
      "ray.io/v1",
      "RayCluster",
      "spec: {autoscalerOptions: {image: a}, headGroupSpec: {template: {spec: {containers: [{image: b}]}}}}",
      ["a", "b"],
    ],
    ["pkg.crossplane.io/v1", "Provider", "spec: {package: r.io/p:1}", ["r.io/p:1"]],
    ["extensions.istio.io/v1alpha1", "WasmPlugin", "spec: {url: 'oci://r.io/w:1'}", ["r.io/w:1"]],
    ["extensions.istio.io/v1alpha1", "WasmPlugin", "spec: {url: 'https://r.io/w.wasm'}", []],
    [
      "cdi.kubevirt.io/v1beta1",
      "DataVolume",
      "spec: {source: {registry: {url: 'docker://r.io/d:1'}}}",
      ["r.io/d:1"],
    ],
    ["policies.kubewarden.io/v1", "AdmissionPolicy", "spec: {module: 'registry://r.io/p:1'}", ["r.io/p:1"]],
    [
      "operators.coreos.com/v1alpha1",
      "ClusterServiceVersion",
      "spec: {relatedImages: [{name: a, image: r.io/a:1}]}",
      ["r.io/a:1"],
    ],
    [
      "build.openshift.io/v1",
      "BuildConfig",
      "spec: {strategy: {dockerStrategy: {from: {kind: DockerImage, name: a:1}}}, output: {to: {kind: DockerImage, name: b:1}}}",
      ["a:1"],
    ],
    ["upgrade.cattle.io/v1", "Plan", "spec: {upgrade: {image: a}, prepare: {image: b:1}}", ["b:1"]],
    ["airflow.stackable.tech/v1alpha1", "AirflowCluster", "spec: {image: {custom: r.io/a:1}}", ["r.io/a:1"]],
  ])("finds the images of a %s %s: %s", async (apiVersion, kind, body, images) => {
    expect(await pinned(apiVersion, kind, body)).toEqual(images);
  });
});

describe("the fallback", () => {
  test.each([
    "containers",
    "initContainers",
    "ephemeralContainers",
    "sidecars",
    "sidecarContainers",
    "extraContainers",
    "additionalContainers",
  ])("takes the elements of %s for containers, in kinds that nobody knows", async (name) => {
    expect(await pinned("acme.io/v1", "Widget", `spec: {deep: [{${name}: [{image: a}]}]}`)).toEqual(["a"]);
    expect(await pinned("acme.io/v1", "Widget", `${name}: [{image: a}]`)).toEqual(["a"]);
  });

  test.each([
    ["a single container", "spec: {container: {image: a:1}, script: {image: b:1}}", ["a:1", "b:1"]],
    ["a single container without a tag", "spec: {container: {image: a}}", []],
    [
      "what only a container has beside its image",
      "spec: {x: {image: a:1, imagePullPolicy: Always}}",
      ["a:1"],
    ],
    ["an image volume", "spec: {volumes: [{name: v, image: {reference: a:1}}]}", ["a:1"]],
    ["a bare image", "spec: {x: {image: r.io/a:1}}", []],
    ["an image with a tag beside it", "spec: {x: {image: r.io/a, tag: '1', env: []}}", []],
    ["containers in a status", "status: {containers: [{image: a:1}]}", []],
    ["containers in a status further down", "spec: {status: {containers: [{image: a:1}]}}", []],
    ["a device of Ceph", "spec: {volumes: [{rbd: {image: a:1}}], rbd: {image: b:1}}", []],
    ["containers in metadata", "metadata: {annotations: {containers: [{image: a:1}]}}", []],
  ])("on %s: %s", async (_, body, images) => {
    const head = body.startsWith("metadata") ? "" : "metadata: {name: x}\n";
    expect((await pin(`apiVersion: acme.io/v1\nkind: Widget\n${head}${body}\n`)).asked).toEqual(images);
  });
});

describe("the deny table", () => {
  test.each([
    [
      "kyverno.io/v1",
      "ClusterPolicy",
      "spec: {rules: [{validate: {pattern: {spec: {containers: [{image: 'a:1'}]}}}}]}",
    ],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {x: {containers: [{image: a:1}]}}"],
    [
      "kafka.strimzi.io/v1",
      "KafkaConnect",
      "spec: {build: {output: {image: r.io/a:1, containers: [{image: a:1}]}}}",
    ],
    ["skaffold/v4beta1", "Config", "build: {artifacts: [{image: a:1, containers: [{image: b:1}]}]}"],
    ["config.openshift.io/v1", "ImageTagMirrorSet", "spec: {containers: [{image: a:1}]}"],
    ["tekton.dev/v1", "TaskRun", "spec: {params: [{name: IMAGE, value: r.io/a:1}]}"],
    ["image.toolkit.fluxcd.io/v1", "ImageRepository", "spec: {image: r.io/a:1}"],
    ["eraser.sh/v1", "ImageList", "spec: {images: ['r.io/a:1']}"],
    [
      "nvidia.com/v1",
      "ClusterPolicy",
      "spec: {driver: {repository: nvcr.io/nvidia, image: driver, version: '550'}}",
    ],
    [
      "v1",
      "Pod",
      'metadata: {name: x, annotations: {kubectl.kubernetes.io/last-applied-configuration: \'{"spec":{"containers":[{"image":"a:1"}]}}\'}}',
    ],
    ["kustomize.config.k8s.io/v1beta1", "Kustomization", "images: [{name: a, newTag: '1'}]"],
    ["kpt.dev/v1", "Kptfile", "pipeline: {mutators: [{image: r.io/a:1}]}"],
  ])("leaves a %s %s alone: %s", async (apiVersion, kind, body) => {
    const head = body.startsWith("metadata") ? "" : "metadata: {name: x}\n";
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\n${head}${body}\n`;

    expect((await pin(text)).text).toBe(text);
  });

  test("gives way to rows that lead further down", async () => {
    const body =
      "spec: {rules: [{validate: {containers: [{image: a:1}]}, generate: {data: {spec: {containers: [{image: b:1}]}}}}]}";

    expect(await pinned("kyverno.io/v1", "ClusterPolicy", body)).toEqual(["b:1"]);
  });

  test.each([
    ["nvidia.com/v1", "ClusterPolicy"],
    ["mellanox.com/v1alpha1", "NicClusterPolicy"],
    ["mellanox.com/v1alpha1", "NicNodePolicy"],
  ])("takes the parts of references of %s %s together, and none of them alone", async (apiVersion, kind) => {
    const spec =
      "spec: {driver: {repository: nvcr.io/nvidia, image: driver, version: '550', manager: {repository: nvcr.io/x, image: m, version: v1}}}";
    const { told } = await pin(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n${spec}\n`);

    expect(told).toEqual([
      expect.stringMatching(/^warning spec\.driver: "nvcr\.io\/nvidia\/driver:550"/),
      expect.stringMatching(/^warning spec\.driver\.manager: "nvcr\.io\/x\/m:v1"/),
    ]);
  });
});

describe("references in other text", () => {
  const container = (rest: string): string => `spec: {containers: [{name: a, ${rest}}]}`;

  test.each([
    ['args: ["--prometheus-config-reloader=r.io/a:1"]', ["r.io/a:1"]],
    ['command: [longhorn, --engine-image, "r.io/e:1", --flag, "r.io/x:1"]', ["r.io/e:1"]],
    ['args: ["--output-image=r.io/a:1", "--image-size=3", "--x-image=tagless"]', []],
    ["env: [{name: RELATED_IMAGE_A, value: r.io/a:1}]", ["r.io/a:1"]],
    ["env: [{name: SIDECAR_IMAGE, value: a:1}, {name: IMAGE_NAME, value: b:1}]", ["a:1"]],
    [
      'env: [{name: MAX_IMAGE, value: "8192"}, {name: API_IMAGE, value: 2025-04-01-preview}, {name: X_IMAGE, value: $(Y)}]',
      [],
    ],
    ["env: [{name: PUSH_IMAGE, value: a:1}, {name: X_OUTPUT_IMAGE, value: b:1}]", []],
    [
      'env: [{name: STRIMZI_KAFKA_IMAGES, value: "3.9.0=r.io/k:1\\n4.0.0=r.io/k:2\\n"}]',
      ["r.io/k:1", "r.io/k:2"],
    ],
  ])("in a container: %s", async (rest, images) => {
    expect(await pinned("v1", "Pod", container(rest))).toEqual(images);
  });

  test.each([
    ["dapr.io/sidecar-image", "a:1", ["a:1"]],
    ["sidecar.istio.io/proxyImage", "a:1", ["a:1"]],
    ["vault.hashicorp.com/agent-image", "a:1", ["a:1"]],
    ["config.linkerd.io/proxy-image", "a:1", ["a:1"]],
    ["config.linkerd.io/proxy-image", "cr.l5d.io/linkerd/proxy", []],
    ["acme.io/image", "a:1", []],
  ])("in the annotation %s: %s", async (key, value, images) => {
    const body = `spec: {template: {metadata: {annotations: {${key}: "${value}"}}}}`;
    expect(await pinned("apps/v1", "Deployment", body)).toEqual(images);
  });

  test("changes the reference alone in a line of a block scalar", async () => {
    const text = `apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  containers:
  - name: a
    env:
    - name: STRIMZI_KAFKA_IMAGES
      value: |
        3.9.0=r.io/k:1
        4.0.0=r.io/k:2
`;

    expect((await pin(text)).text).toBe(text.replace("k:1", "k:1@<digest>").replace("k:2", "k:2@<digest>"));
  });

  test("pins in the JSON of KServe's ConfigMap, and in no other ConfigMap", async () => {
    const data = `data:\n  agent: |-\n    {\n        "image" : "kserve/agent:v1",\n        "memoryRequest": "100Mi"\n    }\n`;
    const text = (name: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${data}`;

    expect((await pin(text("inferenceservice-config"))).text).toBe(
      text("inferenceservice-config").replace("agent:v1", "agent:v1@<digest>"),
    );
    expect((await pin(text("other"))).text).toBe(text("other"));
  });
});

describe("objects within objects", () => {
  const pod = "apiVersion: v1, kind: Pod, spec: {containers: [{image: a:1}]}";
  const policy = "apiVersion: kyverno.io/v1, kind: Policy, spec: {containers: [{image: b:1}]}";

  test.each([
    ["v1", "List", `items: [{${pod}}, {${policy}}]`],
    ["template.openshift.io/v1", "Template", `objects: [{${pod}}, {${policy}}]`],
    [
      "work.open-cluster-management.io/v1",
      "ManifestWork",
      `spec: {workload: {manifests: [{${pod}}, {${policy}}]}}`,
    ],
    [
      "apiextensions.crossplane.io/v1",
      "Composition",
      `spec: {resources: [{base: {${pod}}}, {base: {${policy}}}]}`,
    ],
    ["kubernetes.crossplane.io/v1alpha2", "Object", `spec: {forProvider: {manifest: {${pod}}}}`],
    [
      "argoproj.io/v1alpha1",
      "Workflow",
      `spec: {templates: [{resource: {manifest: "{${pod.replaceAll('"', "'")}}"}}]}`,
    ],
    ["triggers.tekton.dev/v1beta1", "TriggerTemplate", `spec: {resourcetemplates: [{${pod}}]}`],
  ])("in a %s %s go by their own rules", async (apiVersion, kind, body) => {
    expect(await pinned(apiVersion, kind, body)).toEqual(["a:1"]);
  });

  test("in a ConfigMap count where a ClusterResourceSet applies it", async () => {
    const map = (name: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: n}\ndata:\n  a.yaml: |\n    apiVersion: v1\n    kind: Pod\n    spec:\n      containers:\n      - image: a:1 # c\n    ---\n    apiVersion: v1\n    kind: Pod\n    spec: {containers: [{image: 'b:1'}]}\n`;
    const set =
      "apiVersion: addons.cluster.x-k8s.io/v1beta1\nkind: ClusterResourceSet\nmetadata: {name: s, namespace: n}\nspec: {resources: [{kind: ConfigMap, name: used}]}\n";
    const text = `${map("used")}---\n${set}---\n${map("other")}`;

    expect((await pin(text)).text).toBe(
      `${map("used").replace("a:1", "a:1@<digest>").replace("b:1", "b:1@<digest>")}---\n${set}---\n${map("other")}`,
    );
  });
});

describe("what an operator builds, or takes from its library of models,", () => {
  const mapping = (more: string) =>
    `spec: {moduleLoader: {container: {kernelMappings: [{literal: '6.1', containerImage: 'r.io/m:1'${more}}]}}}`;

  test.each([
    ["kmm.sigs.x-k8s.io/v1beta1", "Module", mapping(", build: {}"), []],
    ["kmm.sigs.x-k8s.io/v1beta1", "Module", mapping(", sign: {unsignedImage: 'r.io/m:0'}"), []],
    ["kmm.sigs.x-k8s.io/v1beta1", "Module", mapping(""), ["r.io/m:1"]],
    [
      "core.openfunction.io/v1beta2",
      "Function",
      "spec: {image: 'r.io/f:1', build: {builder: 'r.io/b:1'}}",
      ["r.io/b:1"],
    ],
    ["core.openfunction.io/v1beta2", "Function", "spec: {image: 'r.io/f:1', serving: {}}", ["r.io/f:1"]],
    ["ollama.ayaka.io/v1", "Model", "spec: {image: 'llama3.1:8b'}", []],
    ["broker.amq.io/v1beta1", "ActiveMQArtemis", "spec: {deploymentPlan: {image: placeholder}}", []],
    [
      "oadp.openshift.io/v1alpha1",
      "DataProtectionApplication",
      "spec: {unsupportedOverrides: {operator-type: mtc, veleroImageFqin: 'r.io/v:1'}}",
      ["r.io/v:1"],
    ],
  ])("is not pinned in a %s %s: %s", async (apiVersion, kind, body, expected) => {
    expect(await pinned(apiVersion, kind, body)).toEqual(expected);
  });

  test("is told with its registry and all of its name", async () => {
    const init =
      "aerospikeInitContainer: {imageRegistry: r.io, imageRegistryNamespace: acme, imageNameAndTag: 'init:2'}";
    const text = `apiVersion: asdb.aerospike.com/v1\nkind: AerospikeCluster\nmetadata: {name: a}\nspec: {podSpec: {${init}}}\n`;

    const { told, asked } = await pin(text, "mode: check");

    expect(asked).toEqual([]);
    expect(told).toEqual([
      expect.stringMatching(/^warning spec\.podSpec\.aerospikeInitContainer: .*left alone: has no key/),
    ]);
  });
});

test("a ConfigMap of a name that a row knows is found behind one of another name", async () => {
  const map = (name: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {docker_image: 'r.io/spilo:1'}\n`;

  expect((await pin(`${map("other")}---\n${map("postgres-operator")}---\n${map("other")}`)).text).toBe(
    `${map("other")}---\n${map("postgres-operator").replace("spilo:1", "spilo:1@<digest>")}---\n${map("other")}`,
  );
});
