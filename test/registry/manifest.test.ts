import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import {
  askManifest,
  type Follow,
  type ManifestAnswer,
  type ManifestQuestion,
} from "../../src/registry/manifest.ts";
import { defaultConnection } from "../../src/registry/transport/endpoint.ts";
import { Failure } from "../../src/registry/transport/failure.ts";
import type { HttpHeaders } from "../../src/registry/transport/headers.ts";
import type { RetriedRequest } from "../../src/registry/transport/retry.ts";
import { stopTime } from "../support/clock.ts";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { answer, answerError, answerIndex, INDEX, INDEX_DIGEST, INDEX_TYPE } from "../support/manifests.ts";
import { type Quirk, type QuirkServer, serve } from "../support/quirk-server.ts";
import { digestOf, failOnce, makeClient, resolveOnce } from "../support/registry-client.ts";

const OTHER_DIGEST = `sha256:${"1".repeat(64)}`;

const withHeaders =
  (headers: Record<string, string | string[]>, body: string | Buffer = INDEX): Quirk =>
  (_, response) =>
    answer(response, 200, { headers: { "content-type": INDEX_TYPE, ...headers }, body });

describe("askManifest trusts a HEAD", () => {
  test.each([
    ["with a digest and a type", { "docker-content-digest": INDEX_DIGEST }, INDEX_DIGEST],
    [
      "with a sha512 digest",
      { "docker-content-digest": `sha512:${"a".repeat(128)}` },
      `sha512:${"a".repeat(128)}`,
    ],
    [
      "with parameters in the type",
      { "docker-content-digest": INDEX_DIGEST, "content-type": `${INDEX_TYPE}; charset=utf-8` },
      INDEX_DIGEST,
    ],
    [
      "though a GET would be packed",
      { "docker-content-digest": INDEX_DIGEST, "content-encoding": "gzip" },
      INDEX_DIGEST,
    ],
    [
      "with a type that nobody knows",
      { "docker-content-digest": INDEX_DIGEST, "content-type": "application/vnd.acme+json" },
      INDEX_DIGEST,
    ],
  ])("%s", async (_, headers, digest) => {
    const server = await serve(withHeaders(headers));

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(digest);
    expect(server.lines).toEqual(["HEAD /v2/app/manifests/v1"]);
  });

  test("and sends what registries go by", async () => {
    const server = await serve(withHeaders({ "docker-content-digest": INDEX_DIGEST }));

    await resolveOnce(`${server.host}/app`);

    expect(server.lines).toEqual(["HEAD /v2/app/manifests/latest"]);
    expect(server.requests[0]?.headers).toEqual({
      host: server.host,
      connection: "keep-alive",
      "user-agent": "pin-digests/0.1.0",
      "accept-encoding": "identity",
      accept:
        "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, " +
        "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, */*",
    });
  });
});

