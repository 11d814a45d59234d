import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import type { RegistryConfig } from "../../src/image/registry-config.ts";
import { fakeDns } from "../support/fake-dns.ts";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { answer, answerIndex, INDEX_DIGEST } from "../support/manifests.ts";
import { type Quirk, serve } from "../support/quirk-server.ts";
import {
  basicLogin,
  digestOf,
  failOnce,
  keychainOf,
  makeClient,
  resolveOnce,
} from "../support/registry-client.ts";

type Entry = Partial<RegistryConfig> & { readonly prefix: string };

let folder = "";
let caFile = "";
let keyFile = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pin-digests-entries-"));
  caFile = join(folder, "ca.pem");
  keyFile = join(folder, "key.pem");
  await writeFile(caFile, LOOPBACK_TLS.cert);
  await writeFile(keyFile, LOOPBACK_TLS.key);
});

afterAll(() => rm(folder, { recursive: true }));

const tls = { tls: LOOPBACK_TLS };
const keychain = keychainOf([basicLogin("a", "b")]);

/** What another host answers, whatever it is asked for. */
const other: Quirk = (request, response) =>
  request.url.startsWith("/token") ? answer(response, 200, { body: '{"token":"t"}' }) : answerIndex(response);

/** The ways in which a registry, or its entry, leads to another host. */
const WAYS = {
  mirror: () => (_, response) => answer(response, 404),
  redirect: (url) => (request, response) =>
    answer(response, 307, { headers: { location: `${url}${request.url}` } }),
  realm: (url) => (request, response) =>
    request.headers.authorization === "Bearer t"
      ? answerIndex(response)
      : answer(response, 401, { headers: { "www-authenticate": `Bearer realm="${url}/token"` } }),
} as const satisfies Readonly<Record<string, (url: string) => Quirk>>;

