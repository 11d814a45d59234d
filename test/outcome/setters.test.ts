import { expect, test } from "vitest";
import { pin } from "../fields/pinning.ts";

const text = `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - image: nginx:1 # kpt-set: nginx
  - image: redis:7 # {"$imagepolicy": "flux-system:redis"}
  - image: busybox:1 # by hand
`;

test("images that setters write too are pinned, and told once with the order of both", async () => {
  const { told, asked } = await pin(text);

  expect(asked).toHaveLength(3);
  expect(told.filter((each) => each.includes("setter"))).toEqual([
    expect.stringMatching(
      /^info spec\.containers\[0\]\.image: .*a setter writes this image too, and 1 more .*`apply-setters` before pin-digests/,
    ),
  ]);
});

test("nothing is told of them where nothing is pinned", async () => {
  const { told } = await pin(text.replaceAll(/(?<=image: \S+)(?= #)/g, `@sha256:${"1".repeat(64)}`));

  expect(told).toEqual([]);
});

test("a digest beside a tag that a setter writes is told with what keeps both together", async () => {
  const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r}
spec:
  values:
    image:
      repository: ghcr.io/acme/a
      tag: v1 # {"$imagepolicy": "flux-system:a:tag"}
`;

  const { told } = await pin(
    release,
    'fieldSpecs: [{kind: HelmRelease, path: "spec/values/image", digestKey: digest}]',
  );

  expect(told.filter((each) => each.includes("setter"))).toEqual([
    expect.stringMatching(/^warning spec\.values\.image\.digest: .* leaves the digest .*`mode: update`/),
  ]);
});

test.each([
  ['image: a:1 # {"$kpt-set":"image"}', "spec.image"],
  ["images: # kpt-set: [a, b]\n  - a:1", "spec.images[0]"],
  ["images: # kpt-set: [a, b]\n  - a:1\n  - b:1", "spec.images[0]"],
])("other forms of setters are known: %s", async (body, path) => {
  const widget = `apiVersion: acme.example/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  ${body}\n`;
  const { told } = await pin(
    widget,
    "fieldSpecs: [{kind: Widget, path: spec/image}, {kind: Widget, path: spec/images}]",
  );

  expect(told.filter((each) => each.includes("setter"))).toEqual([expect.stringContaining(`info ${path}: `)]);
});
