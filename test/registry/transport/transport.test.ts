import { once } from "node:events";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import type { HttpLine } from "../../../src/registry/transport/agent.ts";
import { endpointOf } from "../../../src/registry/transport/endpoint.ts";
import { createSockets } from "../../../src/registry/transport/sockets.ts";
import { createTransport } from "../../../src/registry/transport/transport.ts";
import { createSecrets } from "../../../src/text/secrets.ts";
import { fakeDns } from "../../support/fake-dns.ts";
import { LOOPBACK_TLS } from "../../support/loopback-tls.mjs";
import { answer, answerIndex, INDEX_DIGEST, INDEX_TYPE } from "../../support/manifests.ts";
import { serve, startQuirkServer } from "../../support/quirk-server.ts";
import { digestOf, failOnce, makeClient, resolveOnce } from "../../support/registry-client.ts";
import { hangLimit } from "../../support/time-limit.ts";

const options = {
  proxies: {},
  userAgent: "pin-digests/0.1.0",
  extraCaFiles: [],
  certsDirectories: [],
  warn: () => {},
  secrets: createSecrets(),
};

function makeTransport(timeout = hangLimit) {
  const sockets = createSockets<HttpLine>({ max: 64, spare: () => undefined });
  return { ...createTransport({ ...options, timeout, sockets }), close: async () => sockets.close() };
}

interface Tunnel {
  readonly host: string;
  /** What was asked of it: the first line, and the login. */
  readonly heads: string[];
}

/** A proxy that opens tunnels to one port, refuses with a status, or hangs up where that is empty. */
async function startTunnel(port: number, status = "200 OK"): Promise<Tunnel> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on("error", () => socket.destroy()));
    socket.once("data", (data) => {
      heads.push(data.toString());
      if (status === "") {
        socket.end();
        return;
      }
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      if (!status.startsWith("200")) {
        socket.end();
        return;
      }
      const there = connect(port, "127.0.0.1");
      sockets.add(there.on("error", () => socket.destroy()));
      socket.pipe(there).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  // The cast is the server's own promise: it listens on a port.
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, heads };
}

