import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { selectEntries } from "../../../src/credentials/docker/auth-key.ts";

function select(keys: readonly string[], host: string, repository: string): readonly string[] {
  const entries = keys.map((key) => [key, undefined] as const);
  return selectEntries(entries, { host, repository }).map(([key]) => key);
}

describe("selectEntries", () => {
  test.each([
    { key: "ghcr.io", host: "ghcr.io", repository: "acme/app" },
    { key: "GHCR.io", host: "ghcr.io", repository: "acme/app" },
    { key: "ghcr.io", host: "GHCR.IO", repository: "acme/app" },
    { key: "ghcr.io:443", host: "ghcr.io", repository: "acme/app" },
    { key: "https://ghcr.io", host: "ghcr.io", repository: "acme/app" },
    { key: "https://ghcr.io/", host: "ghcr.io", repository: "acme/app" },
    { key: "https://ghcr.io/v2/", host: "ghcr.io", repository: "acme/app" },
    { key: "http://reg.test:5000/v1/", host: "reg.test:5000", repository: "app" },
    { key: "ghcr.io/acme", host: "ghcr.io", repository: "acme/app" },
    { key: "ghcr.io/acme/", host: "ghcr.io", repository: "acme/app" },
    { key: "ghcr.io/acme/app", host: "ghcr.io", repository: "acme/app" },
    { key: "https://ghcr.io/v2/acme", host: "ghcr.io", repository: "acme/app" },
    { key: "https://reg.test/artifactory/api/docker", host: "reg.test", repository: "acme/app" },
    { key: "localhost:5000", host: "localhost:5000", repository: "app" },
    { key: "[::1]:5000", host: "[::1]:5000", repository: "app" },
    { key: "https://index.docker.io/v1/", host: "docker.io", repository: "library/nginx" },
    { key: "index.docker.io/v1/", host: "docker.io", repository: "library/nginx" },
    { key: "docker.io", host: "index.docker.io", repository: "library/nginx" },
    { key: "registry-1.docker.io", host: "docker.io", repository: "library/nginx" },
    { key: "registry.hub.docker.com", host: "registry-1.docker.io", repository: "library/nginx" },
    { key: "docker.io/acme", host: "docker.io", repository: "acme/app" },
    { key: "*.azurecr.io", host: "acme.azurecr.io", repository: "app" },
    { key: "https://*.azurecr.io/v2/team", host: "acme.azurecr.io", repository: "team/app" },
    { key: "1234.dkr.ecr.*.amazonaws.com", host: "1234.dkr.ecr.eu-west-1.amazonaws.com", repository: "app" },
    { key: "reg-*-x.test:5000", host: "reg-a-b-x.test:5000", repository: "app" },
    { key: "*.docker.io", host: "docker.io", repository: "library/nginx" },
  ])("covers $host/$repository by $key", ({ key, host, repository }) => {
    expect(select([key], host, repository)).toEqual([key]);
  });

  test.each([
    { key: "ghcr.io", host: "ghcr.io.evil.com", repository: "app" },
    { key: "ghcr.io", host: "evilghcr.io", repository: "app" },
    { key: "ghcr.io", host: "ghcr.io:5000", repository: "app" },
    { key: "reg.test:5000", host: "reg.test", repository: "app" },
    { key: "reg.test:5000", host: "reg.test:5001", repository: "app" },
    { key: "gcr.io/foo", host: "gcr.io", repository: "foobar/x" },
    { key: "gcr.io/foo/bar", host: "gcr.io", repository: "foo" },
    { key: "docker.io/acme", host: "docker.io", repository: "acmes/app" },
    { key: "*.azurecr.io", host: "azurecr.io", repository: "app" },
    { key: "*.azurecr.io", host: "a.b.azurecr.io", repository: "app" },
    { key: "*.azurecr.io", host: "x.azurecr.io.evil.com", repository: "app" },
    { key: "*.azurecr.io", host: "x.azurecr.io:8443", repository: "app" },
    { key: "*.azurecr.io/team", host: "x.azurecr.io", repository: "teams/app" },
    { key: "ghcr.io.*", host: "ghcr.io", repository: "app" },
    { key: "x*b*y.test", host: "xay.test", repository: "app" },
    { key: "a*a.test", host: "a.test", repository: "app" },
    { key: "*b*c.test", host: "xcb.test", repository: "app" },
    { key: "*", host: "ghcr.io", repository: "app" },
    { key: "docker.com", host: "docker.io", repository: "app" },
    { key: "user@ghcr.io", host: "ghcr.io", repository: "app" },
    { key: "https://evil.com/ghcr.io", host: "ghcr.io", repository: "app" },
    { key: "https://evil.com#ghcr.io", host: "ghcr.io", repository: "app" },
    { key: "", host: "ghcr.io", repository: "app" },
  ])("does not cover $host/$repository by $key", ({ key, host, repository }) => {
    expect(select([key], host, repository)).toEqual([]);
  });

  test("puts the longest path first, then the host, then globs", () => {
    const keys = [
      "*.test",
      "https://reg.test/elsewhere",
      "reg.test",
      "reg.test/a",
      "r*.test",
      "reg.test/a/b",
      "*.test/a",
    ];

    expect(select(keys, "reg.test", "a/b/c")).toEqual([
      "reg.test/a/b",
      "reg.test/a",
      "reg.test",
      "*.test/a",
      "r*.test",
      "*.test",
    ]);
  });

  test("passes over the tokens that docker keeps beside a login", () => {
    const login = "https://index.docker.io/v1/";

    expect(select([`${login}access-token`, login, `${login}refresh-token`], "docker.io", "acme/app")).toEqual(
      [login],
    );
  });

  test("keeps the order of keys that are equally specific", () => {
    expect(select(["docker.io", "https://index.docker.io/v1/"], "docker.io", "acme/app")).toEqual([
      "docker.io",
      "https://index.docker.io/v1/",
    ]);
  });

  test("covers a label by a glob made from it", () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
    const cuts = fc.array(fc.nat(20), { maxLength: 4 });
    fc.assert(
      fc.property(label, cuts, (text, positions) => {
        const glob = [...text]
          .map((character, index) => (positions.includes(index) ? "*" : character))
          .join("");
        expect(select([`${glob}.test`], `${text}.test`, "app")).toHaveLength(1);
      }),
    );
  });

  test("matches a hostile glob in linear time", () => {
    const glob = `${"*a".repeat(5_000)}*b.test`;

    expect(select([glob], `${"a".repeat(20_000)}.test`, "app")).toEqual([]);
  });
});
