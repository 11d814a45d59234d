import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A server on loopback that does whatever a test wants, and remembers what it was asked. */
export interface QuirkServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly port: number;
  /** One line a request, in order: `HEAD /v2/app/manifests/v1`. */
  readonly lines: string[];
  /** The requests themselves. */
  readonly requests: SeenRequest[];
  /** Connections so far. */
  connections(): number;
  /** Connections that have not ended. */
  openConnections(): number;
  close(): Promise<void>;
}

/** What a server was asked. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers one request; its body has been read. */
export type Quirk = (request: SeenRequest, response: ServerResponse) => void;

/** Where and how a QuirkServer listens. */
export interface QuirkServerOptions {
  readonly host?: string;
  readonly tls?: {
    readonly cert: string;
    readonly key: string;
    readonly ca?: string;
    readonly requestCert?: boolean;
  };
  /** What is no HTTP gets no word, as a TLS hello on a plain port. */
  readonly isCurt?: boolean;
}

/** Starts a server that answers each request with a quirk. */
export async function startQuirkServer(quirk: Quirk, options: QuirkServerOptions = {}): Promise<QuirkServer> {
  const lines: string[] = [];
  const requests: SeenRequest[] = [];
  let connections = 0;
  let openConnections = 0;
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const seen = { method, url, headers, body: Buffer.concat(chunks).toString("utf8") };
      lines.push(`${method} ${url}`);
      requests.push(seen);
      quirk(seen, response);
    });
  };
  const { tls, host = "127.0.0.1" } = options;
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ ...tls, rejectUnauthorized: true }, listener);
  if (options.isCurt) server.on("clientError", (_error: Error, socket: Socket) => socket.destroy());
  // Who is slow to ask again must find the connection open.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    openConnections += 1;
    socket.once("close", () => {
      openConnections -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  // The cast is the server's own promise: it listens on a port.
  const { port } = server.address() as AddressInfo;
  return {
    host: `${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    lines,
    requests,
    connections: () => connections,
    openConnections: () => openConnections,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Starts one that ends with the test. */
export async function serve(quirk: Quirk, options?: QuirkServerOptions): Promise<QuirkServer> {
  const server = await startQuirkServer(quirk, options);
  onTestFinished(server.close);
  return server;
}
