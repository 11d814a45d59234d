import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import type { Dispatcher } from "undici";
import type { Connection } from "./endpoint.ts";
import { Failure, type Route, toFailure } from "./failure.ts";
import { checkName, fartherReach, type Guard, guardedLookup, type Reach, reachOfAddress } from "./guard.ts";
import { chooseProxy, type ProxySettings } from "./proxy.ts";
import { type CertificateSources, createTlsSetups, type TlsSetup } from "./tls.ts";

/** Sends one request and reads its answer whole; follows nothing, and tries nothing again. */
export interface Transport {
  /** Rejects with a Failure only. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** The farthest address at which a host has answered without a proxy. */
  reachOf(hostname: string): Reach | undefined;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A request to one host. */
export interface HttpRequest {
  readonly method: "HEAD" | "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connection: Connection;
  readonly guard?: Guard;
  /** More bytes than this in the body of a good answer are a Failure. */
  readonly bytesMax: number;
  readonly signal: AbortSignal;
  /** Ends the connection after the answer, which a server that breaks the protocol needs. */
  readonly reset?: boolean;
}

/** An answer, of any status. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
  readonly url: URL;
}

/** Headers by name in lower case. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Sends a request. */
export type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** What a Transport is made from. */
export interface TransportOptions extends CertificateSources {
  readonly proxies: ProxySettings;
  readonly userAgent: string;
  /** Milliseconds for one request and its answer. */
  readonly timeout: number;
  /** Connections for each origin that has no number of its own. */
  readonly concurrency: number;
}

/** Makes a Transport; undici is loaded by its first request. */
export function createTransport(options: TransportOptions): Transport {
  const tlsFor = createTlsSetups(options);
  const dispatchers = new Map<string, Dispatcher>();
  const reaches = new Map<string, Reach>();

  async function exchange(
    request: HttpRequest,
    { proxy, signal }: { readonly proxy: string | undefined; readonly signal: AbortSignal },
  ): Promise<HttpResponse> {
    const undici = await import("undici");
    const setup = await tlsFor(request.connection);
    const key = JSON.stringify([
      setup.key,
      request.guard ?? null,
      proxy ?? null,
      request.connection.concurrency ?? null,
    ]);
    const make = { undici, setup, proxy, request, options, reaches };
    const dispatcher = dispatchers.get(key) ?? createDispatcher(make);
    dispatchers.set(key, dispatcher);
    const answer = await dispatcher.request({
      ...target(request.url, proxy),
      method: request.method,
      headers: {
        "user-agent": options.userAgent,
        "accept-encoding": "identity",
        ...proxyHeaders(request.url, proxy),
        ...request.headers,
      },
      body: request.body ?? null,
      signal,
      // undici closes the connection after each HEAD unless told otherwise.
      reset: request.reset ?? false,
    });
    const body = await readBody(answer, request);
    if (answer.statusCode === 407) {
      throw new Failure("proxy", {
        host: routeOf(request.url, proxy).proxy ?? request.url.host,
        detail: "HTTP 407",
      });
    }
    return { status: answer.statusCode, headers: answer.headers, body, url: request.url };
  }

  return {
    async send(request) {
      const proxy = chooseProxy(request.url, options.proxies);
      const route = routeOf(request.url, proxy);
      try {
        if (request.guard !== undefined) checkName(request.url.hostname, request.guard);
        request.signal.throwIfAborted();
        return await limited(options.timeout, request.signal, (signal) =>
          exchange(request, { proxy, signal }),
        );
      } catch (error) {
        throw request.signal.aborted ? toFailure(request.signal.reason, route) : toFailure(error, route);
      }
    },
    reachOf: (hostname) => reaches.get(hostname),
    async close() {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
      dispatchers.clear();
    },
  };
}

/**
 * Runs a task with a signal that a time limit aborts, or another signal. Not by AbortSignal.any, from which older
 * versions of Node let the time limit be collected as garbage before it was due.
 */
async function limited<Result>(
  timeout: number,
  outer: AbortSignal,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const inner = new AbortController();
  const timer = setTimeout(() => inner.abort(new DOMException("too late", "TimeoutError")), timeout);
  const stop = () => inner.abort(outer.reason);
  outer.addEventListener("abort", stop, { once: true });
  try {
    return await task(inner.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", stop);
  }
}

interface Making {
  readonly undici: typeof import("undici");
  readonly setup: TlsSetup;
  readonly proxy: string | undefined;
  readonly request: HttpRequest;
  readonly options: TransportOptions;
  readonly reaches: Map<string, Reach>;
}

const CONNECT_TIMEOUT_MAX = 8_000;
const HEADER_BYTES_MAX = 32_768;
const ERROR_BYTES_MAX = 65_536;

function createDispatcher({ undici, setup, proxy, request, options, reaches }: Making): Dispatcher {
  const timeout = Math.min(CONNECT_TIMEOUT_MAX, options.timeout);
  const pool = {
    connections: request.connection.concurrency ?? options.concurrency,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    maxHeaderSize: HEADER_BYTES_MAX,
    // The request's own time limit bounds both, and a body that drips too, which these do not.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const sockets = { timeout, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1_000 };
  if (proxy !== undefined && request.url.protocol === "https:") {
    const { uri, token } = readProxy(proxy);
    return new undici.ProxyAgent({
      ...pool,
      uri,
      ...(token !== undefined && { token }),
      requestTls: { ...setup.options, timeout },
      proxyTls: { ...sockets, ...setup.options },
      clientFactory: (origin, more) =>
        new undici.Pool(origin, { ...more, connections: pool.connections, headersTimeout: options.timeout }),
    });
  }
  const lookup =
    request.guard !== undefined && proxy === undefined ? guardedLookup(request.guard) : undefined;
  const connect = undici.buildConnector({ ...sockets, ...setup.options, ...(lookup && { lookup }) });
  return new undici.Agent({
    ...pool,
    connect: (to, callback) => {
      connect(to, (...result) => {
        const address = result[1]?.remoteAddress;
        if (address !== undefined && proxy === undefined) {
          reaches.set(to.hostname, fartherReach(reaches.get(to.hostname), reachOfAddress(address)));
        }
        callback(...result);
      });
    },
  });
}

// A proxy for plain HTTP gets the whole URL as path; one for HTTPS is asked for a tunnel by its agent.
function target(url: URL, proxy: string | undefined): { readonly origin: string; readonly path: string } {
  const path = `${url.pathname}${url.search}`;
  if (proxy === undefined || url.protocol === "https:") return { origin: url.origin, path };
  return { origin: readProxy(proxy).uri, path: `${url.origin}${path}` };
}

function proxyHeaders(url: URL, proxy: string | undefined): Readonly<Record<string, string>> {
  if (proxy === undefined || url.protocol === "https:") return {};
  const { token } = readProxy(proxy);
  return { host: url.host, ...(token !== undefined && { "proxy-authorization": token }) };
}

interface Proxy {
  readonly uri: string;
  readonly token?: string;
}

function readProxy(written: string): Proxy {
  const text = written.includes("://") ? written : `http://${written}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Failure("proxy", { detail: "its address is not an http:// or https:// URL" });
  }
  if (url.username === "" && url.password === "") return { uri: url.origin };
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { uri: url.origin, token: `Basic ${Buffer.from(login).toString("base64")}` };
}

function routeOf(url: URL, proxy: string | undefined): Route {
  if (proxy === undefined) return { host: url.host };
  const text = proxy.includes("://") ? proxy : `http://${proxy}`;
  return { host: url.host, proxy: URL.canParse(text) ? new URL(text).host : "the proxy" };
}

async function readBody(answer: Dispatcher.ResponseData, request: HttpRequest): Promise<Buffer> {
  if (request.method === "HEAD") {
    await answer.body.dump();
    return Buffer.alloc(0);
  }
  const good = answer.statusCode === 200;
  const bytesMax = good ? request.bytesMax : ERROR_BYTES_MAX;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) break;
  }
  if (bytes > bytesMax && good) throw tooLarge(request);
  const body = Buffer.concat(chunks);
  return good ? decode(body, answer.headers["content-encoding"], request) : body;
}

const DECODERS: ReadonlyMap<string, (body: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>> =
  new Map([
    ["gzip", promisify(gunzip)],
    ["x-gzip", promisify(gunzip)],
    ["deflate", promisify(inflate)],
    ["br", promisify(brotliDecompress)],
  ]);

// Identity was asked for; some caches compress all the same, and a few bytes may unfold to many.
async function decode(
  body: Buffer,
  encoding: string | string[] | undefined,
  request: HttpRequest,
): Promise<Buffer> {
  if (encoding === undefined || encoding === "" || encoding === "identity") return body;
  const decoder = DECODERS.get(String(encoding).toLowerCase());
  if (decoder === undefined) {
    throw new Failure("not-a-registry", { host: request.url.host, detail: "an unknown content encoding" });
  }
  try {
    return await decoder(body, { maxOutputLength: request.bytesMax });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge(request);
    throw new Failure("not-a-registry", {
      host: request.url.host,
      detail: "a broken content encoding",
      cause,
    });
  }
}

function tooLarge(request: HttpRequest): Failure {
  return new Failure("too-large", { host: request.url.host, detail: `more than ${request.bytesMax} bytes` });
}
