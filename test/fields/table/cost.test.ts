import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../../src/config/default-config.ts";
import { buildRuleTree } from "../../../src/fields/rule-tree.ts";
import { findResources } from "../../../src/find/find-resources.ts";
import { rootOf } from "../../../src/yaml/node.ts";
import { scan } from "../../../src/yaml/scan.ts";

const image = "ghcr.io/acme/app:v1";
const objects = {
  Pod: {
    apiVersion: "v1",
    metadata: { annotations: { image } },
    spec: { containers: [{ image, args: [`--app-image=${image}`] }] },
  },
  Service: { apiVersion: "v1", spec: { ports: [{ port: 80 }] } },
  Widget: { apiVersion: "acme.example/v1", spec: { image, any: [{ sidecarImage: image }] } },
  HelmRelease: { apiVersion: "helm.toolkit.fluxcd.io/v2", spec: { values: { image } } },
  Task: { apiVersion: "tekton.dev/v1", spec: { steps: [{ image }] } },
} as const;

/** How many branches of rules are made for objects of some kinds. */
function branchesFor(...kinds: readonly (keyof typeof objects)[]): number {
  const texts = kinds.map((kind) => JSON.stringify({ kind, ...objects[kind] }));
  const yaml = scan(texts.join("\n---\n"));
  // Trees are numbered as they are made, this one too.
  const before = buildRuleTree([], "explicit").id;
  findResources({ kind: "stream", yaml, items: yaml.documents.map(rootOf) }, { ...defaultConfig });
  return buildRuleTree([], "explicit").id - before - 1;
}

describe("rules of the table", () => {
  // What holds for containers and annotations of any kind is made once.
  branchesFor("Pod");

  test.each([["Service"], ["Widget"]] as const)("cost nothing where no object has their kind: %s", (kind) => {
    expect(branchesFor(kind)).toBe(0);
  });

  test("are made once for as many objects of a kind", () => {
    expect(branchesFor("Task")).toBeGreaterThan(0);
    expect(branchesFor("Task", "Task", "Task")).toBe(branchesFor("Task"));
  });

  test("cost what those of the kinds do that are there, and no more", () => {
    const [release, task] = [branchesFor("HelmRelease"), branchesFor("Task")];

    expect(branchesFor("HelmRelease", "Widget", "Task", "Service", "HelmRelease")).toBe(release + task);
  });
});
