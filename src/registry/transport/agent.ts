import { Socket } from "node:net";
import type { Dispatcher } from "undici";
import { type Guard, guardedLookup } from "./address-guard.ts";
import { Failure, isOfTls } from "./failure.ts";
import { readProxy } from "./proxy.ts";
import { familyOf, ownReachOf, type Reach } from "./reach.ts";
import type { Line } from "./sockets.ts";
import type { TlsSetup } from "./tls.ts";

/** What connections are made from. */
export interface Making {
  readonly undici: typeof import("undici");
  readonly setup: TlsSetup;
  /** As the environment has it. */
  readonly proxy: { readonly address: string; readonly setup: TlsSetup } | undefined;
  /** What is connected to: a registry, or a proxy that takes requests for plain HTTP. */
  readonly origin: string;
  readonly guard: Guard | undefined;
  /** Milliseconds for one request and its answer. */
  readonly timeout: number;
  /** Told of each address that a host was reached at. */
  readonly reached: (hostname: string, reach: Reach) => void;
  /** Given each connection to a host, be it a tunnel. */
  readonly watch: (socket: Socket) => void;
}

/** A connection to one origin, which is made by the first request and made again after it was lost. */
export interface HttpLine extends Line {
  /** When its connection was made, on the clock of `performance.now()`; 0 before. */
  readonly connectedAt: number;
  request(options: Omit<Dispatcher.RequestOptions, "origin">): Promise<Dispatcher.ResponseData>;
}

/** Makes connections that share a set of certificates, a guard and a proxy. */
export function createDialer(making: Making): () => HttpLine {
  const { undici, origin, proxy, guard, reached, watch } = making;
  const timeout = Math.min(CONNECT_TIMEOUT_MAX, making.timeout);
  if (proxy !== undefined && origin.startsWith("https:")) return createTunnelDialer(making, proxy);
  const lookup = guard !== undefined && proxy === undefined ? guardedLookup(guard) : undefined;
  const connect = createConnect(making, (options) =>
    undici.buildConnector({ ...DIALING, timeout, ...options, ...(lookup && { lookup }) }),
  );
  return () => {
    const { remember, end } = createEnd();
    let connectedAt = 0;
    const client = new undici.Client(origin, {
      ...HTTP,
      connect: (to, callback) => {
        const connected: Connected = (...result) => {
          connectedAt = performance.now();
          const socket = result[1];
          if (socket instanceof Socket) watch(socket);
          const address = socket?.remoteAddress;
          if (address !== undefined && proxy === undefined)
            reached(to.hostname, ownReachOf(address) ?? "public");
          callback(...result);
        };
        connect(to, connected, remember);
      },
    });
    return {
      request: (options) => client.request(options),
      get connectedAt() {
        return connectedAt;
      },
      end: () => end(client),
    };
  };
}

type Connector = ReturnType<typeof import("undici").buildConnector>;
type Connected = Parameters<Connector>[1];

/**
 * Connects by the authorities that were given for a host, and by the system's beside them where those are not enough; from then
 * on by all of them at once.
 */
function createConnect(
  { setup }: Making,
  build: (options: TlsSetup["options"]) => Connector,
): (to: Parameters<Connector>[0], connected: Connected, remember: (socket: unknown) => void) => void {
  const { withSystem } = setup;
  const first = build(setup.options);
  let all: Connector | undefined;
  return (to, connected, remember) => {
    const tryAll = async (): Promise<void> => {
      all ??= build((await withSystem?.()) ?? setup.options);
      // Its types leave out that it returns the socket.
      remember(all(to, connected) as unknown);
    };
    if (all !== undefined) {
      remember(all(to, connected) as unknown);
      return;
    }
    const tried: Connected = (...result) => {
      if (withSystem === undefined || !isOfTls(result[0])) connected(...result);
      else tryAll().catch((error: Error) => connected(error, null));
    };
    remember(first(to, tried) as unknown);
  };
}

