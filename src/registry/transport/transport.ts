import { isSystemError } from "../../fs/system-error.ts";
import type { Secrets } from "../../text/secrets.ts";
import { untilAborted } from "./abortable.ts";
import { checkName, type Guard } from "./address-guard.ts";
import { createDialer, type HttpLine } from "./agent.ts";
import { readBody } from "./body.ts";
import { createBrokenAnswers } from "./broken-answer.ts";
import { type Connection, defaultConnection } from "./endpoint.ts";
import { Failure, isHangingUp, toFailure } from "./failure.ts";
import type { HttpHeaders } from "./headers.ts";
import type { NameScout } from "./name-scout.ts";
import {
  chooseProxy,
  type ProxySettings,
  proxyHeaders,
  proxyLogin,
  readProxy,
  routeOf,
  targetOf,
} from "./proxy.ts";
import { fartherReach, type Reach } from "./reach.ts";
import { createRoom } from "./room.ts";
import type { Sockets } from "./sockets.ts";
import { type CertificateSources, createTlsSetups, noTls, type TlsSetup } from "./tls.ts";

/** Sends one request and reads its answer whole; follows nothing, and tries nothing again. */
export interface Transport {
  /** Rejects with a Failure, but for a fault of a program. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** The farthest address at which a host has answered without a proxy. */
  reachOf(hostname: string): Reach | undefined;
}

/** A request to one host. */
export interface HttpRequest {
  readonly method: "HEAD" | "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly connection: Connection;
  readonly guard?: Guard | undefined;
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
  /** Milliseconds from the request to the answer's head, on a connection that was there. */
  readonly took: number;
}

/** Sends a request. */
export type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** What a Transport is made from. */
export interface TransportOptions extends CertificateSources {
  readonly proxies: ProxySettings;
  readonly userAgent: string;
  /** Milliseconds for one request and its answer. */
  readonly timeout: number;
  /** Those of the run, which other transports use as well. */
  readonly sockets: Sockets<HttpLine>;
  /** Goes before each look-up of a name where the process would wait for one that hangs. */
  readonly scout?: NameScout | undefined;
  /** Learns what is sent. */
  readonly secrets: Pick<Secrets, "learn">;
}

