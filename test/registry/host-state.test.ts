import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import type { RegistryError } from "../../src/registry/errors.ts";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { answerIndex, INDEX_DIGEST, INDEX_TYPE } from "../support/manifests.ts";
import { serve } from "../support/quirk-server.ts";
import { digestOf, failOnce, makeClient, resolveOnce } from "../support/registry-client.ts";

describe("a host on loopback, where HTTP is tried before HTTPS", () => {
  test("serves an image that was refused by HTTP when another had found the way", async () => {
    const registry = await serve((_, response) => answerIndex(response), { tls: LOOPBACK_TLS });
    const plain: Socket[] = [];
    const sockets = new Set<Socket>();
    // Who speaks TLS is let through; the others wait.
    const front = createServer((socket) => {
      sockets.add(socket.on("error", () => socket.destroy()));
      socket.once("data", (data) => {
        if (data[0] !== TLS_HANDSHAKE) {
          plain.push(socket);
          front.emit("plain");
          return;
        }
        const there = connect(registry.port, "127.0.0.1").on("error", () => socket.destroy());
        there.write(data);
        socket.pipe(there).pipe(socket);
      });
    });
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      front.close();
    });
    // The cast is the server's own promise: it listens on a port.
    const host = `127.0.0.1:${(front.address() as AddressInfo).port}`;
    const client = makeClient({ registries: [{ prefix: host, insecureSkipTLSVerify: true }] });
    onTestFinished(client.close);

    const first = digestOf(client, parseReference(`${host}/app:1`));
    const second = digestOf(client, parseReference(`${host}/app:2`));
    // The second is let in when the first has taken too long.
    while (plain.length < 2) await once(front, "plain");
    plain[0]?.destroy();

    expect(await first).toBe(INDEX_DIGEST);
    plain[1]?.destroy();
    expect(await second).toBe(INDEX_DIGEST);
  });

  test("is asked by HTTPS no more once it has sent elsewhere, whatever came of that", async () => {
    const registry = await serve((_, response) => void response.writeHead(307, { location: NOBODY }).end(), {
      isCurt: true,
    });

    const error = await failOnce(`${registry.host}/app:1`, { network: { retries: 0 } });

    expect(error).toMatchObject({
      code: "refused",
      message: expect.stringContaining("127.0.0.1:1 refused the connection"),
    });
  });

  test("is asked by GET where both schemes hang up on a HEAD", async () => {
    const registry = await serve(
      ({ method }, response) => (method === "HEAD" ? void response.destroy() : answerIndex(response)),
      { isCurt: true },
    );

    expect(await resolveOnce(`${registry.host}/app:1`, { network: { retries: 0 } })).toBe(INDEX_DIGEST);
  });

  test("tries as often as elsewhere for an image that hung up while another found the way by the same scheme", async () => {
    const heads: ServerResponse[] = [];
    const asked = new EventEmitter();
    const registry = await serve(({ method }, response) => {
      if (method === "GET") return answerIndex(response);
      if (heads.length === 2) return void response.destroy();
      heads.push(response);
      asked.emit("head");
    });
    const client = makeClient({ network: { retries: 0 } });
    onTestFinished(client.close);

    const first = digestOf(client, parseReference(`${registry.host}/app:1`));
    const second = digestOf(client, parseReference(`${registry.host}/app:2`));
    // The second is let in when the first has taken too long.
    while (heads.length < 2) await once(asked, "head");
    const [one, other] = heads;
    if (one !== undefined) answerIndex(one);

    expect(await first).toBe(INDEX_DIGEST);
    other?.destroy();
    expect(await second).toBe(INDEX_DIGEST);
  });

  test.for(
    Object.entries(speechless).flatMap(([way, answer]) => [
      { scheme: "http", way, answer },
      { scheme: "https", way, answer },
    ]),
  )(
    "serves what is good by $scheme where two images get $way",
    async ({ scheme, answer: { give, told } }) => {
      const registry = await serve(
        ({ method, url }, response) => {
          if (url.startsWith("/v2/good/")) return answerIndex(response);
          if (url.startsWith("/v2/bad-")) return give(response, method);
          response.end("{}");
        },
        { isCurt: true, ...(scheme === "https" && { tls: LOOPBACK_TLS }) },
      );
      const { host } = registry;
      const client = makeClient({
        registries: [{ prefix: host, insecureSkipTLSVerify: true }],
        network: { retries: 0 },
      });
      onTestFinished(client.close);
      const ask = (name: string) => digestOf(client, parseReference(`${host}/${name}:1`));

      const all = await Promise.allSettled([ask("bad-1"), ask("bad-2"), ask("bad-3"), ask("good")]);

      const bad = {
        status: "rejected",
        reason: expect.objectContaining({ message: expect.stringContaining(told) }),
      };
      expect(all).toEqual([bad, bad, bad, { status: "fulfilled", value: INDEX_DIGEST }]);
    },
  );
});

