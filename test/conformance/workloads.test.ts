import { describe, expect, test } from "vitest";
import { useBench } from "./bench.ts";
import { list, pod, yaml } from "./manifests.ts";
import { expectPinned } from "./reading.ts";

const bench = useBench();

const podSpec = [
  "initContainers: [{name: a, image: 'init:1'}]",
  "containers:",
  "- name: b",
  "  image: main:1",
  "- {name: c, image: side:1}",
  "ephemeralContainers: [{name: d, image: debug:1}]",
  "volumes:",
  "- name: models",
  "  image: {reference: models:1, pullPolicy: Always}",
  "- name: disk",
  "  rbd: {image: foo, monitors: []}",
];
const images = ["init:1", "main:1", "side:1", "debug:1", "models:1"];

const paths = [
  "initContainers[0].image",
  "containers[0].image",
  "containers[1].image",
  "ephemeralContainers[0].image",
  "volumes[0].image.reference",
];
const kinds: readonly (readonly [string, string, readonly string[]])[] = [
  ["v1", "Pod", ["spec"]],
  ["v1", "PodTemplate", ["template", "spec"]],
  ["v1", "ReplicationController", ["spec", "template", "spec"]],
  ["apps/v1", "Deployment", ["spec", "template", "spec"]],
  ["apps/v1", "StatefulSet", ["spec", "template", "spec"]],
  ["apps/v1", "DaemonSet", ["spec", "template", "spec"]],
  ["apps/v1", "ReplicaSet", ["spec", "template", "spec"]],
  ["batch/v1", "Job", ["spec", "template", "spec"]],
  ["batch/v1", "CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]],
  ["batch/v1beta1", "CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]],
  ["extensions/v1beta1", "Deployment", ["spec", "template", "spec"]],
];

/** An object of this kind whose pod spec hangs below these keys. */
function workload(apiVersion: string, kind: string, ...keys: readonly string[]): string {
  const nested = keys.map((key, depth) => `${"  ".repeat(depth)}${key}:`);
  const spec = podSpec.map((line) => `${"  ".repeat(keys.length)}${line}`);
  return [`apiVersion: ${apiVersion}`, `kind: ${kind}`, "metadata: {name: web}", ...nested, ...spec, ""].join(
    "\n",
  );
}

describe("workloads", () => {
  test("case 41: every image of a pod spec is pinned in every kind that has one, and rbd.image is none", async () => {
    const run = await bench.pin(
      list(...kinds.map(([version, kind, keys]) => workload(version, kind, ...keys))),
    );

    const results = expectPinned(
      run,
      kinds.flatMap(() => images),
    );
    expect(results.map(({ resourceRef, field }) => `${resourceRef?.kind} ${field?.path}`)).toEqual(
      kinds.flatMap(([, kind, keys]) => paths.map((path) => `${kind} ${[...keys, path].join(".")}`)),
    );
    expect([...bench.requests()].sort()).toEqual(images.map((image) => `library/${image}`).sort());
  });

  test.each([
    ["a pod template", ["spec", "template", "spec"]],
    ["a pod spec", ["spec", "podSpec"]],
    ["a pod template far down", ["spec", "a", "b", "jobTemplate", "spec", "template", "spec"]],
  ])("case 42: a kind of somebody's own with %s below spec is pinned", async (_, keys) => {
    const run = await bench.pin(list(workload("acme.io/v1", "Widget", ...keys)));

    expectPinned(run, images);
  });

  test("case 42: pod templates in a list of a kind of somebody's own are pinned", async () => {
    const run = await bench.pin(
      list(yaml`
        apiVersion: ray.io/v1
        kind: RayCluster
        metadata: {name: ray}
        spec:
          headGroupSpec:
            template:
              spec:
                containers:
                - name: head
                  image: ray:2
          workerGroupSpecs:
          - groupName: small
            template:
              spec:
                containers:
                - name: worker
                  image: ray:2
      `),
    );

    const results = expectPinned(run, ["ray:2", "ray:2"]);
    expect(results.map(({ field }) => field?.path)).toEqual([
      "spec.headGroupSpec.template.spec.containers[0].image",
      "spec.workerGroupSpecs[0].template.spec.containers[0].image",
    ]);
    expect(bench.requests()).toEqual(["library/ray:2"]);
  });

  test("case 42: other image keys of a kind of somebody's own are left alone", async () => {
    const run = await bench.pin(
      list(
        "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: a}\nspec: {image: 'nginx:1.27', template: text}\n",
      ),
    );

    expectPinned(run, []);
    expect(bench.requests()).toEqual([]);
  });

  test.each(["ConfigMap", "Secret"])(
    "case 43: a %s whose data look like a Pod is left alone",
    async (kind) => {
      const text = pod("image: nginx:1.27").trimEnd().replaceAll("\n", "\n    ");
      const input = list(
        `apiVersion: v1\nkind: ${kind}\nmetadata: {name: a}\ndata:\n  pod.yaml: |\n    ${text}\n  image: nginx:1.27\n`,
      );

      const run = await bench.pin(input);

      expect(run).toMatchObject({ code: 0, stdout: input, stderr: "" });
      expect(bench.requests()).toEqual([]);
    },
  );

  test("case 44: an image that is missing, null or empty is left alone", async () => {
    const lines = ["image: null", "image: ~", "image:", 'image: ""', "image: ''", 'image: "  "', "args: []"];

    const run = await bench.pin(list(...lines.map((line) => pod(line)), pod("image: nginx:1.27")));

    expectPinned(run, ["nginx:1.27"]);
  });

  test("case 44: an image that is no string is left alone, with a warning", async () => {
    const values = ["123", "1.27", "true", "{}", "{name: nginx}", "[nginx]"];

    const run = await bench.pin(
      list(...values.map((value) => pod(`image: ${value}`)), pod("image: nginx:1.27")),
    );

    const results = expectPinned(run, ["nginx:1.27"]);
    expect(results.map(({ severity }) => severity)).toEqual([...values.map(() => "warning"), "info"]);
    expect(run.stderr).not.toBe("");
  });

  test("case 44: pod specs of odd shapes break nothing", async () => {
    const specs = [
      "spec: {containers: }",
      "spec: {containers: {image: nginx}}",
      "spec: {containers: nginx}",
      "spec: {containers: [nginx, null, 5, []]}",
      "spec: {containers: [], volumes: [null, text, {image: }, {image: text}, {image: {}}]}",
      "spec: text",
      "x: y",
    ];
    const items = specs.map((spec) => `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n${spec}\n`);

    const run = await bench.pin(list(...items, pod("image: nginx:1.27")));

    expectPinned(run, ["nginx:1.27"]);
  });

  test("case 44: placeholders are left alone", async () => {
    const values = [
      "$(IMAGE)",
      "'$\u007bIMAGE}'",
      "'{{ .Values.image }}'",
      "<your-image>",
      "'###IMAGE###'",
      "auto",
      "ko://example.com/cmd",
    ];

    const run = await bench.pin(
      list(...values.map((value) => pod(`image: ${value}`)), pod("image: nginx:1.27")),
    );

    expectPinned(run, ["nginx:1.27"]);
    expect(bench.requests()).toEqual(["library/nginx:1.27"]);
  });
});