/** Makes a Transport; undici is loaded by its first request. */
export function createTransport(options: TransportOptions): Transport {
  const tlsFor = createTlsSetups(options);
  const dialers = new Map<string, () => HttpLine>();
  const reaches = new Map<string, Reach>();
  const brokenAnswers = createBrokenAnswers();
  const room = createRoom(ROOM_SIZE);
  let undici: typeof import("undici") | undefined;

  /** A tunnel is made once for each connection, so nothing is tried first there. */
  async function setupFor(connection: Connection, proxy: string | undefined): Promise<TlsSetup> {
    const setup = await tlsFor(connection);
    return proxy === undefined || setup.withSystem === undefined
      ? setup
      : { key: setup.key, options: await setup.withSystem() };
  }

  async function dialerFor(
    { url, guard, connection }: HttpRequest,
    proxy: string | undefined,
  ): Promise<() => HttpLine> {
    if (!("WebAssembly" in globalThis))
      throw new Error(
        "this Node has no WebAssembly, which it needs to ask registries: start it without `--jitless` and `--no-expose-wasm`",
      );
    undici ??= (await import("undici")).default;
    const setup = url.protocol === "https:" ? await setupFor(connection, proxy) : noTls;
    const { origin } = targetOf(url, proxy);
    // Each registry has its own connections to the proxy, so that none that is slow takes them all.
    const key = JSON.stringify([url.origin, setup.key, guard ?? null, proxy ?? null]);
    const making = {
      undici,
      setup,
      guard,
      origin,
      timeout: options.timeout,
      // What is said about a registry's certificates says nothing about the proxy's.
      proxy:
        proxy === undefined ? undefined : { address: proxy, setup: await setupFor(defaultConnection, proxy) },
      reached: (hostname: string, reach: Reach) =>
        reaches.set(hostname, fartherReach(reaches.get(hostname), reach)),
      watch: brokenAnswers.watch,
    };
    const dialer = dialers.get(key) ?? createDialer(making);
    dialers.set(key, dialer);
    return dialer;
  }

  async function exchange(
    line: HttpLine,
    request: HttpRequest,
    { proxy, signal, excuse }: Exchange,
  ): Promise<HttpResponse> {
    const { url } = request;
    await options.scout?.(proxy === undefined ? url.hostname : new URL(readProxy(proxy).uri).hostname);
    const headers = {
      "user-agent": options.userAgent,
      "accept-encoding": "identity",
      ...proxyHeaders(url, proxy),
      ...request.headers,
    };
    const login = proxy === undefined ? {} : proxyLogin(proxy);
    options.secrets.learn({ ...request, headers: { ...headers, ...login } });
    const sentAt = performance.now();
    const ask = () =>
      line.request({
        path: targetOf(url, proxy).path,
        method: request.method,
        headers,
        body: request.body ?? null,
        signal,
        // undici closes the connection after each HEAD unless told otherwise.
        reset: request.reset ?? false,
      });
    const answer = await ask().catch((error) => {
      // A host may end a connection just when another request goes out on it. https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1
      const wasKept = line.connectedAt > 0 && line.connectedAt < sentAt;
      if (wasKept && request.body === undefined && !signal.aborted && isHangingUp(error)) return ask();
      throw error;
    });
    const took = performance.now() - Math.max(sentAt, line.connectedAt);
    const body = await readBody(answer, {
      host: url.host,
      bytesMax: request.bytesMax,
      reserve: (bytes) => excuse(room.reserve(bytes, signal)),
    });
    // undici frees the connection in the next turn: before, a request would wait for it.
    await new Promise((resolve) => setImmediate(resolve));
    if (answer.statusCode === 407) {
      throw new Failure("proxy", { host: routeOf(url, proxy).proxy ?? url.host, detail: "HTTP 407" });
    }
    return { status: answer.statusCode, headers: answer.headers, body, url, took };
  }

  return {
    async send(request) {
      const { url, signal: outer } = request;
      const proxy = chooseProxy(url, options.proxies);
      const route = routeOf(url, proxy);
      const begun = performance.now();
      try {
        if (request.guard !== undefined) checkName(url.hostname, request.guard);
        outer.throwIfAborted();
        const dialer = await untilAborted(dialerFor(request, proxy), outer);
        const task = (line: HttpLine) =>
          limited(options.timeout, outer, (limits) => exchange(line, request, { proxy, ...limits }));
        return await options.sockets.use(dialer, { task, signal: outer });
      } catch (error) {
        const refusal = brokenAnswers.behind(error);
        if (refusal !== undefined) return { ...refusal, url, took: performance.now() - begun };
        throw toFailure(
          outer.aborted && !isSystemError(error, "EMFILE", "ENFILE") ? outer.reason : error,
          route,
        );
      }
    },
    reachOf: (hostname) => reaches.get(hostname),
  };
}

/** Bytes of long answers that are read at the same time: four of the longest manifests. */
const ROOM_SIZE = 32 * 1_048_576;

interface Exchange extends Limits {
  readonly proxy: string | undefined;
}

/** What bounds a task. */
interface Limits {
  readonly signal: AbortSignal;
  /** Waits for something that is not the host's doing, so that it does not count. */
  readonly excuse: <Result>(wait: Promise<Result>) => Promise<Result>;
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
  task: (limits: Limits) => Promise<Result>,
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
  async function excuse<Waited>(wait: Promise<Waited>): Promise<Waited> {
    const before = performance.now();
    clearTimeout(timer);
    try {
      return await wait;
    } finally {
      due += performance.now() - before;
      if (!inner.signal.aborted) timer = setTimeout(expire, Math.max(due - performance.now(), 0));
    }
  }
  const stop = () => inner.abort(outer.reason);
  outer.addEventListener("abort", stop, { once: true });
  try {
    return await untilAborted(task({ signal: inner.signal, excuse }), inner.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", stop);
  }
}
