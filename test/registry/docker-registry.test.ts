import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from "../support/docker-registry.ts";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { answer, INDEX, INDEX_DIGEST, INDEX_TYPE } from "../support/manifests.ts";
import { serve } from "../support/quirk-server.ts";
import {
  basicLogin,
  digestOf,
  failOnce,
  keychainOf,
  makeClient,
  resolveOnce,
} from "../support/registry-client.ts";

if (!hasDockerRegistry) console.warn("docker-registry is not installed: its tests are skipped");

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pin-digests-real-"));
  await writeFile(join(folder, "cert.pem"), LOOPBACK_TLS.cert);
  await writeFile(join(folder, "key.pem"), LOOPBACK_TLS.key);
  await writeFile(
    join(folder, "htpasswd"),
    "ada:$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n",
  );
});

afterAll(() => rm(folder, { recursive: true }));

async function start(sections?: Parameters<typeof startDockerRegistry>[0]): Promise<DockerRegistry> {
  const registry = await startDockerRegistry(sections);
  onTestFinished(registry.close);
  return registry;
}

interface Push {
  readonly path: string;
  readonly body: string;
  readonly type?: string;
  readonly authorization?: string;
  readonly secure?: boolean;
}

/** One PUT or POST; answers the Location. */
function send(method: "PUT" | "POST", host: string, push: Push): Promise<string> {
  const { path, body, type = "application/octet-stream", authorization, secure = false } = push;
  const url = new URL(path, `${secure ? "https" : "http"}://${host}`);
  const headers = {
    "content-type": type,
    "content-length": body.length,
    ...(authorization && { authorization }),
  };
  const client = { ...LOOPBACK_TLS, ca: LOOPBACK_TLS.cert };
  return new Promise((resolve, reject) => {
    const request = secure
      ? tlsRequest(url, { method, headers, ...client })
      : plainRequest(url, { method, headers });
    request.once("error", reject).once("response", (response) => {
      response.resume();
      const { statusCode = 0, headers: answered } = response;
      if (statusCode >= 300) reject(new Error(`${method} ${url.href}: ${statusCode}`));
      else resolve(answered.location ?? "");
    });
    request.end(body);
  });
}

function pushIndex(host: string, image: string, rest: Partial<Push> = {}): Promise<string> {
  const [repository, tag] = image.split(":");
  return send("PUT", host, {
    path: `/v2/${repository}/manifests/${tag}`,
    body: INDEX,
    type: INDEX_TYPE,
    ...rest,
  });
}

const base64url = (text: string | Buffer) => Buffer.from(text).toString("base64url");
const es256 = (text: string) =>
  sign("sha256", Buffer.from(text), { key: LOOPBACK_TLS.key, dsaEncoding: "ieee-p1363" }).toString(
    "base64url",
  );

/** https://distribution.github.io/distribution/spec/auth/jwt/ */
function makeToken(repository: string | undefined): string {
  const now = Math.floor(Date.now() / 1_000);
  const der = LOOPBACK_TLS.cert.replace(/-----[A-Z ]+-----|\s/g, "");
  const access =
    repository === undefined ? [] : [{ type: "repository", name: repository, actions: ["pull", "push"] }];
  const claims = {
    iss: "issuer",
    sub: "ada",
    aud: "quirk",
    exp: now + 300,
    nbf: now - 5,
    iat: now,
    jti: "1",
    access,
  };
  const signed = [{ typ: "JWT", alg: "ES256", x5c: [der] }, claims]
    .map((part) => base64url(JSON.stringify(part)))
    .join(".");
  return `${signed}.${es256(signed)}`;
}