describe("askManifest hashes the bytes of a GET", () => {
  test.each([
    ["where no digest is named (Red Hat)", {}],
    ["where the type is text/plain", { "docker-content-digest": INDEX_DIGEST, "content-type": "text/plain" }],
    ["where the digest is named twice", { "docker-content-digest": `${INDEX_DIGEST}, ${INDEX_DIGEST}` }],
  ])("%s", async (_, headers) => {
    const server = await serve((request, response) =>
      request.url.endsWith(INDEX_DIGEST) ? answerIndex(response) : withHeaders(headers)(request, response),
    );

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
    expect(server.lines.slice(0, 2)).toEqual(["HEAD /v2/app/manifests/v1", "GET /v2/app/manifests/v1"]);
  });

  test.each([404, 405, 403, 400, 501, 500])("where HEAD gives %i (Nexus, old registries)", async (status) => {
    const server = await serve((request, response) =>
      request.method === "HEAD" ? answer(response, status) : withHeaders({})(request, response),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { network: { retries: 0 } })).toBe(INDEX_DIGEST);
  });

  test("where verify is get, without a HEAD", async () => {
    const server = await serve(withHeaders({ "docker-content-digest": INDEX_DIGEST }));

    expect(await resolveOnce(`${server.host}/app:v1`, { verify: "get" })).toBe(INDEX_DIGEST);
    expect(server.lines).toEqual(["GET /v2/app/manifests/v1"]);
  });

  test("with the algorithm that the header names", async () => {
    const sha512 = `sha512:${createHash("sha512").update(INDEX).digest("hex")}`;
    const server = await serve(withHeaders({ "docker-content-digest": sha512 }));

    expect(await resolveOnce(`${server.host}/app:v1`, { verify: "get" })).toBe(sha512);
    expect(server.lines).toHaveLength(1);
  });

  test("with the algorithm that is wanted, whatever the header names", async () => {
    const sha512 = `sha512:${createHash("sha512").update(INDEX).digest("hex")}`;
    const server = await serve(withHeaders({ "docker-content-digest": INDEX_DIGEST }));

    expect(await resolveOnce(`${server.host}/app@${sha512}`, { verify: "get" })).toBe(sha512);
  });

  test("unpacked where a cache has packed them", async () => {
    const server = await serve(withHeaders({ "content-encoding": "gzip" }, gzipSync(INDEX)));

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test.each([
    ["another digest", OTHER_DIGEST],
    ["a short digest", "sha256:abc"],
    ["a digest in upper case", INDEX_DIGEST.toUpperCase()],
    ["a digest of another algorithm", `sha384:${"a".repeat(96)}`],
    ["text that would break YAML", `${INDEX_DIGEST}"; x: y`],
  ])("and takes its own digest where the header has %s and the registry knows it", async (_, named) => {
    const server = await serve((request, response) =>
      request.url.endsWith(INDEX_DIGEST)
        ? answerIndex(response)
        : withHeaders({ "docker-content-digest": named })(request, response),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { verify: "get" })).toBe(INDEX_DIGEST);
    expect(server.lines.at(-1)).toBe(`HEAD /v2/app/manifests/${INDEX_DIGEST}`);
  });

  test.each([OTHER_DIGEST, "sha256:abc", "nonsense"])(
    "and refuses where the header has %s and the registry does not know the right one",
    async (named) => {
      const server = await serve((request, response) =>
        request.url.endsWith(INDEX_DIGEST)
          ? answerError(response, 404, "MANIFEST_UNKNOWN")
          : withHeaders({ "docker-content-digest": named })(request, response),
      );

      expect(await failOnce(`${server.host}/app:v1`, { verify: "get" })).toMatchObject({
        code: "bad-digest",
      });
    },
  );

  test("and refuses where the registry says 200 to the right one and names another", async () => {
    const server = await serve(withHeaders({ "docker-content-digest": OTHER_DIGEST }));

    expect(await failOnce(`${server.host}/app:v1`, { verify: "get" })).toMatchObject({ code: "bad-digest" });
  });
});

describe("askManifest takes no digest on trust that the registry contradicts", () => {
  const WRONG = `sha512:${"1".repeat(128)}`;
  const RIGHT = `sha512:${createHash("sha512").update(INDEX).digest("hex")}`;

  function serveByDigest(byDigest: Quirk): Promise<QuirkServer> {
    return serve((request, response) =>
      request.url.includes("sha512:")
        ? byDigest(request, response)
        : withHeaders({ "docker-content-digest": WRONG })(request, response),
    );
  }

  test.each<[string, Quirk]>([
    [
      "a HEAD that says 200 and names none, where the bytes are not there",
      (request, response) =>
        request.method === "HEAD" ? withHeaders({})(request, response) : answer(response, 404),
    ],
    ["other bytes", withHeaders({}, `${INDEX} `)],
    ["the right bytes under the wrong name", withHeaders({ "docker-content-digest": WRONG })],
    ["two names", withHeaders({ "docker-content-digest": [RIGHT, WRONG] })],
    ["a page", withHeaders({ "content-type": "text/html" }, "<html>")],
  ])("by %s", async (_, byDigest) => {
    const server = await serveByDigest(byDigest);

    expect(await failOnce(`${server.host}/app:v1`, { verify: "get" })).toMatchObject({ code: "bad-digest" });
  });

  test.each<[string, Quirk]>([
    ["names it", withHeaders({ "docker-content-digest": RIGHT })],
    ["sends what has it", withHeaders({})],
    [
      "sends what has it, and knows no HEAD",
      (request, response) =>
        request.method === "HEAD" ? answer(response, 405) : withHeaders({})(request, response),
    ],
  ])("but the one that it has, where the registry %s", async (_, byDigest) => {
    const server = await serveByDigest(byDigest);

    expect(await resolveOnce(`${server.host}/app:v1`, { verify: "get" })).toBe(RIGHT);
  });
});

