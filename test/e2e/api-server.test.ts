import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useCluster } from "./cluster.ts";
import { executable, repository, run } from "./command.ts";
import { type DebianRegistry, startDebianRegistry } from "./debian-registry.ts";
import { describeWith } from "./tools.ts";
import { folderOf } from "./workspace.ts";

describeWith(["kubernetes", "kustomize5", "helm", "docker-registry"], "an API server", () => {
  const cluster = useCluster();
  let registry: DebianRegistry | undefined;

  beforeAll(async () => {
    registry = await startDebianRegistry();
    for (const name of ["production", "shop", "site"]) await cluster.kubectl(["create", "namespace", name]);
  });
  afterAll(() => registry?.stop());

  test.each([
    ["kpt-package", () => filesOf("kpt-package/web.yaml", "kpt-package/cleanup.yaml")],
    ["kpt-lock", () => filesOf("kpt-lock/web.yaml")],
    ["kustomize-lock", () => outputOf("kustomize5", "build", "kustomize-lock/production/tags")],
    ["kustomize-overlay", () => outputOf("kustomize5", "build", "kustomize-overlay/base")],
    ["argo-cd-plugin", () => outputOf("kustomize5", "build", "argo-cd-plugin/app")],
    ["helm-post-renderer", () => outputOf("helm", "template", "shop", "helm-post-renderer/chart")],
    [
      "demo",
      () => filesOf(...["backup", "cache", "settings", "web"].map((name) => `demo/package/${name}.yaml`)),
    ],
    ["each place of a Pod", async () => everyPlace],
  ])("takes what is made of %s", async (_, render) => {
    const rendered = await render();

    const pinned = await pin(rendered);
    const applied = await cluster.kubectl(["apply", "--dry-run=server", "-f", "-", "-o", "json"], pinned);

    expect(applied.code, applied.stderr + pinned).toBe(0);
    const wanted = imagesIn(pinned);
    expect(wanted).not.toHaveLength(0);
    expect(imagesIn(applied.stdout)).toStrictEqual(wanted);
  });

  /** Pins against a registry that has all of it, whatever its name. */
  async function pin(text: string): Promise<string> {
    const listed = await run(
      executable,
      ["images", "--format", "json", "-d", "mode=unpin", "-d", "exclude=*"],
      {
        input: text,
      },
    );
    for (const { repository: name, tag = "latest", digest } of JSON.parse(listed.stdout).images)
      if (digest === undefined) await registry?.push(`${name}:${tag}`);
    const config = `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata: {name: pin-digests}
registries: [{prefix: "*", mirrors: ["http://${registry?.host}"], only: true}]
`;
    const ended = await run(executable, ["-f", join(folderOf({ "config.yaml": config }), "config.yaml")], {
      input: text,
    });
    expect(ended.code, ended.stderr).toBe(0);
    return ended.stdout;
  }
});

/** The references with digests in a text, each once. */
function imagesIn(text: string): readonly string[] {
  return [...new Set(text.match(/[^\s"']+@sha256:[0-9a-f]{64}/g))].sort();
}

async function filesOf(...paths: readonly string[]): Promise<string> {
  return paths.map((path) => readFileSync(join(repository, "examples", path), "utf8")).join("\n---\n");
}

async function outputOf(command: string, ...args: readonly string[]): Promise<string> {
  const ended = await run(command, args, { cwd: join(repository, "examples") });
  expect(ended.code, ended.stderr).toBe(0);
  return ended.stdout;
}

const everyPlace = `apiVersion: v1
kind: Pod
metadata: {name: every-place}
spec:
  initContainers:
  - {name: first, image: acme/first:1}
  containers:
  - {name: web, image: acme/web:1, volumeMounts: [{name: data, mountPath: /data}]}
  volumes:
  - name: data
    image: {reference: acme/data:1}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: every-place}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - {name: job, image: acme/job:1}
`;
