import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const values = `web: {image: "ghcr.io/acme/web:v1"}
db: {image: {repository: ghcr.io/acme/db, tag: v2}}
proxy: {imageRepository: ghcr.io/acme/proxy, imageTag: v3}
job: {image: ghcr.io/acme/job}
`;
const indent = (text: string, by: string) => text.replaceAll(/^(?=.)/gm, by);
const asText = (by: string) => `|\n${indent(values, by)}`;
const asMap = (by: string) => `\n${indent(values, by)}`;

function object(apiVersion: string, kind: string, body: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n${body}`;
}

/** What is said of a carrier: the last key of each path, and whether it is pinned or left alone. */
async function said(text: string): Promise<readonly string[]> {
  const { told } = await pin(text);
  return told.map((each) => {
    const { severity, path } = /^(?<severity>\w+) (?<path>[^:]*):/.exec(each)?.groups ?? {};
    return `${severity} ${/(?:web|db|proxy|job)[^[]*$/.exec(path ?? "")?.[0] ?? path}`;
  });
}

describe("values of charts", () => {
  test.each([
    ["a HelmRelease", object("helm.toolkit.fluxcd.io/v2", "HelmRelease", `spec:\n  values:${asMap("    ")}`)],
    [
      "an Application",
      object(
        "argoproj.io/v1alpha1",
        "Application",
        `spec:\n  source:\n    helm:\n      valuesObject:${asMap("        ")}`,
      ),
    ],
    [
      "a source of many of an Application, as text",
      object(
        "argoproj.io/v1alpha1",
        "Application",
        `spec:\n  sources:\n  - {chart: a}\n  - helm:\n      values: ${asText("        ")}`,
      ),
    ],
    [
      "an ApplicationSet",
      object(
        "argoproj.io/v1alpha1",
        "ApplicationSet",
        `spec:\n  template:\n    spec:\n      source:\n        helm:\n          valuesObject:${asMap("            ")}`,
      ),
    ],
    ["a HelmChart", object("helm.cattle.io/v1", "HelmChart", `spec:\n  valuesContent: ${asText("    ")}`)],
    [
      "a HelmChartInflationGenerator",
      object("builtin", "HelmChartInflationGenerator", `valuesInline:${asMap("  ")}`),
    ],
    [
      "a RenderHelmChart",
      object(
        "fn.kpt.dev/v1alpha1",
        "RenderHelmChart",
        `helmCharts:\n- templateOptions:\n    values:\n      valuesInline:${asMap("        ")}`,
      ),
    ],
    [
      "a Bundle",
      object("fleet.cattle.io/v1alpha1", "Bundle", `spec:\n  helm:\n    values:${asMap("      ")}`),
    ],
    [
      "a target of a Bundle",
      object(
        "fleet.cattle.io/v1alpha1",
        "Bundle",
        `spec:\n  targets:\n  - helm:\n      values:${asMap("        ")}`,
      ),
    ],
    [
      "a HelmChartProxy",
      object(
        "addons.cluster.x-k8s.io/v1alpha1",
        "HelmChartProxy",
        `spec:\n  valuesTemplate: ${asText("    ")}`,
      ),
    ],
    [
      "a ConfigMap that a HelmRelease names",
      `${object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "spec: {valuesFrom: [{kind: ConfigMap, name: x}]}\n")}---\n${object("v1", "ConfigMap", `data:\n  values.yaml: ${asText("    ")}`)}`,
    ],
  ])("in %s are pinned or told, each", async (_, text) => {
    expect([...(await said(text))].sort()).toEqual([
      "info web.image",
      "warning db.image",
      "warning job.image",
      "warning proxy",
    ]);
  });

  test("of a ConfigMap that nothing names are told, with registry and tag alone", async () => {
    expect(
      [...(await said(object("v1", "ConfigMap", `data:\n  values.yaml: ${asText("    ")}`)))].sort(),
    ).toEqual(["warning db.image", "warning proxy", "warning web.image"]);
  });
});

describe("settings of charts", () => {
  const settings =
    "[{name: web.image, value: 'ghcr.io/acme/web:v1'}, {name: db.image.repository, value: ghcr.io/acme/db}, {name: db.image.tag, value: v2}, {name: replicas, value: '2'}]";

  test.each([
    [
      "an Application",
      object("argoproj.io/v1alpha1", "Application", `spec: {source: {helm: {parameters: ${settings}}}}\n`),
      ["spec.source.helm.parameters", "spec.source.helm.parameters[0].value"],
    ],
    [
      "a Release",
      object("helm.crossplane.io/v1beta1", "Release", `spec: {forProvider: {set: ${settings}}}\n`),
      ["spec.forProvider.set", "spec.forProvider.set[0].value"],
    ],
    [
      "a HelmChart",
      object(
        "helm.cattle.io/v1",
        "HelmChart",
        "spec: {set: {web.image: 'ghcr.io/acme/web:v1', db.image.repository: ghcr.io/acme/db, db.image.tag: v2, replicas: 2}}\n",
      ),
      ["spec.set", 'spec.set["web.image"]'],
    ],
  ])("of %s are pinned or told, each", async (_, text, paths) => {
    const { told } = await pin(text, "mode: check");

    expect(told.map((each) => /^\w+ (?<path>.*?): /.exec(each)?.groups?.path).sort()).toEqual(paths);
  });
});

describe("a registry beside a whole reference", () => {
  test.each([
    ["{registry: quay.io, image: 'acme/a:2'}", "quay.io/acme/a:2"],
    ["{imageRegistry: 'localhost:5000', image: 'a:2'}", "localhost:5000/a:2"],
    ["{registry: quay.io/org, image: 'a:2'}", "quay.io/org/a:2"],
    ["{registry: quay.io, image: 'ghcr.io/acme/a:2'}", "ghcr.io/acme/a:2"],
    ["{registry: '', image: 'acme/a:2'}", "acme/a:2"],
    ["{registry: true, image: 'acme/a:2'}", "acme/a:2"],
  ])("is a part of it where it names a host, and the reference none: %s", async (map, asked) => {
    const text = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec: {values: {a: ${map}}}\n`;

    const result = await pin(text);

    expect(result.asked).toEqual([asked]);
    expect(result.text).toBe(text.replace(":2'", ":2@<digest>'"));
  });
});