describe("askManifest believes no HEAD whose type is not a manifest's", () => {
  const named = { "docker-content-digest": INDEX_DIGEST };

  test.each([
    [
      "two types, the second a page's",
      { "content-type": [INDEX_TYPE, "text/html"] },
      "<html>",
      "not-a-registry",
    ],
    [
      "two types, the first a page's",
      { "content-type": ["text/html", INDEX_TYPE] },
      "<html>",
      "not-a-registry",
    ],
    ["two pages' types", { "content-type": ["text/html", "text/html"] }, INDEX, "not-a-registry"],
    ["two types in one header", { "content-type": `${INDEX_TYPE}, text/html` }, INDEX, "not-a-registry"],
    ["JSON's type for schema 1", { "content-type": "application/json" }, '{"schemaVersion":1}', "schema1"],
    [
      "no special type for schema 1",
      { "content-type": "application/octet-stream" },
      '{"schemaVersion":1}',
      "schema1",
    ],
  ])("%s", async (_, headers, body, code) => {
    const server = await serve((_, response) =>
      answer(response, 200, { headers: { ...named, ...headers }, body }),
    );

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code });
  });

  test("no type at all for schema 1", async () => {
    const server = await serve((_, response) =>
      answer(response, 200, { headers: named, body: '{"schemaVersion":1}' }),
    );

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "schema1" });
  });

  test.each(["application/json", "application/octet-stream", "text/plain"])(
    "%s, and hashes what is sent",
    async (type) => {
      const server = await serve(withHeaders({ ...named, "content-type": type }));

      expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
      expect(server.lines).toEqual(["HEAD /v2/app/manifests/v1", "GET /v2/app/manifests/v1"]);
    },
  );
});

describe("askManifest asks by GET where a HEAD gets no answer", () => {
  test.each<[string, Quirk]>([
    ["since the connection is closed", (_, response) => response.destroy()],
    ["since it takes for ever", () => {}],
    ["that can be read", (_, response) => response.socket?.end("what is no HTTP at all\r\n\r\n")],
  ])("%s", async (_, head) => {
    const { pass } = stopTime();
    const server = await serve(async (request, response) => {
      if (request.method !== "HEAD") return withHeaders({})(request, response);
      head(request, response);
      // The time for a request, and for the pause behind it.
      await pass(65_000);
    });
    const client = makeClient({ network: { timeout: 60_000, retries: 1 } });
    const ask = (tag: string) => digestOf(client, parseReference(`${server.host}/app:${tag}`));

    expect(await ask("v1")).toBe(INDEX_DIGEST);
    const heads = server.lines.filter((line) => line.startsWith("HEAD")).length;
    expect(await ask("v2")).toBe(INDEX_DIGEST);
    await client.close();

    // Once is enough to learn it of a registry.
    expect(server.lines.slice(heads)).toEqual(["GET /v2/app/manifests/v1", "GET /v2/app/manifests/v2"]);
  });

  test("twice, though there are more tries to be had", async () => {
    // Without pauses.
    vi.spyOn(Math, "random").mockReturnValue(0);
    onTestFinished(() => void vi.restoreAllMocks());
    const server = await serve((_, response) => response.destroy());
    const registries = [{ prefix: server.host, plainHTTP: true }];

    await failOnce(`${server.host}/app:v1`, { registries, network: { retries: 4 } });

    const path = "/v2/app/manifests/v1";
    expect(server.lines.slice(0, 5)).toEqual([
      ...Array.from({ length: 2 }, () => `HEAD ${path}`),
      ...Array.from({ length: 3 }, () => `GET ${path}`),
    ]);
    expect(server.lines.slice(5).filter((line) => line.endsWith(path))).toEqual([]);
  });

  test("where TLS is spoken", async () => {
    const server = await serve(
      (request, response) =>
        request.method === "HEAD" ? response.destroy() : withHeaders({})(request, response),
      { tls: LOOPBACK_TLS },
    );
    const registries = [{ prefix: server.host, insecureSkipTLSVerify: true }];

    expect(await resolveOnce(`${server.host}/app:v1`, { registries, network: { retries: 0 } })).toBe(
      INDEX_DIGEST,
    );
  });

  test("and says why where that gets none either", async () => {
    const server = await serve((_, response) => response.destroy());

    expect(await failOnce(`${server.host}/app:v1`, { network: { retries: 1 } })).toMatchObject({
      code: "unreachable",
    });
  });
});