describe("createTransport", () => {
  test("loads undici by the first request, and not before", async () => {
    const server = await serve((_, response) => answerIndex(response));
    const transport = makeTransport();
    onTestFinished(transport.close);
    const { connection } = endpointOf({ registry: server.host, repository: "app", fromPackage: false });
    const url = new URL(`http://${server.host}/v2/`);
    const { signal } = new AbortController();
    const loaded = createRequire(import.meta.url).cache;
    const isLoaded = () => Object.keys(loaded).some((path) => /[\\/]undici[\\/]index\.js$/.test(path));

    const before = isLoaded();
    await transport.send({ method: "GET", url, headers: {}, connection, bytesMax: 1_024, signal });

    expect([before, isLoaded()]).toEqual([false, true]);
  });

  describe("a connection that was kept, and is lost before its next answer begins", () => {
    /** Sends so many requests, one after the other, to a server that hangs up on the second. */
    async function ask(count: number, request: { readonly method: "GET" | "POST"; readonly body?: string }) {
      let asked = 0;
      const server = await serve((_, response) => {
        asked += 1;
        if (asked === 2) response.socket?.destroy();
        else answerIndex(response);
      });
      const transport = makeTransport();
      onTestFinished(transport.close);
      const { connection } = endpointOf({ registry: server.host, repository: "app", fromPackage: false });
      const url = new URL(`http://${server.host}/v2/`);
      const { signal } = new AbortController();
      const statuses: unknown[] = [];
      for (let sent = 0; sent < count; sent += 1) {
        const outcome = await transport
          .send({ ...request, url, headers: {}, connection, bytesMax: 1_024, signal })
          .then(({ status }) => status)
          .catch(({ code }) => code);
        statuses.push(outcome);
      }
      return { statuses, asked, connections: server.connections() };
    }

    test("is made anew, and costs no try", async () => {
      expect(await ask(3, { method: "GET" })).toEqual({
        statuses: [200, 200, 200],
        asked: 4,
        connections: 2,
      });
    });

    test("is a failure where what was asked may have been done", async () => {
      const { statuses } = await ask(3, { method: "POST", body: "a" });

      expect(statuses).toEqual([200, "unreachable", 200]);
    });
  });

  test("keeps its connection after a HEAD", async () => {
    const server = await serve((_, response) => answerIndex(response));
    const client = makeClient({ registries: [{ prefix: server.host, plainHTTP: true }] });
    onTestFinished(client.close);

    for (const tag of ["v1", "v2", "v3", "v4"])
      await digestOf(client, parseReference(`${server.host}/app:${tag}`));

    // undici may open a second one while the first ends its answer; without `reset: false` it takes four.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test("takes a new connection after an answer to HEAD that has a body", async () => {
    const server = await serve((_, response) => {
      response.socket?.write(
        `HTTP/1.1 200 OK\r\ncontent-type: ${INDEX_TYPE}\r\ndocker-content-digest: ${INDEX_DIGEST}\r\ncontent-length: 5\r\n\r\nhello`,
      );
    });
    const client = makeClient({ registries: [{ prefix: server.host, plainHTTP: true }] });
    onTestFinished(client.close);

    for (const tag of ["v1", "v2"]) {
      expect(await digestOf(client, parseReference(`${server.host}/app:${tag}`))).toBe(INDEX_DIGEST);
    }
  });

  test("opens no connection when it is closed", async () => {
    const server = await serve((_, response) => answerIndex(response));
    const transport = makeTransport();
    const { connection } = endpointOf({ registry: server.host, repository: "app", fromPackage: false });
    const url = new URL(`http://${server.host}/v2/`);
    await transport.close();

    const { signal } = new AbortController();
    const late = transport.send({ method: "GET", url, headers: {}, connection, bytesMax: 1_024, signal });

    await expect(late).rejects.toMatchObject({ code: "aborted" });
    expect(server.connections()).toBe(0);
  });

  test("does not count the time for which this process looks at nothing else", async () => {
    // In a thread of its own it answers while this one is busy.
    const server = new Worker(
      `const { parentPort } = require("node:worker_threads");
      const server = require("node:http").createServer((request, response) => {
        parentPort.postMessage("asked");
        setTimeout(() => response.end(), 20);
      });
      server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    onTestFinished(async () => void (await server.terminate()));
    const [port] = await once(server, "message");
    const transport = makeTransport(200);
    onTestFinished(transport.close);
    const { connection } = endpointOf({
      registry: `127.0.0.1:${port}`,
      repository: "app",
      fromPackage: false,
    });
    const url = new URL(`http://127.0.0.1:${port}/v2/`);
    const { signal } = new AbortController();

    const asked = once(server, "message");
    const answer = transport.send({ method: "GET", url, headers: {}, connection, bytesMax: 1_024, signal });
    await asked;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);

    expect(await answer).toMatchObject({ status: 200 });
  });

  test("ends a request that gets no answer, in a process that is never punctual", async () => {
    const server = await serve(() => {});
    const transport = makeTransport(200);
    onTestFinished(transport.close);
    const { connection } = endpointOf({ registry: server.host, repository: "app", fromPackage: false });
    const url = new URL(`http://${server.host}/v2/`);
    const { signal } = new AbortController();
    const nap = new Int32Array(new SharedArrayBuffer(4));
    const busy = setInterval(() => Atomics.wait(nap, 0, 0, 100));
    onTestFinished(() => clearInterval(busy));

    const answer = transport.send({ method: "GET", url, headers: {}, connection, bytesMax: 1_024, signal });

    await expect(answer).rejects.toMatchObject({ code: "timeout" });
  });

  test("ends its sockets when it is closed", async () => {
    const server = await serve((_, response) => answerIndex(response));
    const client = makeClient();
    await digestOf(client, parseReference(`${server.host}/app:v1`));
    const ended = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (server.openConnections() > 0) return;
        clearInterval(timer);
        resolve();
      }, 5);
    });

    await client.close();

    await ended;
  });

  test("refuses a host that a URL parser takes for another", async () => {
    const server = await serve((_, response) => answerIndex(response));

    expect(await failOnce(`127.1:${server.port}/app:v1`)).toMatchObject({ code: "address" });
    expect(await failOnce(`0x7f.0.0.1:${server.port}/app:v1`)).toMatchObject({ code: "address" });
    expect(await failOnce("a.com:99999999/app:v1")).toMatchObject({ code: "address" });
    expect(server.connections()).toBe(0);
  });

  test("asks a registry at an IPv6 address", async () => {
    const server = await serve((_, response) => answerIndex(response), { host: "::1" });

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test("names a host that has no address", async () => {
    const error = await failOnce("registry.invalid/app:v1", { network: { retries: 0 } });

    expect(error).toMatchObject({ code: "dns", registry: "registry.invalid" });
    expect(error.message).toContain("no address was found for registry.invalid");
  });

  test("names a port at which nobody listens", async () => {
    const server = await startQuirkServer((_, response) => answerIndex(response));
    await server.close();

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "refused" });
  });

  test("asks Docker Hub at registry-1.docker.io", async () => {
    const names = fakeDns({ "registry-1.docker.io": ["127.0.0.1"] });
    onTestFinished(names.restore);

    await failOnce("nginx:1.27", { network: { retries: 0 } });

    expect(names.lookups).toEqual(["registry-1.docker.io"]);
  });
});