describe("a host that serves some images", () => {
  /** Asks for one image after the other. */
  async function askInTurn(host: string, names = ["bad-1", "bad-2", "good"]): Promise<readonly string[]> {
    const client = makeClient({ registries: [{ prefix: host, plainHTTP: true }], network: { retries: 0 } });
    onTestFinished(client.close);
    const ends: string[] = [];
    for (const name of names)
      ends.push(
        await digestOf(client, parseReference(`${host}/${name}:1`)).catch(({ code }: RegistryError) => code),
      );
    return ends;
  }

  test.each<[string, string, (host: string, elsewhere: string) => string]>([
    ["has reached its limit of pulls", "pull-limit", (_, elsewhere) => `http://${elsewhere}`],
    ["speaks no TLS", "https-on-http", (host) => `https://${host}`],
  ])("is not given up for others that it sends to where somebody %s", async (_, code, target) => {
    const limited = await serve(({ method }, response) => {
      response.writeHead(429, { "retry-after": "3600" });
      response.end(method === "HEAD" ? "" : "You have reached your pull rate limit");
    });
    const registry = await serve(({ url }, response) => {
      if (url.startsWith("/v2/good/")) return answerIndex(response);
      response.writeHead(307, { location: `${target(registry.host, limited.host)}${url}` }).end();
    });

    const ends = await askInTurn(registry.host);

    expect(ends).toEqual([code, code, INDEX_DIGEST]);
  });

  test("is asked again when it spoke no TLS to one of them, having answered before", async () => {
    const registry = createTlsServer(LOOPBACK_TLS, (_, response) => {
      // The next image takes a connection of its own.
      response.shouldKeepAlive = false;
      answerIndex(response);
    });
    let isAway = false;
    const front = createServer((socket) => {
      if (isAway) socket.on("error", () => socket.destroy()).end("HTTP/1.1 400 Bad Request\r\n\r\n");
      else registry.emit("connection", socket);
    }).listen(0, "127.0.0.1");
    await once(front, "listening");
    onTestFinished(() => void front.close());
    // The cast is the server's own promise: it listens on a port.
    const host = `127.0.0.1:${(front.address() as AddressInfo).port}`;
    const client = makeClient({
      registries: [
        { prefix: "registry.example", mirrors: [`https://${host}`], only: true },
        { prefix: host, insecureSkipTLSVerify: true },
      ],
      network: { retries: 0 },
    });
    onTestFinished(client.close);
    const ask = (tag: number) => digestOf(client, parseReference(`registry.example/app:${tag}`));

    expect(await ask(1)).toBe(INDEX_DIGEST);
    isAway = true;
    await expect(ask(2)).rejects.toMatchObject({ code: "https-on-http" });
    isAway = false;
    expect(await ask(3)).toBe(INDEX_DIGEST);
  });

  test("tells its own limit from that of another to which it sends", async () => {
    const limited = await serve(({ method }, response) => {
      response.writeHead(429, { "retry-after": "3600" });
      response.end(method === "HEAD" ? "" : "You have reached your pull rate limit");
    });
    const registry = await serve(({ url }, response) => {
      const location = `http://${limited.host}${url}`;
      if (url.startsWith("/v2/away/")) response.writeHead(307, { location }).end();
      else response.writeHead(429, { "retry-after": "3600" }).end();
    });

    const ends = await askInTurn(registry.host, ["away", "busy"]);

    expect(ends).toEqual(["pull-limit", "rate-limited"]);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ["sends elsewhere, where nobody is", (response) => response.writeHead(302, { location: NOBODY }).end()],
    ["sends to no address", (response) => response.writeHead(302, { location: "mailto:a@b" }).end()],
    ["is a long page", (response) => response.end("<p>".repeat(50_000))],
    ["is packed in an unknown way", (response) => response.setHeader("content-encoding", "x").end("?")],
  ])("is not given up for others that get no answer, where /v2/ %s", async (_, welcome) => {
    const registry = await serve(({ url }, response) => {
      if (url.startsWith("/v2/good/")) return answerIndex(response);
      if (url === "/v2/") return welcome(response);
      response.destroy();
    });

    const ends = await askInTurn(registry.host);

    expect(ends).toEqual(["unreachable", "unreachable", INDEX_DIGEST]);
  });

  test("asks for what is open there without the realm that another image has, by a scheme that nobody speaks", async () => {
    const registry = await serve(
      ({ url, headers }, response) => {
        if (url.startsWith("/v2/open/")) return answerIndex(response);
        response
          .writeHead(401, { "www-authenticate": `Bearer realm="https://${headers.host}/token",service="a"` })
          .end();
      },
      { isCurt: true },
    );
    const client = makeClient({ network: { retries: 0, concurrency: 1 } });
    onTestFinished(client.close);
    const ask = (name: string) => digestOf(client, parseReference(`${registry.host}/${name}:1`));

    await expect(ask("open")).resolves.toBe(INDEX_DIGEST);
    await expect(ask("closed")).rejects.toThrow("can't resolve");
    await expect(ask("open/other")).resolves.toBe(INDEX_DIGEST);
  });
});

/** Where nobody listens. */
const NOBODY = "http://127.0.0.1:1/";

// https://www.rfc-editor.org/rfc/rfc8446#section-5.1
const TLS_HANDSHAKE = 22;

/** What a server may do with a request instead of giving an answer that can be read, and what is said of that. */
const speechless: Readonly<
  Record<string, { readonly give: (response: ServerResponse, method: string) => void; readonly told: string }>
> = {
  "an end": { give: (response) => response.destroy(), told: "connection closed" },
  "two lengths": {
    give: (response) =>
      void response.socket?.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    told: "its answer breaks the rules of HTTP",
  },
  "a body packed in an unknown way": {
    give: (response, method) =>
      response
        .writeHead(200, { "content-encoding": "x-unknown", "content-type": INDEX_TYPE })
        .end(method === "HEAD" ? "" : "?"),
    told: "an unknown content encoding",
  },
};
