import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { pinDigests } from "../../src/pin-digests.ts";
import { explain } from "../../src/run/explain.ts";

function widget(spec: string, kind = "Widget"): string {
  return `apiVersion: acme.example/v1\nkind: ${kind}\nmetadata: {name: w}\nspec: ${spec}\n`;
}

const digest = parseDigest(`sha256:${"1".repeat(64)}`);

/** What becomes of a text where a registry has every name, and short ones are asked for as well. */
async function run(text: string) {
  const asked: string[] = [];
  const registry = {
    inspect: async (image: { readonly text: string }) => {
      asked.push(image.text);
      return { digest, recognizedBy: "application/vnd.oci.image.index.v1+json" };
    },
    hasDigest: async () => true,
  };
  const overrides = new Map([["unknownFields", "all"]]);
  return { ...(await pinDigests(text, { registry, overrides })), asked };
}

async function pinned(text: string): Promise<readonly string[]> {
  const after = (await run(text)).text;
  return [...after.matchAll(/([^\s'":]+:[\w.]+|[\w./]+)@sha256/g)].map(([, image = ""]) => image);
}

/** What is told of an object, in which nothing is pinned. */
async function told(text: string): Promise<readonly string[]> {
  const { text: after, asked, results } = await run(text);
  expect({ after, asked }).toEqual({ after: text, asked: [] });
  return results.map(({ message }) => /^"([^"]*)" reads as an image/.exec(message)?.[1] ?? message);
}

describe("an image in a field that no rule knows", () => {
  test.each([
    [
      "in a map called image, by platform",
      "{image: {linux: 'acme/x:v1', windows: 'r.io/w:1'}}",
      ["acme/x:v1", "r.io/w:1"],
    ],
    ["in a map called image, without a path", "{image: {linux: 'python:3.12'}}", ["python:3.12"]],
    [
      "somewhere below a map called image",
      "{image: {ide: {web: 'r.io/w:1', more: ['r.io/g:1']}}}",
      ["r.io/w:1", "r.io/g:1"],
    ],
    ["under a key that begins with the word", "{imageAgent: 'acme/agent:v1'}", ["acme/agent:v1"]],
    [
      "beside a build, as what it begins with",
      "{dockerfile: D, baseImage: 'acme/b:1', run_image: 'acme/r:1'}",
      ["acme/b:1", "acme/r:1"],
    ],
    [
      "of a controller of machines",
      "{machineControllerImage: 'r.io/m:1', osUpgraderImage: 'r.io/u:1'}",
      ["r.io/m:1", "r.io/u:1"],
    ],
  ])("is pinned %s", async (_, spec, expected) => {
    expect(await pinned(widget(spec))).toEqual(expected);
  });

  test.each([
    ["a key of builds", "{dockerFile: Dockerfile, image: 'r.io/a:1'}", ["r.io/a:1"]],
    ["another key of builds", "{containerfile: C, buildArgs: [], imageName: 'r.io/a:1'}", ["r.io/a:1"]],
    [
      "the image of a machine",
      "{bootImage: 'r.io/a:1', osImages: [{name: x, url: 'r.io/b:1'}]}",
      ["r.io/a:1", "r.io/b:1"],
    ],
    ["an earlier image", "{previousImage: 'r.io/a:1', old_image: 'r.io/b:1'}", ["r.io/a:1", "r.io/b:1"]],
    ["a result", "{results: [{name: IMAGE_URL, value: 'r.io/a:1'}]}", ["r.io/a:1"]],
    ["a disk", "{disk: {image: 'r.io/a:1'}}", ["r.io/a:1"]],
    [
      "what is selected",
      "{podSelector: {image: 'r.io/a:1'}, filters: [{image: 'r.io/b:1'}]}",
      ["r.io/a:1", "r.io/b:1"],
    ],
    ["what is copied", "{images: [{source: 'r.io/a:1', target: 'r.io/b:1'}]}", ["r.io/a:1"]],
    [
      "the name of a model",
      "{image: 'llama3.1:8b', baseImage: 'phi3:3.8b-mini'}",
      ["llama3.1:8b", "phi3:3.8b-mini"],
    ],
    ["a target", "{target: {image: 'acme/a:v1'}}", ["acme/a:v1"]],
    [
      "a short name under any key",
      "{plugins: ['acme/a:v1.2'], store: 'acme/b:latest'}",
      ["acme/a:v1.2", "acme/b:latest"],
    ],
    ["a name in a map of images", "{images: {driver: {rhel: {repository: 'r.io/acme/a'}}}}", ["r.io/acme/a"]],
  ])("is told alone where it is %s", async (_, spec, expected) => {
    expect(await told(widget(spec))).toEqual(expected);
  });

  test.each([
    ["ImageScan", "{image: 'r.io/a:1', scannerImage: 'acme/s:v1'}", ["r.io/a:1", "acme/s:v1"]],
    ["ContainerImageMirror", "{images: ['r.io/a:1', 'acme/b:v1']}", ["r.io/a:1", "acme/b:v1"]],
    ["VirtualMachine", "{image: 'ubuntu:22.04'}", ["ubuntu:22.04"]],
    ["VMImage", "{image: 'r.io/a:1'}", ["r.io/a:1"]],
    ["RegistrySync", "{images: ['r.io/a:1']}", ["r.io/a:1"]],
    ["AdmissionClusterPolicy", "{rules: [{image: 'r.io/a:1'}]}", ["r.io/a:1"]],
  ])("is told alone in a %s", async (kind, spec, expected) => {
    expect(await told(widget(spec, kind))).toEqual(expected);
  });

  test.each([
    ["a list of what is trusted", "{trustedImages: ['r.io/a:1'], whitelist: {images: ['r.io/b:1']}}"],
    ["a list of what is ignored", "{exemptImages: ['r.io/a:1'], ignore: [{image: 'r.io/b:1'}]}"],
    ["a tag of OpenShift's", "{image: {kind: ImageStreamTag, name: 'python:3.9'}}"],
    ["an address", "{broker: 'kafka/acme:9092', mount: 'data/x:ro', topic: 'persistent/acme:42'}"],
    ["a kind", "{resource: 'apps/v1:Deployment', role: 'acme/user:admin'}"],
    [
      "a password",
      "{password: 'acme/secret:v1', registryToken: 'r.io/a:1', image: {password: 'acme/secret:v1'}}",
    ],
    ["a pattern", "{imagePattern: 'acme:v1', imagePrefix: 'acme:v1'}"],
    ["a digest", "{image: {checksum: 'sha256:1111', format: 'raw:qcow2'}}"],
  ])("is none where it is %s", async (_, spec) => {
    expect(await told(widget(spec))).toEqual([]);
  });
});

describe("a container whose image has its tag in a key of its own", () => {
  test.each([
    ["sidecars", "tag: v1"],
    ["initContainers", "version: v1"],
    ["containers", "imageTag: v1"],
  ])("is no container of Kubernetes in %s: %s", async (list, tag) => {
    expect(await told(widget(`{${list}: [{name: a, image: r.io/acme/a, ${tag}}]}`))).toEqual([
      "r.io/acme/a:v1",
    ]);
  });

  test("stands alone, too", async () => {
    expect(await told(widget("{script: {image: r.io/acme/a, imageTag: v1}}"))).toEqual(["r.io/acme/a:v1"]);
  });

  test("is one where its image has a tag", async () => {
    expect(await pinned(widget("{sidecars: [{name: a, image: 'acme/a:v1', version: v2}]}"))).toEqual([
      "acme/a:v1",
    ]);
  });

  test("is one in a kind of Kubernetes", async () => {
    const pod =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: acme/a, tag: v1}]}\n";

    expect(await pinned(pod)).toEqual(["acme/a"]);
  });
});