describe("askManifest asks for one type after the other", () => {
  const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
  const DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json";
  const OLD = { "content-type": "application/vnd.docker.distribution.manifest.v1+prettyjws" };
  const manifest = (type: string) => JSON.stringify({ schemaVersion: 2, mediaType: type });

  /** What a registry answers that has one type, and reads the whole of Accept as one. */
  const readsOne =
    (type: string, otherwise: Quirk): Quirk =>
    (request, response) =>
      request.headers.accept === type
        ? answer(response, 200, { headers: { "content-type": type }, body: manifest(type) })
        : otherwise(request, response);

  test.each([INDEX_TYPE, DOCKER_LIST, DOCKER_IMAGE])(
    "of a registry that has %s, or else schema 1",
    async (type) => {
      const server = await serve(readsOne(type, withHeaders(OLD, '{"schemaVersion":1}')));

      expect(await resolveOnce(`${server.host}/app:v1`)).toBe(
        `sha256:${createHash("sha256").update(manifest(type)).digest("hex")}`,
      );
    },
  );

  test.each([406, 415])("of a registry that answers %i to several", async (status) => {
    const server = await serve(readsOne(DOCKER_IMAGE, (_, response) => answer(response, status)));

    expect(await resolveOnce(`${server.host}/app:v1`)).toMatch(/^sha256:/);
  });

  test("and says that there is schema 1 where there is no other", async () => {
    const server = await serve(withHeaders(OLD, '{"schemaVersion":1}'));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "schema1" });
    expect(server.requests.map(({ headers }) => headers.accept)).toContain(DOCKER_IMAGE);
  });

  test("but not for a tag that is missing", async () => {
    const server = await serve((_, response) => answerError(response, 404, "MANIFEST_UNKNOWN"));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "tag-not-found" });
    expect(server.lines).toHaveLength(2);
  });
});

describe("askManifest shows of a refusal", () => {
  const words = '{"errors":[{"code":"DENIED","message":"ask ada"}]}';
  const refuse = async (headers: Record<string, string | string[]>, body: Buffer) => {
    const server = await serve((_, response) => answer(response, 403, { headers, body }));
    return (await failOnce(`${server.host}/app:v1`)).message;
  };

  test.each<[string, string | string[], Buffer]>([
    ["gzip", "gzip", gzipSync(words)],
    ["brotli", "br", brotliCompressSync(words)],
    ["one packing in another", "br, gzip", gzipSync(brotliCompressSync(words))],
    ["one packing in another, told by two headers", ["br", "gzip"], gzipSync(brotliCompressSync(words))],
  ])("the words in %s", async (_, encoding, body) => {
    expect(await refuse({ "content-encoding": encoding }, body)).toContain('HTTP 403 ("DENIED: ask ada")');
  });

  test.each<[string, Record<string, string>, Buffer]>([
    ["an unknown packing", { "content-encoding": "zstd" }, Buffer.from("zstd")],
    ["a broken packing", { "content-encoding": "gzip" }, Buffer.from("no gzip")],
    [
      "a packing that unfolds to more than a refusal has",
      { "content-encoding": "gzip" },
      gzipSync("x".repeat(1_000_000)),
    ],
    ["a packing that is not named", {}, gzipSync(words)],
    ["bytes that are no text", { "content-type": "image/png" }, Buffer.from([0x89, 0x50, 0x4e, 0x47])],
  ])("nothing in %s", async (_, headers, body) => {
    expect(await refuse(headers, body)).toContain("answered HTTP 403, asked anonymously");
  });
});

