import { describe, expect, test } from "vitest";
import type { RegistryConfig } from "../../../src/image/registry-config.ts";
import { parseChallenges } from "../../../src/registry/auth/challenge.ts";
import { fetchToken } from "../../../src/registry/auth/token.ts";
import type { Guard } from "../../../src/registry/transport/address-guard.ts";
import { defaultConnection } from "../../../src/registry/transport/endpoint.ts";
import type { RetriedRequest } from "../../../src/registry/transport/retry.ts";

interface Circumstances {
  readonly realm: string;
  readonly challenger?: string;
  readonly guard?: Guard;
  readonly configs?: readonly RegistryConfig[];
  readonly token?: string;
}

/** What a realm is asked with, for the repository `app`. */
async function askedWith(circumstances: Circumstances): Promise<RetriedRequest> {
  const {
    realm,
    challenger = "https://registry.example/v2/",
    guard,
    configs = [],
    token = "t",
  } = circumstances;
  const [challenge] = parseChallenges([`Bearer realm="${realm}",service="s"`]);
  if (challenge === undefined) throw new Error("the challenge was not read");
  const asked: RetriedRequest[] = [];
  await fetchToken(
    {
      challenge,
      challenger: new URL(challenger),
      connection: defaultConnection,
      repository: "app",
      guard,
      signal: new AbortController().signal,
    },
    {
      configs,
      reachOf: () => undefined,
      send: async (request) => {
        asked.push(request);
        const body = Buffer.from(JSON.stringify({ token }));
        return { status: 200, headers: {}, body, url: request.url, took: 0 };
      },
    },
  );
  const [request] = asked;
  if (request === undefined) throw new Error("nobody was asked");
  return request;
}

describe("fetchToken", () => {
  test("takes nothing for a login that stands in the address of a realm, nor a scope", async () => {
    const { url, headers } = await askedWith({
      realm: "https://user:pass@auth.example/token?scope=repository:b:push&a=1#part",
    });

    expect(url.href).toBe(
      "https://auth.example/token?a=1&service=s&scope=repository%3Aapp%3Apull&client_id=pin-digests",
    );
    expect(headers).toEqual({ accept: "application/json" });
  });

  test("keeps to the guard of the registry, where that is the realm, too", async () => {
    const guard = { nearest: "public", code: "redirect" } as const;

    const { guard: kept } = await askedWith({ realm: "https://registry.example/token", guard });

    expect(kept).toEqual(guard);
  });

  test("goes by no entry for a part of another host, whatever the repository is called", async () => {
    const entry: RegistryConfig = {
      prefix: "auth.example/app",
      mirrors: [],
      only: false,
      plainHTTP: false,
      insecureSkipTLSVerify: true,
      caFile: "",
      certFile: "",
      keyFile: "",
      blocked: false,
      fromPackage: false,
    };

    const { connection } = await askedWith({ realm: "https://auth.example/token", configs: [entry] });

    expect(connection.insecureSkipTLSVerify).toBe(false);
  });

  test("takes no token that is longer than any header", async () => {
    const asked = askedWith({ realm: "https://auth.example/token", token: "t".repeat(32_769) });

    await expect(asked).rejects.toMatchObject({
      code: "realm",
      detail: "its token is longer than 32768 characters",
    });
  });

  test("asks no realm on loopback by plain HTTP for a registry of HTTPS", async () => {
    const challenger = "https://127.0.0.1:5000/v2/";

    const asked = askedWith({ realm: "http://127.0.0.1:5001/token", challenger });

    await expect(asked).rejects.toMatchObject({ code: "realm", detail: "plain HTTP" });
  });
});
