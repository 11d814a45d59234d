import { createServer, type IncomingMessage, request as openRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { Send, SendRequest } from "../../src/credentials/cloud/send.ts";

/** What a route answers; an object is sent as JSON. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

/** A request as it came over the wire. */
interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/**
 * One server on loopback for all the endpoints of a cloud, and a sender that finds it under each of their names.
 * Keys of `routes` are `METHOD URL`; a host without a route can't be reached.
 */
export interface StandIn {
  readonly send: Send;
  readonly received: readonly Received[];
  readonly timeouts: readonly number[];
}

export async function startStandIn(
  routes: Readonly<Record<string, Answer | (() => Answer)>>,
): Promise<StandIn> {
  const received: Received[] = [];
  const timeouts: number[] = [];
  const server = createServer(async (request, response) => {
    const {
      host,
      connection: _connection,
      "content-length": _length,
      "x-scheme": scheme,
      ...headers
    } = request.headers;
    const url = `${String(scheme)}//${host ?? ""}${request.url ?? ""}`;
    received.push({ method: request.method ?? "", url, headers, body: await text(request) });
    const route = routes[`${request.method} ${url}`] ?? { status: 404 };
    const answer = typeof route === "function" ? route() : route;
    response.writeHead(answer.status ?? 200, answer.headers);
    response.end(typeof answer.body === "object" ? JSON.stringify(answer.body) : answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // Checked by listen above: a server on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  const hosts = new Set(Object.keys(routes).map((route) => new URL(route.split(" ")[1] ?? "").host));

  return {
    received,
    timeouts,
    async send(request) {
      timeouts.push(request.timeout);
      const { host } = new URL(request.url);
      const response = await open(request, hosts.has(host) ? port : 1);
      // Node joins the values of all headers but Set-Cookie.
      const headers = response.headers as Record<string, string>;
      return { status: response.statusCode ?? 0, headers, body: await text(response) };
    },
  };
}

function open({ method, url, headers, body }: SendRequest, port: number): Promise<IncomingMessage> {
  const { protocol, host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = openRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path: `${pathname}${search}`,
        headers: { ...headers, host, "x-scheme": protocol },
      },
      resolve,
    );
    request.on("error", reject);
    request.end(body);
  });
}