describe("askManifest confirms a digest", () => {
  test("that the registry has", async () => {
    const server = await serve((_, response) => answerIndex(response));

    expect(await resolveOnce(`${server.host}/app@${INDEX_DIGEST}`)).toBe(INDEX_DIGEST);
    expect(server.lines).toEqual([`HEAD /v2/app/manifests/${INDEX_DIGEST}`]);
  });

  test("and refuses where it gets another", async () => {
    const server = await serve((_, response) => answerIndex(response));

    expect(await failOnce(`${server.host}/app@${OTHER_DIGEST}`)).toMatchObject({ code: "bad-digest" });
  });
});

describe("askManifest refuses", () => {
  const SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

  test.each([
    [
      "schema 1 by its type",
      { "content-type": SCHEMA_1, "docker-content-digest": INDEX_DIGEST },
      '{"schemaVersion":1}',
      "schema1",
    ],
    [
      "schema 1 by its body (Red Hat's text/plain)",
      { "content-type": "text/plain", "docker-content-digest": INDEX_DIGEST },
      '{"schemaVersion":1}',
      "schema1",
    ],
    [
      "a page, digest or not (a captive portal)",
      { "content-type": "text/html", "docker-content-digest": INDEX_DIGEST },
      "<html>Log in</html>",
      "not-a-registry",
    ],
    ["a page that holds a manifest", { "content-type": "text/html; charset=utf-8" }, INDEX, "not-a-registry"],
    [
      "JSON that is no manifest",
      { "content-type": "application/json" },
      '{"message":"welcome"}',
      "not-a-registry",
    ],
    ["JSON null", { "content-type": "application/json" }, "null", "not-a-registry"],
    ["an empty body", { "content-type": "application/json" }, "", "not-a-registry"],
    ["an unknown packing", { "content-encoding": "zstd" }, INDEX, "not-a-registry"],
    ["a broken packing", { "content-encoding": "gzip" }, INDEX, "not-a-registry"],
    ["a body that is too large", {}, `{"schemaVersion":2,"x":"${"x".repeat(9_000_000)}"}`, "too-large"],
  ])("%s", async (_, headers, body, code) => {
    const server = await serve(withHeaders(headers, body));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code, registry: server.host });
  });

  test("a body that is far too large, without reading all of it", async () => {
    let wasReadToItsEnd: boolean | undefined;
    const server = await serve((request, response) => {
      response.writeHead(200, { "content-type": INDEX_TYPE });
      if (request.method === "HEAD") {
        response.end();
        return;
      }
      response.on("close", () => {
        wasReadToItsEnd = response.writableFinished;
      });
      const megabyte = Buffer.alloc(1_048_576, " ");
      Readable.from(Array.from({ length: 64 }, () => megabyte)).pipe(response);
    });

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "too-large" });
    await expect.poll(() => wasReadToItsEnd).toBeDefined();
    expect(wasReadToItsEnd).toBe(false);
  });

  test("a few bytes that unpack to many", async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1_048_576, " "));
    const server = await serve(withHeaders({ "content-encoding": "gzip" }, bomb));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "too-large" });
  });

  test("headers without end", async () => {
    const server = await serve(withHeaders({ "x-long": "x".repeat(40_000) }));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "not-a-registry" });
  });

  test.each([
    [403, "DENIED", "forbidden"],
    [404, "MANIFEST_UNKNOWN", "tag-not-found"],
    [404, "NAME_UNKNOWN", "repository-not-found"],
    [400, "MANIFEST_INVALID", "server"],
    [503, "UNAVAILABLE", "server"],
    [451, "DENIED", "server"],
  ])("HTTP %i %s as %s", async (status, code, expected) => {
    const server = await serve((_, response) => answerError(response, status, code));

    const error = await failOnce(`${server.host}/app:v1`, { network: { retries: 0 } });

    expect(error).toMatchObject({ code: expected, status, registry: server.host });
    expect(error.message).toContain(`HTTP ${status} ("${code}: `);
  });

  test("HTTP 304, which leads nowhere", async () => {
    const server = await serve((_, response) => answer(response, 304));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "not-a-registry", status: 304 });
  });

  test("HTTP 401 as unauthorized", async () => {
    const server = await serve((_, response) => answerError(response, 401, "UNAUTHORIZED"));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "unauthorized", status: 401 });
  });

  test("a 404 that is a page", async () => {
    const server = await serve((_, response) =>
      answer(response, 404, { headers: { "content-type": "text/html" }, body: "<h1>Not here</h1>" }),
    );

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "not-a-registry", status: 404 });
  });

  test("a server's words that are long, or would move the cursor", async () => {
    const server = await serve((_, response) =>
      answer(response, 403, {
        headers: { "content-type": "text/plain" },
        body: `\u001b[2Jno\r\n\u202e${"x".repeat(1_000)}`,
      }),
    );

    const { message } = await failOnce(`${server.host}/app:v1`);

    expect(message).toMatch(/"\[2Jno x+…"/);
    expect(message).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(message.length).toBeLessThan(700);
  });

  test("a repository that is a path to elsewhere", async () => {
    const server = await serve((_, response) => answerIndex(response));
    const evil = { text: "evil", name: "evil", registry: server.host, tag: "v1" };

    const client = makeClient();
    const refused = ["a/../../b", "a/%2e%2e/b", "a\r\nb", "a?b", "a#b", "a\\b"].map((repository) =>
      digestOf(client, { ...evil, repository }),
    );

    for (const one of refused) await expect(one).rejects.toMatchObject({ code: "address" });
    await client.close();
    expect(server.lines).toEqual([]);
  });
});

