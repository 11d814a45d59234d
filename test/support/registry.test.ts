import { createHash } from "node:crypto";
import { get } from "node:https";
import { afterEach, describe, expect, test } from "vitest";
import { LOOPBACK_TLS } from "./loopback-tls.mjs";
import { startRegistry } from "./registry.mjs";

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

type Registry = Awaited<ReturnType<typeof startRegistry>>;

const started: Registry[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((registry) => registry.close()));
});

describe("startRegistry", () => {
  test("serves the bytes that it names by digest", async () => {
    const registry = await start({ images: { "library/nginx:1.27": {} } });

    const byTag = await ask(registry, "library/nginx", "1.27");
    const digest = byTag.headers.get("docker-content-digest") ?? "";
    const byDigest = await ask(registry, "library/nginx", digest);

    const body = await byTag.text();
    expect(byTag.status).toBe(200);
    expect(byTag.headers.get("content-type")).toBe(INDEX);
    expect(digest).toBe(`sha256:${createHash("sha256").update(body).digest("hex")}`);
    expect(digest).toBe(registry.digestOf("library/nginx", "1.27"));
    expect(await byDigest.text()).toBe(body);
  });

  test("serves an index of two platforms and the manifest of each", async () => {
    const registry = await start({ images: { "library/nginx:1.27": {} } });

    const index = JSON.parse(await (await ask(registry, "library/nginx", "1.27")).text());
    const child = await ask(registry, "library/nginx", index.manifests[1].digest);

    expect(index.manifests).toMatchObject([
      { platform: { architecture: "amd64" } },
      { platform: { architecture: "arm64" } },
    ]);
    expect(await child.json()).toMatchObject({ mediaType: MANIFEST });
  });

  test("answers HEAD with the headers alone", async () => {
    const registry = await start({ images: { "a:1": {} } });

    const response = await ask(registry, "a", "1", { method: "HEAD" });

    expect(response.headers.get("docker-content-digest")).toBe(registry.digestOf("a", "1"));
    expect(await response.text()).toBe("");
  });

  test("means the same by a name in every registry, and something else by another name", async () => {
    const [one, other] = await Promise.all([start({ any: true }), start({ any: true })]);

    const digests = ["b:1", "b:2", "c:1"]
      .map((image) => image.split(":"))
      .map(([name = "", tag = ""]) => one.digestOf(name, tag));

    expect(new Set(digests).size).toBe(3);
    expect(other.digestOf("b", "1")).toBe(digests[0]);
  });

  test("has every tag where it has any", async () => {
    const registry = await start({ any: true });

    const response = await ask(registry, "team/app", "v1", { method: "HEAD" });

    expect(response.headers.get("docker-content-digest")).toBe(registry.digestOf("team/app", "v1"));
  });

  test("keeps what was pushed as it is", async () => {
    const registry = await start();
    const digest = registry.push("a", "1", { manifest: "{}", mediaType: "text/html" });

    const response = await ask(registry, "a", "1");

    expect(digest).toBe("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    expect(response.headers.get("content-type")).toBe("text/html");
    expect(await response.text()).toBe("{}");
  });

  test("makes a tag mean something else and keeps what it meant", async () => {
    const registry = await start({ images: { "a:1": {} } });
    const before = registry.digestOf("a", "1");

    const after = registry.move("a", "1");

    expect(after).not.toBe(before);
    expect(registry.digestOf("a", "1")).toBe(after);
    expect((await ask(registry, "a", before)).status).toBe(200);
  });

  test.each([
    ["a tag that is not there", "/v2/a/manifests/2", "GET", 404],
    ["a repository that is not there", "/v2/b/manifests/1", "GET", 404],
    ["another path", "/v1/a", "GET", 404],
    ["another method", "/v2/a/manifests/1", "DELETE", 405],
  ])("refuses %s", async (_, path, method, status) => {
    const registry = await start({ images: { "a:1": {} } });

    const response = await fetch(registry.url + path, { method });

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ code: expect.any(String) }] });
  });

  test("hides an index from who does not name its media type", async () => {
    const registry = await start({ images: { "a:1": {} } });

    expect((await ask(registry, "a", "1", { headers: { accept: `${MANIFEST}, */*` } })).status).toBe(404);
  });

  test("counts requests, connections and those under way at once", async () => {
    let answer: () => void;
    const allAreThere = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let arrived = 0;
    const registry = await start({
      any: true,
      onRequest: async () => {
        arrived += 1;
        if (arrived === 3) answer();
        await allAreThere;
        return false;
      },
    });

    await Promise.all(["1", "2", "3"].map((tag) => ask(registry, "a", tag, { headers: { "x-test": tag } })));

    expect(registry.maxInFlight()).toBe(3);
    expect(registry.connections()).toBe(3);
    expect(registry.requests.map(({ method, path }) => `${method} ${path}`).sort()).toStrictEqual([
      "GET /v2/a/manifests/1",
      "GET /v2/a/manifests/2",
      "GET /v2/a/manifests/3",
    ]);
    expect(registry.requests.map(({ headers }) => headers["x-test"]).sort()).toStrictEqual(["1", "2", "3"]);
  });

  test("lets a test answer in its place", async () => {
    const registry = await start({
      any: true,
      onRequest: ({ url }, response) => {
        if (url?.endsWith("/odd") !== true) return false;
        response.writeHead(418).end();
        return true;
      },
    });

    expect((await ask(registry, "a", "odd")).status).toBe(418);
    expect((await ask(registry, "a", "even")).status).toBe(200);
  });

  test("breaks what is under way when it closes", async () => {
    const registry = await start({ onRequest: () => true });

    const response = ask(registry, "a", "1");
    const broken = expect(response).rejects.toThrow("fetch failed");
    while (registry.requests.length === 0) await new Promise(setImmediate);
    await registry.close();

    await broken;
  });

  test("speaks TLS with the certificate given", async () => {
    const registry = await start({ any: true, tls: LOOPBACK_TLS });

    const status = await new Promise((resolve, reject) => {
      const headers = { accept: INDEX };
      get(`${registry.url}/v2/a/manifests/1`, { ca: LOOPBACK_TLS.cert, headers }, (response) => {
        resolve(response.resume().statusCode);
      }).once("error", reject);
    });

    expect(registry.url).toMatch(/^https:/);
    expect(status).toBe(200);
  });
});