/** As many tunnels as connections, each of its own connection to the proxy. */
function createTunnelDialer(making: Making, proxy: NonNullable<Making["proxy"]>): () => HttpLine {
  const { undici, origin, setup, watch } = making;
  const { uri, token } = readProxy(proxy.address);
  const timeout = Math.min(CONNECT_TIMEOUT_MAX, making.timeout);
  return () => {
    const { remember, end } = createEnd();
    let connectedAt = 0;
    const connected = () => {
      connectedAt = performance.now();
    };
    const agent = new undici.ProxyAgent({
      ...HTTP,
      uri,
      ...(token !== undefined && { token }),
      requestTls: { ...setup.options, timeout },
      proxyTls: { ...DIALING, timeout, ...proxy.setup.options },
      clientFactory: (to, options) =>
        new undici.Client(to, {
          ...remembering(options, { remember, connected }),
          headersTimeout: making.timeout,
        }),
      factory: (to, options) =>
        new undici.Client(to, endingTunnels(options, { proxy: new URL(uri).host, watch })),
    });
    return {
      request: (options) => agent.request({ ...options, origin }),
      get connectedAt() {
        return connectedAt;
      },
      end: () => end(agent),
    };
  };
}

/** How a connection is ended that may still be on its way, of which undici knows nothing. */
function createEnd(): {
  readonly remember: (socket: unknown) => void;
  readonly end: (dispatcher: Dispatcher) => void;
} {
  let latest: Socket | undefined;
  let hasEnded = false;
  return {
    remember(socket) {
      if (!(socket instanceof Socket)) return;
      latest = socket;
      if (hasEnded) socket.destroy();
    },
    end(dispatcher) {
      hasEnded = true;
      latest?.destroy();
      // All that it had to do has failed by then.
      dispatcher.destroy().catch(() => undefined);
    },
  };
}

interface Target {
  readonly servername?: string;
}

type Connect = (to: Target, callback: (error: unknown, socket: unknown) => void) => unknown;

/** What undici connects with returns the socket at once, though its types do not say so. */
function remembering(
  options: object,
  { remember, connected }: { readonly remember: (socket: unknown) => void; readonly connected: () => void },
): object {
  return wrapConnect(options, (connect) => (to, callback) => {
    const socket = connect(withoutAddress(to), (error, made) => {
      connected();
      callback(error, made);
    });
    remember(socket);
  });
}

/** undici gives TLS the proxy's host for a name, also where it is an address, which none may be: then Node warns of it. */
function withoutAddress(to: Target): Target {
  const name = to.servername?.replace(/^\[|\]$/g, "") ?? "";
  return familyOf(name) === undefined ? to : { ...to, servername: "" };
}

/**
 * undici connects again and again, without end, where a tunnel fails with the error that its own sockets have when the
 * other side hangs up: it is given another.
 */
function endingTunnels(
  options: object,
  { proxy, watch }: { readonly proxy: string; readonly watch: Making["watch"] },
): object {
  return wrapConnect(
    options,
    (connect) => (to, callback) =>
      connect(to, (error, socket) => {
        if (socket instanceof Socket) watch(socket);
        callback(hungUp(error, proxy), socket);
      }),
  );
}

function wrapConnect(options: object, wrap: (connect: Connect) => Connect): object {
  const { connect } = options as { readonly connect?: unknown };
  // The cast is of what ProxyAgent hands to its factories, which is always one.
  return typeof connect === "function" ? { ...options, connect: wrap(connect as Connect) } : options;
}

function hungUp(error: unknown, proxy: string): unknown {
  if (!(error instanceof Error && "code" in error && error.code === "UND_ERR_SOCKET")) return error;
  return new Failure("proxy", { host: proxy, detail: "it hung up", retry: "always", cause: error });
}

const HTTP = {
  pipelining: 1,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 32_768,
  // The request's own time limit bounds both, and a body that drips too, which these do not.
  headersTimeout: 0,
  bodyTimeout: 0,
};

const DIALING = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1_000 };

/** Milliseconds. */
const CONNECT_TIMEOUT_MAX = 8_000;