describe("an entry of registries", () => {
  describe.each(["mirror", "redirect", "realm"] as const)("that leads to another host by a %s", (way) => {
    async function lead(url: string): Promise<{ readonly image: string; readonly home: Entry }> {
      const server = await serve(WAYS[way](url), tls);
      const mirrors = way === "mirror" ? { mirrors: [url], only: true } : {};
      return { image: `${server.host}/app:v1`, home: { prefix: server.host, caFile, ...mirrors } };
    }

    test.each([
      ["insecureSkipTLSVerify", () => ({ insecureSkipTLSVerify: true })],
      ["caFile", () => ({ caFile })],
    ])("does not lend it its %s", async (_, setting) => {
      const there = await serve(other, tls);
      const { image, home } = await lead(`https://${there.host}`);
      const registries = [{ ...home, ...setting() }];

      expect(await failOnce(image, { registries, keychain })).toMatchObject({ code: "wrong-ca" });
      expect(there.lines).toEqual([]);
      const own = [...registries, { prefix: there.host, ...setting() }];
      expect(await resolveOnce(image, { registries: own, keychain })).toBe(INDEX_DIGEST);
    });

    test("does not lend it its certFile and keyFile", async () => {
      const there = await serve(other, {
        tls: { ...LOOPBACK_TLS, ca: LOOPBACK_TLS.cert, requestCert: true },
      });
      const { image, home } = await lead(`https://${there.host}`);
      const pair = { certFile: caFile, keyFile };
      const registries = [
        { ...home, ...pair },
        { prefix: there.host, caFile },
      ];

      expect(await failOnce(image, { registries, network: { retries: 0 } })).toMatchObject({
        code: "unreachable",
      });
      expect(there.lines).toEqual([]);
      const own = [home, { prefix: there.host, caFile, ...pair }];
      expect(await resolveOnce(image, { registries: own })).toBe(INDEX_DIGEST);
    });

    test("does not lead to one that is blocked", async () => {
      const there = await serve(other, tls);
      const { image, home } = await lead(`https://${there.host}`);
      const registries = [home, { prefix: there.host, caFile, blocked: true }];

      expect(await failOnce(image, { registries, keychain })).toMatchObject({ code: "blocked" });
      expect(there.lines).toEqual([]);
      const others = [home, { prefix: there.host, caFile }, { prefix: "*", blocked: true }];
      expect(await resolveOnce(image, { registries: others, keychain })).toBe(INDEX_DIGEST);
    });

    test("goes by what is said of all", async () => {
      const there = await serve(other, tls);
      const { image, home } = await lead(`https://${there.host}`);

      expect(await resolveOnce(image, { registries: [home, { prefix: "*", caFile }] })).toBe(INDEX_DIGEST);
    });
  });

  test("lends its plainHTTP to no mirror, which says for itself by http:// or an entry of its own", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1"], "mirror.example": ["127.0.0.1"] }).restore);
    const there = await serve(other);
    const mirror = `mirror.example:${there.port}`;
    const ask = (url: string, ...more: readonly Entry[]) => ({
      registries: [{ prefix: "registry.example", plainHTTP: true, mirrors: [url], only: true }, ...more],
      keychain,
    });

    expect(await failOnce("registry.example/app:v1", ask(mirror))).toMatchObject({ code: "https-on-http" });
    expect(there.lines).toEqual([]);
    for (const options of [ask(`http://${mirror}`), ask(mirror, { prefix: mirror, plainHTTP: true })]) {
      expect(await resolveOnce("registry.example/app:v1", options)).toBe(INDEX_DIGEST);
    }
  });

  test("for one port lends its plainHTTP to no realm on another port of its host", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1"] }).restore);
    const auth = await serve(other);
    const server = await serve(WAYS.realm(`http://registry.example:${auth.port}`));
    const name = `registry.example:${server.port}`;
    const ask = (prefix: string) => ({ registries: [{ prefix, plainHTTP: true }], keychain });

    expect(await failOnce(`${name}/app:v1`, ask(name))).toMatchObject({ code: "realm" });
    expect(auth.lines).toEqual([]);
    expect(await resolveOnce(`${name}/app:v1`, ask("registry.example"))).toBe(INDEX_DIGEST);
    expect(await resolveOnce(`${name}/app:v1`, ask("registry.example/app"))).toBe(INDEX_DIGEST);
  });

  test("for a part of a host lends its insecureSkipTLSVerify to no other part, though both have one address", async () => {
    const server = await serve((_, response) => answerIndex(response), tls);
    const client = makeClient({
      registries: [{ prefix: `${server.host}/tried`, insecureSkipTLSVerify: true }],
    });
    const ask = (name: string) => digestOf(client, parseReference(`${server.host}/${name}/app:v1`));

    const tried = await ask("tried");
    const [strict] = await Promise.allSettled([ask("strict")]);
    await client.close();

    expect(tried).toBe(INDEX_DIGEST);
    expect(strict).toMatchObject({ reason: { code: "wrong-ca" } });
  });

  test("that blocks all registries keeps from none to which one that is allowed leads", async () => {
    const there = await serve(other);
    const home = await serve(WAYS.redirect(`http://${there.host}`));
    const registries = [{ prefix: home.host }, { prefix: "*", blocked: true }];

    expect(await resolveOnce(`${home.host}/app:v1`, { registries })).toBe(INDEX_DIGEST);
  });

  test("that blocks a part of a host keeps from it those whom the rest of the host sends there", async () => {
    const server = await serve((request, response) =>
      request.url.startsWith("/v2/app/")
        ? answer(response, 307, { headers: { location: "/v2/secret/app/manifests/v1" } })
        : answerIndex(response),
    );
    const registries = [{ prefix: `${server.host}/secret`, blocked: true }];

    expect(await failOnce(`${server.host}/app:v1`, { registries })).toMatchObject({ code: "blocked" });
    expect(server.lines).toEqual(["HEAD /v2/app/manifests/v1"]);
  });

  test("that allows a part of a blocked host asks its realm and follows it within that part", async () => {
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"t"}' });
      else if (request.headers.authorization !== "Bearer t")
        WAYS.realm(`http://${server.host}`)(request, response);
      else if (request.url.startsWith("/v2/acme/old/"))
        answer(response, 307, { headers: { location: "/v2/acme/new/manifests/v1" } });
      else answerIndex(response);
    });
    const registries = [{ prefix: server.host, blocked: true }, { prefix: `${server.host}/acme` }];

    expect(await resolveOnce(`${server.host}/acme/old:v1`, { registries })).toBe(INDEX_DIGEST);
  });

  test("lends a mirror of its own to no mirror", async () => {
    const last = await serve(other);
    const first = await serve((_, response) => answerIndex(response));
    const registries = [
      { prefix: "docker.io", mirrors: [`http://${first.host}`], only: true },
      { prefix: first.host, mirrors: [`http://${last.host}`], only: true },
    ];

    expect(await resolveOnce("nginx:1.27", { registries })).toBe(INDEX_DIGEST);
    expect(last.lines).toEqual([]);
  });
});
