import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import { defaultConnection, endpointOf } from "../../../src/registry/transport/endpoint.ts";
import { createTlsSetups } from "../../../src/registry/transport/tls.ts";
import { fakeDns } from "../../support/fake-dns.ts";
import { LOOPBACK_TLS } from "../../support/loopback-tls.mjs";
import { answer, answerIndex, INDEX_DIGEST } from "../../support/manifests.ts";
import { type QuirkServer, type QuirkServerOptions, serve } from "../../support/quirk-server.ts";
import { digestOf, failOnce, makeClient, resolveOnce } from "../../support/registry-client.ts";

const fronts: Server[] = [];
let folder = "";
let caFile = "";
let keyFile = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pin-digests-tls-"));
  caFile = join(folder, "ca.pem");
  keyFile = join(folder, "key.pem");
  await writeFile(caFile, LOOPBACK_TLS.cert);
  await writeFile(keyFile, LOOPBACK_TLS.key);
});

afterAll(() => rm(folder, { recursive: true }));

afterEach(() => {
  for (const front of fronts.splice(0)) front.close();
});

const serveTls = (tls: QuirkServerOptions["tls"] = LOOPBACK_TLS): Promise<QuirkServer> =>
  serve((_, response) => answerIndex(response), { tls });

const mutual = { ...LOOPBACK_TLS, ca: LOOPBACK_TLS.cert, requestCert: true };

/** What speaks TLS is handed on to a port; what does not is told so. */
async function startFront(port: number, words: string): Promise<{ readonly port: number }> {
  const front = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (first) => {
      if (first[0] !== TLS_HANDSHAKE) {
        socket.end(words, "latin1");
        return;
      }
      const onward = connect(port, "127.0.0.1");
      onward.on("error", () => socket.destroy());
      onward.write(first);
      socket.pipe(onward).pipe(socket);
    });
  });
  fronts.push(front);
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  // The cast is the server's own promise: it listens on a port.
  return { port: (front.address() as AddressInfo).port };
}

const TLS_HANDSHAKE = 0x16;

async function certsFolder(host: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(folder, "certs.d-"));
  await mkdir(join(root, host));
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, host, name), text);
  return root;
}

