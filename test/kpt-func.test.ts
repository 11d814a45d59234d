import type { KptFunc, KubernetesObject } from "kpt-functions";
import { Configs } from "kpt-functions/dist/src/types.js";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../src/image/digest.ts";
import { createKptFunc, pinDigests } from "../src/kpt-func.ts";

const digest = parseDigest(`sha256:${"1".repeat(64)}`);
const func = createKptFunc({ resolveDigest: async () => digest });

function deployment(image: string): KubernetesObject {
  const spec = { template: { spec: { containers: [{ name: "web", image }] } } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    ...{ spec },
  };
}

describe("createKptFunc", () => {
  test("writes the digest into the SDK's own object, and nothing else", async () => {
    const object = deployment("nginx:1.27");
    const configs = new Configs([object]);

    await func(configs);

    expect(configs.getAll()[0]).toBe(object);
    expect(object).toEqual(deployment(`nginx:1.27@${digest}`));
  });

  test("adds its results in the words of the specification", async () => {
    const configs = new Configs([deployment("nginx:1.27"), { ...deployment("$(IMAGE)"), kind: "DaemonSet" }]);

    await func(configs);

    expect(configs.getResults().map(({ severity, field }) => [severity, field?.path])).toEqual([
      ["warning", "spec.template.spec.containers[0].image"],
      ["info", "spec.template.spec.containers[0].image"],
    ]);
  });

  test("takes its options from the SDK's functionConfig", async () => {
    const config = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "config" },
      data: { tag: "drop" },
    };
    const object = deployment("nginx:1.27");

    await func(new Configs([object], config));

    expect(object).toEqual(deployment(`nginx@${digest}`));
  });

  test("changes nothing and adds an error where an image can't be pinned", async () => {
    const objects = [deployment("NGINX"), { ...deployment("nginx:1.27"), kind: "DaemonSet" }];
    const configs = new Configs(objects);

    await func(configs);

    expect(objects[1]).toEqual({ ...deployment("nginx:1.27"), kind: "DaemonSet" });
    expect(configs.getResults().map(({ severity }) => severity)).toEqual(["error"]);
  });

  test("is what the SDK runs, with a usage of the options, since the flags are those of the SDK", () => {
    const { usage }: KptFunc = pinDigests;

    expect(usage).toContain("mode: pin | update | check | unpin");
    expect(usage).not.toMatch(/(?:^|\s)--?\w/);
  });

  test("adds to a lock, and makes one", async () => {
    const paths = { "config.kubernetes.io/path": "a.yaml", "config.kubernetes.io/index": "0" };
    const web = deployment("nginx:1.27");
    const object = { ...web, metadata: { ...web.metadata, annotations: paths } };
    const lock = {
      apiVersion: "fn.kpt.dev/v1alpha1",
      kind: "ImageLock",
      metadata: { name: "lock", annotations: { ...paths, "config.kubernetes.io/index": "1" } },
      images: { "redis:7": { digest } },
    };
    const config = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c" },
      data: { lock: "create" },
    };

    const locked = new Configs([structuredClone(object), structuredClone(lock)]);
    await func(locked);
    const fresh = new Configs([structuredClone(object)], config);
    await func(fresh);

    const images = { "nginx:1.27": { digest } };
    expect(locked.getAll()).toContainEqual({ ...lock, images: { ...images, ...lock.images } });
    expect(fresh.getAll()).toContainEqual(expect.objectContaining({ kind: "ImageLock", images }));
  });
});
