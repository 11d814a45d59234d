/** Kustomizations: their entries of images, their patches, and what they set in the files that they build on. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KustomizationFile } from "../../src/files/kustomization-file.ts";
import { readKustomizations } from "../../src/files/kustomizations.ts";
import { digest, makeTree, pinTree, planTree, pod, readTree } from "./tree.ts";

function deployment(...images: readonly string[]): string {
  const containers = images.map((image) => `      - image: ${image}\n`).join("");
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n${containers}`;
}

/** The images that a run over all of the files would change, by the files that they stand in. */
async function changedIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { results } = await planTree(makeTree(files));
  return results.flatMap(({ field, file }) =>
    field?.proposedValue === undefined ? [] : [`${file?.path} ${field.proposedValue.split("@")[0]}`],
  );
}

describe("a kustomization file", () => {
  test("gets a digest beside a `newTag`, under any of its names, with and without its kind", async () => {
    const entry =
      "images:\n# ours\n- name: app\n  newName: ghcr.io/acme/app\n  newTag: 'v1' # moves\n- newTag: v2\n  name: side\n";
    const text = `kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n${entry}`;
    const folder = makeTree({
      "a/kustomization.yaml": entry,
      "b/kustomization.yml": entry,
      "c/Kustomization": text,
    });

    const { asked, lines } = await pinTree(folder);

    expect(asked).toEqual(["ghcr.io/acme/app:v1", "docker.io/library/side:v2"]);
    for (const pinned of Object.values(readTree(folder))) {
      expect(pinned.replaceAll(`  digest: ${digest}\n`, "")).toBe(
        pinned === readTree(folder)["c/Kustomization"] ? text : entry,
      );
      expect(pinned.match(/digest: /g)).toHaveLength(2);
    }
    expect(lines[0]).toMatch(
      /^a\/kustomization\.yaml:4:12: \[info\] images\[0\]\.digest: pinned "ghcr.io\/acme\/app:v1"/,
    );
  });

  test("keeps the style of its entries", async () => {
    const folder = makeTree({
      "kustomization.yaml": `images: [{name: a, newTag: v1}, {"name": "b", "newTag": "v2"}]\n`,
    });

    await pinTree(folder);

    const text = readTree(folder)["kustomization.yaml"] ?? "";
    expect(text).toMatch(/^images: \[\{.*\}, \{.*\}\]\n$/);
    expect(text.split(digest)).toHaveLength(3);
    expect((await planTree(folder)).changes).toEqual([]);
  });

  test("is followed by update, and freed by unpin", async () => {
    const old = `sha256:${"2".repeat(64)}`;
    const text = `images:\n- name: a\n  newTag: v1\n  digest: ${old}\n`;
    const folder = makeTree({ "kustomization.yaml": text });

    await pinTree(folder, { options: { mode: "update" } });
    expect(readTree(folder)["kustomization.yaml"]).toBe(text.replace(old, digest));
    await pinTree(folder, { options: { mode: "unpin" } });
    expect(readTree(folder)["kustomization.yaml"]).not.toContain("sha256:");
  });

  test.each([
    [
      "two entries for one image",
      {
        "kustomization.yaml":
          "images:\n- name: a\n  newTag: v1\n  digest: D\n- name: a\n  newTag: v2\n  digest: D\n",
      },
    ],
    [
      "an image that another file sets",
      {
        "kustomization.yaml": "resources: [pod.yaml]\nimages:\n- name: a\n  newTag: v2\n  digest: D\n",
        "pod.yaml":
          "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: y, image: 'a:v1@D'}]}\n",
      },
    ],
  ])("loses all digests by unpin: %s", async (_, files) => {
    const texts = Object.entries(files).map(([path, text]) => [path, text.replaceAll("D", digest)]);
    const folder = makeTree(Object.fromEntries(texts));

    await pinTree(folder, { options: { mode: "unpin" } });

    for (const text of Object.values(readTree(folder))) expect(text).not.toContain("sha256:");
  });

  test("is an error of a check where an entry has no digest", async () => {
    const folder = makeTree({ "kustomization.yaml": "images:\n- name: a\n  newTag: v1\n" });

    const { ok, lines } = await planTree(folder, { options: { mode: "check" } });

    expect(ok).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/^kustomization\.yaml:2:9: \[error\] .*has no digest/)]);
  });

  test("says what can't be known of an entry by leaving it alone", async () => {
    const images =
      "[{name: a}, {name: b, newName: c}, {name: d, digest: 'sha256:1'}, {name: e, newTag: 1.10}, text]";

    expect(await changedIn({ "kustomization.yaml": `images: ${images}\n` })).toEqual([]);
  });

  test("has its inline patches pinned", async () => {
    const patch = `apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec: {template: {spec: {containers: [{name: x, image: "redis:7"}]}}}\n`;
    const folder = makeTree({
      "a/kustomization.yaml": `patches:\n- path: p.yaml\n- patch: |-\n    ${patch}`,
      "b/kustomization.yaml": `patchesStrategicMerge:\n- p.yaml\n- |-\n    ${patch}`,
    });

    await pinTree(folder);

    for (const text of Object.values(readTree(folder))) expect(text).toContain(`"redis:7@${digest}"`);
  });

  test("of Flux is an object as any other", async () => {
    const flux = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {images: [{name: a, newTag: v1}]}\n`;

    expect(await changedIn({ "kustomization.yaml": flux, "x.yaml": flux })).toEqual([
      "kustomization.yaml a:v1",
      "x.yaml a:v1",
    ]);
  });

  test.each(["kustomization.yaml", "kustomization.yml", "Kustomization"])(
    "is only called so where it holds an object: %s",
    async (name) => {
      const folder = makeTree({ [name]: pod("nginx:1") });

      await pinTree(folder);

      expect(readTree(folder)).toEqual({ [name]: pod(`nginx:1@${digest}`) });
    },
  );
});

describe("an image that an overlay sets", () => {
  const overlay = "resources: [../base]\nimages: [{name: app, newName: ghcr.io/acme/app, newTag: v2}]\n";

  test("is pinned in the overlay alone, since the base's may be a placeholder", async () => {
    const files = {
      "base/kustomization.yaml": "resources: [web.yaml]\n",
      "base/web.yaml": deployment("app", "nginx:1"),
      "overlay/kustomization.yaml": overlay,
    };

    expect(await changedIn(files)).toEqual([
      "base/web.yaml nginx:1",
      "overlay/kustomization.yaml ghcr.io/acme/app:v2",
    ]);
    const { lines } = await planTree(makeTree(files), { options: { report: "all" } });
    expect(lines).toContainEqual(
      expect.stringMatching(/^base\/web\.yaml:8:16: .*`images` of overlay\/kustomization\.yaml sets another/),
    );
  });

  test("may be set by an entry of which a merge key brings in the tag", async () => {
    expect(
      await changedIn({
        "kustomization.yaml":
          "common: &c {newTag: v2}\nlists: &l {resources: [d.yaml]}\n<<: *l\nimages: [{name: app, <<: *c}]\n",
        "d.yaml": deployment("app:v1"),
      }),
    ).toEqual(["kustomization.yaml app:v2"]);
  });

  test("is pinned in the base too, where something else builds on that", async () => {
    expect(
      await changedIn({
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": deployment("app:v1"),
        "a/kustomization.yaml": overlay,
        "b/kustomization.yaml": "resources: [../base]\n",
      }),
    ).toEqual(["a/kustomization.yaml ghcr.io/acme/app:v2", "base/web.yaml app:v1"]);
  });

  test("may be set by all that build on it, by what they build on, and by a component", async () => {
    expect(
      await changedIn({
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": deployment("app", "side"),
        "middle/kustomization.yaml": overlay,
        "component/kustomization.yaml": "kind: Component\nimages: [{name: side, newTag: v3}]\n",
        "top/kustomization.yaml": "resources: [../middle]\ncomponents: [../component]\n",
      }),
    ).toEqual(["component/kustomization.yaml side:v3", "middle/kustomization.yaml ghcr.io/acme/app:v2"]);
  });

  test("is the entry of the base, where the overlay sets that again", async () => {
    expect(
      await changedIn({
        "base/kustomization.yaml": "resources: [web.yaml]\nimages: [{name: app, newTag: none}]\n",
        "base/web.yaml": deployment("app"),
        "overlay/kustomization.yaml": "resources: [../base]\nimages: [{name: app, newTag: v2}]\n",
      }),
    ).toEqual(["overlay/kustomization.yaml app:v2"]);
  });

  test("is none in a field that kustomize does not look at", async () => {
    const widget =
      "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec: {image: app:v1}\n";

    expect(
      await changedIn({
        "w.yaml": widget,
        "kustomization.yaml": "resources: [w.yaml]\nimages: [{name: app, newTag: v2}]\n",
      }),
    ).toContain("w.yaml app:v1");
  });

  test("is renamed and set by entries of one kustomization, one after the other", async () => {
    const folder = makeTree({
      "d.yaml": pod("app:v1"),
      "kustomization.yaml":
        "resources: [d.yaml]\nimages: [{name: app, newName: r.io/app}, {name: r.io/app, newTag: v3}, {name: r.io/app, newTag: v4}]\n",
    });

    const { asked, lines } = await pinTree(folder);
    const checked = await planTree(folder, { options: { mode: "check" } });

    expect(asked).toEqual(["r.io/app:v4"]);
    expect(lines).toEqual([expect.stringContaining("images[2].digest: pinned")]);
    expect(checked).toMatchObject({ ok: true, lines: [] });
  });

  test("is left alone where an entry behind it gives it another name", async () => {
    const { changes, lines } = await planTree(
      makeTree({
        "kustomization.yaml": "images: [{name: app, newTag: v1}, {name: app, newName: r.io/app}]\n",
      }),
    );

    expect(changes).toEqual([]);
    expect(lines[0]).toMatch(/^kustomization\.yaml:1:17: \[warning\].*gives it another name/);
  });

  test("is found in files that build on each other in a circle", async () => {
    expect(
      await changedIn({
        "a/kustomization.yaml": "resources: [../b, x.yaml]\n",
        "b/kustomization.yaml": "resources: [../a]\n",
        "a/x.yaml": deployment("app:v1"),
      }),
    ).toEqual(["a/x.yaml app:v1"]);
  });

  test("counts below more overlays than anybody builds", () => {
    const count = 100_000;
    const kustomization = (at: number | "top", text: string): KustomizationFile => {
      const path = `${at}/kustomization.yaml`;
      return { path, place: join("/", path), text };
    };
    const { overridden } = readKustomizations([
      kustomization(0, "resources: [p.yaml]\n"),
      ...Array.from({ length: count - 1 }, (_, at) => kustomization(at + 1, `resources: [../${at}]\n`)),
      kustomization("top", `resources: [../${count - 1}]\nimages: [{name: nginx, newTag: "2"}]\n`),
    ]);

    expect(
      overridden("/0/p.yaml")?.({
        path: "spec.containers[0].image",
        putAt: "spec.containers[0].image",
        value: "nginx:1",
        resource: { node: 0, apiVersion: "v1", group: "", kind: "Pod", annotations: new Map() },
        labels: () => new Map(),
      }),
    ).toBeUndefined();
  });

  test("is found in time where kustomizations build on each other in very many ways", async () => {
    const layers = Array.from({ length: 60 }, (_, n): [string, string][] =>
      ["a", "b"].map((side) => [
        `${side}${n}/kustomization.yaml`,
        n === 0 ? "resources: [../x.yaml]\n" : `resources: [../a${n - 1}, ../b${n - 1}]\n`,
      ]),
    ).flat();
    const top = "resources: [a59, b59]\nimages: [{name: app, newTag: v2}]\n";

    expect(
      await changedIn({
        ...Object.fromEntries(layers),
        "x.yaml": deployment("app:v1"),
        "kustomization.yaml": top,
      }),
    ).toEqual(["kustomization.yaml app:v2"]);
  });
});
