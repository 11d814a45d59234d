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
