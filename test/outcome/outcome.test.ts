import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { defaultConfig } from "../../src/config/default-config.ts";
import type { ImageField } from "../../src/fields/image-field.ts";
import { parseDigest } from "../../src/image/digest.ts";
import type { Resolution } from "../../src/image/lookup.ts";
import { type ImageReference, parseReference } from "../../src/image/reference.ts";
import { type Outcome, outcomeOf } from "../../src/outcome/outcome.ts";
import type { ResolvedStep } from "../../src/plan/step.ts";
import { RegistryError } from "../../src/registry/errors.ts";
import type { RegistryErrorCode } from "../../src/registry/transport/error-code.ts";
import { registryEntry } from "../support/registry-entry.ts";
import { find } from "./found-image.ts";

const digest = parseDigest(`sha256:${"1".repeat(64)}`);
async function resolve(
  resolution: Resolution,
  config: Partial<Config> = {},
  value = "nginx:1.27",
): Promise<Outcome> {
  const { field } = await find(`image: ${value}\n`, value);
  const image = parseReference(value);
  return outcomeOf(resolved(field, image, resolution), { ...defaultConfig, ...config });
}

function resolved(field: ImageField, image: ImageReference, resolution: Resolution): ResolvedStep {
  const lookup = { kind: "digest", image, platform: undefined, requirePlatforms: [] } as const;
  return {
    kind: "resolved",
    field,
    image,
    lookup,
    reference: image,
    lock: undefined,
    locked: undefined,
    source: undefined,
    resolution,
  };
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
  ])("knows whether a machine without a network fails by %s: %j", async (code, expected) => {
    const error = new RegistryError({ code, registry: "docker.io" }, "docker.io failed");

    const outcome = await resolve({ kind: "failed", error });

    expect(outcome).toMatchObject({ kind: "failed", reason: expect.stringMatching(/^docker\.io failed/) });
    const failure = outcome.kind === "failed" ? outcome.registryFailure : undefined;
    expect(failure?.hasNoNetwork === true).toBe(expected);
  });

  test.each<[Partial<Config>, string]>([
    [{ onError: "warn" }, "warn"],
    [{ onError: "fail" }, "fail"],
  ])("fails the run or warns as %j has it", async (config, onError) => {
    expect(await resolve({ kind: "failed", error: new Error("x") }, config)).toMatchObject({ onError });
  });

  test("lets the registry's own onError win", async () => {
    const registry = { ...registryEntry("docker.io"), onError: "warn" } as const;

    expect(
      await resolve({ kind: "failed", error: new Error("x") }, { registries: [registry] }),
    ).toMatchObject({
      onError: "warn",
    });
  });

  test("fails where nobody knows which characters the value is", async () => {
    const { field } = await find("image: redis\n", "nginx");
    const step = resolved({ ...field, locate: () => undefined }, parseReference("nginx"), {
      kind: "resolved",
      digest,
    });

    const outcome = outcomeOf(step, defaultConfig);

    expect(outcome).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("write it on one line"),
    });
  });
});
