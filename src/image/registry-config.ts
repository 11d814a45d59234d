import { trimEnd } from "../yaml/trim-end.ts";
import { canonicalHost, coversName, dockerHub, isDockerHubPrefix, splitHost } from "./registry-host.ts";

/** Requests at once to one origin: as many as it takes well, or a number that is never exceeded. */
export type Concurrency = "auto" | number;

/** Requests at once, whatever an origin takes. */
export const CONCURRENCY_MAX = 64;

/** What the user says about the registries, or parts of them, that `prefix` names. */
export interface RegistryConfig {
  /** `*`, or `host[:port][/path]`, where a label of the host may be `*`. */
  readonly prefix: string;
  /** `[http://]host[:port][/path]`, asked in this order before the registry itself. */
  readonly mirrors: readonly string[];
  /** Asks the mirrors alone. */
  readonly only: boolean;
  readonly plainHTTP: boolean;
  readonly insecureSkipTLSVerify: boolean;
  /** Empty for none, as are the next two. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Requests at once; the network's where absent. */
  readonly concurrency?: Concurrency;
  /** Never asks, and fails. */
  readonly blocked: boolean;
  /** Whether a package brought it, which has less of a say over this machine's logins than the user. */
  readonly fromPackage: boolean;
}

/** What an image is found by: a registry in lower case with its port, and a repository in it. */
export interface Location {
  readonly registry: string;
  readonly repository: string;
}

/** The entry for a location: the longest literal path wins, then the most literal labels, then the order. */
export function matchRegistry<Config extends Pick<RegistryConfig, "prefix">>(
  location: Location,
  configs: readonly Config[],
): Config | undefined {
  if (configs.length === 0) return undefined;
  const { named, others } = indexOf(configs);
  const { name, port = HTTPS_PORT } = splitHost(location.registry);
  const host = canonicalHost(name);
  const paths = pathsAbove(location.repository);
  let best: Entry | undefined;
  for (const key of [hostKey(host, port), hostKey(host, undefined)]) {
    const entries = named.get(key);
    const path = entries && paths.find((each) => entries.has(each));
    best = better(best, path === undefined ? undefined : entries?.get(path));
  }
  for (const entry of others) {
    if (covers(entry.prefix, { host, port }) && pathMatches(location.repository, entry.prefix))
      best = better(best, entry);
  }
  return best && configs[best.order];
}

interface Entry {
  readonly prefix: Prefix;
  readonly order: number;
}

/** Entries by the host that they name, and by the path below it; those with a star apart. */
interface Index {
  readonly named: ReadonlyMap<string, ReadonlyMap<string, Entry>>;
  readonly others: readonly Entry[];
}

// A configuration is asked for each image.
const indices = new WeakMap<readonly object[], Index>();

function indexOf(configs: readonly Pick<RegistryConfig, "prefix">[]): Index {
  const known = indices.get(configs) ?? makeIndex(configs);
  indices.set(configs, known);
  return known;
}

function makeIndex(configs: readonly Pick<RegistryConfig, "prefix">[]): Index {
  const named = new Map<string, Map<string, Entry>>();
  const others: Entry[] = [];
  for (const [order, config] of configs.entries()) {
    const prefix = parsePrefix(config.prefix);
    const entry = { prefix, order };
    if (prefix.any || prefix.host.includes("*")) {
      others.push(entry);
      continue;
    }
    const key = hostKey(prefix.host, prefix.port);
    const entries = named.get(key) ?? new Map<string, Entry>();
    named.set(key, entries);
    if (!entries.has(prefix.path)) entries.set(prefix.path, entry);
  }
  return { named, others };
}

function hostKey(host: string, port: string | undefined): string {
  return port === undefined ? host : `${host} ${port}`;
}

