import { once } from "node:events";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../../src/image/reference.ts";
import { createBrokenAnswers } from "../../../src/registry/transport/broken-answer.ts";
import { LOOPBACK_TLS } from "../../support/loopback-tls.mjs";
import { answerIndex, INDEX, INDEX_DIGEST, INDEX_TYPE } from "../../support/manifests.ts";
import { type QuirkServer, type QuirkServerOptions, serve } from "../../support/quirk-server.ts";
import {
  basicLogin,
  digestOf,
  failOnce,
  keychainOf,
  makeClient,
  resolveOnce,
} from "../../support/registry-client.ts";

/** A server that writes these bytes, whatever HTTP says of them, and after them is a good registry. */
function serveBroken(broken: readonly string[], options?: QuirkServerOptions): Promise<QuirkServer> {
  const left = [...broken];
  return serve((_, response) => {
    const text = left.shift();
    if (text === undefined) answerIndex(response);
    else response.socket?.end(text);
  }, options);
}

const LIMITED: readonly (readonly [string, string])[] = [
  ["lines that end in LF", "HTTP/1.1 429 Too Many Requests\nRetry-After: 0\nContent-Length: 9\n\nslow down"],
  [
    "one line that ends in LF",
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\nContent-Length: 9\r\n\r\nslow down",
  ],
  ["an empty line that ends in LF", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\n\nslow down"],
  ["no reason, and LF", "HTTP/1.1 429\n\nslow down"],
  ["a blank before a colon", "HTTP/1.1 429 No\r\nRetry-After : 0\r\n\r\nslow down"],
  ["a blank in a name", "HTTP/1.1 429 No\r\nRetry After: 0\r\n\r\nslow down"],
  ["two lengths", "HTTP/1.1 429 No\r\nContent-Length: 9\r\nContent-Length: 9\r\n\r\nslow down"],
];

describe("a refusal in broken HTTP", () => {
  test.each(LIMITED)("with %s is told as what it is", async (_, text) => {
    const server = await serveBroken(Array.from({ length: 4 }, () => text));

    const error = await failOnce(`${server.host}/app:v1`, { network: { retries: 0 } });

    expect(error).toMatchObject({ code: "rate-limited", status: 429 });
    expect(error.message).toContain('answered HTTP 429 ("slow down")');
  });

  test.each(LIMITED)("with %s is waited for as any other", async (_, text) => {
    const server = await serveBroken([text]);

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test("shows nothing of a body that is packed, and takes any name for a header's", async () => {
    const text = "HTTP/1.1 403 No\n__proto__: a\nContent-Encoding: gzip\n\npacked";
    const server = await serveBroken(Array.from({ length: 4 }, () => text));

    const error = await failOnce(`${server.host}/app:v1`, { network: { retries: 0 } });

    expect(error.message).toContain("answered HTTP 403,");
  });

  test("is read through TLS, and through a tunnel", async () => {
    const text = "HTTP/1.1 403 Forbidden\nContent-Length: 2\n\nno";
    const server = await serveBroken(
      Array.from({ length: 4 }, () => text),
      { tls: LOOPBACK_TLS },
    );
    const tunnel = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        const there = connect(server.port, "127.0.0.1").on("error", () => socket.destroy());
        socket.pipe(there).pipe(socket);
      });
    }).listen(0, "127.0.0.1");
    await once(tunnel, "listening");
    onTestFinished(async () => void tunnel.close());
    const registries = [{ prefix: "*", insecureSkipTLSVerify: true }];
    // The cast is the server's own promise: it listens on a port.
    const proxies = { httpsProxy: `http://127.0.0.1:${(tunnel.address() as AddressInfo).port}` };

    for (const [image, more] of [
      [`${server.host}/app:v1`, {}],
      ["registry.example/app:v1", { proxies }],
    ] as const) {
      const error = await failOnce(image, { registries, ...more });
      expect(error).toMatchObject({ code: "forbidden", status: 403 });
    }
  });

  test("makes demands that are met", async () => {
    const server = await serveBroken([
      "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm=x\nContent-Length: 0\n\n",
    ]);

    await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([basicLogin("a", "b")]) });

    expect(server.requests.at(-1)?.headers.authorization).toBe("Basic YTpi");
  });
});

test("a connection that breaks after a refusal says nothing more by it", async () => {
  const server = await serve(({ url }, response) => {
    if (url.includes("/refused/")) response.writeHead(403).end();
    else response.destroy();
  });
  const client = makeClient({ verify: "get", network: { retries: 0, concurrency: 1 } });
  onTestFinished(client.close);
  const ask = (name: string) => digestOf(client, parseReference(`${server.host}/${name}/app:v1`));

  await expect(ask("refused")).rejects.toMatchObject({ code: "forbidden" });
  await expect(ask("hangs-up")).rejects.toMatchObject({ code: "unreachable" });
});

test.each([
  [{ code: "HPE_INVALID_CONSTANT", name: "HTTPParserError" }, 403],
  [{ code: "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" }, 403],
  [{ code: "ECONNRESET" }, undefined],
])("what was read last is looked at for the error %j: %s", (kind, status) => {
  const socket = new Socket();
  socket.read = () => Buffer.from("HTTP/1.1 403 Forbidden\r\n\r\n");
  const answers = createBrokenAnswers();
  answers.watch(socket);
  const error = Object.assign(new Error("broken"), kind);

  socket.read();
  socket.emit("error", error);

  expect(answers.behind(error)?.status).toBe(status);
});

test("a digest in broken HTTP is none, and is told in plain words", async () => {
  const head = `HTTP/1.1 200 OK\nContent-Type: ${INDEX_TYPE}\nDocker-Content-Digest: ${INDEX_DIGEST}\n`;
  const server = await serveBroken(
    Array.from({ length: 9 }, () => `${head}Content-Length: ${INDEX.length}\n\n${INDEX}`),
  );

  const error = await failOnce(`${server.host}/app:v1`, { network: { retries: 0 } });

  expect(error).toMatchObject({ code: "not-a-registry" });
  expect(error.message).toContain("its answer breaks the rules of HTTP");
  expect(error.message).not.toContain("Parser");
});