describe("the tag of an image whose name is not here", () => {
  async function tags(spec: string, options = ""): Promise<readonly string[]> {
    const functionConfig = `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: p}\n${options}`;
    const text = widget(spec);
    const { text: after, results } = await pinDigests(text, { functionConfig });
    expect(after).toBe(text);
    return results.flatMap(({ severity, message, field }) =>
      message.startsWith("is the tag of an image whose name is not here") ? `${severity} ${field?.path}` : [],
    );
  }

  test.each([
    ["{imageTag: v1.1.0, imageRegistry: quay.io/kubevirt}", ["spec.imageTag"]],
    ["{global: {hub: docker.io/istio, tag: 1.20.0}, proxy: {image: proxyv2}}", ["spec.global.tag"]],
    ["{registry: quay.io, tag: v1, agent: {image: agent}}", ["spec.tag"]],
    ["{serverImageVersion: 1.5}", ["spec.serverImageVersion"]],
    ["{image: {tag: v1, pullPolicy: Always}}", ["spec.image.tag"]],
    ["{initImage: acme/init, helper_image_tag: v1}", ["spec.helper_image_tag"]],
  ])("is told: %s", async (spec, expected) => {
    expect(await tags(spec)).toEqual(expected.map((path) => `warning ${path}`));
    expect(await tags(spec, "mode: check\n")).toEqual(expected.map((path) => `warning ${path}`));
    expect(await tags(spec, "mode: unpin\n")).toEqual([]);
    expect(await tags(spec, "unknownFields: ignore\n")).toEqual([]);
  });

  test.each([
    "{image: acme/a, imageTag: v1}",
    "{image: {repository: acme/a, tag: v1}}",
    "{image: {name: acme/a, tag: v1}}",
    "{imageName: acme/a, imageTag: v1}",
    `{image: {tag: v1, digest: "sha256:${"1".repeat(64)}"}}`,
    "{registry: '', tag: v1}",
    "{registry: local, tag: v1}",
    "{imageTag: ''}",
    "{imageTag: '{{ .Values.tag }}'}",
    "{tag: v1, version: v1, imageTagMutability: MUTABLE}",
    "{status: {imageTag: v1}}",
    "{imageTag: v1} # pin-digests: skip",
  ])("is none where it is named, or there is none: %s", async (spec) => {
    expect(await tags(spec)).toEqual([]);
  });

  test("is settled by `pin: never`", async () => {
    const options = "fieldSpecs: [{kind: Widget, path: spec/imageTag, pin: never}]\n";

    expect(await tags("{imageTag: v1}", options)).toEqual([]);
  });

  test("is listed by explain", async () => {
    const { explanations } = await explain(widget("{imageTag: v1}"));

    expect(explanations).toEqual([expect.objectContaining({ path: "spec.imageTag", action: "unknown" })]);
  });
});