describe("createTlsSetups", () => {
  test("knows no authority but the system's", async () => {
    const server = await serveTls();

    const error = await failOnce(`${server.host}/app:v1`);

    expect(error).toMatchObject({ code: "wrong-ca" });
    expect(error.message).toContain("set caFile for this registry");
    expect(server.lines).toEqual([]);
  });

  test("adds the authority of an entry", async () => {
    const server = await serveTls();

    expect(
      await resolveOnce(`${server.host}/app:v1`, { registries: [{ prefix: server.host, caFile }] }),
    ).toBe(INDEX_DIGEST);
  });

  test("adds the authorities of the environment", async () => {
    const server = await serveTls();

    expect(await resolveOnce(`${server.host}/app:v1`, { extraCaFiles: [caFile] })).toBe(INDEX_DIGEST);
  });

  test("adds the authorities of certs.d, by host and port", async () => {
    const server = await serveTls();
    const certsDirectories = [
      "/nonexistent",
      await certsFolder(server.host, { "ca.crt": LOOPBACK_TLS.cert }),
    ];

    expect(await resolveOnce(`${server.host}/app:v1`, { certsDirectories })).toBe(INDEX_DIGEST);
  });

  test("takes no authority of another host's folder", async () => {
    const server = await serveTls();
    const certsDirectories = [await certsFolder("127.0.0.1", { "ca.crt": LOOPBACK_TLS.cert })];

    expect(await failOnce(`${server.host}/app:v1`, { certsDirectories })).toMatchObject({ code: "wrong-ca" });
  });

  test("keeps the system's authorities beside others", async () => {
    // The system's are Mozilla's; none of their servers can be had here, so their number has to do.
    const tls = await import("node:tls");
    const contexts: (readonly unknown[])[] = [];
    const real = tls.default.createSecureContext;
    const { syncBuiltinESMExports } = await import("node:module");
    tls.default.createSecureContext = (options) => {
      contexts.push([options?.ca].flat());
      return real(options);
    };
    syncBuiltinESMExports();
    onTestFinished(() => {
      tls.default.createSecureContext = real;
      syncBuiltinESMExports();
    });
    const setupFor = createTlsSetups({ extraCaFiles: [caFile], certsDirectories: [], warn: () => {} });
    const connection = {
      caFile: "",
      certFile: "",
      keyFile: "",
      insecureSkipTLSVerify: false,
      plainHTTP: false,
      fromPackage: false,
      concurrency: undefined,
    };

    const [one, other] = await Promise.all([
      setupFor({ ...connection, certificateNames: ["a"] }),
      setupFor({ ...connection, certificateNames: ["b"] }),
    ]);

    const all = await Promise.all([one.withSystem?.(), other.withSystem?.()]);

    // The system's take longer to read than all that is asked for, so they are read where the others are not enough.
    expect(contexts).toHaveLength(2);
    expect(contexts[0]).toEqual([LOOPBACK_TLS.cert]);
    expect(contexts[1]).toEqual(expect.arrayContaining([...tls.rootCertificates, LOOPBACK_TLS.cert]));
    expect(one.options.secureContext).toBe(other.options.secureContext);
    expect(all[0]?.secureContext).toBe(all[1]?.secureContext);
  });

  test.each([
    ["no PEM", "holds no PEM"],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificate"],
    [LOOPBACK_TLS.key, "holds no certificate"],
  ])("passes over a file of the environment that holds %j, with a warning", async (text, reason) => {
    const file = join(folder, "odd.pem");
    await writeFile(file, text);
    const warnings: string[] = [];
    const setups = createTlsSetups({
      extraCaFiles: [file],
      certsDirectories: [],
      warn: (message) => warnings.push(message),
    });

    const { options } = await setups(
      endpointOf({ registry: "quay.io", repository: "app", fromPackage: false }).connection,
    );

    expect(options).toEqual({ rejectUnauthorized: true });
    expect(warnings).toEqual([
      `the authorities in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS were not used: ${JSON.stringify(file)} ${reason}`,
    ]);
  });

  test("passes over a file of the environment that can't be read, with a warning", async () => {
    const server = await serveTls();
    const client = makeClient({ extraCaFiles: [join(folder, "absent.pem"), caFile] });

    expect(await digestOf(client, parseReference(`${server.host}/app:v1`))).toBe(INDEX_DIGEST);
    await client.close();
    expect(client.warnings().map(({ message }) => message)).toEqual([
      `the authorities in SSL_CERT_FILE or NODE_EXTRA_CA_CERTS were not used: ${JSON.stringify(join(folder, "absent.pem"))} can't be read: ENOENT`,
    ]);
  });

  test.each([
    ["is missing", "absent.pem", undefined, "can't be read: ENOENT"],
    ["holds no PEM", "empty.pem", "hello", "holds no PEM"],
    [
      "holds nonsense",
      "broken.pem",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "holds no certificate",
    ],
  ])("fails where an entry's file %s", async (_, name, text, reason) => {
    const server = await serveTls();
    const file = join(folder, name);
    if (text !== undefined) await writeFile(file, text);

    const error = await failOnce(`${server.host}/app:v1`, {
      registries: [{ prefix: server.host, caFile: file }],
    });

    expect(error).toMatchObject({ code: "certificate-file" });
    expect(error.message).toContain(`${JSON.stringify(file)} ${reason}`);
  });

  test("shows no key that stands in the place of its file", async () => {
    const server = await serveTls();
    const key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg";

    const { code, message } = await failOnce(`${server.host}/app:v1`, {
      registries: [{ prefix: server.host, certFile: caFile, keyFile: key }],
    });

    expect(code).toBe("certificate-file");
    expect(message).toContain("-----BEGIN PRIVATE KEY-----…");
    expect(message).not.toContain("MIIE");
  });

  test("keeps connections apart that differ in one setting alone", async () => {
    const root = await certsFolder("a.example", { "ca.crt": LOOPBACK_TLS.cert });
    const setupFor = createTlsSetups({ extraCaFiles: [], certsDirectories: [root], warn: () => {} });
    const settings = [
      {},
      { caFile },
      { certFile: caFile, keyFile },
      { insecureSkipTLSVerify: true },
      { certificateNames: ["a.example"] },
    ];

    const setups = await Promise.all(settings.map((each) => setupFor({ ...defaultConnection, ...each })));

    expect(new Set(setups.map(({ key }) => key)).size).toBe(settings.length);
  });

  test("checks nothing where the entry says so", async () => {
    const server = await serveTls();
    const registries = [{ prefix: server.host, insecureSkipTLSVerify: true }];

    expect(await resolveOnce(`${server.host}/app:v1`, { registries })).toBe(INDEX_DIGEST);
  });

  test("checks the name on the certificate", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1"] }).restore);
    const server = await serveTls();
    const image = `registry.example:${server.port}/app:v1`;

    const error = await failOnce(image, { extraCaFiles: [caFile] });

    expect(error).toMatchObject({ code: "tls" });
    expect(error.message).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  test.each([
    ["an entry", async () => ({ registries: [{ prefix: "127.0.0.1", caFile, certFile: caFile, keyFile }] })],
    [
      "an entry with both in one file",
      async () => {
        const both = join(folder, "both.pem");
        await writeFile(both, LOOPBACK_TLS.cert + LOOPBACK_TLS.key);
        return { registries: [{ prefix: "127.0.0.1", caFile, certFile: both }] };
      },
    ],
    [
      "certs.d",
      async (host: string) => ({
        certsDirectories: [
          await certsFolder(host, {
            "ca.crt": LOOPBACK_TLS.cert,
            "client.cert": LOOPBACK_TLS.cert,
            "client.key": LOOPBACK_TLS.key,
          }),
        ],
      }),
    ],
  ])("shows the client certificate of %s", async (_, options) => {
    const server = await serveTls(mutual);

    expect(await resolveOnce(`${server.host}/app:v1`, await options(server.host))).toBe(INDEX_DIGEST);
  });

  test("says that a client certificate is wanted", async () => {
    const server = await serveTls(mutual);

    const error = await failOnce(`${server.host}/app:v1`, {
      extraCaFiles: [caFile],
      network: { retries: 0 },
    });

    // Node's server hangs up without a word; Go's says so.
    expect(error).toMatchObject({ code: "unreachable" });
    expect(error.message).toContain("set certFile and keyFile");
    expect(server.lines).toEqual([]);
  });

  test("shows the client certificate to no host that the registry names", async () => {
    const other = await serveTls(mutual);
    const server = await serve(
      (_, response) =>
        answer(response, 307, {
          headers: { location: `https://localhost:${other.port}/v2/app/manifests/v1` },
        }),
      { tls: LOOPBACK_TLS },
    );
    const registries = [
      { prefix: "127.0.0.1", caFile, certFile: caFile, keyFile },
      { prefix: "localhost", caFile },
    ];

    expect(await failOnce(`${server.host}/app:v1`, { registries, network: { retries: 0 } })).toMatchObject({
      code: "unreachable",
    });
    expect(other.lines).toEqual([]);
  });
});

describe("plain HTTP", () => {
  test("is spoken with loopback where HTTPS is not", async () => {
    const server = await serve((_, response) => answerIndex(response));

    expect(await resolveOnce(`localhost:${server.port}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test("is not spoken with loopback where HTTPS is, but with a certificate that is not trusted", async () => {
    const server = await serveTls();

    await failOnce(`${server.host}/app:v1`);

    expect(server.lines).toEqual([]);
  });

  test.each([
    [
      "a page",
      "HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<p>Bad Request</p>",
    ],
    ["a status alone", "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"],
    ["an alert of TLS", "\x15\x03\x03\x00\x02\x02\x32"],
  ])("is given up with loopback where HTTPS is wanted, be that said by %s", async (_, words) => {
    const server = await serveTls();
    const front = await startFront(server.port, words);
    const registries = [{ prefix: "127.0.0.1", caFile }];

    expect(await resolveOnce(`127.0.0.1:${front.port}/app:v1`, { registries })).toBe(INDEX_DIGEST);
  });

  test("is spoken again with loopback where a refusal was no wish for HTTPS", async () => {
    const server = await serve((_, response) => answer(response, 400, { body: "no such thing" }));

    const error = await failOnce(`${server.host}/app:v1`);

    expect(error).toMatchObject({ code: "server", status: 400 });
    expect(error.message).toContain("no such thing");
  });

  test("is not spoken with others", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1"] }).restore);
    const server = await serve((_, response) => answerIndex(response));
    const image = `registry.example:${server.port}/app:v1`;

    const error = await failOnce(image);

    expect(error).toMatchObject({ code: "https-on-http" });
    expect(error.message).toContain("set plainHTTP: true");
    expect(server.lines).toEqual([]);
    expect(await resolveOnce(image, { registries: [{ prefix: "registry.example", plainHTTP: true }] })).toBe(
      INDEX_DIGEST,
    );
  });

  test.each([
    "Client sent an HTTP request to an HTTPS server.\n",
    "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>",
  ])("is told by the server's own words that HTTPS is wanted: %s", async (body) => {
    const server = await serve((_, response) => answer(response, 400, { body }));
    const registries = [{ prefix: server.host, plainHTTP: true }];

    const error = await failOnce(`${server.host}/app:v1`, { registries });

    expect(error).toMatchObject({ code: "http-on-https" });
    expect(error.message).toContain("remove plainHTTP");
  });
});
