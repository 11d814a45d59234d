/** The values of charts: what is pinned in them, and what is told of the rest. */
import { describe, expect, test } from "vitest";
import type { Registry } from "../../src/registry/resolve/registry-session.ts";
import { digest, makeTree, pinTree, planTree, pod, readTree } from "./tree.ts";

const chart = "apiVersion: v2\nname: chart\nversion: 1.0.0\n";

describe("the values of a chart", () => {
  test("are pinned in texts, and in maps with a key for the digest, also an empty one", async () => {
    const values = `image: nginx:1
web:
  image:
    registry: ghcr.io
    repository: acme/web
    tag: "3"
    digest: ""  # none yet
db:
  image: {repository: redis, tag: "7", digest: null}
old:
  image: {repository: acme/old, tag: "1", digest: ~}
controller:
  image: {registry: registry.k8s.io, image: ingress-nginx/controller, tag: v1, digest: ""}
sidecarImage: busybox:1
tag: latest
replicas: 3
`;
    const folder = makeTree({ "chart/Chart.yaml": chart, "chart/values.yaml": values });

    const { asked, lines } = await pinTree(folder);

    const pinned = values
      .replace("nginx:1", `nginx:1@${digest}`)
      .replaceAll('digest: ""', `digest: "${digest}"`)
      .replace("digest: null", `digest: ${digest}`)
      .replace("digest: ~", `digest: ${digest}`)
      .replace("busybox:1", `busybox:1@${digest}`);
    // Spaces say that there was a null, and which, so that unpinning writes it again.
    expect(readTree(folder)["chart/values.yaml"]?.replaceAll(/digest: +s/g, "digest: s")).toBe(pinned);
    expect(asked).toContain("ghcr.io/acme/web:3");
    expect(asked).toContain("registry.k8s.io/ingress-nginx/controller:v1");
    expect(lines.filter((line) => !line.includes("[info]"))).toEqual([]);
    expect((await planTree(folder)).changes).toEqual([]);
  });

  test("with a key for the digest are pinned in lists, whatever the map is called, and in the hexadecimal form of `sha`", async () => {
    const values = `agents:
- repository: ghcr.io/acme/a
  tag: "1"
  digest: ""
web:
  image: ghcr.io/acme/b
  tag: "2"
  digest: ""
  sidecar:
    image: ghcr.io/acme/c:3
operator:
  image:
    registry: quay.io
    repository: prometheus/prometheus
    tag: v4
    sha: ""
built:
  image: {repository: ghcr.io/acme/d, tag: v5, digest: "", sha: 0d1f2e3}
`;
    const folder = makeTree({ "a/Chart.yaml": chart, "a/values.yaml": values });

    const { lines } = await pinTree(folder);

    const pinned = values
      .replaceAll(/([dD]igest): ""/g, `$1: "${digest}"`)
      .replace("c:3", `c:3@${digest}`)
      .replace('sha: ""', `sha: "${digest.replace("sha256:", "")}"`);
    expect(readTree(folder)["a/values.yaml"]).toBe(pinned);
    expect(lines.filter((line) => !line.includes("[info]"))).toEqual([]);
    expect((await planTree(folder)).changes).toEqual([]);
    expect(await planTree(folder, { options: { mode: "check" } })).toMatchObject({ ok: true, lines: [] });
    await pinTree(folder, { options: { mode: "unpin" } });
    expect(readTree(folder)["a/values.yaml"]).toBe(values);
  });

  test("of which the names of the keys tell are pinned where a registry has them, and freed again", async () => {
    const values = 'a: {image: ghcr.io/acme/d, imageTag: v5, imageDigest: ""}\n';
    const folder = makeTree({ "a/Chart.yaml": chart, "a/values.yaml": values });
    const registry: Registry = {
      inspect: async () => ({ digest, recognizedBy: "application/vnd.oci.image.index.v1+json" }),
      hasDigest: async () => true,
    };

    await pinTree(folder, { registry });

    expect(readTree(folder)["a/values.yaml"]).toBe(values.replace('""', `"${digest}"`));
    await pinTree(folder, { options: { mode: "unpin" } });
    expect(readTree(folder)["a/values.yaml"]).toBe(values);
  });

  test("may be said to have an empty key for the digest, if the image is known only by its name", async () => {
    const values = 'web: {image: nginx, imageTag: "1", imageDigest: ""}\n';
    const folder = makeTree({ "a/Chart.yaml": chart, "a/values.yaml": values });

    const { lines } = await planTree(folder);

    expect(lines.join("")).not.toContain("no key for a digest");
    expect(lines).toHaveLength(1);
  });

  test("without a key for the digest are left alone, which is told once, with what to do", async () => {
    const values =
      "a:\n  image: {repository: ghcr.io/acme/a, tag: v1}\nb:\n  image: {repository: ghcr.io/acme/b, tag: v1}\n";
    const folder = makeTree({
      "a/Chart.yaml": chart,
      "a/values.yaml": values,
      "b/Chart.yaml": chart,
      "b/values.yaml": values,
    });

    const pin = await planTree(folder);
    const check = await planTree(folder, { options: { mode: "check" } });

    for (const { lines, ok, changes } of [pin, check]) {
      expect(lines).toEqual([
        expect.stringMatching(
          /^a\/values\.yaml:2:23: \[warning\] this image and 3 more of values have no key for a digest.* add `digest: ""`.* `helm template/,
        ),
      ]);
      expect({ ok, changes }).toEqual({ ok: true, changes: [] });
    }
  });

  test("that are texts in fields of other names are told each, since no key would help", async () => {
    const values = "image: {repository: r.io/a, tag: v1}\nother: ghcr.io/a/o:1\n";
    const folder = makeTree({ "a/Chart.yaml": chart, "a/values.yaml": values });

    const { lines } = await planTree(folder, { options: { unknownFields: "report" } });

    expect(lines).toEqual([
      expect.stringMatching(/^a\/values\.yaml:2:8: \[warning\] other: "ghcr\.io\/a\/o:1"/),
      expect.stringContaining("this image has no key for a digest"),
    ]);
  });

  test("are those beside a chart, and those that are named", async () => {
    const values = "image: nginx:1\n";
    const folder = makeTree({
      "a/Chart.yaml": chart,
      "a/values.yaml": values,
      "a/values-prod.yaml": values,
      "a/ci/values.yaml": values,
      "b/values.yaml": values,
    });

    const alone = await planTree(folder);
    const named = await planTree(folder, { isValues: (place) => place.endsWith("values-prod.yaml") });

    expect(alone.changes.map(({ path }) => path)).toEqual(["a/values.yaml"]);
    expect(named.changes.map(({ path }) => path)).toEqual(["a/values-prod.yaml", "a/values.yaml"]);
  });

  test("may be templates, which are passed over", async () => {
    const folder = makeTree({
      "a/Chart.yaml": chart,
      "a/values.yaml": "image: {{ .image }}\n",
      "x.yaml": pod("nginx:1"),
    });

    expect((await planTree(folder)).counts).toMatchObject({ templates: 1, images: 1 });
  });

  test("without a key for the digest are one finding of a check, which counts each", async () => {
    const values = "a: {repository: r.io/a, tag: v1}\nb: {repository: r.io/b, tag: v1}\n";
    const folder = makeTree({ "a/Chart.yaml": chart, "a/values.yaml": values });
    const check = (unknown: string) =>
      planTree(folder, { options: { mode: "check", "check.unknown": unknown } });

    const runs = await Promise.all(["warning", "error", "off"].map(check));

    const told = "this image and 1 more of values have no key for a digest";
    expect(runs.map(({ ok, lines }) => ({ ok, lines }))).toEqual([
      { ok: true, lines: [expect.stringContaining(`[warning] ${told}`)] },
      { ok: false, lines: [expect.stringContaining(`[error] ${told}`)] },
      { ok: true, lines: [] },
    ]);
    for (const { tally } of runs) expect([...(tally?.states.values() ?? [])]).toEqual(["unknown", "unknown"]);
  });
});
