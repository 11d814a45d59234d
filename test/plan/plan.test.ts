import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { defaultConfig } from "../../src/config/default-config.ts";
import { outerLayer } from "../../src/fields/embedded-document.ts";
import type { ImageField } from "../../src/fields/image-field.ts";
import { planStep } from "../../src/plan/plan.ts";
import { scan } from "../../src/yaml/scan.ts";
import { registryEntry } from "../support/registry-entry.ts";

const digest = `sha256:${"1".repeat(64)}`;

function field(value: string): ImageField {
  const resource = { node: 1, apiVersion: "v1", group: "", kind: "Pod", annotations: new Map() };
  const locate = (): undefined => undefined;
  const site = { layer: outerLayer(scan(value)), node: 1, via: [] };
  const origin = { rule: "containers", isUsers: false, parts: undefined } as const;
  const found = { ...origin, tagless: "pin", locate, writing: { kind: "in-place" } } as const;
  return { resource, path: "spec.containers[0].image", site, identity: "2", value, ...found };
}

function plan(value: string, config: Partial<Config> = {}): unknown {
  const { field: _, ...step } = planStep(field(value), { ...defaultConfig, ...config }, undefined);
  return step;
}

describe("planStep", () => {
  test.each([["nginx"], ["nginx:1.27"], ["ghcr.io/acme/app:v1"], ["localhost:5000/a"]])(
    "asks for %s",
    (value) => {
      expect(plan(value)).toMatchObject({
        kind: "resolve",
        image: { text: value },
        lookup: { kind: "digest" },
      });
    },
  );

  test.each([[`nginx@${digest}`], [`nginx:1.27@${digest}`]])("keeps %s, which has a digest", (value) => {
    expect(plan(value)).toEqual({ kind: "keep", reason: "left alone: has a digest" });
  });

  describe.each(["kind.local", "ko.local", "dev.local"])("leaves an image of %s alone", (host) => {
    const reason = `left alone: ${host} is not a registry but a name for images that are loaded directly into a node`;
    const note = { kind: "keep", severity: "info", reason };

    test.each(["pin", "update", "check"] as const)("with a note, in mode %s", (mode) => {
      expect(plan(`${host}/app:v1`, { mode })).toEqual(note);
      expect(plan(`${host}/acme/app`, { mode, lock: mode === "update" ? "auto" : "frozen" })).toEqual(note);
    });

    test("but for its digest, in mode unpin", () => {
      expect(plan(`${host}/app:v1@${digest}`, { mode: "unpin" })).toMatchObject({ text: `${host}/app:v1` });
    });

    test("unless an entry of registries names it", () => {
      const mirrors = ["http://127.0.0.1:5000"];
      const named = plan(`${host}/app:v1`, { registries: [registryEntry(host, { mirrors })] });
      const all = plan(`${host}/app:v1`, { registries: [registryEntry("*", { mirrors })] });

      expect(named).toMatchObject({ kind: "resolve" });
      expect(all).toEqual(note);
    });
  });

  test.each(["kind.local:5000/app", "my.kind.local/app", "kind.localhost/app", "kind.local.acme.io/app"])(
    "asks for %s, which only looks like a name for images in a node",
    (value) => {
      expect(plan(value)).toMatchObject({ kind: "resolve" });
    },
  );

  test("writes a reference with tag and digest again where tags are dropped", () => {
    expect(plan(`nginx:1.27@${digest}`, { tag: "drop" })).toMatchObject({
      kind: "rewrite",
      text: `nginx@${digest}`,
    });
    expect(plan(`nginx@${digest}`, { tag: "drop" })).toMatchObject({ kind: "keep" });
  });

  test.each([
    ["", "warning", "must name an image, but is empty; left alone"],
    ["$(IMAGE)", "warning", '"$(IMAGE)" holds a variable, so what it means is not known here; left alone'],
    [
      "{{ .Values.image }}",
      "warning",
      '"{{ .Values.image }}" holds a template expression, so what it means is not known here; left alone',
    ],
    ["###IMAGE###", "warning", '"###IMAGE###" holds a marker that another tool replaces; left alone'],
    ["<image>", "warning", '"<image>" is a placeholder, not an image reference; left alone'],
    ["ENC[AES256_GCM,data:x]", "info", '"ENC[AES256_GCM,data:x]" is encrypted; left alone'],
    [
      "ko://github.com/acme/app",
      "info",
      '"ko://github.com/acme/app" is built by ko, which writes the digest itself; left alone',
    ],
    ["auto", "info", `"auto" is filled in by Istio's injector; left alone`],
  ])("keeps the placeholder %j and says so", (value, severity, reason) => {
    expect(plan(value)).toEqual({ kind: "keep", reason, severity });
  });

  test.each([
    ["Nginx", /^must be an image reference: .*lowercase/],
    ["https://ghcr.io/a", /^must be an image reference: .*https/],
    ["nginx: 1", /^must be an image reference: .*white space/],
  ])("rejects %j and says why", (value, reason) => {
    expect(plan(value)).toEqual({ kind: "reject", reason: expect.stringMatching(reason) });
  });

  test.each<[string, Partial<Config>, string]>([
    ["nginx:1", { exclude: ["nginx:*"] }, 'left alone: matches "nginx:*" of `exclude`'],
    ["nginx", { exclude: ["docker.io/library/*"] }, 'left alone: matches "docker.io/library/*" of `exclude`'],
    ["nginx", { include: ["ghcr.io/*"] }, "left alone: matches nothing of `include`"],
    ["a.io/b", { include: ["a.io/*"], exclude: ["*/b:*"] }, 'left alone: matches "*/b:*" of `exclude`'],
    ["local/app", { skipPrefixes: ["x", "local/"] }, 'left alone: begins with "local/" of `skipPrefixes`'],
    [
      "local/NOT an image",
      { skipPrefixes: ["local/"] },
      'left alone: begins with "local/" of `skipPrefixes`',
    ],
    [
      `nginx:1@${digest}`,
      { tag: "drop", exclude: ["nginx:1*"] },
      'left alone: matches "nginx:1*" of `exclude`',
    ],
  ])("keeps %s where %j", (value, config, reason) => {
    expect(plan(value, config)).toEqual({ kind: "keep", reason });
  });

  test.each<[string, Partial<Config>]>([
    ["nginx", { include: ["a.io/*", "docker.io/library/nginx:latest"] }],
    ["nginx", { exclude: ["a.io/*"], skipPrefixes: ["docker.io/"] }],
  ])("asks for %s where %j", (value, config) => {
    expect(plan(value, config)).toMatchObject({ kind: "resolve" });
  });
});
