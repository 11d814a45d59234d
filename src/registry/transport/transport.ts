import type { Dispatcher } from "undici";
import type { Secrets } from "../../text/secrets.ts";
import { untilAborted } from "./abortable.ts";
import { checkName, type Guard } from "./address-guard.ts";
import { createDispatcher } from "./agent.ts";
import { readBody } from "./body.ts";
import { createBrokenAnswers } from "./broken-answer.ts";
import { type Connection, defaultConnection } from "./endpoint.ts";
import { Failure, toFailure } from "./failure.ts";
import type { HttpHeaders } from "./headers.ts";
import { chooseProxy, type ProxySettings, proxyHeaders, proxyLogin, routeOf, targetOf } from "./proxy.ts";
import { fartherReach, type Reach } from "./reach.ts";
import { type CertificateSources, createTlsSetups, noTls } from "./tls.ts";

/** Sends one request and reads its answer whole; follows nothing, and tries nothing again. */
export interface Transport {
  /** Rejects with a Failure, but for a fault of a program. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** The farthest address at which a host has answered without a proxy. */
  reachOf(hostname: string): Reach | undefined;
  /** Ends all connections, and makes no more. */
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
  /** Learns what is sent. */
  readonly secrets: Pick<Secrets, "learn">;
}

/** Makes a Transport; undici is loaded by its first request. */
export function createTransport(options: TransportOptions): Transport {
  const tlsFor = createTlsSetups(options);
  const dispatchers = new Map<string, Dispatcher>();
  const reaches = new Map<string, Reach>();
  const brokenAnswers = createBrokenAnswers();
  let undici: typeof import("undici") | undefined;
  let closed = false;

  async function exchange(asking: Asking): Promise<HttpResponse> {
    const { request, proxy } = asking;
    undici ??= (await import("undici")).default;
    const { url, guard, connection } = request;
    const setup = url.protocol === "https:" ? await tlsFor(connection) : noTls;
    const connections = connection.concurrency ?? options.concurrency;
    // Each registry has its own connections to the proxy, so that none that is slow takes them all.
    const key = JSON.stringify([setup.key, connections, guard ?? null, proxy && [proxy, url.origin]]);
    const make = {
      undici,
      setup,
      guard,
      connections,
      timeout: options.timeout,
      protocol: url.protocol,
      // What is said about a registry's certificates says nothing about the proxy's.
      proxy: proxy === undefined ? undefined : { address: proxy, setup: await tlsFor(defaultConnection) },
      reached: (hostname: string, reach: Reach) =>
        reaches.set(hostname, fartherReach(reaches.get(hostname), reach)),
      watch: brokenAnswers.watch,
    };
    // A connection that is opened now would be closed by nobody.
    if (closed) throw new Failure("aborted", { host: url.host });
    const dispatcher = dispatchers.get(key) ?? createDispatcher(make);
    dispatchers.set(key, dispatcher);
    try {
      const answer = await ask(dispatcher, asking);
      // undici frees the connection in the next turn: before, a request would open another.
      await new Promise((resolve) => setImmediate(resolve));
      return answer;
    } catch (error) {
      const refusal = brokenAnswers.behind(error);
      if (refusal === undefined) throw error;
      return { ...refusal, url };
    }
  }

  async function ask(dispatcher: Dispatcher, { request, proxy, signal }: Asking): Promise<HttpResponse> {
    const { url } = request;
    const headers = {
      "user-agent": options.userAgent,
      "accept-encoding": "identity",
      ...proxyHeaders(url, proxy),
      ...request.headers,
    };
    const login = proxy === undefined ? {} : proxyLogin(proxy);
    options.secrets.learn({ ...request, headers: { ...headers, ...login } });
    const answer = await dispatcher.request({
      ...targetOf(url, proxy),
      method: request.method,
      headers,
      body: request.body ?? null,
      signal,
      // undici closes the connection after each HEAD unless told otherwise.
      reset: request.reset ?? false,
    });
    const body = await readBody(answer, { host: url.host, bytesMax: request.bytesMax });
    if (answer.statusCode === 407) {
      throw new Failure("proxy", { host: routeOf(url, proxy).proxy ?? url.host, detail: "HTTP 407" });
    }
    return { status: answer.statusCode, headers: answer.headers, body, url };
  }

  return {
    async send(request) {
      const proxy = chooseProxy(request.url, options.proxies);
      const route = routeOf(request.url, proxy);
      try {
        if (request.guard !== undefined) checkName(request.url.hostname, request.guard);
        request.signal.throwIfAborted();
        return await limited(options.timeout, request.signal, (signal) =>
          exchange({ request, proxy, signal }),
        );
      } catch (error) {
        throw request.signal.aborted ? toFailure(request.signal.reason, route) : toFailure(error, route);
      }
    },
    reachOf: (hostname) => reaches.get(hostname),
    async close() {
      closed = true;
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
      dispatchers.clear();
    },
  };
}

interface Asking {
  readonly request: HttpRequest;
  readonly proxy: string | undefined;
  readonly signal: AbortSignal;
}

// Milliseconds by which no timer is late unless something else has kept the process from it.
const LATE = 50;

/**
 * Runs a task with a signal that a time limit aborts, or another signal, and waits for it no longer than that: what hears of
 * no signal, as files, look-ups of names and handshakes, may go on in vain. Not by AbortSignal.any, from which older
 * versions of Node let the time limit be collected as garbage before it was due. Time that this process has spent on other
 * things, while an answer may have waited to be read, is not the host's; but no host gets more than twice its time, since on
 * a busy machine every timer may be late.
 */
async function limited<Result>(
  timeout: number,
  outer: AbortSignal,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const inner = new AbortController();
  let due = performance.now() + timeout;
  let spare = timeout;
  let timer = setTimeout(expire, timeout);
  function expire(): void {
    const late = performance.now() - due;
    const more = Math.min(late, spare);
    if (more < LATE) {
      inner.abort(new DOMException("too late", "TimeoutError"));
      return;
    }
    spare -= more;
    due = performance.now() + more;
    timer = setTimeout(expire, more);
  }
  const stop = () => inner.abort(outer.reason);
  outer.addEventListener("abort", stop, { once: true });
  try {
    return await untilAborted(task(inner.signal), inner.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", stop);
  }
}