describe("createTransport through a proxy", () => {
  const plain = [{ prefix: "registry.example", plainHTTP: true }];

  test("sends the whole URL for plain HTTP, and the proxy's login", async () => {
    const proxy = await serve((_, response) => answerIndex(response));
    const proxies = { httpProxy: `http://us%40er:p%3Ass@${proxy.host}` };

    expect(await resolveOnce("registry.example/app:v1", { proxies, registries: plain })).toBe(INDEX_DIGEST);
    expect(proxy.lines).toEqual(["HEAD http://registry.example/v2/app/manifests/v1"]);
    expect(proxy.requests[0]?.headers).toMatchObject({
      host: "registry.example",
      "proxy-authorization": `Basic ${Buffer.from("us@er:p:ss").toString("base64")}`,
    });
  });

  test("lets a slow registry take no connection from another", async () => {
    const proxy = await serve((request, response) => {
      if (!request.url.startsWith("http://slow.example/")) answerIndex(response);
    });
    const registries = ["slow.example", "good.example"].map((prefix) => ({ prefix, plainHTTP: true }));
    const client = makeClient({
      proxies: { httpProxy: proxy.host },
      registries,
      network: { concurrency: 1 },
    });

    const slow = digestOf(client, parseReference("slow.example/app")).catch((error: unknown) => error);

    expect(await digestOf(client, parseReference("good.example/app"))).toBe(INDEX_DIGEST);
    await client.close();
    expect(await slow).toMatchObject({ code: "aborted" });
  });

  test("opens a tunnel for HTTPS, and speaks TLS through it", async () => {
    const server = await serve((_, response) => answerIndex(response), { tls: LOOPBACK_TLS });
    const tunnel = await startTunnel(server.port);
    const registries = [{ prefix: "registry.example", insecureSkipTLSVerify: true }];
    const proxies = { httpsProxy: `user:@${tunnel.host}` };

    expect(await resolveOnce("registry.example/app:v1", { proxies, registries })).toBe(INDEX_DIGEST);
    expect(tunnel.heads[0]).toMatch(/^CONNECT registry\.example:443 HTTP\/1\.1\r\n/);
    expect(tunnel.heads[0]).toContain(`Basic ${Buffer.from("user:").toString("base64")}`);
  });

  test("checks the proxy's own certificate, whatever is said about the registry's", async () => {
    const proxy = await serve((_, response) => answerIndex(response), { tls: LOOPBACK_TLS });
    const registries = [{ prefix: "registry.example", insecureSkipTLSVerify: true }];

    expect(
      await failOnce("registry.example/app:v1", {
        proxies: { httpsProxy: `https://localhost:${proxy.port}` },
        registries,
      }),
    ).toMatchObject({ code: "wrong-ca" });
  });

  test("has Node warn of no proxy whose name is an address", async () => {
    const proxy = await serve((_, response) => answerIndex(response), { tls: LOOPBACK_TLS });
    const warned: Error[] = [];
    const note = (warning: Error) => warned.push(warning);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));

    const failure = await failOnce("registry.example/app:v1", {
      proxies: { httpsProxy: `https://127.0.0.1:${proxy.port}` },
    });

    expect(failure).toMatchObject({ code: "wrong-ca" });
    expect(warned).toEqual([]);
  });

  test("shows no login of the proxy that comes back through its tunnel", async () => {
    const server = await serve((_, response) => answer(response, 403, { body: "no: h4sh-h4sh" }), {
      tls: LOOPBACK_TLS,
    });
    const tunnel = await startTunnel(server.port);

    const { message } = await failOnce("registry.example/app:v1", {
      proxies: { httpsProxy: `http://ada:h4sh-h4sh@${tunnel.host}` },
      registries: [{ prefix: "registry.example", insecureSkipTLSVerify: true }],
    });

    expect(message).toContain('"no: …"');
  });

  test("checks the certificate at the end of the tunnel", async () => {
    const server = await serve((_, response) => answerIndex(response), { tls: LOOPBACK_TLS });
    const tunnel = await startTunnel(server.port);

    expect(await failOnce("registry.example/app:v1", { proxies: { httpsProxy: tunnel.host } })).toMatchObject(
      { code: "wrong-ca" },
    );
  });

  test("does not use it for hosts of NO_PROXY", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1"] }).restore);
    const server = await serve((_, response) => answerIndex(response));
    const proxies = { httpProxy: "http://127.0.0.1:1", noProxy: ".example" };
    const registries = [{ prefix: "registry.example", plainHTTP: true }];

    expect(await resolveOnce(`registry.example:${server.port}/app:v1`, { proxies, registries })).toBe(
      INDEX_DIGEST,
    );
  });

  test.each([
    ["407 Proxy Authentication Required", "HTTP 407"],
    ["403 Forbidden", "HTTP 403"],
    ["502 Bad Gateway", "HTTP 502"],
  ])("says that it refused: %s", async (status, shown) => {
    const tunnel = await startTunnel(0, status);

    const error = await failOnce("registry.example/app:v1", {
      proxies: { httpsProxy: `http://u:hush@${tunnel.host}` },
      network: { retries: 0 },
    });

    expect(error).toMatchObject({ code: "proxy" });
    expect(error.message).toContain(`the proxy ${tunnel.host} did not let the connection through (${shown})`);
    expect(error.message).not.toContain("hush");
  });

  test("says that it hung up, and tries no more often than it may", async () => {
    const tunnel = await startTunnel(0, "");

    const error = await failOnce("registry.example/app:v1", {
      proxies: { httpsProxy: tunnel.host },
      network: { retries: 0 },
    });

    expect(error).toMatchObject({ code: "proxy" });
    expect(error.message).toContain(
      `the proxy ${tunnel.host} did not let the connection through (it hung up)`,
    );
    expect(tunnel.heads).toHaveLength(1);
  });

  test("says that plain HTTP was refused by it", async () => {
    const proxy = await serve((_, response) => answer(response, 407));

    const error = await failOnce("registry.example/app:v1", {
      proxies: { httpProxy: proxy.host },
      registries: plain,
    });

    expect(error).toMatchObject({ code: "proxy" });
  });

  test.each([
    ["is not there", "http://127.0.0.1:1"],
    ["has no address", "http://proxy.invalid:3128"],
    ["is of an unknown kind", "ftp://127.0.0.1:1"],
    ["is no URL", "http://"],
  ])("says that it %s", async (_, httpsProxy) => {
    const error = await failOnce("registry.example/app:v1", {
      proxies: { httpsProxy },
      network: { retries: 0 },
    });

    expect(error).toMatchObject({ code: "proxy" });
    expect(error.message).toContain("check HTTPS_PROXY and HTTP_PROXY");
  });
});
