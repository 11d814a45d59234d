import { isLoopbackName } from "./address-guard.ts";
import { Failure } from "./failure.ts";
import { matchRegistry, type PullSource, type RegistryConfig } from "./registry-config.ts";

/** A host to ask, and how to connect to it. */
export interface Endpoint {
  /** The host as images and logins name it: `docker.io`. */
  readonly name: string;
  /** Where its API is, one URL for each scheme that may be tried, in order. */
  readonly urls: readonly URL[];
  readonly connection: Connection;
}

/** What is needed to connect to a host. */
export interface Connection {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly insecureSkipTLSVerify: boolean;
  readonly plainHTTP: boolean;
  /** Requests at once; undefined for the network's. */
  readonly concurrency: number | undefined;
  /** The names that the host may have in a certs.d directory. */
  readonly certificateNames: readonly string[];
}

/** A connection of which nothing is said. */
export const defaultConnection: Connection = {
  caFile: "",
  certFile: "",
  keyFile: "",
  insecureSkipTLSVerify: false,
  plainHTTP: false,
  concurrency: undefined,
  certificateNames: [],
};

/** Where a place is. Throws a Failure where its name can't be an address. */
export function endpointOf(place: PullSource): Endpoint {
  const name = place.registry;
  const address = ADDRESSES.get(name) ?? name;
  const certificateNames = [...new Set([name, address])];
  const connection = connectionOf(place.config, certificateNames);
  const secure = baseUrl("https", address);
  const schemes = place.scheme !== undefined ? [place.scheme] : schemesFor(secure, connection);
  return { name, urls: schemes.map((scheme) => baseUrl(scheme, address)), connection };
}

/**
 * How to connect to a host that a registry has named: by its own entry, else as to the registry, whose authorities
 * sign for its neighbours too. The client certificate is for the registry alone.
 */
export function connectionElsewhere(
  url: URL,
  home: Connection,
  configs: readonly RegistryConfig[],
): Connection {
  const entries = configs.filter(({ prefix }) => prefix !== "*" && !prefix.includes("/"));
  const own = matchRegistry({ registry: url.host, repository: "" }, entries);
  if (own !== undefined) return connectionOf(own, [url.host]);
  return { ...home, certFile: "", keyFile: "", plainHTTP: false, certificateNames: [url.host] };
}

// Docker Hub's registry answers at another name than the one that images carry.
// https://github.com/moby/moby/blob/v24.0.2/registry/config.go#L25-L48
const ADDRESSES: ReadonlyMap<string, string> = new Map([
  ["docker.io", "registry-1.docker.io"],
  ["index.docker.io", "registry-1.docker.io"],
]);

function connectionOf(config: RegistryConfig | undefined, certificateNames: readonly string[]): Connection {
  return {
    caFile: config?.caFile ?? "",
    certFile: config?.certFile ?? "",
    keyFile: config?.keyFile ?? "",
    insecureSkipTLSVerify: config?.insecureSkipTLSVerify ?? false,
    plainHTTP: config?.plainHTTP ?? false,
    concurrency: config?.concurrency,
    certificateNames,
  };
}

function schemesFor(url: URL, { plainHTTP }: Connection): readonly ("https" | "http")[] {
  if (plainHTTP) return ["http"];
  if (!isLoopbackName(url.hostname)) return ["https"];
  // Without a port each scheme has its own, and who answers at that of HTTP may know nothing of the registry.
  if (url.port === "") return ["https", "http"];
  // Mostly a registry for development. What comes first carries no login, and TLS takes longer to load than to use.
  return ["http", "https"];
}

function baseUrl(scheme: "https" | "http", address: string): URL {
  const text = `${scheme}://${address}/`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A URL parser takes "127.1" and "0x7f.1" for 127.0.0.1: what is not the host that was read is not asked.
  const host = address.replace(/:[0-9]+$/, "");
  if (url === undefined || (url.hostname !== host && !host.startsWith("["))) {
    throw new Failure("address", { host: address, detail: "not the name of a host" });
  }
  return url;
}
