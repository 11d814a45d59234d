import { describe, expect, test } from "vitest";
import { explain } from "../../src/run/explain.ts";
import { pin } from "./pinning.ts";

function widget(body: string, kind = "Widget"): string {
  return `apiVersion: acme.example/v1\nkind: ${kind}\nmetadata: {name: w}\nspec:\n${body.replaceAll(/^(?=.)/gm, "  ")}`;
}

function configMap(body: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n${body.replaceAll(/^(?=.)/gm, "  ")}`;
}

const deployment = `config: |
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web}
  spec:
    template:
      spec:
        containers:
        - {name: web, image: "nginx:1.27"}
        - {name: log, image: ghcr.io/acme/log:v1}
`;

/** What is told of texts: never more than a warning, and none is changed. */
async function places(text: string, options = ""): Promise<readonly string[]> {
  const { text: after, asked, told } = await pin(text, options);
  expect({ after, asked }).toEqual({ after: text, asked: [] });
  return told.map((each) => /^\w+ (?:[^:]|:(?! ))*/.exec(each)?.[0] ?? each);
}

describe("a document in a text of which no rule says what it is", () => {
  test.each([
    [
      "objects of Kubernetes",
      deployment,
      [
        "warning spec.config.spec.template.spec.containers[0].image",
        "warning spec.config.spec.template.spec.containers[1].image",
      ],
    ],
    ["a map", "config: |\n  proxy:\n    image: envoy:v1\n", ["warning spec.config.proxy.image"]],
    [
      "two documents",
      "c: |\n  image: a:1\n  ---\n  image: b:1\n",
      ["warning spec.c.image", "warning spec.c.image"],
    ],
    ["JSON in a line", `c: '{"proxy":{"image":"envoy:v1"}}'\n`, ["warning spec.c.proxy.image"]],
    [
      "a container's short name",
      "c: |\n  sidecars: [{image: nginx}]\n",
      ["warning spec.c.sidecars[0].image"],
    ],
    ["parts", "c: |\n  image: {repository: ghcr.io/acme/a, tag: v1}\n", ["warning spec.c.image"]],
    ["a text in a text", `c: |\n  inner: |\n    a: 1\n    image: b:1\n`, ["warning spec.c.inner.image"]],
    ["a list", "c:\n- |\n  a: 1\n  serverImage: b:1\n", ["warning spec.c[0].serverImage"]],
    ["CRLF", "c: |\r\n  a: 1\r\n  image: b:1\r\n", ["warning spec.c.image"]],
    [
      "a template that is no YAML yet",
      "c: |\n  {{- if .Values.on }}\n  image: ghcr.io/acme/a:v1\n  {{- end }}\n",
      ["warning spec.c"],
    ],
    ["TOML", 'c: |\n  [runners.kubernetes]\n    image = "ghcr.io/acme/a:v1"\n', ["warning spec.c"]],
    ["a script", "c: |\n  #!/bin/sh\n  kubectl run x --image=ghcr.io/acme/a:v1\n", ["warning spec.c"]],
  ])("is searched for images, which are told: %s", async (_, body, expected) => {
    expect(await places(widget(body))).toEqual(expected);
  });

  test.each([
    ["a query", `c: '{"expr": "container_memory{image!=\\"\\", image=~\\"ghcr.io/acme/a:v1\\"}"}'\n`],
    ["prose", "c: |\n  The image: it is large.\n  See https://ghcr.io/acme/a:v1 for more.\n"],
    ["a script with short names", "c: |\n  set -e\n  IMAGE=nginx:1.27\n  docker run $IMAGE\n"],
    ["a word", "c: |\n  volumes-image: disabled\n  image: nginx\n"],
    ["a placeholder", "c: |\n  image: {{ .Values.image }}\n  other: 1\n"],
    ["what is built", "c: |\n  output: {image: ghcr.io/acme/a:v1}\n  build: .\n"],
    ["a picture", "c: |\n  a: 1\n  image: https://acme.example/a.png\n"],
    ["an image that is pinned", `c: |\n  a: 1\n  image: ghcr.io/acme/a:v1@sha256:${"1".repeat(64)}\n`],
    ["a binary", "c: |\n  image: \u00e9\u0001\n  b\n".replace("\u0001", "")],
  ])("is no reason to tell anything where it holds none: %s", async (_, body) => {
    expect(await places(widget(body))).toEqual([]);
  });

  test("is pinned by the fieldSpec that the warning names", async () => {
    const { told } = await pin(widget(deployment));
    const spec = /fieldSpecs`: (?<spec>\{[^}]*\})/.exec(told[0] ?? "")?.groups?.spec;

    expect(spec).toBe('{group: acme.example, kind: Widget, path: "spec/config", in: yaml}');
    expect((await pin(widget(deployment), `fieldSpecs: [${spec}]`)).asked).toEqual([
      "nginx:1.27",
      "ghcr.io/acme/log:v1",
    ]);
  });

  test("is settled by `pin: never`, `exclude`, a comment, the annotation and `unknownFields: ignore`", async () => {
    const one = widget("config: |\n  a: 1\n  image: ghcr.io/acme/log:v1\n");
    const never = "fieldSpecs: [{kind: Widget, path: spec/config, pin: never}]";

    expect(await places(one, never)).toEqual([]);
    expect(await places(one, 'exclude: ["ghcr.io/acme/*"]')).toEqual([]);
    expect(await places(one, "unknownFields: ignore")).toEqual([]);
    expect(await places(one.replace("log:v1", "log:v1 # pin-digests: skip"))).toEqual([]);
    const annotated = one.replace(
      "{name: w}",
      "{name: w, annotations: {pin-digests.fn.kpt.dev/skip: spec.config.image}}",
    );
    expect(await places(annotated)).toEqual([]);
  });

  test("is told by a check and by explain", async () => {
    const check = await pin(widget(deployment), "mode: check");
    const { explanations } = await explain(widget(deployment));

    expect(check.told.filter((each) => each.startsWith("warning"))).toHaveLength(2);
    expect(explanations.map(({ action, value }) => `${action} ${value}`)).toEqual([
      "unknown nginx:1.27",
      "unknown ghcr.io/acme/log:v1",
    ]);
  });

  test("is told where it stands, not where aliases bring it", async () => {
    expect(await places(widget("a: &t |\n  x: 1\n  image: nginx:1\nb: *t\nc: *t\n"))).toEqual([
      "warning spec.a.image",
    ]);
  });

  test("may unfold to anything: it is only tried", async () => {
    const bomb = [
      "a0: &a0 [x, x]",
      ...Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`),
    ];

    expect(
      await places(widget(`c: |\n${bomb.map((line) => `  ${line}\n`).join("")}  image: nginx:1\n`)),
    ).toEqual([]);
  });
});

describe("a ConfigMap that no rule knows", () => {
  test.each([
    [
      "a document",
      "c.yaml: |\n  proxy: {image: ghcr.io/acme/a:v1}\n",
      ['warning data["c.yaml"].proxy.image'],
    ],
    ["a key", "SIDECAR_IMAGE: ghcr.io/acme/a:v1\n", ["warning data.SIDECAR_IMAGE"]],
    [
      "a short name, which may be anything",
      "image: nginx\nos-image: ubuntu:22.04\nbase_image: nginx:1\n",
      [],
    ],
    ["a document with short names", "c.yaml: |\n  proxy: {image: nginx:1.27}\n", []],
    ["a value under another key", "url: ghcr.io/acme/a:v1\n", []],
  ])("is told of, and left as it is: %s", async (_, data, expected) => {
    expect(await places(configMap(data))).toEqual(expected);
  });
});

describe("a kind that mostly names the images of others", () => {
  test.each([
    "BackupPolicy",
    "ToolBinding",
    "ScanReport",
    "AppRevision",
    "DockerMachine",
    "DockerMachineTemplate",
  ])("is told of where an image names its registry: %s", async (kind) => {
    expect(await places(widget("image: ghcr.io/acme/a:v1\n", kind))).toEqual(["warning spec.image"]);
  });

  test.each([
    ["a short name", "image: ubuntu:22.04\n"],
    ["a pattern", 'images: ["ghcr.io/acme/*"]\n'],
    ["another key", "subject: ghcr.io/acme/a:v1\n"],
    ["an image that is matched", "match: {image: ghcr.io/acme/a:v1}\n"],
    ["a picture", "logoImage: ghcr.io/acme/a:v1\n"],
  ])("is not told of otherwise: %s", async (_, body) => {
    expect(await places(widget(body, "UsagePolicy"))).toEqual([]);
  });
});

describe("what stands below parameters and targets", () => {
  test.each([
    [
      "a list of names and values",
      "params: [{name: image, value: ghcr.io/acme/a:v1}]\n",
      ["warning spec.params[0].value"],
    ],
    ["an image with its registry", "target: {image: ghcr.io/acme/a:v1}\n", ["warning spec.target.image"]],
    ["parts", "target: {image: acme/a, imageTag: v1}\n", ["warning spec.target"]],
    ["a module", "wasm: [{image: ghcr.io/acme/a:v1}]\n", ["warning spec.wasm[0].image"]],
    ["a short name", "target: {image: nginx:1}\n", ["warning spec.target.image"]],
    [
      "texts that nothing calls images",
      "parameters: [bkimminich/juice-shop:v10.2.0, ghcr.io/acme/a:v1]\n",
      ["warning spec.parameters[1]"],
    ],
    ["what is written to", "output: {image: ghcr.io/acme/a:v1}\n", []],
  ])("is told of, and left as it is: %s", async (_, body, expected) => {
    expect(await places(widget(body))).toEqual(expected);
  });
});

describe("a misspelt image in a field that no rule knows", () => {
  test.each([
    "ghcr.io/Acme/App:1",
    "ghcr.io/acme/app:1.0 ",
    "ghcr.io/acme/app:1.0:2",
    "ghcr.io/acme/app:1+b",
    "r.io:5000/a@sha256:12",
  ])("is told: %j", async (image) => {
    expect(await places(widget(`image: "${image}"\n`))).toEqual(["warning spec.image"]);
  });

  test.each([
    "https://acme.example/Logo.png",
    "Ubuntu 22.04: LTS",
    "s3://Bucket/disk:1",
    "ghcr.io/acme",
    "{{ .Image }}:1",
    "C:\\\\images\\\\x:1",
  ])("is not seen in what is none: %j", async (text) => {
    expect(await places(widget(`image: "${text}"\n`))).toEqual(
      text === "ghcr.io/acme" ? ["warning spec.image"] : [],
    );
  });
});

test("an operator's group may end in k8s.io", async () => {
  const spark =
    "apiVersion: widgets.k8s.io/v1\nkind: Widget\nmetadata: {name: w}\nspec: {image: ghcr.io/acme/a:v1}\n";

  expect((await pin(spark)).told).toEqual([expect.stringMatching(/^(?:info|warning) spec.image/)]);
});

test("Kubernetes' own groups have no fields that nobody knows", async () => {
  const own =
    "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nimageRepository: registry.k8s.io\n---\napiVersion: resource.k8s.io/v1\nkind: DeviceClass\nmetadata: {name: d}\nspec: {image: ghcr.io/acme/a:v1}\n";

  expect((await pin(own)).told).toEqual([]);
});
