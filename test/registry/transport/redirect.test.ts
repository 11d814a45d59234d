import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import { defaultConnection } from "../../../src/registry/transport/endpoint.ts";
import type { Reach } from "../../../src/registry/transport/reach.ts";
import { createFollower, guardAgainst } from "../../../src/registry/transport/redirect.ts";
import type { RetriedRequest } from "../../../src/registry/transport/retry.ts";
import { fakeDns } from "../../support/fake-dns.ts";
import { LOOPBACK_TLS } from "../../support/loopback-tls.mjs";
import {
  answer,
  answerError,
  answerIndex,
  challengeBearer,
  INDEX_DIGEST,
  tokenRegistry,
} from "../../support/manifests.ts";
import { type Quirk, type QuirkServer, serve } from "../../support/quirk-server.ts";
import {
  basicLogin,
  digestOf,
  failOnce,
  keychainOf,
  makeClient,
  resolveOnce,
} from "../../support/registry-client.ts";

const to =
  (location: string, status = 307): Quirk =>
  (_, response) =>
    answer(response, status, { headers: { location } });

const authorizations = ({ requests }: QuirkServer) => requests.map(({ headers }) => headers.authorization);

describe("createFollower", () => {
  test("brings another host nothing that was for the first, and no login of that one's own making", async () => {
    const asked: RetriedRequest[] = [];
    const follow = createFollower(
      async (request) => {
        asked.push(request);
        const location = "https://user:pass@b.example/v2/app/manifests/1";
        const isFirst = asked.length === 1;
        const headers = isFirst ? { location } : {};
        return { status: isFirst ? 307 : 200, headers, body: Buffer.alloc(0), url: request.url, took: 0 };
      },
      { configs: [], reachOf: () => undefined },
    );

    await follow({
      method: "HEAD",
      url: new URL("https://a.example/v2/app/manifests/1"),
      headers: { accept: "*/*", authorization: "Bearer t" },
      connection: { ...defaultConnection, insecureSkipTLSVerify: true },
      isLoggedIn: true,
      bytesMax: 1,
      signal: new AbortController().signal,
    });

    const [, second] = asked;
    expect(second?.url.href).toBe("https://b.example/v2/app/manifests/1");
    expect(second?.headers).toEqual({ accept: "*/*" });
    expect(second?.connection.insecureSkipTLSVerify).toBe(false);
    expect(second).not.toHaveProperty("isLoggedIn");
  });

  test.each([301, 302, 303, 307, 308])("follows %i to another host (registry.k8s.io)", async (status) => {
    const target = await serve((_, response) => answerIndex(response));
    const server = await serve((request, response) =>
      to(`http://${target.host}/v2/k8s/images${request.url.slice(3)}`, status)(request, response),
    );

    expect(await resolveOnce(`${server.host}/pause:3.9`)).toBe(INDEX_DIGEST);
    expect(target.lines).toEqual(["HEAD /v2/k8s/images/pause/manifests/3.9"]);
  });

  test("follows a path of the same host, with the login", async () => {
    const server = await serve((request, response) => {
      if (request.headers.authorization === undefined) {
        answer(response, 401, { headers: { "www-authenticate": "Basic realm=x" } });
      } else if (request.url.startsWith("/v2/old")) to("/v2/new/manifests/v1")(request, response);
      else answerIndex(response);
    });

    expect(await resolveOnce(`${server.host}/old:v1`, { keychain: keychainOf([basicLogin("a", "b")]) })).toBe(
      INDEX_DIGEST,
    );
    expect(server.requests.at(-1)?.headers.authorization).toBe("Basic YTpi");
  });

  test("sends no login to another port of the same host", async () => {
    const target = await serve((_, response) => answerIndex(response));
    const server = await serve((request, response) => {
      if (request.headers.authorization === undefined) {
        answer(response, 401, { headers: { "www-authenticate": "Basic realm=x" } });
      } else to(`http://${target.host}/x`)(request, response);
    });

    await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([basicLogin("a", "b")]) });

    expect(authorizations(server)).toEqual([undefined, "Basic YTpi"]);
    expect(authorizations(target)).toEqual([undefined]);
  });

  test("sends the login again on the way back", async () => {
    let home = "";
    const target = await serve((request, response) =>
      to(`http://${home}/v2/back/manifests/v1`)(request, response),
    );
    const server = await serve((request, response) => {
      if (request.headers.authorization === undefined) {
        answer(response, 401, { headers: { "www-authenticate": "Basic realm=x" } });
      } else if (request.url.startsWith("/v2/app")) to(`http://${target.host}/x`)(request, response);
      else answerIndex(response);
    });
    home = server.host;

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([basicLogin("a", "b")]) })).toBe(
      INDEX_DIGEST,
    );
    expect(authorizations(target)).toEqual([undefined]);
  });

  test("follows five times and no more", async () => {
    const server = await serve((request, response) => {
      const hop = Number(request.url.split("/").at(-1)?.slice(1));
      to(`/v2/app/manifests/v${hop + 1}`)(request, response);
    });

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "redirect" });
    expect(server.lines).toHaveLength(6);
  });

  test.each([
    ["what is no URL", "http://"],
    ["a file", "file:///etc/passwd"],
    ["a metadata service by its address", "http://169.254.169.254/latest/meta-data/"],
    ["a metadata service by its address as a number", "http://2852039166/latest/meta-data/"],
    ["a metadata service in a tunnel's address", "http://[2002:a9fe:a9fe::]/latest/meta-data/"],
    ["a metadata service in a compatible address", "http://[::a9fe:a9fe]/latest/meta-data/"],
    ["a metadata service in a translator's address", "http://[64:ff9b:1::a9fe:a9fe]/latest/meta-data/"],
    ["a metadata service by its name", "http://metadata.google.internal/computeMetadata/v1/"],
    ["a host whose name is longer than any", `http://${"a".repeat(10_000)}.example/`],
  ])("does not follow to %s", async (_, location) => {
    const server = await serve(to(location));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "redirect" });
  });

  test("does not follow to a name that means a metadata service", async () => {
    onTestFinished(fakeDns({ "metadata.example": ["169.254.169.254"] }).restore);
    const server = await serve(to("http://metadata.example/latest/meta-data/"));

    const error = await failOnce(`${server.host}/app:v1`);

    expect(error).toMatchObject({ code: "redirect" });
    expect(error.message).toContain("a redirect to metadata.example was not followed (a link-local address)");
  });

  test("does not follow to another port of its own name where that means a metadata service by then (rebinding)", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1", "169.254.169.254"] }).restore);
    const server = await serve(to("http://registry.example/latest/"));
    const registries = [{ prefix: "registry.example", plainHTTP: true }];

    expect(await failOnce(`registry.example:${server.port}/app:v1`, { registries })).toMatchObject({
      code: "redirect",
    });
  });

  test("does not follow to a name that meant another address when it was asked for itself", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1", "169.254.169.254"] }).restore);
    const target = await serve((_, response) => {
      response.shouldKeepAlive = false;
      answerIndex(response);
    });
    const host = `registry.example:${target.port}`;
    const server = await serve((request, response) => to(`http://${host}${request.url}`)(request, response));
    const client = makeClient({ registries: [{ prefix: host, plainHTTP: true }] });

    const direct = await digestOf(client, parseReference(`${host}/app:v1`));
    const [led] = await Promise.allSettled([digestOf(client, parseReference(`${server.host}/app:v1`))]);
    await client.close();

    expect(direct).toBe(INDEX_DIGEST);
    expect(led).toMatchObject({ reason: { code: "redirect" } });
  });

  test("does not follow from https to http", async () => {
    const target = await serve((_, response) => answerIndex(response));
    const server = await serve(to(`http://${target.host}/v2/app/manifests/v1`), { tls: LOOPBACK_TLS });
    const registries = [{ prefix: server.host, insecureSkipTLSVerify: true }];

    expect(await failOnce(`${server.host}/app:v1`, { registries })).toMatchObject({ code: "redirect" });
    expect(target.lines).toEqual([]);
  });

  test("fetches an anonymous token where the other host wants one, and keeps it there", async () => {
    const target = await serve(tokenRegistry(() => "theirs"));
    const server = await serve((request, response) =>
      to(`http://${target.host}${request.url}`)(request, response),
    );
    const keychain = keychainOf({ [server.host]: [basicLogin("a", "b")] });

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain })).toBe(INDEX_DIGEST);
    expect(authorizations(target)).toEqual([undefined, undefined, "Bearer theirs"]);
    expect(authorizations(server)).toEqual([undefined]);
  });

  test("gives up where the other host wants a login that is not there", async () => {
    const target = await serve((_, response) =>
      answerError(response, 401, "UNAUTHORIZED", { "www-authenticate": "Basic realm=x" }),
    );
    const server = await serve((request, response) =>
      to(`http://${target.host}${request.url}`)(request, response),
    );

    const keychain = keychainOf({ [server.host]: [basicLogin("a", "b")] });
    const error = await failOnce(`${server.host}/app:v1`, { keychain });

    expect(error).toMatchObject({ code: "unauthorized" });
    expect(authorizations(target)).not.toContain("Basic YTpi");
  });

  test("asks by GET where a HEAD is forbidden at its target (signed URLs)", async () => {
    const target = await serve((request, response) =>
      request.method === "HEAD" ? answer(response, 403) : answerIndex(response),
    );
    const server = await serve(to(`http://${target.host}/signed?for=GET`));

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });
});

