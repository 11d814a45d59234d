/** The registry of the tests in a process of its own, so that its work is not the client's. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { startRegistry } from "../support/registry.mjs";
import type { NamedHost } from "./named-host.ts";

/** How the registry behaves; it has every image. */
export interface RegistrySettings {
  /** Milliseconds before each answer. */
  readonly latency: number;
  readonly tokens: boolean;
  /** Where it speaks TLS, and under which name; else HTTP on loopback. */
  readonly https?: Pick<NamedHost, "name" | "key" | "cert">;
  /** One in so many requests is answered with 429 and `Retry-After: 1`. */
  readonly refuseOneIn?: number;
}

/** What the registry has seen since it was last asked. */
export interface Seen {
  readonly heads: number;
  readonly gets: number;
  readonly tokens: number;
  readonly refused: number;
  readonly connections: number;
  /** Of all time. */
  readonly atOnce: number;
}

/** A registry that runs until it is stopped. */
export interface RegistryProcess {
  readonly host: string;
  seen(): Promise<Seen>;
  stop(): Promise<void>;
}

/** Starts a registry. */
export async function startRegistryProcess(settings: RegistrySettings): Promise<RegistryProcess> {
  const [, script = ""] = process.argv;
  const child = fork(script, [REGISTRY, JSON.stringify(settings)], { execArgv: [] });
  const [host] = await once(child, "message");
  return {
    host: String(host),
    async seen() {
      child.send("seen");
      const [seen] = await once(child, "message");
      // Made below.
      return seen as Seen;
    },
    async stop() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

/** The argument with which this program is a registry. */
export const REGISTRY = "--registry";

/** Is a registry, until the process that wanted one has gone. */
export async function serveRegistry(settings: RegistrySettings): Promise<void> {
  const { latency, tokens, refuseOneIn, https } = settings;
  let count = 0;
  let refused = 0;
  const registry = await startRegistry({
    any: true,
    auth: tokens ? { bearer: {} } : "none",
    ...(latency > 0 && { latency }),
    ...(https !== undefined && { name: https.name, tls: { key: https.key, cert: https.cert } }),
    onRequest(_, response) {
      count += 1;
      if (refuseOneIn === undefined || count % refuseOneIn !== 0) return false;
      refused += 1;
      response.writeHead(429, { "Retry-After": "1" }).end();
      return true;
    },
  });
  let before = { requests: 0, connections: 0, refused: 0 };
  process.on("message", () => {
    const requests = registry.requests.slice(before.requests);
    const isToken = ({ path }: { readonly path: string }): boolean => path.startsWith("/token");
    const heads = requests.filter(({ method }) => method === "HEAD").length;
    const given = requests.filter(isToken).length;
    process.send?.({
      heads,
      gets: requests.length - heads - given,
      tokens: given,
      refused: refused - before.refused,
      connections: registry.connections() - before.connections,
      atOnce: registry.maxInFlight(),
    } satisfies Seen);
    before = { requests: registry.requests.length, connections: registry.connections(), refused };
  });
  process.once("disconnect", () => registry.close());
  process.send?.(registry.host);
}
