import type { Concurrency } from "../../image/registry-config.ts";
import {
  type Location,
  matchRegistry,
  type PullSource,
  type RegistryConfig,
} from "../../image/registry-config.ts";
import { canonicalHost, dockerHubAddress, isDockerHubPrefix } from "../../image/registry-host.ts";
import { Failure } from "./failure.ts";
import { isLoopbackName } from "./reach.ts";

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
  /** Whether a package says so. */
  readonly fromPackage: boolean;
  /** Requests at once; undefined for the network's. */
  readonly concurrency: Concurrency | undefined;
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
  fromPackage: false,
  concurrency: undefined,
  certificateNames: [],
};

/** Where a place is. Throws a Failure where its name can't be an address. */
export function endpointOf(place: PullSource): Endpoint {
  const { registry, scheme, fromPackage } = place;
  const address = isDockerHubPrefix(registry) ? dockerHubAddress : registry;
  const connection = connectionOf(place.config, address);
  const secure = baseUrl("https", address);
  const schemes = scheme !== undefined ? [scheme] : schemesFor(secure, connection);
  return {
    name: canonicalHost(registry),
    urls: schemes.map((each) => baseUrl(each, address)),
    // A mirror's scheme says for the mirror what plainHTTP says for a registry.
    connection:
      scheme === undefined ? connection : { ...connection, plainHTTP: scheme === "http", fromPackage },
  };
}

/** The registry at a URL where a redirect has led, to be asked there and by no other scheme. */
export function endpointElsewhere(
  url: URL,
  configs: readonly RegistryConfig[],
  repository: string,
): Endpoint {
  const connection = connectionElsewhere(url, configs, repository);
  return { name: canonicalHost(url.host), urls: [new URL("/", url)], connection };
}

/**
 * How to connect to a host that a registry has named: as the entry that names this host says, or else as
 * safely as can be. What is said about the registry holds for the registry alone.
 */
export function connectionElsewhere(
  url: URL,
  configs: readonly RegistryConfig[],
  repository = "",
): Connection {
  return connectionOf(matchRegistry({ registry: url.host, repository }, configs), url.host);
}

/** Throws a Failure where a mirror, a realm or a redirect leads to what is blocked. */
export function refuseBlocked(location: Location, configs: readonly RegistryConfig[]): void {
  refuseBlockedEntry(matchRegistry(location, configs), location.registry);
}

function refuseBlockedEntry(config: RegistryConfig | undefined, host: string): void {
  // What is said of all registries keeps from none that an allowed one names.
  if (config?.blocked === true && config.prefix !== "*") throw new Failure("blocked", { host });
}

function connectionOf(config: RegistryConfig | undefined, address: string): Connection {
  refuseBlockedEntry(config, address);
  return {
    caFile: config?.caFile ?? "",
    certFile: config?.certFile ?? "",
    keyFile: config?.keyFile ?? "",
    insecureSkipTLSVerify: config?.insecureSkipTLSVerify ?? false,
    plainHTTP: config?.plainHTTP ?? false,
    fromPackage: config?.fromPackage ?? false,
    concurrency: config?.concurrency,
    certificateNames: [...new Set([canonicalHost(address), address])],
  };
}

function schemesFor(url: URL, { plainHTTP }: Connection): readonly ("https" | "http")[] {
  if (plainHTTP) return ["http"];
  if (!isLoopbackName(url.hostname)) return ["https"];
  // Without a port each scheme has its own, and who answers at that of HTTP may know nothing of the registry.
  if (url.port === "") return ["https", "http"];
  // Mostly a registry for development. What comes first carries no login, and TLS takes longer to load than
  // to use.
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
