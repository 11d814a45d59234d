import { Socket } from "node:net";
import type { Dispatcher } from "undici";
import { type Guard, guardedLookup } from "./address-guard.ts";
import { Failure } from "./failure.ts";
import { readProxy } from "./proxy.ts";
import { ownReachOf, type Reach } from "./reach.ts";
import type { TlsSetup } from "./tls.ts";

/** What a dispatcher is made from. */
export interface Making {
  readonly undici: typeof import("undici");
  readonly setup: TlsSetup;
  /** As the environment has it. */
  readonly proxy: { readonly address: string; readonly setup: TlsSetup } | undefined;
  readonly protocol: string;
  readonly guard: Guard | undefined;
  readonly connections: number;
  /** Milliseconds for one request and its answer. */
  readonly timeout: number;
  /** Told of each address that a host was reached at. */
  readonly reached: (hostname: string, reach: Reach) => void;
  /** Given each connection to a host, be it a tunnel. */
  readonly watch: (socket: Socket) => void;
}

/** Makes what holds the connections of a set of certificates, a guard and a proxy. */
export function createDispatcher(making: Making): Dispatcher {
  const { undici, setup, proxy, guard, connections, reached, watch } = making;
  const timeout = Math.min(CONNECT_TIMEOUT_MAX, making.timeout);
  const pool = {
    connections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    maxHeaderSize: HEADER_BYTES_MAX,
    // The request's own time limit bounds both, and a body that drips too, which these do not.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const sockets = { timeout, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1_000 };
  if (proxy !== undefined && making.protocol === "https:") {
    const { uri, token } = readProxy(proxy.address);
    return new undici.ProxyAgent({
      ...pool,
      uri,
      ...(token !== undefined && { token }),
      requestTls: { ...setup.options, timeout },
      proxyTls: { ...sockets, ...proxy.setup.options },
      clientFactory: (origin, more) =>
        new undici.Pool(origin, { ...more, connections, headersTimeout: making.timeout }),
      factory: (origin, more) =>
        new undici.Pool(origin, endingTunnels(more, { proxy: new URL(uri).host, watch })),
    });
  }
  const lookup = guard !== undefined && proxy === undefined ? guardedLookup(guard) : undefined;
  const connect = undici.buildConnector({ ...sockets, ...setup.options, ...(lookup && { lookup }) });
  return new undici.Agent({
    ...pool,
    connect: (to, callback) => {
      connect(to, (...result) => {
        const socket = result[1];
        if (socket instanceof Socket) watch(socket);
        const address = socket?.remoteAddress;
        if (address !== undefined && proxy === undefined) {
          reached(to.hostname, ownReachOf(address) ?? "public");
        }
        callback(...result);
      });
    },
  });
}

/**
 * undici connects again and again, without end, where a tunnel fails with the error that its own sockets have when the
 * other side hangs up: it is given another.
 */
function endingTunnels(
  options: object,
  { proxy, watch }: { readonly proxy: string; readonly watch: Making["watch"] },
): object {
  const { connect } = options as { readonly connect?: unknown };
  if (typeof connect !== "function") return options;
  return {
    ...options,
    connect: (to: unknown, callback: (error: unknown, socket: unknown) => void) =>
      connect(to, (error: unknown, socket: unknown) => {
        if (socket instanceof Socket) watch(socket);
        callback(hungUp(error, proxy), socket);
      }),
  };
}

function hungUp(error: unknown, proxy: string): unknown {
  if (!(error instanceof Error && "code" in error && error.code === "UND_ERR_SOCKET")) return error;
  return new Failure("proxy", { host: proxy, detail: "it hung up", retry: "always", cause: error });
}

const CONNECT_TIMEOUT_MAX = 8_000;
const HEADER_BYTES_MAX = 32_768;
