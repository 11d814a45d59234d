import { describe, expect, test } from "vitest";
import { useBench } from "./bench.ts";
import { list, pod, yaml } from "./manifests.ts";
import { expectPinned } from "./reading.ts";

const bench = useBench();

const deployment = (annotations: string) =>
  `${yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    namespace: ns1
    annotations:
`}${annotations}${yaml`
  spec:
    template:
      spec:
        containers:
        - image: nginx:1.27
          name: web
`}`;

const kptAnnotations = `    owner: me # a comment
    config.kubernetes.io/index: '0'
    config.kubernetes.io/path: 'base/deploy.yaml'
    internal.config.kubernetes.io/index: '0'
    internal.config.kubernetes.io/path: 'base/deploy.yaml'
    internal.config.kubernetes.io/seqindent: 'compact'
    internal.config.kubernetes.io/annotations-migration-resource-id: '2'
    internal.config.kubernetes.io/id: '3'
    config.k8s.io/id: '3'
    internal.config.kubernetes.io/package-path: '/home/me/a package/with spaces'
    internal.config.k8s.io/kpt-resource-id: '0'
    internal.config.kubernetes.io/kpt-resource-id: '0'
`;

const kustomizeAnnotations = `    alpha.config.kubernetes.io/transformations: |
      - configuredIn: kustomization.yaml
        configuredBy:
          apiVersion: builtin
          kind: PrefixTransformer
    config.k8s.io/id: '1'
    config.kubernetes.io/index: '0'
    config.kubernetes.io/origin: |
      path: ../base/deploy.yaml
    foo: bar
    internal.config.kubernetes.io/annotations-migration-resource-id: '0'
    internal.config.kubernetes.io/generatorBehavior: unspecified
    internal.config.kubernetes.io/id: '1'
    internal.config.kubernetes.io/index: '0'
    internal.config.kubernetes.io/needsHashSuffix: enabled
    internal.config.kubernetes.io/prefixes: pre-
    internal.config.kubernetes.io/previousKinds: Deployment
    internal.config.kubernetes.io/previousNames: web
    internal.config.kubernetes.io/previousNamespaces: ns1
    kustomize.config.k8s.io/id: |
      group: apps
      kind: Deployment
      name: pre-web
      namespace: ns1
      version: v1
