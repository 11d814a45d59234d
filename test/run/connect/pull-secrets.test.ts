import { afterEach, describe, expect, test } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import { readResource } from "../../../src/krm/resource.ts";
import { pinDigests } from "../../../src/pin-digests.ts";
import { pullSecretsOf } from "../../../src/run/connect/pull-secrets.ts";
import { rootOf } from "../../../src/yaml/node.ts";
import { scan } from "../../../src/yaml/scan.ts";
import { startRegistry } from "../../support/registry.mjs";

type Registry = Awaited<ReturnType<typeof startRegistry>>;

let registry: Registry | undefined;

afterEach(() => registry?.close());

async function startPrivateRegistry(): Promise<Registry> {
  registry = await startRegistry({ any: true, auth: { basic: { username: "robot", password: "s3cret" } } });
  return registry;
}

const config = (credentials: string): string => `
apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata: {name: pin-digests}
credentials: [${credentials}]
`;

function secret(host: string, name = "pull", namespace = "shop"): string {
  const auths = { [host]: { username: "robot", password: "s3cret" } };
  const data = Buffer.from(JSON.stringify({ auths })).toString("base64");
  return `---
apiVersion: v1
kind: Secret
metadata: {name: ${name}, namespace: ${namespace}}
type: kubernetes.io/dockerconfigjson
data: {.dockerconfigjson: ${data}}
`;
}

function pod(host: string, extra: string): string {
  return `---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  ${extra}
  containers:
  - {name: web, image: "${host}/acme/app:1"}
`;
}

async function pin(manifests: string, credentials = "package"): Promise<{ ok: boolean; messages: string }> {
  const { ok, results } = await pinDigests(manifests, { functionConfig: config(credentials) });
  return { ok, messages: results.map(({ message }) => message).join("\n") };
}

describe("pullSecretsOf", () => {
  test.each(["docker.io/acme/app:1", "registry-1.docker.io/acme/app:1", "index.docker.io/acme/app:1"])(
    "covers %s by the one name of Docker Hub",
    async (image) => {
      const yaml = await scan(
        secret("https://index.docker.io/v1/") + pod("x", "imagePullSecrets: [{name: pull}]"),
      );
      const objects = yaml.documents.map((document) => readResource(yaml, rootOf(document)));
      const images = objects
        .filter(({ kind }) => kind === "Pod")
        .map((resource) => ({ resource, image: parseReference(image) }));

      const [found] = pullSecretsOf({ yaml, objects, images }, () => {});

      expect(found?.matches({ host: "docker.io", repository: "acme/app" })).toBe(true);
      expect(found?.matches({ host: "docker.io", repository: "acme/other" })).toBe(false);
    },
  );
});

describe("credentials: package", () => {
  test("uses the pull secret that a pod names", async () => {
    const { host } = await startPrivateRegistry();

    const { ok } = await pin(secret(host) + pod(host, "imagePullSecrets: [{name: pull}]"));

    expect(ok).toBe(true);
  });

  test("uses the pull secret of the service account that a pod names", async () => {
    const { host } = await startPrivateRegistry();
    const account =
      "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\nimagePullSecrets: [{name: pull}]\n";

    const { ok } = await pin(secret(host) + account + pod(host, "serviceAccountName: web"));

    expect(ok).toBe(true);
  });

  test("uses the pull secret of the default service account for a pod that names none", async () => {
    const { host } = await startPrivateRegistry();
    const account =
      "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: shop}\nimagePullSecrets: [{name: pull}]\n";

    const { ok } = await pin(secret(host) + account + pod(host, "restartPolicy: Never"));

    expect(ok).toBe(true);
  });

  test.each([
    ["no pod names it", (host: string) => secret(host) + pod(host, "restartPolicy: Never")],
    [
      "it lies in another namespace",
      (host: string) => secret(host, "pull", "other") + pod(host, "imagePullSecrets: [{name: pull}]"),
    ],
    [
      "it is for another registry",
      (host: string) => secret("registry.example") + pod(host, "imagePullSecrets: [{name: pull}]"),
    ],
  ])("doesn't use a secret where %s", async (_, manifests) => {
    const { host, requests } = await startPrivateRegistry();

    const { ok } = await pin(manifests(host));

    expect(ok).toBe(false);
    expect(requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  test("is what opts in: without it, no secret of the package is used", async () => {
    const { host, requests } = await startPrivateRegistry();

    const { ok } = await pin(secret(host) + pod(host, "imagePullSecrets: [{name: pull}]"), "");

    expect(ok).toBe(false);
    expect(requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  test("tells of a refused secret by its name, without what is in it", async () => {
    const { host } = await startPrivateRegistry();
    const wrong = secret(host).replace(
      /dockerconfigjson: \S+\}/,
      `dockerconfigjson: ${Buffer.from(JSON.stringify({ auths: { [host]: { username: "robot", password: "wr0ng" } } })).toString("base64")}}`,
    );

    const { ok, messages } = await pin(wrong + pod(host, "imagePullSecrets: [{name: pull}]"));

    expect(ok).toBe(false);
    expect(messages).toContain("the Secret shop/pull of the package");
    expect(messages).not.toContain("wr0ng");
  });
});