test("askManifest takes the word of a registry that its answer is schema 1, whatever is in it", async () => {
  const old = { "content-type": "application/vnd.docker.distribution.manifest.v1+prettyjws" };

  const { answer: refusal } = await ask(
    Array.from({ length: 5 }, () => ({ status: 200, headers: old })),
    {
      verify: "get",
    },
  );

  expect(refusal).toMatchObject({ kind: "refused", failure: { code: "schema1" } });
});

describe("askManifest does not take what a registry names otherwise", () => {
  const named = (digest: string | undefined) => ({ "docker-content-digest": digest });

  test.each([
    [
      "a HEAD by digest",
      [
        { status: 200, headers: named(OTHER_DIGEST) },
        { status: 200, headers: named(undefined) },
      ],
    ],
    ["a GET by digest", [{ status: 405 }, { status: 200, headers: named(OTHER_DIGEST) }]],
    ["a GET by digest without success", [{ status: 405 }, { status: 404, headers: named(undefined) }]],
  ])("by %s", async (_, answers) => {
    const asked = ask([{ status: 200, headers: named(OTHER_DIGEST) }, ...answers], { verify: "get" });

    await expect(asked).rejects.toMatchObject({ code: "bad-digest" });
  });

  test("and says so where the limit of pulls is what it can't be asked for", async () => {
    const limit = { status: 429, headers: { "ratelimit-remaining": "0;w=21600" } };
    const asked = ask([{ status: 200, headers: named(OTHER_DIGEST) }, { status: 405 }, limit], {
      verify: "get",
    });

    await expect(asked).rejects.toMatchObject({ code: "pull-limit" });
  });
});

describe("askManifest knows the page of a list that follows", () => {
  const here = "/v2/app/referrers/v1";

  test.each([
    ["of the same list", `<${here}?n=2>; rel="next"`, "?n=2"],
    ["by its whole address", `<https://r.example${here}?n=2>; rel=next`, "?n=2"],
    ["but none of another list", `</v2/app/referrers/v2?n=2>; rel="next"`, undefined],
    ["but none of another host", `<https://elsewhere.example${here}?n=2>; rel="next"`, undefined],
    ["but none that can't be read", '<https://[r.example/?n=2>; rel="next"', undefined],
    ["but not the first one again", `<${here}>; rel="next"`, undefined],
    ["but none that comes before", `<${here}?n=1>; rel="prev"`, undefined],
  ])("%s", async (_, link, next) => {
    const { answer: page } = await ask([{ status: 200, headers: { link } }], {
      part: "referrers",
      verify: "get",
    });

    expect(page).toMatchObject({ kind: "digest", next });
  });
});