describe.skipIf(!hasDockerRegistry)("docker-registry", () => {
  test("without logins", async () => {
    const { host } = await start();
    await pushIndex(host, "library/nginx:1.27");

    expect(await resolveOnce(`${host}/library/nginx:1.27`)).toBe(INDEX_DIGEST);
    expect(await resolveOnce(`${host}/library/nginx:1.27`, { verify: "get" })).toBe(INDEX_DIGEST);
    expect(await failOnce(`${host}/library/nginx:2`)).toMatchObject({ code: "tag-not-found", status: 404 });
    expect(await failOnce(`${host}/absent:1`)).toMatchObject({ code: "tag-not-found", status: 404 });
  });

  test("with htpasswd", async () => {
    const { host } = await start({
      auth: { htpasswd: { realm: "Registry Realm", path: join(folder, "htpasswd") } },
    });
    const ada = basicLogin("ada", "secret");
    await pushIndex(host, "app:v1", {
      authorization: `Basic ${Buffer.from("ada:secret").toString("base64")}`,
    });

    expect(await resolveOnce(`${host}/app:v1`, { keychain: keychainOf([ada]) })).toBe(INDEX_DIGEST);
    const wrong = await failOnce(`${host}/app:v1`, { keychain: keychainOf([basicLogin("ada", "wrong")]) });
    expect(wrong).toMatchObject({ code: "unauthorized", status: 401 });
    expect(wrong.message).toContain("asked with login of ada, then anonymously");
    expect(await failOnce(`${host}/app:v1`)).toMatchObject({ code: "unauthorized" });
  });

  test("with tokens", async () => {
    const realm = await serve(({ url, headers }, response) => {
      const scope = new URL(url, "http://x").searchParams.get("scope") ?? "";
      const repository = /^repository:(.+):pull$/.exec(scope)?.[1];
      const may = headers.authorization !== undefined || repository !== "private";
      answer(response, 200, {
        body: JSON.stringify({ token: makeToken(may ? repository : undefined), expires_in: 300 }),
      });
    });
    const { host } = await start({
      auth: {
        token: {
          realm: `http://${realm.host}/token`,
          service: "quirk",
          issuer: "issuer",
          rootcertbundle: join(folder, "cert.pem"),
        },
      },
    });
    for (const repository of ["public", "private", "other"]) {
      await pushIndex(host, `${repository}:v1`, { authorization: `Bearer ${makeToken(repository)}` });
    }
    const client = makeClient({ keychain: keychainOf([]) });
    onTestFinished(client.close);

    const images = ["public:v1", "other:v1"].map((image) => parseReference(`${host}/${image}`));
    expect(await Promise.all(images.map((image) => digestOf(client, image)))).toEqual([
      INDEX_DIGEST,
      INDEX_DIGEST,
    ]);
    expect(realm.lines).toHaveLength(2);
    expect(await failOnce(`${host}/private:v1`)).toMatchObject({ code: "unauthorized" });
    const keychain = keychainOf([basicLogin("ada", "secret")]);
    expect(await resolveOnce(`${host}/private:v1`, { keychain })).toBe(INDEX_DIGEST);
  });

  test("with TLS", async () => {
    const { host } = await start({
      http: { tls: { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") } },
    });
    await pushIndex(host, "app:v1", { secure: true });

    expect(await resolveOnce(`${host}/app:v1`, { extraCaFiles: [join(folder, "cert.pem")] })).toBe(
      INDEX_DIGEST,
    );
    expect(await failOnce(`${host}/app:v1`)).toMatchObject({ code: "wrong-ca" });
    const plain = { registries: [{ prefix: host, plainHTTP: true }] };
    expect(await failOnce(`${host}/app:v1`, plain)).toMatchObject({ code: "http-on-https", status: 400 });
  });

  test("with TLS and client certificates", async () => {
    const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const { host } = await start({
      http: { tls: { certificate: certFile, key: keyFile, clientcas: [certFile] } },
    });
    await pushIndex(host, "app:v1", { secure: true });

    const registries = [{ prefix: host, caFile: certFile, certFile, keyFile }];
    expect(await resolveOnce(`${host}/app:v1`, { registries })).toBe(INDEX_DIGEST);
    const without = await failOnce(`${host}/app:v1`, { extraCaFiles: [certFile], network: { retries: 0 } });
    expect(without.message).toContain("set certFile and keyFile");
    expect(["tls", "unreachable"]).toContain(without.code);
  });

  test("as a pull-through cache", async () => {
    const upstream = await start();
    await pushIndex(upstream.host, "app:v1");
    const { host } = await start({ proxy: { remoteurl: `http://${upstream.host}` } });

    expect(await resolveOnce(`${host}/app:v1`)).toBe(INDEX_DIGEST);
    expect(await failOnce(`${host}/app:v2`)).toMatchObject({ code: "tag-not-found" });
  });

  test("with an image of schema 1", async () => {
    const { host } = await start({ compatibility: { schema1: { enabled: true } } });
    const blob = `sha256:${createHash("sha256").update("layer").digest("hex")}`;
    const upload = await send("POST", host, { path: "/v2/old/blobs/uploads/", body: "" });
    await send("PUT", host, { path: `${upload}&digest=${blob}`, body: "layer" });
    await send("PUT", host, {
      path: "/v2/old/manifests/v1",
      body: signSchema1({
        schemaVersion: 1,
        name: "old",
        tag: "v1",
        architecture: "amd64",
        fsLayers: [{ blobSum: blob }],
        history: [{ v1Compatibility: '{"id":"1"}' }],
      }),
      type: "application/vnd.docker.distribution.manifest.v1+prettyjws",
    });

    expect(await failOnce(`${host}/old:v1`)).toMatchObject({ code: "schema1" });
  });
});

/** https://distribution.github.io/distribution/spec/deprecated-schema-v1/#signed-manifests */
function signSchema1(manifest: object): string {
  const payload = JSON.stringify(manifest);
  const { crv, kty, x, y } = createPublicKey(createPrivateKey(LOOPBACK_TLS.key)).export({ format: "jwk" });
  const format = {
    formatLength: payload.length - 1,
    formatTail: base64url("}"),
    time: "2020-01-01T00:00:00Z",
  };
  const guarded = base64url(JSON.stringify(format));
  const signature = es256(`${guarded}.${base64url(payload)}`);
  const signatures = [{ header: { jwk: { crv, kty, x, y }, alg: "ES256" }, signature, protected: guarded }];
  return `${payload.slice(0, -1)},"signatures":${JSON.stringify(signatures)}}`;
}
