import { describe, expect, test } from "vitest";
import { readEnvironmentLogins } from "../../src/credentials/environment-login.ts";

function read(environment: Readonly<Record<string, string | undefined>>) {
  const warnings: string[] = [];
  const logins = readEnvironmentLogins(environment, (message) => warnings.push(message));
  return { logins, warnings };
}

describe("readEnvironmentLogins", () => {
  test("reads a login", () => {
    const { logins, warnings } = read({
      PIN_DIGESTS_REGISTRY_HOSTNAME: "ghcr.io",
      PIN_DIGESTS_REGISTRY_USERNAME: "me",
      PIN_DIGESTS_REGISTRY_PASSWORD: "secret",
    });

    expect(logins).toEqual([
      {
        source: "PIN_DIGESTS_REGISTRY_HOSTNAME",
        key: "ghcr.io",
        credential: { kind: "basic", username: "me", password: "secret" },
      },
    ]);
    expect(warnings).toEqual([]);
  });

  test("reads a token, which is sent as it is", () => {
    const { logins } = read({ PIN_DIGESTS_REGISTRY_HOSTNAME: "ghcr.io", PIN_DIGESTS_REGISTRY_TOKEN: "t" });

    expect(logins.map((login) => login.credential)).toEqual([{ kind: "registry-token", token: "t" }]);
  });

  test("reads several, the one without a number first, then by number", () => {
    const { logins } = read({
      PIN_DIGESTS_REGISTRY_HOSTNAME_10: "d.test",
      PIN_DIGESTS_REGISTRY_TOKEN_10: "d",
      PIN_DIGESTS_REGISTRY_HOSTNAME_2: "c.test",
      PIN_DIGESTS_REGISTRY_TOKEN_2: "c",
      PIN_DIGESTS_REGISTRY_HOSTNAME_0: "b.test",
      PIN_DIGESTS_REGISTRY_TOKEN_0: "b",
      PIN_DIGESTS_REGISTRY_HOSTNAME: "a.test",
      PIN_DIGESTS_REGISTRY_TOKEN: "a",
    });

    expect(logins.map((login) => login.key)).toEqual(["a.test", "b.test", "c.test", "d.test"]);
  });

  test("takes off the line break that a file ends in", () => {
    const { logins } = read({
      PIN_DIGESTS_REGISTRY_HOSTNAME_0: "a.test\n",
      PIN_DIGESTS_REGISTRY_USERNAME_0: "me\n",
      PIN_DIGESTS_REGISTRY_PASSWORD_0: " secret \r\n",
      PIN_DIGESTS_REGISTRY_HOSTNAME_1: "b.test",
      PIN_DIGESTS_REGISTRY_TOKEN_1: "t\n",
    });

    expect(logins.map(({ key, credential }) => [key, credential])).toEqual([
      ["a.test", { kind: "basic", username: "me", password: " secret " }],
      ["b.test", { kind: "registry-token", token: "t" }],
    ]);
  });

  test("refuses a token that no header can hold, and does not show it", () => {
    const { logins, warnings } = read({
      PIN_DIGESTS_REGISTRY_HOSTNAME: "a.test",
      PIN_DIGESTS_REGISTRY_TOKEN: "hush\nhush",
    });

    expect(logins).toEqual([]);
    expect(warnings).toEqual([
      "wanted a token in PIN_DIGESTS_REGISTRY_TOKEN: it holds characters that no header can hold",
    ]);
  });

  test("never mixes the parts of two logins", () => {
    const { logins, warnings } = read({
      PIN_DIGESTS_REGISTRY_HOSTNAME_0: "a.test",
      PIN_DIGESTS_REGISTRY_PASSWORD_1: "s3cret",
    });

    expect(logins).toEqual([]);
    expect(warnings).toEqual([
      "wanted a login for PIN_DIGESTS_REGISTRY_HOSTNAME_0: neither PIN_DIGESTS_REGISTRY_PASSWORD_0 nor PIN_DIGESTS_REGISTRY_TOKEN_0 is set",
      "wanted a host in PIN_DIGESTS_REGISTRY_HOSTNAME_1: it is not set, so the login beside it is not used",
    ]);
  });

  test("takes an empty variable for one that is not set", () => {
    expect(read({ PIN_DIGESTS_REGISTRY_HOSTNAME: "", PIN_DIGESTS_REGISTRY_PASSWORD: "" })).toEqual({
      logins: [],
      warnings: [],
    });
  });
});
