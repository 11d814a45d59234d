import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { CredentialCandidate } from "../../src/credentials/credential.ts";
import { parseReference } from "../../src/image/reference.ts";
import type { RegistryConfig } from "../../src/image/registry-config.ts";
import { defaultConnection } from "../../src/registry/transport/endpoint.ts";
import { guardLogin } from "../../src/registry/transport/login-guard.ts";
import { fakeDns } from "../support/fake-dns.ts";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { answer, answerIndex, INDEX_DIGEST, tokenRegistry } from "../support/manifests.ts";
import { type Quirk, type QuirkServer, type QuirkServerOptions, serve } from "../support/quirk-server.ts";
import {
  basicLogin,
  digestOf,
  failOnce,
  keychainOf,
  makeClient,
  resolveOnce,
} from "../support/registry-client.ts";

beforeEach(() => {
  onTestFinished(fakeDns({ "registry.example": ["127.0.0.1"], "auth.example": ["127.0.0.1"] }).restore);
});

const wantsLogin: Quirk = (request, response) =>
  request.headers.authorization === undefined
    ? answer(response, 401, { headers: { "www-authenticate": "Basic realm=x" } })
    : answerIndex(response);

const isForEveryone: Quirk = (_, response) => answerIndex(response);

const login = basicLogin("ada", "secret");
const sent = ({ requests }: QuirkServer) =>
  requests.flatMap(({ headers }) => headers.authorization ?? []).length;

/** What a package may say so that a login would go where others can read it, with the image to ask for. */
const WAYS = {
  plainHTTP: {
    options: {},
    entry: () => ({ plainHTTP: true }),
  },
  insecureSkipTLSVerify: {
    options: { tls: LOOPBACK_TLS },
    entry: () => ({ insecureSkipTLSVerify: true }),
  },
  "a mirror of the same name": {
    options: {},
    entry: (host: string) => ({ mirrors: [`http://${host}`], only: true }),
  },
} as const satisfies Readonly<
  Record<string, { options: QuirkServerOptions; entry: (host: string) => Partial<RegistryConfig> }>
>;

describe.each(Object.entries(WAYS))("%s from a package", (_, { options, entry }) => {
  async function start(quirk: Quirk, more: Partial<RegistryConfig> = { fromPackage: true }) {
    const server = await serve(quirk, options);
    const host = `registry.example:${server.port}`;
    return { server, image: `${host}/app:v1`, registries: [{ prefix: host, ...entry(host), ...more }] };
  }

  test("sends no login of this machine, and says how to permit it", async () => {
    const { server, image, registries } = await start(wantsLogin);

    const error = await failOnce(image, { registries, keychain: keychainOf([login]) });

    expect(error).toMatchObject({ code: "package-login" });
    expect(error.message).toContain("PIN_DIGESTS_TRUST_PACKAGE=1");
    expect(sent(server)).toBe(0);
  });

  test("sends no identity of the cloud, which is given unasked", async () => {
    const { server, image, registries } = await start(wantsLogin);
    const keychain = keychainOf([], { candidate: login, preferred: true });

    expect(await failOnce(image, { registries, keychain })).toMatchObject({ code: "package-login" });
    expect(sent(server)).toBe(0);
  });

  test("asks anonymously where there is no login", async () => {
    const [open, closed] = [await start(isForEveryone), await start(wantsLogin)];

    expect(await resolveOnce(open.image, { registries: open.registries })).toBe(INDEX_DIGEST);
    expect(await failOnce(closed.image, { registries: closed.registries })).toMatchObject({
      code: "unauthorized",
    });
  });

  test("asks a registry for everyone anonymously, and warns where a login was wanted for less", async () => {
    const all = await start(isForEveryone);
    const scheme = "tls" in options ? "https" : "http";
    const some = await start((request, response) => {
      if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"t"}' });
      else if (request.headers.authorization === "Bearer t") answerIndex(response);
      else {
        const realm = `Bearer realm="${scheme}://${request.headers.host}/token"`;
        answer(response, 401, { headers: { "www-authenticate": realm } });
      }
    });
    const registries = [...all.registries, ...some.registries];
    const client = makeClient({ registries, keychain: keychainOf([login]) });

    for (const { image } of [all, some])
      expect(await digestOf(client, parseReference(image))).toBe(INDEX_DIGEST);
    await client.close();

    expect(some.server.requests.map(({ headers }) => headers.authorization)).not.toContain(
      "Basic YWRhOnNlY3JldA==",
    );
    expect(client.warnings().map(({ message }) => message)).toEqual([
      expect.stringContaining("set PIN_DIGESTS_TRUST_PACKAGE=1"),
    ]);
  });

  test("sends a login that lies in the package itself", async () => {
    const { image, registries } = await start(wantsLogin);
    const own: CredentialCandidate = { ...login, fromPackage: true };

    expect(await resolveOnce(image, { registries, keychain: keychainOf([own]) })).toBe(INDEX_DIGEST);
  });

  test("sends the login where the user says so", async () => {
    const { image, registries } = await start(wantsLogin, { fromPackage: false });

    expect(await resolveOnce(image, { registries, keychain: keychainOf([login]) })).toBe(INDEX_DIGEST);
  });
});

