import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const skip = "pin-digests.fn.kpt.dev/skip";

/** A Pod with the containers `web` and `log`, as JSON. */
function pod(annotations: Readonly<Record<string, string>> = {}, name = "p"): string {
  const containers = ["web", "log"].map((each) => ({ name: each, image: `${name}-${each}:1` }));
  const metadata = { name, namespace: "shop", labels: { app: name }, annotations };
  return JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers } });
}

/** What may hold a Pod, by what does. */
const holders: Readonly<Record<string, (pods: readonly string[]) => string>> = {
  Template: (pods) =>
    `apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects: [${pods.join(", ")}]\n`,
  ManifestWork: (pods) =>
    `apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nmetadata: {name: m}\nspec: {workload: {manifests: [${pods.join(", ")}]}}\n`,
  "List in a ManifestWork": (pods) =>
    `apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nmetadata: {name: m}\nspec: {workload: {manifests: [{apiVersion: v1, kind: List, items: [${pods.join(", ")}]}]}}\n`,
  "Workflow, as a text": (pods) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  templates:\n${pods.map((each, at) => `  - {name: t${at}, resource: {action: create, manifest: '${each}'}}\n`).join("")}`,
  "ConfigMap of a ClusterResourceSet": (pods) =>
    `apiVersion: addons.cluster.x-k8s.io/v1beta1\nkind: ClusterResourceSet\nmetadata: {name: s}\nspec: {resources: [{kind: ConfigMap, name: c}]}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  all.yaml: |\n${pods.map((each) => `    ---\n    ${each}\n`).join("")}`,
};

describe.each(Object.entries(holders))("the opt-outs of a Pod in a %s", (_, hold) => {
  test("is none where the Pod says nothing", async () => {
    expect((await pin(hold([pod(), pod({}, "q")]))).asked).toEqual([
      "p-web:1",
      "p-log:1",
      "q-web:1",
      "q-log:1",
    ]);
  });

  test.each([
    [{ [skip]: "true" }, ["q-web:1", "q-log:1"]],
    [{ "config.kubernetes.io/local-config": "true" }, ["q-web:1", "q-log:1"]],
    [{ [skip]: "web" }, ["p-log:1", "q-web:1", "q-log:1"]],
    [{ [skip]: "spec.containers[1].image" }, ["p-web:1", "q-web:1", "q-log:1"]],
    [{ [skip]: "spec/containers[]/image" }, ["q-web:1", "q-log:1"]],
  ])("are respected where it says %j, and hold for no other", async (annotations, asked) => {
    expect((await pin(hold([pod(annotations), pod({}, "q")]))).asked).toEqual(asked);
  });

  test.each([
    ["exclude: [{kind: Pod, name: p}]", ["q-web:1", "q-log:1"]],
    ["exclude: [{version: v1, namespace: shop}]", []],
    ['exclude: [{labelSelector: "app=q"}]', ["p-web:1", "p-log:1"]],
    ["include: [{kind: Pod, name: q}]", ["q-web:1", "q-log:1"]],
    [
      "include: [{kind: ConfigMap|ManifestWork|Template|Workflow}]",
      ["p-web:1", "p-log:1", "q-web:1", "q-log:1"],
    ],
    ["include: [{kind: Pod}], exclude: [{name: q}]", ["p-web:1", "p-log:1"]],
  ])("are those of `resources: {%s}` too, without a warning", async (resources, asked) => {
    const result = await pin(hold([pod(), pod({}, "q")]), `resources: {${resources}}`);

    expect(result.asked).toEqual(asked);
    expect(result.told.filter((each) => each.startsWith("warning"))).toEqual([]);
  });

  test("are told where all is told", async () => {
    const { told } = await pin(hold([pod({ [skip]: "true" })]), "report: all");

    expect(told).toContainEqual(
      expect.stringMatching(
        /^info .*spec\.containers\[0\]\.image: left alone: the Pod at `.*` is opted out: its annotation `pin-digests\.fn\.kpt\.dev\/skip` says so$/,
      ),
    );
  });

  test.each([
    [{ [skip]: "wbe" }, 'did you mean "web"?'],
    [{ [skip]: "True" }, 'write "true"'],
    [{ "pin-digest.fn.kpt.dev/skip": "true" }, `did you mean \`${skip}\`?`],
  ])("are told where they are mistyped: %j", async (annotations, advice) => {
    const { told, asked } = await pin(hold([pod(annotations)]));

    expect(asked).toEqual(["p-web:1", "p-log:1"]);
    expect(told.filter((each) => each.startsWith("warning"))).toEqual([expect.stringContaining(advice)]);
  });
});

describe("an object that is opted out within another", () => {
  const work = (manifests: string) =>
    `apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nmetadata: {name: m}\nspec:\n  workload:\n    manifests:\n${manifests}`;

  test("leaves alone what only reads as an image in it", async () => {
    const custom = (annotations: string) =>
      `apiVersion: acme.example/v1\nkind: Bundle\nmetadata: {name: b}\nspec:\n  parts:\n  - {apiVersion: acme.example/v1, kind: Gadget, metadata: {name: g${annotations}}, spec: {sidecarImage: "ghcr.io/acme/a:1"}}\n`;

    expect((await pin(custom(""))).told).toEqual([
      expect.stringContaining("warning spec.parts[0].spec.sidecarImage"),
    ]);
    expect((await pin(custom(`, annotations: {${skip}: "true"}`))).told).toEqual([]);
  });

  test("has no flaws to be told", async () => {
    const doubled = (annotations: string) =>
      work(
        `    - {apiVersion: v1, kind: Pod, metadata: {name: g${annotations}}, spec: {containers: [{name: a, image: "a:1", image: "b:1"}]}}\n`,
      );

    expect((await pin(doubled(""))).told).toContainEqual(expect.stringContaining("must have this key once"));
    expect((await pin(doubled(`, annotations: {${skip}: "true"}`))).told).toEqual([]);
  });

  test("speaks for itself, not for what merges it", async () => {
    const merged = work(
      `    - &p\n      apiVersion: v1\n      kind: Pod\n      metadata: {name: p, annotations: {${skip}: "true"}}\n    - <<: *p\n      metadata: {name: q}\n      spec: {containers: [{name: a, image: "a:1"}]}\n`,
    );

    expect((await pin(merged)).asked).toEqual(["a:1"]);
  });

  test("is skipped by an alias of it, too", async () => {
    const twice = work(
      `    - &p\n      apiVersion: v1\n      kind: Pod\n      metadata: {name: p, annotations: {${skip}: "true"}}\n      spec: {containers: [{name: a, image: "a:1"}]}\n    - *p\n`,
    );

    expect((await pin(twice)).asked).toEqual([]);
  });
});
