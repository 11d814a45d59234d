import { describe, expect, test } from "vitest";
import { pin } from "./pinning.ts";

const release = (kind = "Secret") =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec: {valuesFrom: [{kind: ${kind}, name: c}]}\n---\n`;
const set = (kind: string) =>
  `apiVersion: addons.cluster.x-k8s.io/v1beta1\nkind: ClusterResourceSet\nmetadata: {name: s}\nspec: {resources: [{kind: ${kind}, name: c}]}\n---\n`;
const digest = `sha256:${"1".repeat(64)}`;

function pod(image: string, annotations = "{}"): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: ${annotations}}\nspec:\n  containers:\n  - {name: web, image: "${image}"}\n`;
}

interface Held {
  readonly key?: string;
  readonly annotations?: string;
  readonly comment?: string;
}

/** A holder called `c` with a document in base64. */
function holder(
  kind: string,
  text: string,
  { key = "data", annotations = "{}", comment = "" }: Held = {},
): string {
  const encoded = Buffer.from(text).toString("base64");
  return `apiVersion: v1\nkind: ${kind}\nmetadata: {name: c, annotations: ${annotations}}\n${key}:\n  values.yaml: ${encoded}${comment}\n`;
}

const found = (place: string) =>
  `warning data["values.yaml"]: is base64, in which \`${place}\` is an image without a digest: nothing is pinned in it; pin it before it is encoded`;

describe("a document in base64", () => {
  test.each([
    ["image: quay.io/acme/x:1", "image"],
    ["web: {image: {repository: quay.io/acme/x, tag: v1}}", "web.image"],
    ["extra: [{name: a, image: 'quay.io/acme/x:1'}]\r\n", "extra[0].image"],
    [`a: {image: "x@${digest}"}\nb: {image: "quay.io/acme/x:1"}`, "b.image"],
  ])("is told, and left as it is, where values hold an image: %j", async (values, place) => {
    const text = release() + holder("Secret", values);
    const { told, asked, text: after } = await pin(text);

    expect(asked).toEqual([]);
    expect(after).toBe(text);
    expect(told).toEqual([found(place)]);
  });

  test("is told where a ClusterResourceSet applies a Secret or the binaryData of a ConfigMap", async () => {
    const secret = await pin(set("Secret") + holder("Secret", pod("nginx")));
    const map = await pin(set("ConfigMap") + holder("ConfigMap", pod("nginx"), { key: "binaryData" }));

    expect(secret.told).toEqual([found("spec.containers[0].image")]);
    expect(map.told).toEqual([found("spec.containers[0].image").replace("data", "binaryData")]);
  });

  test("says how many images are in it", async () => {
    const { told } = await pin(
      release() + holder("Secret", "a: {image: 'x:1'}\nb: {image: 'y:1'}\nc: {image: 'z:1'}"),
    );

    expect(told).toEqual([expect.stringContaining("`a.image` and 2 more are images without a digest")]);
  });

  test.each([
    ["", "unknown"],
    ["check: {unknown: error}", "error"],
    ["check: {unknown: off}", undefined],
  ])("is a finding of the class unknown: %s", async (options, outcome) => {
    const { told } = await pin(
      release() + holder("Secret", "image: quay.io/acme/x:1"),
      `mode: check\n${options}`,
    );

    const about = told.filter((each) => each.includes("is base64"));
    expect(about).toHaveLength(outcome === undefined ? 0 : 1);
    if (outcome === "error") expect(about[0]).toMatch(/^error/);
  });

  test.each([
    ["only images with a digest", `image: "x@${digest}"`],
    ["no image", "replicas: 2"],
    ["a name whose tag stands elsewhere", "image: {repository: x}"],
    ["no YAML", "a: {b"],
    ["nothing", ""],
    ["no text", "\u0000\u0001: \ud800"],
  ])("is silent where it holds %s", async (_, values) => {
    expect((await pin(release() + holder("Secret", values), "report: all")).told).toEqual([]);
  });

  test("is silent where nothing says what it is for, or that is too large, or no base64", async () => {
    const image = "image: quay.io/acme/x:1\n";

    expect((await pin(holder("Secret", image))).told).toEqual([]);
    expect((await pin(release() + holder("Secret", image + "#".repeat(1_200_000)))).told).toEqual([]);
    expect((await pin(release() + holder("Secret", image).replace(/: aW1/, ": =W1"))).told).toEqual([]);
  });

  test("respects every opt-out", async () => {
    const image = "image: quay.io/acme/x:1";
    const named = '{pin-digests.fn.kpt.dev/skip: "data[\\"values.yaml\\"]"}';
    const whole = '{pin-digests.fn.kpt.dev/skip: "true"}';

    for (const held of [{ annotations: named }, { annotations: whole }, { comment: " # pin-digests: skip" }])
      expect((await pin(release() + holder("Secret", image, held))).told).toEqual([]);
    expect((await pin(set("Secret") + holder("Secret", pod("a:1", whole)))).told).toEqual([]);
    expect(
      (await pin(set("Secret") + holder("Secret", pod("a:1")), "resources: {exclude: [{kind: Pod}]}")).told,
    ).toEqual([]);
  });

  test.each([
    ['exclude: ["quay.io/acme/*"]', 0],
    ['include: ["ghcr.io/*"]', 0],
    ['skipPrefixes: ["quay.io/"]', 0],
    ['exclude: ["quay.io/acme/x:*"]\nmode: check', 0],
    ['include: ["quay.io/*"]', 1],
  ])("is told of no image that the configuration leaves alone: %s", async (options, count) => {
    const { told } = await pin(release() + holder("Secret", "image: quay.io/acme/x:1"), options);

    expect(told.filter((each) => each.includes("is base64"))).toHaveLength(count);
  });

  test("counts among what an `include` matches, and is named in no hint", async () => {
    const text = `${release()}${holder("Secret", "image: quay.io/acme/x:1")}---\n${pod("ghcr.io/a/b:1")}`;

    expect((await pin(text, 'include: ["quay.io/acme/*", "ghcr.io/*"]')).told).toHaveLength(2);
    expect((await pin(text, 'include: ["quay.io/acmee/*", "ghcr.io/*"]')).told.join()).not.toMatch(
      /"quay.io\/acme\/\*"/,
    );
  });

  test("says no value of a Secret", async () => {
    const { told } = await pin(release() + holder("Secret", "password: hunter2\nimage: quay.io/acme/x:1"));

    expect(told.join()).not.toMatch(/hunter2|quay\.io/);
  });
});