test("an entry of a package for a realm sends it no login of this machine", async () => {
  const auth = await serve((_, response) => answer(response, 200, { body: '{"token":"t"}' }));
  const server = await serve((_, response) =>
    answer(response, 401, {
      headers: { "www-authenticate": `Bearer realm="http://auth.example:${auth.port}/token"` },
    }),
  );
  const registries = [{ prefix: "auth.example", plainHTTP: true, fromPackage: true }];

  const error = await failOnce(`${server.host}/app:v1`, { registries, keychain: keychainOf([login]) });

  expect(error).toMatchObject({ code: "package-login" });
  expect(sent(auth)).toBe(0);
});

test("an entry of a package for loopback sends the login", async () => {
  const server = await serve(
    tokenRegistry(({ headers }, response) => {
      if (headers.authorization !== undefined) return "t";
      answer(response, 401);
      return undefined;
    }),
  );
  const registries = [{ prefix: server.host, plainHTTP: true, fromPackage: true }];

  expect(await resolveOnce(`${server.host}/app:v1`, { registries, keychain: keychainOf([login]) })).toBe(
    INDEX_DIGEST,
  );
});

describe("guardLogin", () => {
  const here = (path: string) => join(import.meta.dirname, path);

  test.each([
    ["https://quay.io/", { fromPackage: true }, "machine", undefined],
    ["http://quay.io/", {}, "machine", "plain-login"],
    ["http://quay.io/", {}, "package", "plain-login"],
    ["http://quay.io/", { plainHTTP: true }, "machine", undefined],
    ["http://quay.io/", { plainHTTP: true, fromPackage: true }, "machine", "package-login"],
    ["http://quay.io/", { plainHTTP: true, fromPackage: true }, "package", undefined],
    ["http://127.0.0.1:5000/", { fromPackage: true }, "machine", undefined],
    ["https://[::1]/", { insecureSkipTLSVerify: true, fromPackage: true }, "machine", undefined],
    ["https://quay.io/", { insecureSkipTLSVerify: true }, "machine", undefined],
    ["https://quay.io/", { insecureSkipTLSVerify: true, fromPackage: true }, "machine", "package-login"],
    ["https://quay.io/", { caFile: "/etc/ssl/acme.pem", fromPackage: true }, "machine", undefined],
    ["https://quay.io/", { caFile: "ca.pem", fromPackage: true }, "machine", "package-login"],
    ["https://quay.io/", { caFile: "../ca.pem", fromPackage: true }, "machine", "package-login"],
    ["https://quay.io/", { caFile: here("ca.pem"), fromPackage: true }, "machine", "package-login"],
    ["https://quay.io/", { caFile: "/proc/self/cwd/ca.pem", fromPackage: true }, "machine", "package-login"],
    ["https://quay.io/", { caFile: "/etc/../dev/fd/0", fromPackage: true }, "machine", "package-login"],
    ["https://quay.io/", { caFile: "ca.pem" }, "machine", undefined],
    ["https://quay.io/", { certFile: "c.pem", keyFile: "k.pem", fromPackage: true }, "machine", undefined],
  ] as const)("of a request to %s by %j for a login of the %s: %s", (url, connection, owner, code) => {
    const guard = () => guardLogin(new URL(url), { ...defaultConnection, ...connection }, owner);

    if (code === undefined) expect(guard).not.toThrow();
    else expect(guard).toThrow(expect.objectContaining({ code }));
  });

  test("takes the files of a container, which works in its root, for the machine's own", () => {
    const before = process.cwd();
    process.chdir("/");
    onTestFinished(() => process.chdir(before));
    const connection = { ...defaultConnection, caFile: "/etc/ssl/acme.pem", fromPackage: true };

    expect(() => guardLogin(new URL("https://quay.io/"), connection, "machine")).not.toThrow();
  });
});
