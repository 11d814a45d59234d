import { describe, expect, test } from "vitest";
import { explain } from "../../src/run/explain.ts";
import { pin } from "./pinning.ts";

function object(apiVersion: string, kind: string, body: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\n${body}`;
}

function annotated(kind: string, name: string, value: string, apiVersion = "v1"): string {
  return object(apiVersion, kind, `metadata:\n  name: a\n  annotations:\n    ${name}: ${value}\n`);
}

function secret(body: string): string {
  return object("v1", "Secret", `metadata: {name: s}\nstringData:\n${body.replaceAll(/^(?=.)/gm, "  ")}`);
}

function deployment(settings: string): string {
  return object(
    "apps/v1",
    "Deployment",
    `metadata: {name: d}\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        ${settings}\n`,
  );
}

/** What is told: never more than a warning, and nothing is changed. */
async function places(text: string, options = ""): Promise<readonly string[]> {
  const { text: after, asked, told } = await pin(text, options);
  expect({ after, asked }).toEqual({ after: text, asked: [] });
  return told.map((each) => /^(\w+ \S+): "([^"]*)" reads as an image/.exec(each)?.slice(1).join(" ") ?? each);
}

describe("an annotation of a kind of Kubernetes", () => {
  test.each([
    ["Pod", "acme.io/sidecar-image", "ghcr.io/acme/side:v1", "v1"],
    ["Namespace", "inject.acme.io/agent", "ghcr.io/acme/agent:v1", "v1"],
    ["Service", "acme.io/proxy", "registry.acme.io:5000/proxy@sha256:".concat("1".repeat(64)), "v1"],
    ["Ingress", "acme.io/waf-image", "quay.io/acme/waf:v1", "networking.k8s.io/v1"],
  ])("is told where its text names an image with its registry: %s", async (kind, name, value, apiVersion) => {
    const expected = value.includes("@") ? [] : [`warning metadata.annotations["${name}"] ${value}`];

    expect(await places(annotated(kind, name, value, apiVersion))).toEqual(expected);
  });

  test("is told where its text is a document with images", async () => {
    const text = annotated("Pod", "acme.io/spec", `'{"containers": [{"image": "ghcr.io/acme/a:v1"}]}'`);

    expect(await places(text)).toEqual([
      'warning metadata.annotations["acme.io/spec"].containers[0].image ghcr.io/acme/a:v1',
    ]);
  });

  test("is told where it stands in the template of a pod, once", async () => {
    const metadata = "metadata: {annotations: {acme.io/agent: ghcr.io/acme/agent:v1}}";
    const job = `spec:\n  jobTemplate:\n    ${metadata}\n    spec:\n      template:\n        ${metadata}\n        spec: {containers: []}\n`;

    expect(await places(object("batch/v1", "CronJob", `metadata: {name: c}\n${job}`))).toEqual([
      'warning spec.jobTemplate.spec.template.metadata.annotations["acme.io/agent"] ghcr.io/acme/agent:v1',
    ]);
  });

  test.each([
    ["kubectl.kubernetes.io/last-applied-configuration", `'{"spec": {"image": "ghcr.io/acme/a:v1"}}'`],
    ["acme.io/last-applied-image", "ghcr.io/acme/a:v1"],
    ["kubernetes.io/change-cause", "kubectl run a --image=ghcr.io/acme/a:v1"],
    ["kbld.k14s.io/images", "'- image: ghcr.io/acme/a:v1'"],
    ["argocd-image-updater.argoproj.io/image-list", "ghcr.io/acme/a:1.2"],
    ["acme.io/output-image", "ghcr.io/acme/a:v1"],
    ["acme.io/image", "a:v1"],
    ["acme.io/url", "https://ghcr.io/acme/a:v1"],
    ["eks.amazonaws.com/role-arn", "arn:aws:iam::123456789012:role/a"],
    ["acme.io/endpoint", "db.acme.svc:5432/main"],
    ["acme.io/note", "the image is ghcr.io/acme/a:v1"],
  ])("is left unspoken where it is a record, or names none: %s", async (name, value) => {
    expect(await places(annotated("Pod", name, value))).toEqual([]);
  });
});

describe("a setting of a container", () => {
  test.each([
    ["a variable", "env: [{name: AGENT, value: ghcr.io/acme/a:v1}]", "env[0].value"],
    [
      "a variable that is called an image",
      "env: [{name: AGENT_IMG, value: ghcr.io/acme/a:v1}]",
      "env[0].value",
    ],
    ["a flag", "args: [--v=2, --agent=ghcr.io/acme/a:v1]", "args[1]"],
    ["a flag with its value behind it", "args: [--agent, ghcr.io/acme/a:v1]", "args[1]"],
    ["a script", "command: [sh, -c, kubectl run a --image=ghcr.io/acme/a:v1]", "command[2]"],
    ["JSON", `env: [{name: C, value: '{"image": "ghcr.io/acme/a:v1"}'}]`, "env[0].value.image"],
  ])("is told where its text names an image with its registry: %s", async (_, settings, path) => {
    expect(await places(deployment(settings))).toEqual([
      `warning spec.template.spec.containers[0].${path} ghcr.io/acme/a:v1`,
    ]);
  });

  test.each([
    ["what is pushed", "args: [--destination=ghcr.io/acme/a:v1]"],
    ["what is pushed, in two parts", "args: [--destination, ghcr.io/acme/a:v1, -t, ghcr.io/acme/a:v2]"],
    ["a result", "env: [{name: OUTPUT_IMAGE, value: ghcr.io/acme/a:v1}]"],
    ["an address", "env: [{name: URL, value: db.acme.svc:5432/main}, {name: W, value: 'http://a.io/b:1'}]"],
    ["a short name", "env: [{name: AGENT, value: acme/a:v1}]"],
  ])("is left unspoken where it names none that is run: %s", async (_, settings) => {
    expect(await places(deployment(settings))).toEqual([]);
  });

  test.each([
    ["its tag apart", "{name: LEVEL, value: info}, {name: IMAGE_REPO, value: 'ghcr.io/acme/a'}"],
    ["a registry of others", "{name: REGISTRY, value: quay.io/x}, {name: IMAGE_REPO, value: ghcr.io/acme/a}"],
    ["a digest of others", "{name: DIGEST, value: r.io/a}, {name: IMAGE_REPO, value: ghcr.io/acme/a}"],
  ])("is told in parts, with %s", async (_, settings) => {
    const env = `env: [${settings}, {name: IMAGE_TAG, value: v1}]`;

    expect(await places(deployment(env))).toEqual([
      "warning spec.template.spec.containers[0].env ghcr.io/acme/a:v1",
    ]);
  });

  test.each([
    ["brokers", "env: [{name: B, value: 'k-0.k:9092,k-1.k:9092'}, {name: P, value: /usr/bin:/bin}]"],
    ["a module of Go", "env: [{name: M, value: github.com/acme/tool@v1.2.3}]"],
    ["a volume", "args: ['--volume=/a.b/c:/d:ro', '/var/run/a.sock:/var/run/a.sock']"],
    ["a resource's name", "env: [{name: A, value: 'arn:aws:s3:::bucket/key:1'}]"],
    ["a script", "command: [sh, -c, 'curl -sf http://a.b:80/c:1 && echo image: done']"],
  ])("is no image where it is %s", async (_, settings) => {
    expect(await places(deployment(settings))).toEqual([]);
  });

  test("is told once, to however many containers an alias brings it, with a fieldSpec for its name alone", async () => {
    const text = `${deployment("env: &e [{name: AGENT, value: ghcr.io/acme/a:v1}, {name: LEVEL, value: info}]")}      - name: log\n        env: *e\n`;

    expect(await places(text)).toHaveLength(1);
    expect((await pin(text)).told[0]).toContain(
      'path: "spec/template/spec/containers[]/env[name=AGENT]/value"',
    );
  });
});

describe("a text of a Secret", () => {
  test.each([
    ["image: ghcr.io/acme/a:v1\n", ["warning stringData.image ghcr.io/acme/a:v1"]],
    ["AGENT: ghcr.io/acme/a:v1\n", ["warning stringData.AGENT ghcr.io/acme/a:v1"]],
    [
      "values.yaml: |\n  password: hunter2\n  web: {image: registry.acme.io/a:v1}\n",
      ['warning stringData["values.yaml"].web.image registry.acme.io/a:v1'],
    ],
    [
      'config.toml: |\n  key = "hunter2"\n  image = "ghcr.io/acme/a:v1"\n',
      ['warning stringData["config.toml"] ghcr.io/acme/a:v1'],
    ],
  ])("is told where it names an image: %j", async (body, expected) => {
    expect(await places(secret(body))).toEqual(expected);
    expect((await pin(secret(body))).told.join()).not.toContain("hunter2");
  });

  test.each([
    "login: smtp.acme.io/mailbox:hunter2\n",
    "login: smtp.acme.io/Mailbox:Hunter2\n",
    "config: |\n  login: smtp.acme.io/mailbox:hunter2\n  image: nginx\n",
    "imageRegistryPassword: hunter2\n",
    "config: |\n  image_pull: {}\n  smtp: {repo: smtp.acme.io/mailbox, tag: hunter2}\n",
    "url: postgres://u:hunter2@db.acme.io:5432/main\n",
  ])("is neither told nor explained where it may be secret: %j", async (body) => {
    expect(await places(secret(body))).toEqual([]);
    expect(JSON.stringify(await explain(secret(body)))).not.toMatch(/hunter2/i);
  });
});