describe("a registry with basic authentication", () => {
  test("wants the login", async () => {
    const registry = await start({ any: true, auth: { basic: { username: "ada", password: "s3cret" } } });

    const without = await ask(registry, "a", "1");
    const wrong = await ask(registry, "a", "1", {
      headers: { accept: INDEX, authorization: basic("ada", "x") },
    });
    const right = await ask(registry, "a", "1", {
      headers: { accept: INDEX, authorization: basic("ada", "s3cret") },
    });

    expect(without.headers.get("www-authenticate")).toBe('Basic realm="Registry Realm"');
    expect([without.status, wrong.status, right.status]).toStrictEqual([401, 401, 200]);
  });
});

describe("a registry with bearer tokens", () => {
  test("sends who has none to its token endpoint", async () => {
    const registry = await start({ any: true, auth: { bearer: {} } });

    const response = await ask(registry, "team/app", "1");

    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="${registry.url}/token",service="registry.test",scope="repository:team/app:pull"`,
    );
  });

  test("takes a token for the repository in its scope alone", async () => {
    const registry = await start({ any: true, auth: { bearer: { expiresIn: 90 } } });

    const answer = JSON.parse(await (await askToken(registry, "repository:a:pull")).text());

    expect(answer).toStrictEqual({ token: "token-1", expires_in: 90 });
    expect((await askWith(registry, "a", answer.token)).status).toBe(200);
    expect((await askWith(registry, "b", answer.token)).headers.get("www-authenticate")).toContain(
      'error="insufficient_scope"',
    );
    expect((await askWith(registry, "a", "forged")).headers.get("www-authenticate")).toContain(
      'error="invalid_token"',
    );
  });

  test.each([
    ["has expired", { expiresIn: 0 }, () => {}],
    ["was revoked", {}, (registry: Registry) => registry.revokeTokens()],
  ] as const)("refuses a token that %s", async (_, bearer, spoil) => {
    const registry = await start({ any: true, auth: { bearer } });
    const { token } = JSON.parse(await (await askToken(registry, "repository:a:pull")).text());

    spoil(registry);

    expect((await askWith(registry, "a", token)).status).toBe(401);
  });

  test("gives a token only for the login", async () => {
    const registry = await start({ any: true, auth: { bearer: { username: "ada", password: "s3cret" } } });

    const without = await askToken(registry, "repository:a:pull");
    const right = await askToken(registry, "repository:a:pull", { authorization: basic("ada", "s3cret") });

    expect([without.status, right.status]).toStrictEqual([401, 200]);
  });

  test("gives no token for another service", async () => {
    const registry = await start({ auth: { bearer: { service: "one" } } });

    expect((await fetch(`${registry.url}/token?service=two`)).status).toBe(400);
  });
});

async function start(options?: Parameters<typeof startRegistry>[0]): Promise<Registry> {
  const registry = await startRegistry(options);
  started.push(registry);
  return registry;
}

function ask(
  registry: Registry,
  repository: string,
  reference: string,
  init?: RequestInit,
): Promise<Response> {
  const url = `${registry.url}/v2/${repository}/manifests/${reference}`;
  return fetch(url, { headers: { accept: `${INDEX}, ${MANIFEST}` }, ...init });
}

function askWith(registry: Registry, repository: string, token: string): Promise<Response> {
  return ask(registry, repository, "1", { headers: { accept: INDEX, authorization: `Bearer ${token}` } });
}

function askToken(
  registry: Registry,
  scope: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${registry.url}/token?service=registry.test&scope=${scope}`, { headers });
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
