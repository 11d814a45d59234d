import { describe, expect, test } from "vitest";
import { type Config, defaultConfig } from "../../src/config/config.ts";
import type { ImageField } from "../../src/fields/image-field.ts";
import { parseDigest } from "../../src/image/digest.ts";
import { parseReference } from "../../src/image/reference.ts";
import { type Resource, readResource } from "../../src/krm/resource.ts";
import {
  type Outcome,
  outcomeOf,
  resultOf,
  sharedAnchorWarnings,
  skipResult,
} from "../../src/outcome/outcome.ts";
import { RegistryError, type RegistryErrorCode } from "../../src/registry/errors.ts";
import type { Resolution } from "../../src/resolve/lookup-queue.ts";
import { rootOf, valuesOf } from "../../src/yaml/node.ts";
import { scan, type YamlText } from "../../src/yaml/scan.ts";
import { imageField } from "../support/image-field.ts";

const digest = parseDigest(`sha256:${"1".repeat(64)}`);
const identity = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n";

interface Found {
  readonly yaml: YamlText;
  readonly resource: Resource;
  readonly field: ImageField;
}

/** The field `image` of an object with these lines. */
async function find(lines: string, value: string, head = identity): Promise<Found> {
  const yaml = await scan(head + lines);
  const root = rootOf(yaml.documents[0] ?? 0);
  const resource = readResource(yaml, root);
  const [node = root] = valuesOf(yaml, root, "image");
  return { yaml, resource, field: imageField(yaml, node, { resource, path: "image", value }) };
}

async function resolve(
  resolution: Resolution,
  config: Partial<Config> = {},
  value = "nginx:1.27",
): Promise<Outcome> {
  const { yaml, field } = await find(`image: ${value}\n`, value);
  const image = parseReference(value);
  const resolutions = new Map([
    [`${image.registry}/${image.repository}:${image.tag ?? "latest"}`, resolution],
  ]);
  return outcomeOf(
    { kind: "resolve", field, image, question: { kind: "digest", image }, reference: image },
    { yaml, resolutions, config: { ...defaultConfig, ...config } },
  );
}

describe("outcomeOf", () => {
  test.each<[string, Partial<Config>, string]>([
    ["nginx:1.27", {}, `nginx:1.27@${digest}`],
    ["nginx", {}, `nginx@${digest}`],
    ["nginx:1.27", { tag: "drop" }, `nginx@${digest}`],
    ["index.docker.io/nginx", {}, `index.docker.io/nginx@${digest}`],
  ])("pins %s as %j has it, under the name that it has", async (value, config, to) => {
    const outcome = await resolve({ kind: "resolved", digest }, config, value);

    expect(outcome).toMatchObject({ kind: "changed", from: value, to });
  });

  test("is a failure where the image has no digest", async () => {
    const outcome = await resolve({ kind: "failed", error: new Error("no such tag") });

    expect(outcome).toMatchObject({ kind: "failed", reason: "no such tag", onError: "fail" });
  });

  test.each<[RegistryErrorCode, boolean]>([
    ["dns", true],
    ["unreachable", true],
    ["refused", true],
    ["tag-not-found", false],
    ["unauthorized", false],
  ])("says how to allow the network where the failure is %s: %j", async (code, expected) => {
    const error = new RegistryError({ code, registry: "docker.io" }, "docker.io failed");

    const outcome = await resolve({ kind: "failed", error });

    const reason = outcome.kind === "failed" ? outcome.reason : "";
    expect(reason).toMatch(/^docker\.io failed/);
    expect(/--network.*--allow-network/.test(reason)).toBe(expected);
  });

  test.each<[Partial<Config>, string]>([
    [{ onError: "warn" }, "warn"],
    [{ onError: "fail" }, "fail"],
  ])("fails the run or warns as %j has it", async (config, onError) => {
    expect(await resolve({ kind: "failed", error: new Error("x") }, config)).toMatchObject({ onError });
  });

  test("lets the registry's own onError win", async () => {
    const registry = {
      prefix: "docker.io",
      mirrors: [],
      only: false,
      plainHTTP: false,
      insecureSkipTLSVerify: false,
      caFile: "",
      certFile: "",
      keyFile: "",
      blocked: false,
      onError: "warn",
    } as const;

    expect(
      await resolve({ kind: "failed", error: new Error("x") }, { registries: [registry] }),
    ).toMatchObject({
      onError: "warn",
    });
  });

  test("fails where nobody knows which characters the value is", async () => {
    const { yaml, field } = await find("image: redis\n", "nginx");
    const resolutions = new Map<string, Resolution>([
      ["docker.io/library/nginx:latest", { kind: "resolved", digest }],
    ]);

    const image = parseReference("nginx");
    const outcome = outcomeOf(
      {
        kind: "resolve",
        field: { ...field, locate: () => undefined },
        image,
        question: { kind: "digest", image },
        reference: image,
      },
      { yaml, resolutions, config: defaultConfig },
    );

    expect(outcome).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("write it on one line"),
    });
  });
});

