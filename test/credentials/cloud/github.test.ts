import { describe, expect, test } from "vitest";
import { createGitHub } from "../../../src/credentials/cloud/github.ts";

function create(environment: Readonly<Record<string, string>>) {
  return createGitHub({ environment, send: () => Promise.reject(new Error("no")), now: () => 0 });
}

describe("covers", () => {
  test.each([
    ["ghcr.io", true],
    ["docker.pkg.github.com", false],
    ["ghcr.io.evil.com", false],
    ["evilghcr.io", false],
    ["x.ghcr.io", false],
    ["ghcr.io:8443", false],
    ["github.com", false],
  ])("says of %s: %s", (host, covered) => {
    expect(create({}).matches(host)).toBe(covered);
    expect(create({}).isPrivate(host)).toBe(false);
  });
});

describe("identify", () => {
  test.each([
    { environment: { GITHUB_TOKEN: "ghs_1", GITHUB_ACTOR: "octocat" }, username: "octocat" },
    { environment: { GITHUB_TOKEN: "ghs_1" }, username: "github" },
  ])("gives the token of the job to $username", async ({ environment, username }) => {
    expect(await create(environment).getCredential("ghcr.io")).toEqual({
      source: "GITHUB_TOKEN",
      credential: { kind: "basic", username, password: "ghs_1" },
    });
  });

  test("finds nothing outside of a job", async () => {
    expect(
      await create({ GITHUB_ACTOR: "octocat", GITHUB_TOKEN: "" }).getCredential("ghcr.io"),
    ).toBeUndefined();
  });
});
