import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const manifest =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: 'ghcr.io/acme/pod'}]}\n";
const values = "web: {image: 'ghcr.io/acme/web:1'}\n";

/** A ConfigMap called `c` with a text for each key. */
function holder(texts: Readonly<Record<string, string>>): string {
  const data = Object.entries(texts).map(
    ([key, text]) => `  ${key}: |\n${text.replaceAll(/^(?=.)/gm, "    ")}`,
  );
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n${data.join("")}`;
}

/** A HelmRelease that takes values from `c`. */
function release(more = ""): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec: {valuesFrom: [{kind: ConfigMap, name: c${more}}]}\n`;
}

const set =
  "apiVersion: addons.cluster.x-k8s.io/v1beta1\nkind: ClusterResourceSet\nmetadata: {name: s}\nspec: {resources: [{kind: ConfigMap, name: c}]}\n";

/** The references in some objects that are pinned. */
async function asked(...objects: readonly string[]): Promise<readonly string[]> {
  return [...(await pin(objects.join("---\n"))).asked].sort();
}

describe("a ConfigMap that several objects name", () => {
  const both = holder({ "pod.yaml": manifest, "values.yaml": values });

  test.each([
    ["first the set", [set, release()]],
    ["first the release", [release(), set]],
  ])("holds what each of them says: %s", async (_, namers) => {
    expect(await asked(...namers, both)).toEqual(["ghcr.io/acme/pod", "ghcr.io/acme/web:1"]);
  });

  test("holds manifests also where a release takes them for values", async () => {
    expect(await asked(set, release(), holder({ "values.yaml": manifest }))).toEqual(["ghcr.io/acme/pod"]);
  });

  test("holds values also where a merge key brings in that a release takes them", async () => {
    const merging = release().replace("spec: {valuesFrom", "x: &x {valuesFrom").concat("spec: {<<: *x}\n");

    expect(await asked(merging, holder({ "values.yaml": values }))).toEqual(["ghcr.io/acme/web:1"]);
  });

  test("holds values under each key that a release names", async () => {
    const more = holder({ "a.yaml": values, "b.yaml": values.replace("web:", "db:"), "c.yaml": values });

    const { told } = await pin(
      [release(", valuesKey: a.yaml"), release(", valuesKey: b.yaml"), more].join("---\n"),
    );

    expect(told.map((each) => each.split(": ")[0])).toEqual([
      'warning data["c.yaml"].web.image',
      'info data["a.yaml"].web.image',
      'info data["b.yaml"].db.image',
    ]);
  });
});

describe("the `valuesKey` of a HelmRelease", () => {
  test.each([`'<pod>'`, `'a"]/["b'`, "'*'", "'a/b'", "'[]'", `'{a,b}'`, "' '", "'~1'"])(
    "names nothing where no ConfigMap can have it: %s",
    async (key) => {
      expect(await asked(release(`, valuesKey: ${key}`), holder({ "values.yaml": values }))).toEqual([]);
    },
  );

  test.each(["''", "null", "values.yaml"])("is `values.yaml` where it says none: %s", async (key) => {
    expect(await asked(release(`, valuesKey: ${key}`), holder({ "values.yaml": values }))).toEqual([
      "ghcr.io/acme/web:1",
    ]);
  });
});

describe("the `targetPath` of a HelmRelease", () => {
  test.each([
    ["web.tag", []],
    ["''", ["ghcr.io/acme/web:1"]],
    ["null", ["ghcr.io/acme/web:1"]],
  ])("says that a text is no values, where there is one: %s", async (path, expected) => {
    expect(await asked(release(`, targetPath: ${path}`), holder({ "values.yaml": values }))).toEqual(
      expected,
    );
  });
});