/** A repository, and those whose names it begins with, the longest first; "" last. */
function pathsAbove(repository: string): readonly string[] {
  const paths = [repository];
  for (let slash = repository.lastIndexOf("/"); slash > 0; slash = repository.lastIndexOf("/", slash - 1))
    paths.push(repository.slice(0, slash));
  return [...paths, ""];
}

function better(one: Entry | undefined, other: Entry | undefined): Entry | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const order =
    other.prefix.path.length - one.prefix.path.length ||
    other.prefix.labels - one.prefix.labels ||
    one.order - other.order;
  return order > 0 ? other : one;
}

/** One place to ask for an image. */
export interface PullSource extends Location {
  /** `http` or `https` where the mirror names it. */
  readonly scheme?: "http" | "https" | undefined;
  /** The mirror as the user wrote it; absent for the registry itself. */
  readonly mirror?: string;
  /** The entry whose prefix names this place, which for a mirror is not the entry that it stands in. */
  readonly config?: RegistryConfig | undefined;
  /** Whether a package says to ask here. */
  readonly fromPackage: boolean;
}

/** The places to ask for an image, in order: the mirrors of its entry, then the registry itself unless `only`. */
export function pullSourcesOf(location: Location, configs: readonly RegistryConfig[]): readonly PullSource[] {
  const config = matchRegistry(location, configs);
  if (config === undefined) return [{ ...location, fromPackage: false }];
  const { fromPackage } = config;
  const rest = remainder(location, parsePrefix(config.prefix));
  const mirrors = config.mirrors.flatMap((mirror) => toPlace(mirror, rest, configs));
  const places = config.only ? mirrors : [...mirrors, { ...location, config }];
  return places.map((place) => ({ ...place, fromPackage }));
}

interface Prefix {
  readonly any: boolean;
  readonly host: string;
  readonly port: string | undefined;
  /** How much it says of the host: the labels that are written out, and the port. */
  readonly labels: number;
  readonly path: string;
}

const MIRROR = /^(?:(?<scheme>https?):\/\/)?(?<host>[^/@]+)(?:\/(?<path>.*))?$/i;
const HTTPS_PORT = "443";

function parsePrefix(prefix: string): Prefix {
  if (prefix === "*") return { any: true, host: "", port: undefined, labels: 0, path: "" };
  const [written = ""] = prefix.split("/", 1);
  const { name, port } = splitHost(written);
  const host = canonicalHost(name);
  const labels = host.split(".").filter((label) => !label.includes("*")).length;
  return {
    any: false,
    host,
    port,
    // A port is as good as a label: "harbor:5000" says more than "harbor".
    labels: labels + (port === undefined ? 0 : 1),
    path: trimEnd(prefix.slice(written.length + 1), "/"),
  };
}

function covers(prefix: Prefix, { host, port }: { readonly host: string; readonly port: string }): boolean {
  if (prefix.any) return true;
  return (prefix.port === undefined || prefix.port === port) && coversName(prefix.host, host);
}

function pathMatches(repository: string, { path }: Prefix): boolean {
  return path === "" || repository === path || repository.startsWith(`${path}/`);
}

function remainder(location: Location, prefix: Prefix): string {
  return prefix.path === "" ? location.repository : location.repository.slice(prefix.path.length + 1);
}

function toPlace(
  mirror: string,
  rest: string,
  configs: readonly RegistryConfig[],
): readonly Omit<PullSource, "fromPackage">[] {
  const { scheme, host, path = "" } = MIRROR.exec(mirror)?.groups ?? {};
  if (host === undefined) return [];
  const repository = [trimEnd(path, "/"), rest].filter((part) => part !== "").join("/");
  if (repository === "") return [];
  const registry = host.toLowerCase();
  const location = { registry: isDockerHubPrefix(registry) ? dockerHub : registry, repository };
  const config = matchRegistry(location, configs);
  const written = scheme?.toLowerCase();
  return [
    {
      ...location,
      mirror,
      config,
      scheme: written === "http" || written === "https" ? written : undefined,
    },
  ];
}