describe("guardAgainst", () => {
  const nearestOf = (from: string, reach?: Reach) =>
    guardAgainst(new URL("https://other.example/"), new URL(from), { code: "realm", reachOf: () => reach })
      ?.nearest;

  test.each([
    ["https://10.0.0.1/", "private"],
    ["https://localhost/", "loopback"],
    ["https://registry.example/", "public"],
    // An address that looks like a near one lets its host name no nearer one.
    ["https://[2001:db8::a9fe:a9fe]/", "public"],
    ["https://[2002:a9fe:a9fe::1]/", "public"],
    ["https://[64:ff9b::a9fe:a9fe]/", "public"],
  ])("lets %s name what is %s, or farther", (from, nearest) => {
    expect(nearestOf(from)).toBe(nearest);
  });

  test("goes by where a host was reached", () => {
    expect(nearestOf("https://registry.example/", "private")).toBe("private");
  });
});

describe("the realm of a challenge", () => {
  const realm =
    (url: string): Quirk =>
    (_, response) =>
      answer(response, 401, { headers: { "www-authenticate": `Bearer realm="${url}"` } });

  test.each([
    ["a metadata service", "https://169.254.169.254/latest/"],
    ["a metadata service over http", "http://169.254.169.254/latest/"],
    ["a metadata service in IPv6", "https://[fd00:ec2::254]/latest/"],
    ["a metadata service in another notation", "https://0xa9.0xfe.0xa9.0xfe/latest/"],
    ["plain HTTP elsewhere", "http://auth.example/token"],
    ["what is no URL", "http://"],
    ["a file", "file:///etc/passwd"],
    ["a host whose name is longer than any", `https://${"a".repeat(5_000)}.example/`],
  ])("is not asked where it is %s", async (_, url) => {
    const server = await serve(realm(url));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "realm" });
  });

  test("is not asked where its name means a metadata service, also the second time (rebinding)", async () => {
    const names = fakeDns({ "auth.example": ["169.254.169.254", "169.254.169.254", "127.0.0.1"] });
    onTestFinished(names.restore);
    const server = await serve(realm("https://auth.example/token"));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "realm" });
    // What was looked up is what was judged: there is no second look-up to turn around.
    expect(names.lookups).toEqual(["auth.example"]);
  });

  test("is not asked on this machine for a registry behind a proxy", async () => {
    const here = await serve((_, response) => answer(response, 200, { body: '{"token":"t"}' }));
    const proxy = await serve(realm(`http://${here.host}/token`));
    const options = {
      proxies: { httpProxy: `http://${proxy.host}` },
      registries: [
        { prefix: "registry.example", plainHTTP: true },
        { prefix: "127.0.0.1", plainHTTP: true },
      ],
    };

    expect(await failOnce("registry.example/app:v1", options)).toMatchObject({ code: "realm" });
    expect(here.lines).toEqual([]);
  });

  test("is asked by plain HTTP where its host's entry says so", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1"], "auth.example": ["127.0.0.1"] }).restore);
    const auth = await serve((_, response) => answer(response, 200, { body: '{"token":"t"}' }));
    const server = await serve((request, response) =>
      request.headers.authorization === "Bearer t"
        ? answerIndex(response)
        : realm(`http://auth.example:${auth.port}/token`)(request, response),
    );
    const registry = { prefix: "registry.example", plainHTTP: true };
    const image = `registry.example:${server.port}/app:v1`;

    expect(await failOnce(image, { registries: [registry] })).toMatchObject({ code: "realm" });
    expect(auth.lines).toEqual([]);
    const registries = [registry, { prefix: "auth.example", plainHTTP: true }];
    expect(await resolveOnce(image, { registries })).toBe(INDEX_DIGEST);
  });

  test("may be another host, which gets the login of the registry (GitLab)", async () => {
    const auth = await serve((_, response) => answer(response, 200, { body: '{"token":"t"}' }));
    const server = await serve((request, response) =>
      request.headers.authorization === "Bearer t"
        ? answerIndex(response)
        : realm(`http://${auth.host}/jwt/auth`)(request, response),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([basicLogin("a", "b")]) })).toBe(
      INDEX_DIGEST,
    );
    expect(authorizations(auth)).toEqual(["Basic YTpi"]);
  });

  test("is not followed with an identity token in the body", async () => {
    const evil = await serve((_, response) => answer(response, 200, { body: '{"token":"t"}' }));
    const server = await serve((request, response) => {
      if (request.method === "POST") to(`http://${evil.host}/token`)(request, response);
      else if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"t"}' });
      else if (request.headers.authorization === "Bearer t") answerIndex(response);
      else challengeBearer(request, response);
    });
    const credential = { kind: "identity-token", token: "refresh me" } as const;

    expect(
      await resolveOnce(`${server.host}/app:v1`, {
        keychain: keychainOf([{ source: "identity", credential }]),
      }),
    ).toBe(INDEX_DIGEST);
    expect(evil.lines).toEqual([]);
  });

  test("hands the login to no host that it redirects to", async () => {
    const evil = await serve((_, response) => answer(response, 200, { body: '{"token":"t"}' }));
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token")) to(`http://${evil.host}/token`)(request, response);
      else if (request.headers.authorization === "Bearer t") answerIndex(response);
      else challengeBearer(request, response);
    });

    await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([basicLogin("a", "b")]) });

    expect(authorizations(evil)).toEqual([undefined]);
  });
});