describe("askManifest asks its sender", () => {
  test("for all tries where a connection can't be made, and for two where it gives no answer", async () => {
    const { asked } = await ask([{ status: 200 }]);

    const givesUp = (failure: Failure) => [0, 1, 2].map((attempt) => asked[0]?.givesUpOn?.(failure, attempt));
    expect(givesUp(new Failure("dns", { host: "r.example" }))).toEqual([false, false, false]);
    expect(givesUp(new Failure("timeout", { host: "r.example" }))).toEqual([false, true, true]);
  });

  test("for no more tries of a GET where those of a HEAD were refused to the end", async () => {
    const soon = { status: 429, headers: { "retry-after": "1" } };

    const { asked } = await ask([soon, soon]);

    expect(asked.map(({ method, retries }) => [method, retries])).toEqual([
      ["HEAD", undefined],
      ["GET", 0],
    ]);
  });

  test("to bring a pull limit at once, which no pause ends", async () => {
    const limitOfPulls = async () => undefined;
    const { asked } = await ask([{ status: 429, headers: { "retry-after": "30" } }, { status: 404 }], {
      limitOfPulls,
    });

    const headers = { "ratelimit-remaining": "0;w=21600", "retry-after": "1" };
    const url = new URL("https://r.example");
    const limit = { status: 429, headers, body: Buffer.alloc(0), url, took: 1 };
    expect(asked.map(({ method, accepts }) => [method, accepts?.(limit)])).toEqual([
      ["HEAD", true],
      ["HEAD", true],
      ["GET", true],
    ]);
  });

  test("once and ahead of all others what limit it is that it does not name", async () => {
    const refused = { status: 429, headers: { "retry-after": "30" } };
    const limits: unknown[] = [];
    const limitOfPulls = async (_: string, ask: () => Promise<Failure | undefined>) => {
      limits.push(await ask());
      return undefined;
    };

    const { asked } = await ask([refused, refused, { status: 404 }], { limitOfPulls });
    await ask([refused, new Failure("timeout", { host: "r.example" }), { status: 404 }], { limitOfPulls });

    expect(asked.slice(0, 3).map(({ method, retries, urgent }) => [method, retries, urgent])).toEqual([
      ["HEAD", undefined, undefined],
      ["GET", 0, true],
      ["HEAD", undefined, undefined],
    ]);
    // It was none of pulls, or nothing is known of it.
    expect(limits).toEqual([undefined, undefined]);
  });

  test("nothing more where a GET says that the limit of pulls is reached", async () => {
    const limit = { status: 429, headers: { "ratelimit-remaining": "0;w=21600" } };

    await expect(ask([limit], { verify: "get" })).rejects.toMatchObject({ code: "pull-limit" });
  });

  test("as somebody who is logged in", async () => {
    const { asked } = await ask([{ status: 404 }, { status: 404 }], {
      authorization: "Basic eDp5",
      isLoggedIn: true,
    });

    expect(asked.map(({ isLoggedIn }) => isLoggedIn)).toEqual([true, true]);
  });

  test("for one type alone only where it is an image that is refused", async () => {
    const answers = Array.from({ length: 10 }, () => ({ status: 406 }));

    expect((await ask(answers)).asked).toHaveLength(answers.length);
    expect((await ask(answers, { part: "referrers", verify: "get" })).asked).toHaveLength(1);
  });
});

/** Asks for a manifest of a sender that has these answers. Returns what came of it, and what the sender was asked for. */
async function ask(
  answers: readonly ({ readonly status: number; readonly headers?: HttpHeaders } | Failure)[],
  more: Partial<ManifestQuestion> = {},
): Promise<{ readonly answer: ManifestAnswer; readonly asked: readonly RetriedRequest[] }> {
  const asked: RetriedRequest[] = [];
  const follow: Follow = async (request) => {
    const said = answers[asked.length] ?? { status: 500 };
    asked.push(request);
    if (said instanceof Failure) throw said;
    const { status, headers } = said;
    const usual = { "content-type": INDEX_TYPE, "docker-content-digest": INDEX_DIGEST };
    return { status, headers: { ...usual, ...headers }, body: Buffer.from(INDEX), url: request.url, took: 1 };
  };
  const question = {
    base: new URL("https://r.example"),
    connection: defaultConnection,
    repository: "app",
    reference: "v1",
    verify: "header",
    signal: new AbortController().signal,
  } as const;
  return { answer: await askManifest({ ...question, ...more }, follow), asked };
}
