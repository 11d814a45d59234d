/** Charts and manifests in OCI registries, which are told with what pins them, and never asked for. */
import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const digest = `sha256:${"a".repeat(64)}`;

function application(source: string): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: ${source}}\n`;
}

function rendered(chart: string): string {
  return `apiVersion: fn.kpt.dev/v1alpha1\nkind: RenderHelmChart\nmetadata: {name: r}\nhelmCharts: [{chartArgs: ${chart}}]\n`;
}

const argo = "write the digest in place of the tag, `targetRevision: sha256:…`";
const helm = "pull it once and commit it, or render it and pin the result";

describe("an artifact that is fetched by its tag", () => {
  test.each([
    [
      "of Argo CD",
      application("{repoURL: 'oci://ghcr.io/a/b', targetRevision: 1.2.3}"),
      "ghcr.io/a/b:1.2.3",
      argo,
    ],
    [
      "by a range of versions",
      application("{repoURL: 'oci://ghcr.io/a/b', targetRevision: '>=1 <2'}"),
      "ghcr.io/a/b",
      argo,
    ],
    ["without a version", application("{repoURL: 'oci://ghcr.io/a/b'}"), "ghcr.io/a/b", argo],
    ["of kpt", rendered("{repo: 'oci://ghcr.io/a', name: b, version: 1.2.3}"), "ghcr.io/a/b:1.2.3", helm],
  ])("is told: %s", async (_, text, value, advice) => {
    const { asked, told } = await pin(text);

    expect(asked).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/^warning /)]);
    expect(told[0]).toContain(`"${value}": left alone: `);
    expect(told[0]).toContain(advice);
  });

  test.each([
    ["a digest", application(`{repoURL: 'oci://ghcr.io/a/b', targetRevision: '${digest}'}`)],
    ["a repository of git", application("{repoURL: 'https://github.com/a/b', targetRevision: v1}")],
    ["a repository of charts", rendered("{repo: 'https://charts.example', name: b, version: 1.2.3}")],
    ["a template", application("{repoURL: 'oci://{{.registry}}/b', targetRevision: v1}")],
    ["no map", application("nginx:1")],
    ["a number", application("1")],
    ["an address without a name", application("{repoURL: 'oci://', targetRevision: v1}")],
  ])("is none where there is %s", async (_, text) => {
    expect(await pin(text)).toMatchObject({ asked: [], told: [] });
  });
});