`;

/** A Pod at a path and index of a package, as kpt annotates it. */
function podAt(path: string, index: string, ...extra: readonly string[]): string {
  const annotations = [
    `internal.config.kubernetes.io/path: '${path}'`,
    `internal.config.kubernetes.io/index: '${index}'`,
    ...extra,
  ];
  const lines = annotations.map((line) => `    ${line}\n`).join("");
  return pod("image: nginx:1.27").replace("  name: web\n", `  name: web\n  annotations:\n${lines}`);
}

describe("annotations and identity", () => {
  test("case 27: kpt's whole set of annotations is kept, and the result names the file", async () => {
    const run = await bench.pin(list(deployment(kptAnnotations)));

    const results = expectPinned(run, ["nginx:1.27"]);
    expect(results).toMatchObject([
      {
        resourceRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "ns1" },
        field: { path: "spec.template.spec.containers[0].image" },
        file: { path: "base/deploy.yaml" },
      },
    ]);
  });

  test("case 28: kustomize's whole set of annotations is kept", async () => {
    const run = await bench.pin(list(deployment(kustomizeAnnotations)));

    const [result] = expectPinned(run, ["nginx:1.27"]);
    expect(result).not.toHaveProperty("file.path");
  });

  test.each([
    ["legacy", "config.kubernetes.io"],
    ["internal", "internal.config.kubernetes.io"],
  ])("case 29: with %s annotations only, none are added", async (_, prefix) => {
    const run = await bench.pin(
      list(deployment(`    ${prefix}/path: 'a/b.yaml'\n    ${prefix}/index: '4'\n`)),
    );

    const results = expectPinned(run, ["nginx:1.27"]);
    expect(results).toMatchObject([{ file: { path: "a/b.yaml", index: 4n } }]);
  });

  const at = (index: string) =>
    `    config.kubernetes.io/path: a.yaml\n    config.kubernetes.io/index: ${index}\n`;

  test("case 30: an index is an integer in the result, however it is written", async () => {
    const run = await bench.pin(list(...["0", "7", "'7'", '"7"'].map((index) => deployment(at(index)))));

    const results = expectPinned(run, Array(4).fill("nginx:1.27"));
    expect(results.map(({ file }) => file?.index ?? 0n)).toEqual([0n, 7n, 7n, 7n]);
  });

  test("case 30: an index that is none breaks nothing", async () => {
    const indices = ["first", "''", "-1", "1.5", "{}", "99999999999999999999"];

    const run = await bench.pin(list(...indices.map((index) => deployment(at(index)))));

    expectPinned(run, Array(indices.length).fill("nginx:1.27"));
  });

  test("case 31: annotations in flow style are kept and read", async () => {
    const item = pod("image: nginx:1.27").replace(
      "metadata:\n  name: web",
      `metadata: {name: web, annotations: {a: "b", config.kubernetes.io/index: '3', config.kubernetes.io/path: 'x.yaml', internal.config.kubernetes.io/path: 'x.yaml'}}`,
    );

    const run = await bench.pin(list(item));

    expect(expectPinned(run, ["nginx:1.27"])).toMatchObject([{ file: { path: "x.yaml", index: 3n } }]);
  });

  test("case 32: a Windows path is kept, and the result has slashes", async () => {
    const run = await bench.pin(list(podAt(String.raw`sub\a.yaml`, "0")));

    expect(expectPinned(run, ["nginx:1.27"])).toMatchObject([{ file: { path: "sub/a.yaml" } }]);
  });

  test("case 33: a user annotation that holds an image is left alone", async () => {
    const annotations = `    acme.io/sidecar-image: redis:7\n    image: redis:7\n`;

    const run = await bench.pin(list(deployment(annotations)));

    expectPinned(run, ["nginx:1.27"]);
    expect(bench.requests()).toEqual(["library/nginx:1.27"]);
  });

  test("case 34: the same path and index in two packages are two items", async () => {
    const key = "internal.config.kubernetes.io/package-path";
    const run = await bench.pin(
      list(podAt("a.yaml", "0", `${key}: '/pkg'`), podAt("a.yaml", "0", `${key}: '/pkg/sub'`)),
    );

    expectPinned(run, ["nginx:1.27", "nginx:1.27"]);
  });

  test("case 35: the same kind and name in two files are two items", async () => {
    const run = await bench.pin(
      list(podAt("dev/a.yaml", "0"), podAt("prod/a.yaml", "0"), podAt("prod/a.yaml", "0")),
    );

    expect(expectPinned(run, ["nginx:1.27", "nginx:1.27", "nginx:1.27"])).toMatchObject([
      { file: { path: "dev/a.yaml" } },
      { file: { path: "prod/a.yaml" } },
      { file: { path: "prod/a.yaml" } },
    ]);
    expect(bench.requests()).toEqual(["library/nginx:1.27"]);
  });

  test("case 36: two objects with generateName are kept and pinned", async () => {
    const item = pod("image: nginx:1.27").replace("name: web", "generateName: web-");

    const run = await bench.pin(list(item, item));

    expectPinned(run, ["nginx:1.27", "nginx:1.27"]);
  });

  test("case 37: a kustomization without apiVersion, kind and name is left alone", async () => {
    const kustomization = yaml`
      metadata:
        annotations:
          config.kubernetes.io/path: 'kustomization.yaml'
          config.kubernetes.io/index: '0'
      images:
      - name: nginx
        newTag: "1.27"
      resources:
      - deploy.yaml
    `;

    const run = await bench.pin(list(kustomization, pod("image: nginx:1.27")), "report: all");

    const results = expectPinned(run, ["nginx:1.27"]);
    const about = results.filter(({ file }) => file?.path === "kustomization.yaml");
    expect(about.filter((result) => "resourceRef" in result || "field" in result)).toEqual([]);
  });

  test.each([
    ["no metadata", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: 'nginx:1.27'}]}\n"],
    [
      "null metadata",
      "apiVersion: v1\nkind: Pod\nmetadata:\nspec: {containers: [{name: a, image: 'nginx:1.27'}]}\n",
    ],
    [
      "annotations of null",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: }\nspec: {containers: [{image: 'nginx:1.27'}]}\n",
    ],
    ["a name that is a number", pod("image: nginx:1.27").replace("name: web", "name: 12")],
    ["metadata that is a list", pod("image: nginx:1.27").replace("metadata:\n  name: web", "metadata: [a]")],
  ])("case 37: an object with %s is pinned without a crash", async (_, item) => {
    const run = await bench.pin(list(item));

    expectPinned(run, ["nginx:1.27"]);
  });

  test("case 38: items stay in the order in which they came", async () => {
    const names = ["z", "a", "m", "b"];
    const run = await bench.pin(list(...names.map((name) => pod(`image: ${name}:1`).replace("web", name))));

    const results = expectPinned(run, ["z:1", "a:1", "m:1", "b:1"]);
    expect(results.map(({ resourceRef }) => resourceRef?.name)).toEqual(names);
  });

  test("case 39: the Kptfile is left alone", async () => {
    const kptfile = yaml`
      apiVersion: kpt.dev/v1
      kind: Kptfile
      metadata:
        name: example
        annotations:
          config.kubernetes.io/path: 'Kptfile'
      pipeline:
        mutators:
        - image: localhost/pin-digests:v0.1.0
      spec:
        template:
          spec:
            containers:
            - image: nginx:1.27
      status:
        renderStatus:
          mutationSteps:
          - image: ghcr.io/kptdev/krm-functions-catalog/set-labels:v0.2
    `;

    const run = await bench.pin(list(kptfile));

    expectPinned(run, []);
    expect(run.stdout).toBe(run.input);
  });

  const local = (value: string) => deployment(`    config.kubernetes.io/local-config: ${value}\n`);

  test("case 39: an object that is local-config is left alone, whatever the value but false", async () => {
    const run = await bench.pin(list(...['"true"', "'true'", "true", '""', "yes"].map(local)));

    expectPinned(run, []);
    expect(run.stdout).toBe(run.input);
  });

  test("case 39: an object whose local-config is false is pinned", async () => {
    const run = await bench.pin(list(...['"false"', "'false'", "false"].map(local)));

    expectPinned(run, Array(3).fill("nginx:1.27"));
  });

  test.each(["List", "PodList", "DeploymentList"])(
    "case 40: images in a %s are pinned, the wrapper is kept",
    async (kind) => {
      const run = await bench.pin(list(wrapped(kind, pod("image: nginx:1.27"), deployment("    a: b\n"))));

      expectPinned(run, ["nginx:1.27", "nginx:1.27"]);
    },
  );

  test("case 40: a list in a list is pinned", async () => {
    const run = await bench.pin(
      list(wrapped("List", wrapped("List", pod("image: nginx:1.27")), pod("image: redis:7"))),
    );

    const results = expectPinned(run, ["nginx:1.27", "redis:7"]);
    expect(results.map(({ resourceRef }) => resourceRef?.kind)).toEqual(["Pod", "Pod"]);
  });
});

function wrapped(kind: string, ...items: readonly string[]): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: all\n${list(...items).replace(/^[\s\S]*?(?=items:)/, "")}`;
}
