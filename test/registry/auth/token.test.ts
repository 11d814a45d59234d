import { describe, expect, test } from "vitest";
import { parseChallenges } from "../../../src/registry/auth/challenge.ts";
import { fetchToken } from "../../../src/registry/auth/token.ts";
import { defaultConnection } from "../../../src/registry/transport/endpoint.ts";
import type { RetriedRequest } from "../../../src/registry/transport/retry.ts";

describe("fetchToken", () => {
  test("takes nothing for a login that stands in the address of a realm, nor a scope", async () => {
    const [challenge] = parseChallenges([
      'Bearer realm="https://user:pass@auth.example/token?scope=repository:b:push&a=1#part",service="s"',
    ]);
    if (challenge === undefined) throw new Error("the challenge was not read");
    const asked: RetriedRequest[] = [];

    const token = await fetchToken(
      {
        challenge,
        challenger: new URL("https://registry.example/v2/"),
        connection: defaultConnection,
        repository: "app",
        signal: new AbortController().signal,
      },
      {
        configs: [],
        reachOf: () => undefined,
        send: async (request) => {
          asked.push(request);
          return { status: 200, headers: {}, body: Buffer.from('{"token":"t"}'), url: request.url, took: 0 };
        },
      },
    );

    expect(token.text).toBe("t");
    expect(asked.map(({ url, headers }) => [url.href, headers])).toEqual([
      [
        "https://auth.example/token?a=1&service=s&scope=repository%3Aapp%3Apull&client_id=pin-digests",
        { accept: "application/json" },
      ],
    ]);
  });
});
