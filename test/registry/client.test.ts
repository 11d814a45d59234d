import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import type { RegistryClient } from "../../src/registry/client.ts";
import { stopTime } from "../support/clock.ts";
import { answerIndex } from "../support/manifests.ts";
import { serve } from "../support/quirk-server.ts";
import { startRegistry } from "../support/registry.mjs";
import {
  basicLogin,
  digestOf,
  keychainOf,
  makeClient,
  type TestClientOptions,
} from "../support/registry-client.ts";

async function start(options: Parameters<typeof startRegistry>[0]) {
  const registry = await startRegistry({ any: true, ...options });
  onTestFinished(registry.close);
  return registry;
}

function client(options: TestClientOptions = {}): RegistryClient {
  const made = makeClient(options);
  onTestFinished(made.close);
  return made;
}

function resolveAll(from: RegistryClient, images: readonly string[]): Promise<readonly string[]> {
  return Promise.all(images.map((image) => digestOf(from, parseReference(image))));
}

const tags = (host: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${host}/app:v${index}`);
const repositories = (host: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${host}/app${index}:v1`);

describe("resolveDigest asks as seldom as can be", () => {
  const login = basicLogin("ada", "secret");
  const basic = { basic: { username: "ada", password: "secret" } };
  const token = { bearer: {} };

  test.each([
    { kind: "open, one image", auth: "none", images: (host: string) => tags(host, 1), requests: 1 },
    { kind: "open, 50 tags", auth: "none", images: (host: string) => tags(host, 50), requests: 50 },
    {
      kind: "open, 5 repositories",
      auth: "none",
      images: (host: string) => repositories(host, 5),
      requests: 5,
    },
    { kind: "basic, 5 tags", auth: basic, images: (host: string) => tags(host, 5), requests: 1 + 5 },
    {
      kind: "basic, 5 repositories",
      auth: basic,
      images: (host: string) => repositories(host, 5),
      requests: 1 + 5,
    },
    { kind: "token, one image", auth: token, images: (host: string) => tags(host, 1), requests: 3 },
    { kind: "token, 5 tags", auth: token, images: (host: string) => tags(host, 5), requests: 3 + 4 },
    { kind: "token, 50 tags", auth: token, images: (host: string) => tags(host, 50), requests: 3 + 49 },
    {
      kind: "token, 5 repositories",
      auth: token,
      images: (host: string) => repositories(host, 5),
      requests: 3 + 4 * 2,
    },
  ] as const)("$kind: $requests requests", async ({ auth, images, requests }) => {
    const registry = await start({ auth });
    const asking = client({ keychain: keychainOf([login]) });

    await resolveAll(asking, images(registry.host));

    expect(registry.requests).toHaveLength(requests);
  });

  test("costs nothing for an image that was asked for before", async () => {
    const registry = await start({});
    const asking = client();

    await resolveAll(asking, [
      `${registry.host}/app`,
      `${registry.host}/app:latest`,
      `${registry.host}/app:latest`,
    ]);

    expect(registry.requests).toHaveLength(1);
  });

  test("counts no time that an image waits for its turn against its time limit", async () => {
    const { pass } = stopTime();
    const server = await serve(async (_, response) => {
      await pass(50_000);
      answerIndex(response);
    });
    const limits = { concurrency: 1, timeout: 60_000, retries: 0, deadline: 10_000_000 };
    const registries = [{ prefix: server.host, plainHTTP: true }];

    const digests = await resolveAll(client({ registries, network: limits }), tags(server.host, 20));

    expect(digests).toHaveLength(20);
  });

  test("has Node warn of nothing", async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on("warning", listener);
    const registries = await Promise.all([1, 2, 3, 4].map(() => start({ latency: 5 })));
    const asking = client();

    await resolveAll(
      asking,
      registries.flatMap(({ host }) => tags(host, 20)),
    );
    process.off("warning", listener);

    expect(warnings).toEqual([]);
  });

  test("asks for the token and with it over the connection that the challenge came over", async () => {
    const registry = await start({ auth: token });
    const asking = client({ registries: [{ prefix: "*", plainHTTP: true }] });

    await resolveAll(asking, tags(registry.host, 1));

    expect(registry.requests).toHaveLength(3);
    expect(registry.connections()).toBe(1);
  });

  test("asks for one token a repository and by one HEAD an image, over 8 connections, where there are many", async () => {
    const registry = await start({ auth: token, latency: 1 });
    const asking = client({ registries: [{ prefix: "*", plainHTTP: true }] });

    await resolveAll(asking, repositories(registry.host, 150));

    const asked = registry.requests.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    expect(asked.filter((request) => request === "GET /token")).toHaveLength(150);
    // One more, whose answer was the challenge.
    expect(asked.filter((request) => request.startsWith("HEAD "))).toHaveLength(151);
    expect(asked).toHaveLength(301);
    expect(registry.connections()).toBe(8);
  });

  test("asks again only for what was refused, by a registry that refuses one request in five", async () => {
    let count = 0;
    let refused = 0;
    const registry = await start({
      onRequest(_, response) {
        count += 1;
        if (count % 5 > 0) return false;
        refused += 1;
        response.writeHead(429, { "retry-after": "1" }).end();
        return true;
      },
    });
    const asking = client({ registries: [{ prefix: "*", plainHTTP: true }] });

    await resolveAll(asking, tags(registry.host, 7));

    expect(refused).toBe(1);
    expect(registry.requests).toHaveLength(7 + refused);
  });

  test("keeps at most 8 requests under way at a registry, and 8 connections", async () => {
    const registry = await start({ latency: 5 });
    const asking = client();

    await resolveAll(asking, tags(registry.host, 40));

    expect(registry.maxInFlight()).toBeLessThanOrEqual(8);
    // One more to learn that it speaks no TLS.
    expect(registry.connections()).toBeLessThanOrEqual(9);
  });
});
