import { describe, expect, test } from "vitest";
import { canonicalHost, coversName, splitHost } from "../../src/image/registry-host.ts";

describe("canonicalHost", () => {
  test.each([
    ["GHCR.io", "ghcr.io"],
    ["ghcr.io:443", "ghcr.io"],
    ["ghcr.io:80", "ghcr.io:80"],
    ["docker.io", "docker.io"],
    ["Index.docker.io", "docker.io"],
    ["registry-1.docker.io:443", "docker.io"],
    ["registry.hub.docker.com", "docker.io"],
    ["registry-1.docker.io:5000", "registry-1.docker.io:5000"],
    ["auth.docker.io", "auth.docker.io"],
    ["[0:0:0:0:0:0:0:1]:5000", "[::1]:5000"],
    ["[2001:DB8::1]", "[2001:db8::1]"],
  ])("gives %s as %s", (host, canonical) => {
    expect(canonicalHost(host)).toBe(canonical);
  });
});

describe("splitHost", () => {
  test.each([
    ["ghcr.io", "ghcr.io", undefined],
    ["ghcr.io:5000", "ghcr.io", "5000"],
    ["[::1]:5000", "[::1]", "5000"],
    ["[::1]", "[::1]", undefined],
  ])("splits %s", (host, name, port) => {
    expect(splitHost(host)).toEqual({ name, port });
  });
});

describe("coversName", () => {
  test.each([
    ["ghcr.io", "ghcr.io", true],
    ["ghcr.io", "gcr.io", false],
    ["*.acme.io", "harbor.acme.io", true],
    ["*.acme.io", "a.b.acme.io", false],
    ["us-*.pkg.dev", "us-docker.pkg.dev", true],
    ["us-*.pkg.dev", "eu-docker.pkg.dev", false],
    ["*.docker.io", "docker.io", true],
    ["*.docker.com", "docker.io", false],
  ])("%s on %s: %s", (pattern, name, covers) => {
    expect(coversName(pattern, name)).toBe(covers);
  });
});
