import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";
import { answerIndex, INDEX_DIGEST, INDEX_TYPE } from "../support/manifests.ts";
import { startQuirkServer } from "../support/quirk-server.ts";
import { digestOf, makeClient } from "../support/registry-client.ts";

describe("a host on loopback, where HTTP is tried before HTTPS", () => {
  test("serves an image that was refused by HTTP when another had found the way", async () => {
    const registry = await startQuirkServer((_, response) => answerIndex(response), { tls: LOOPBACK_TLS });
    onTestFinished(registry.close);
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

  test.for(
    Object.entries(speechless).flatMap(([way, answer]) => [
      { scheme: "http", way, answer },
      { scheme: "https", way, answer },
    ]),
  )(
    "serves what is good by $scheme where two images get $way",
    async ({ scheme, answer: { give, told } }) => {
      const registry = await startQuirkServer(
        ({ method, url }, response) => {
          if (url.startsWith("/v2/good/")) return answerIndex(response);
          if (url.startsWith("/v2/bad-")) return give(response, method);
          response.end("{}");
        },
        { isCurt: true, ...(scheme === "https" && { tls: LOOPBACK_TLS }) },
      );
      onTestFinished(registry.close);
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