describe("resultOf", () => {
  const kept = { kind: "kept", reason: "left alone" } as const;
  const failed = { kind: "failed", reason: "no such tag" } as const;

  async function severityOf(outcome: object, report: Config["report"]): Promise<string | undefined> {
    const { field } = await find("image: nginx\n", "nginx");
    return resultOf({ ...outcome, field } as Outcome, report)?.severity;
  }

  test.each<[string, object, readonly (string | undefined)[]]>([
    ["a change", { kind: "changed", from: "a", to: "b", edit: {} }, [undefined, "info", "info"]],
    ["a failure", { ...failed, onError: "fail" }, ["error", "error", "error"]],
    ["a failure that only warns", { ...failed, onError: "warn" }, ["warning", "warning", "warning"]],
    ["what a person wants to know", { ...kept, severity: "warning" }, ["warning", "warning", "warning"]],
    ["what a person may want to know", { ...kept, severity: "info" }, [undefined, "info", "info"]],
    ["what only the curious want to know", kept, [undefined, undefined, "info"]],
  ])("tells %s as `report` asks for", async (_, outcome, expected) => {
    const reports = ["problems", "changes", "all"] as const;

    expect(await Promise.all(reports.map((report) => severityOf(outcome, report)))).toEqual(expected);
  });

  test("names object, field, values and file", async () => {
    const head =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {config.kubernetes.io/path: a.yaml, config.kubernetes.io/index: '3'}}\n";
    const { field } = await find("image: nginx\n", "nginx", head);

    expect(
      resultOf(
        { kind: "changed", field, from: "nginx", to: "nginx@x", edit: { start: 0, end: 0, text: "" } },
        "changes",
      ),
    ).toMatchObject({
      severity: "info",
      resourceRef: { apiVersion: "v1", kind: "Pod", name: "web" },
      field: { path: "image", currentValue: "nginx", proposedValue: "nginx@x" },
      file: { path: "a.yaml", index: 3 },
    });
  });

  test("names an object without a name in the message", async () => {
    const { field } = await find(
      "image: nginx\n",
      "nginx",
      "apiVersion: v1\nkind: Job\nmetadata: {generateName: a-}\n",
    );

    expect(resultOf({ ...failed, field, onError: "fail" }, "changes")).toEqual({
      severity: "error",
      message: "Job without a name, `image`: no such tag",
    });
  });
});

describe("skipResult", () => {
  test("says which object is left alone and why", async () => {
    const { resource } = await find("", "");

    expect(skipResult(resource, "it is local")).toEqual({
      severity: "info",
      message: "left alone: it is local",
      resourceRef: { apiVersion: "v1", kind: "Pod", name: "web", namespace: "shop" },
    });
  });
});

describe("sharedAnchorWarnings", () => {
  test.each([
    [
      "once",
      "image: &x nginx\na: *x\n",
      ["its anchor is used in 1 more place, which holds the digest now too"],
    ],
    [
      "twice",
      "image: &x nginx\na: *x\nb: *x\n",
      ["its anchor is used in 2 more places, which hold the digest now too"],
    ],
    ["nowhere", "image: &x nginx\n", []],
    ["after it was defined again", "image: &x nginx\na: &x redis\nb: *x\n", []],
  ])("warns where the anchor of a pinned image is used %s", async (_, lines, messages) => {
    const { yaml, field } = await find(lines, "nginx");
    const outcome: Outcome = {
      kind: "changed",
      field,
      from: "",
      to: "",
      edit: { start: 0, end: 0, text: "" },
    };

    expect(sharedAnchorWarnings(yaml, [outcome]).map(({ message }) => message)).toEqual(messages);
    expect(sharedAnchorWarnings(yaml, [{ kind: "kept", field, reason: "" }])).toEqual([]);
  });
});
