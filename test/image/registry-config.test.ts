import { describe, expect, test } from "vitest";
import { matchRegistry, pullSourcesOf, type RegistryConfig } from "../../src/image/registry-config.ts";
import { registryEntry } from "../support/registry-entry.ts";

const NGINX = { registry: "docker.io", repository: "library/nginx" };

describe("matchRegistry", () => {
  test.each([
    ["*", "docker.io", "library/nginx", true],
    ["docker.io", "docker.io", "library/nginx", true],
    ["index.docker.io", "docker.io", "library/nginx", true],
    ["Docker.IO/library", "docker.io", "library/nginx", true],
    ["docker.io/library/nginx", "docker.io", "library/nginx", true],
    ["docker.io/library/ng", "docker.io", "library/nginx", false],
    ["docker.io/library/nginx/x", "docker.io", "library/nginx", false],
    ["gcr.io/foo", "gcr.io", "foobar/x", false],
    ["gcr.io/foo/", "gcr.io", "foo/x", true],
    ["io", "docker.io", "library/nginx", false],
    ["harbor.acme.io", "harbor.acme.io:8443", "a", true],
    ["harbor.acme.io:8443", "harbor.acme.io:8443", "a", true],
    ["harbor.acme.io:8443", "harbor.acme.io", "a", false],
    ["harbor.acme.io:443", "harbor.acme.io:8443", "a", false],
    ["*.acme.io", "harbor.acme.io", "a", true],
    ["*.acme.io", "a.harbor.acme.io", "a", false],
    ["*.acme.io", "acme.io", "a", false],
    ["*.acme.io", "harbor.acme.io.evil.com", "a", false],
    ["*.dkr.ecr.*.amazonaws.com/team", "123.dkr.ecr.eu-west-1.amazonaws.com", "team/app", true],
    ["[::1]:5000", "[::1]:5000", "a", true],
    ["[::1]", "[::1]:5000", "a", true],
    ["[::2]", "[::1]:5000", "a", false],
    ["[0:0:0:0:0:0:0:1]", "[::1]:5000", "a", true],
    ["docker.io", "registry-1.docker.io", "library/nginx", true],
    ["docker.io", "registry.hub.docker.com", "library/nginx", true],
    ["registry-1.docker.io", "docker.io", "library/nginx", true],
    ["*.docker.io/library", "docker.io", "library/nginx", true],
    ["docker.io:443", "docker.io", "library/nginx", true],
    ["docker.io", "registry-1.docker.io:443", "library/nginx", true],
    ["ghcr.io:443", "ghcr.io", "acme/app", true],
    ["ghcr.io", "ghcr.io:443", "acme/app", true],
    ["us-*.pkg.dev", "us-docker.pkg.dev", "acme/app", true],
  ])("%s on %s/%s: %s", (prefix, registry, repository, matches) => {
    expect(matchRegistry({ registry, repository }, [registryEntry(prefix)]) !== undefined).toBe(matches);
  });

  test.each([
    [
      "the longer literal path",
      ["docker.io", "*/library", "docker.io/library/nginx"],
      "docker.io/library/nginx",
    ],
    ["a path before labels", ["docker.io", "*.io/library"], "*.io/library"],
    ["more literal labels", ["*", "*.io", "docker.io"], "docker.io"],
    ["the first of equals", ["docker.*", "*.io"], "docker.*"],
  ])("%s wins", (_, prefixes, winner) => {
    expect(
      matchRegistry(
        NGINX,
        prefixes.map((prefix) => registryEntry(prefix)),
      )?.prefix,
    ).toBe(winner);
  });

  test("a port wins over none", () => {
    const configs = [registryEntry("harbor"), registryEntry("harbor:5000")];

    expect(matchRegistry({ registry: "harbor:5000", repository: "a" }, configs)?.prefix).toBe("harbor:5000");
  });
});

describe("placesToAsk", () => {
  const addresses = (configs: readonly RegistryConfig[], location = NGINX) =>
    pullSourcesOf(location, configs).map(
      ({ scheme, registry, repository }) =>
        `${scheme === undefined ? "" : `${scheme}://`}${registry}/${repository}`,
    );

  test.each([
    ["the registry itself where nothing is said", [], ["docker.io/library/nginx"]],
    [
      "mirrors in order, then the registry",
      [registryEntry("docker.io", { mirrors: ["harbor.acme.io/hub", "m2"] })],
      ["harbor.acme.io/hub/library/nginx", "m2/library/nginx", "docker.io/library/nginx"],
    ],
    [
      "mirrors alone with only",
      [registryEntry("docker.io", { mirrors: ["m1"], only: true })],
      ["m1/library/nginx"],
    ],
    [
      "the scheme that a mirror names",
      [registryEntry("*", { mirrors: ["http://127.0.0.1:5000"], only: true })],
      ["http://127.0.0.1:5000/library/nginx"],
    ],
    [
      "what is left of the prefix's path",
      [registryEntry("docker.io/library", { mirrors: ["m1/hub/"], only: true })],
      ["m1/hub/nginx"],
    ],
    [
      "a mirror of one repository",
      [registryEntry("docker.io/library/nginx", { mirrors: ["m1/own/nginx"], only: true })],
      ["m1/own/nginx"],
    ],
    [
      "no mirror that has no place for it",
      [registryEntry("docker.io/library/nginx", { mirrors: ["m1"], only: true })],
      [],
    ],
    [
      "Docker Hub by its one name",
      [registryEntry("docker.io", { mirrors: ["Index.Docker.io"], only: true })],
      ["docker.io/library/nginx"],
    ],
  ])("gives %s", (_, configs, expected) => {
    expect(addresses(configs)).toEqual(expected);
  });

  test("sends every registry to the mirror of *", () => {
    const configs = [registryEntry("*", { mirrors: ["http://127.0.0.1:5000"], only: true })];

    expect(addresses(configs, { registry: "ghcr.io", repository: "acme/app" })).toEqual([
      "http://127.0.0.1:5000/acme/app",
    ]);
  });

  test("connects to a mirror by the entry that names it, and never by the one that it stands in", () => {
    const own = registryEntry("m1", { caFile: "m1.pem" });
    const hub = registryEntry("docker.io", { mirrors: ["m1", "m2"], caFile: "hub.pem" });
    const caFiles = (configs: readonly RegistryConfig[]) =>
      pullSourcesOf(NGINX, configs).map(({ config }) => config?.caFile);

    expect(caFiles([own, hub])).toEqual(["m1.pem", undefined, "hub.pem"]);
    expect(caFiles([own, hub, registryEntry("*", { caFile: "all.pem" })])).toEqual([
      "m1.pem",
      "all.pem",
      "hub.pem",
    ]);
  });
});
