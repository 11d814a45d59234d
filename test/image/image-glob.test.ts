import { describe, expect, test } from "vitest";
import { matchesImage } from "../../src/image/image-glob.ts";
import { parseReference } from "../../src/image/reference.ts";
import { runToEnd } from "../support/time-limit.ts";

const digest = `sha256:${"1".repeat(64)}`;

describe("matchesImage", () => {
  test.each([
    ["*", "nginx"],
    ["nginx", "nginx"],
    ["nginx:*", "nginx:1.27"],
    ["*nginx*", "nginx:1.27"],
    ["docker.io/*", "nginx"],
    ["docker.io/library/nginx:latest", "nginx"],
    ["docker.io/library/*", "index.docker.io/nginx:1"],
    ["gcr.io/*", "GCR.io/p/i"],
    ["ghcr.io/acme/*", "ghcr.io/acme/team/app:1"],
    ["*.dkr.ecr.*.amazonaws.com/*", "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"],
    ["a*b*c", "abxbc"],
    ["nginx:1.27", `nginx:1.27@${digest}`],
    ["nginx", `nginx@${digest}`],
    ["*@sha256:*", `nginx:1.27@${digest}`],
  ])("finds that %j means %s", (glob, text) => {
    expect(matchesImage(glob, parseReference(text))).toBe(true);
  });

  test.each([
    ["", "nginx"],
    ["nginx", "nginx:1.27"],
    ["nginx:1.2", "nginx:1.27"],
    ["nginx.*", "nginx:1.27"],
    ["ghcr.io/acme/*", "ghcr.io/acme-labs/app"],
    ["ghcr.io/acme/*", "quay.io/ghcr.io/acme/app"],
    ["*.dkr.ecr.*.amazonaws.com/*", "public.ecr.aws/app"],
    ["ab*ba", "aba"],
    ["a*b*b", "ab"],
    ["?ginx", "nginx"],
    ["nginx", `nginx:1.27@${digest}`],
  ])("finds that %j does not mean %s", (glob, text) => {
    expect(matchesImage(glob, parseReference(text))).toBe(false);
  });

  test("takes no time over a glob of many stars", () => {
    const reference = parseReference("a".repeat(240));

    expect(runToEnd(() => matchesImage(`${"*a".repeat(2000)}b`, reference))).toBe(false);
  });
});
