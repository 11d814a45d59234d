/** The names that registries go by: the one place that knows Docker Hub's. */

/** Docker Hub, as images name it. */
export const dockerHub = "docker.io";

/**
 * Where Docker Hub's registry answers.
 * https://github.com/moby/moby/blob/v24.0.2/registry/config.go#L25-L48
 */
export const dockerHubAddress = "registry-1.docker.io";

/** The name under which `docker login` keeps Docker Hub's login. */
export const dockerHubServer = "https://index.docker.io/v1/";

/** Tells whether an image's first part means Docker Hub, so that `library/` may be left out behind it. */
export function isDockerHubPrefix(host: string): boolean {
  return host === dockerHub || host === "index.docker.io";
}

/**
 * Tells whether a name is no registry, but what tools put before images that they load straight into a node.
 * Knative leaves the same three alone.
 * https://github.com/knative/serving/blob/main/pkg/deployment/config.go (registries-skipping-tag-resolving)
 */
export function isNodeLocal(host: string): boolean {
  return nodeLocalNames.has(host.toLowerCase());
}

const nodeLocalNames: ReadonlySet<string> = new Set(["kind.local", "ko.local", "dev.local"]);

/**
 * The one name of a host: in lower case, without the port of HTTPS, `docker.io` for every name of Docker Hub.
 */
export function canonicalHost(host: string): string {
  const plain = host.toLowerCase().replace(PORT_ZEROS, ":").replace(/:443$/, "");
  if (dockerHubNames.includes(plain)) return dockerHub;
  return plain.startsWith("[") ? canonicalIpv6(plain) : plain;
}

// A port is a number, so `0443` is that of HTTPS as well.
const PORT_ZEROS = /:0+(?=\d+$)/;

/** A host with its port, in parts. */
export interface HostParts {
  /** An IPv6 address stands in brackets. */
  readonly name: string;
  readonly port: string | undefined;
}

/** Takes the port off a host. */
export function splitHost(host: string): HostParts {
  const { name = host, port } = /^(?<name>\[[^\]]*\]|[^:]*)(?::(?<port>\d+))?$/.exec(host)?.groups ?? {};
  return { name, port };
}

/**
 * Tells whether a pattern of labels covers a host's name, both without a port and as {@link canonicalHost}
 * writes them. `*` stands for any part of one label; a pattern that covers one name of Docker Hub covers all
 * of it.
 */
export function coversName(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  if (!pattern.includes("*")) return false;
  const names = name === dockerHub ? dockerHubNames : [name];
  return names.some((each) => labelsMatch(pattern.split("."), each.split(".")));
}

const dockerHubNames: readonly string[] = [
  dockerHub,
  "index.docker.io",
  dockerHubAddress,
  "registry.hub.docker.com",
];

/** `[::1]` for `[0:0:0:0:0:0:0:1]`. */
function canonicalIpv6(host: string): string {
  const { name, port } = splitHost(host);
  const url = `https://${name}/`;
  const canonical = URL.canParse(url) ? new URL(url).hostname : name;
  return port === undefined ? canonical : `${canonical}:${port}`;
}

function labelsMatch(patterns: readonly string[], labels: readonly string[]): boolean {
  return (
    patterns.length === labels.length &&
    labels.every((label, index) => labelMatches(patterns[index] ?? "", label))
  );
}

/** Linear, since a Secret in a package may hold a hostile pattern. */
function labelMatches(pattern: string, label: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === label;
  if (!label.startsWith(first) || !label.endsWith(last)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = label.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= label.length - last.length;
}
