/** From the configuration and the environment to the registries: the only part of the story that is on the network. */

import { statSync } from "node:fs";
import { platform } from "node:os";
import type { Config } from "../../config/config.ts";
import type { Send } from "../../credentials/cloud/send.ts";
import { createKeychain } from "../../credentials/keychain.ts";
import type { PullSecret } from "../../credentials/pull-secret.ts";
import { spareDescriptors } from "../../fs/descriptors.ts";
import type { RegistryConfig } from "../../image/registry-config.ts";
import { createRegistryClient } from "../../registry/client.ts";
import type { RegistrySession } from "../../registry/resolve/registry-session.ts";
import type { HttpLine } from "../../registry/transport/agent.ts";
import { defaultConnection } from "../../registry/transport/endpoint.ts";
import { createNameScout } from "../../registry/transport/name-scout.ts";
import type { ProxySettings } from "../../registry/transport/proxy.ts";
import { createSockets } from "../../registry/transport/sockets.ts";
import { createTransport, type Transport } from "../../registry/transport/transport.ts";
import { createSecrets, type Secrets } from "../../text/secrets.ts";
import { version } from "../../version.ts";
import type { Environment, ResolverOptions } from "./resolver-options.ts";

/** What of the configuration tells how registries are asked. */
export type ConnectionConfig = Pick<Config, "credentials" | "network" | "registries" | "verify">;

/** Where logins come from: the environment, and the pull secrets of a package where the configuration opts in to them. */
export interface LoginSources extends Pick<ResolverOptions, "sparesThreads" | "since"> {
  readonly environment: Environment;
  readonly pullSecrets: (warn: (message: string) => void) => readonly PullSecret[];
}

/** Registries that are asked as the configuration says. */
export function connect(config: ConnectionConfig, sources: LoginSources): RegistrySession {
  const { environment } = sources;
  const faults: string[] = [];
  const warn = (fault: string): void => {
    faults.push(fault);
  };
  const secrets = createSecrets();
  const network = {
    secrets,
    sockets: createSockets<HttpLine>({ max: SOCKETS_MAX, spare: spareDescriptors }),
    userAgent: `pin-digests/${version}`,
    proxies: proxiesOf(environment),
    extraCaFiles: ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"].flatMap((name) => environment[name] || []),
    certsDirectories: certsDirectories(environment),
    scout: sources.sparesThreads === true ? createNameScout() : undefined,
  };
  const limits = { ...config.network, deadline: timeLeft(config.network.deadline, sources.since) };
  const clouds = createTransport({
    ...network,
    ...config.network,
    proxies: besidesMetadata(network.proxies),
    // The registries' own transport reads the same files, and tells what is wrong with them.
    warn: () => {},
  });
  const over = new AbortController();
  const keychain = createKeychain({
    environment,
    signal: over.signal,
    platform: platform(),
    ...currentUser(environment),
    sources: config.credentials.includes("package") ? sources.pullSecrets(warn) : [],
    now: Date.now,
    send: sendThrough(clouds, secrets),
  });
  const registries = trustsPackage(environment) ? config.registries.map(asOfUser) : config.registries;
  const client = createRegistryClient({ ...network, ...config, network: limits, registries, keychain });
  return {
    inspect: (image, demand) => client.inspect(image, demand),
    hasDigest: (image, digest) => client.hasDigest(image, digest),
    read: (image, wanted) => client.read(image, wanted),
    warnings: () => [...faults, ...keychain.warnings(), ...client.warnings().map(({ message }) => message)],
    close: async ({ leaveSockets = false } = {}) => {
      over.abort();
      if (!leaveSockets) await client.close();
    },
  };
}

function timeLeft(deadline: number, since: number | undefined): number {
  return since === undefined ? deadline : Math.max(0, deadline - (performance.now() - since));
}

/** The user's word that a configuration which came in the list may do what the user's own may. */
function trustsPackage({ PIN_DIGESTS_TRUST_PACKAGE: word }: Environment): boolean {
  return word === "1" || word === "true";
}

function asOfUser(entry: RegistryConfig): RegistryConfig {
  return { ...entry, fromPackage: false };
}

/** Whose logins are used: nobody's where the environment names no home. */
function currentUser({ HOME, USERPROFILE }: Environment): {
  readonly homeDirectory?: string;
  readonly uid?: number;
} {
  const homeDirectory = HOME || USERPROFILE;
  if (!homeDirectory) return {};
  try {
    // podman keeps root's logins in a folder named by number. A directory of users, which may hang, is not asked for it.
    return { homeDirectory, uid: statSync("/proc/self").uid };
  } catch {
    // Not Linux: podman has no such folder there.
    return { homeDirectory };
  }
}

function proxiesOf(environment: Environment): ProxySettings {
  const [httpProxy, httpsProxy, noProxy] = ["http_proxy", "https_proxy", "no_proxy"].map(
    (name) => environment[name.toUpperCase()] || environment[name] || undefined,
  );
  return { httpProxy, httpsProxy, noProxy };
}

/** The services that tell a machine who it is answer that machine alone. */
function besidesMetadata(proxies: ProxySettings): ProxySettings {
  const metadata = ["169.254.0.0/16", "fd00:ec2::/32", "metadata.google.internal"];
  return { ...proxies, noProxy: [proxies.noProxy, ...metadata].filter(Boolean).join(",") };
}

function certsDirectories(environment: Environment): readonly string[] {
  const own = environment.HOME ? [`${environment.HOME}/.config/containers/certs.d`] : [];
  return [...own, "/etc/containers/certs.d", "/etc/docker/certs.d"];
}

/** At once in a run, whatever the number of registries. */
const SOCKETS_MAX = 64;

const answerBytesMax = 1 << 20;

function sendThrough(transport: Transport, secrets: Secrets): Send {
  return async ({ method, url, headers, body: sent, timeout }) => {
    const response = await transport.send({
      method,
      url: new URL(url),
      headers,
      body: sent,
      connection: defaultConnection,
      bytesMax: answerBytesMax,
      signal: AbortSignal.timeout(timeout),
    });
    const body = response.body.toString("utf8");
    const single = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
    return {
      status: response.status,
      headers: Object.fromEntries(single),
      // What is no good is only told of.
      body: response.status === 200 ? body : secrets.redact(body),
    };
  };
}
