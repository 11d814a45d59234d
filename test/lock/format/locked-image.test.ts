import { describe, expect, test } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import { lockedImages } from "../../../src/lock/format/locked-image.ts";
import { digest, locked } from "../support.ts";

describe("find", () => {
  const lock = lockedImages([
    locked("nginx", "1"),
    locked("ghcr.io/acme/app:v1", "2", { platform: "linux/arm64" }),
    locked("redis:7", "3"),
    locked("docker.io/library/redis:7", "4", { platform: "linux/arm64" }),
  ]);

  test.each([
    { image: "nginx", found: "1" },
    { image: "nginx:latest", found: "1" },
    { image: "docker.io/nginx", found: "1" },
    { image: "index.docker.io/library/nginx:latest", found: "1" },
    { image: "nginx:1.27", found: undefined },
    { image: "quay.io/library/nginx", found: undefined },
    { image: "ghcr.io/acme/app:v1", found: undefined },
    { image: "ghcr.io/acme/app:v1", platform: "linux/arm64", found: "2" },
    { image: "ghcr.io/acme/app:v1", platform: "linux/amd64", found: undefined },
    { image: "redis:7", found: "3" },
    { image: "redis:7", platform: "linux/arm64", found: "4" },
    { image: `redis:7@${digest("9")}`, found: "3" },
  ])("gives $found for $image on $platform", ({ image, platform, found }) => {
    const entry = lock.find(parseReference(image), platform);

    expect(entry?.digest).toBe(found === undefined ? undefined : digest(found));
  });
});

describe("otherTags", () => {
  const lock = lockedImages([
    locked("nginx:1.27", "1"),
    locked("nginx:1.28", "2"),
    locked("nginx:stable", "2"),
    locked("acme/nginx:1.29", "3"),
  ]);

  test.each([
    { why: "the digest of another tag", image: `nginx:1.28@${digest("1")}`, others: ["nginx:1.27"] },
    {
      why: "a tag that the lock lacks",
      image: `nginx:2@${digest("2")}`,
      others: ["nginx:1.28", "nginx:stable"],
    },
    { why: "its own digest", image: `nginx:1.27@${digest("1")}`, others: [] },
    { why: "a digest that two tags share", image: `nginx:1.28@${digest("2")}`, others: [] },
    { why: "another spelling", image: `docker.io/library/nginx:1.27@${digest("1")}`, others: [] },
    { why: "another repository", image: `nginx:1.28@${digest("3")}`, others: [] },
    { why: "an unknown digest", image: `nginx:1.28@${digest("9")}`, others: [] },
    { why: "a digest without a tag", image: `nginx@${digest("1")}`, others: [] },
    { why: "a tag without a digest", image: "nginx:1.28", others: [] },
  ])("gives $others for $why", ({ image, others }) => {
    const found = lock.otherTags(parseReference(image));

    expect(found.map(({ reference }) => reference.text)).toEqual(others);
  });
});

describe("originals", () => {
  const lock = lockedImages([
    locked("nginx", "1"),
    locked("docker.io/library/nginx:1.27", "2"),
    locked("nginx:stable", "3"),
    locked("nginx:1.28", "3"),
    locked("redis:latest", "4"),
    locked("redis:7", "4"),
  ]);

  test.each([
    { image: `nginx@${digest("1")}`, keep: ["nginx"], drop: ["nginx"] },
    { image: `docker.io/nginx@${digest("1")}`, keep: ["docker.io/nginx"], drop: ["docker.io/nginx"] },
    { image: `nginx@${digest("2")}`, keep: ["nginx:1.27"], drop: ["nginx:1.27"] },
    {
      image: `nginx@${digest("3")}`,
      keep: ["nginx:stable", "nginx:1.28"],
      drop: ["nginx:stable", "nginx:1.28"],
    },
    { image: `redis@${digest("4")}`, keep: ["redis"], drop: ["redis:latest", "redis:7"] },
    { image: `nginx@${digest("9")}`, keep: [], drop: [] },
    { image: `nginx:1.27@${digest("2")}`, keep: [], drop: [] },
  ])(
    "gives $keep where pins keep tags and $drop where they drop them, for $image",
    ({ image, keep, drop }) => {
      const reference = parseReference(image);

      expect(lock.originals(reference, "keep")).toEqual(keep);
      expect(lock.originals(reference, "drop")).toEqual(drop);
    },
  );
});
