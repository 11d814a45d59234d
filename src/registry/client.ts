import { setMaxListeners } from "node:events";
import type { Keychain } from "../credentials/keychain.ts";
import type { Digest } from "../image/digest.ts";
import { canonicalName, type ImageReference } from "../image/reference.ts";
import { createAuthorizer } from "./authorizer.ts";
import { endpointOf } from "./endpoint.ts";
import { RegistryError } from "./errors.ts";
import { Failure, withoutSecrets } from "./failure.ts";
import { createHost, type Host } from "./host.ts";
import { type Finding, lookUp } from "./lookup.ts";
import { type Circumstances, explainFailure, warnOfLogin, warnOfMirror } from "./messages.ts";
import type { ProxySettings } from "./proxy.ts";
import { createFollower } from "./redirect.ts";
import { matchRegistry, type Place, placesToAsk, type RegistryConfig } from "./registry-config.ts";
import { createRetrier } from "./retry.ts";
import { createTransport } from "./transport.ts";
import { untilAborted } from "./until-aborted.ts";

/** Asks registries which digests tags mean. It knows the network, and the time that the run may take. */
export interface RegistryClient {
  /**
   * The digest of what the tag means now, `latest` where there is none; a reference with a digest alone gives that
   * digest once the registry has confirmed it. Each image is asked for once. Rejects with a
   * RegistryError, but for a fault of a program.
   */
  resolveDigest(image: ImageReference, options?: ResolveOptions): Promise<Digest>;
  /** What a person should know though it went well, each once, in an order that does not depend on time. */
  warnings(): readonly RegistryWarning[];
  /** Ends all that is under way and all sockets, so that the process can end. */
  close(): Promise<void>;
}

/** How one image is asked for. */
interface ResolveOptions {
  readonly signal?: AbortSignal;
}

/** Something that went well in another way than was meant. */
interface RegistryWarning {
  /** The host that it is about; absent where it is about this machine. */
  readonly registry?: string;
  readonly message: string;
}

/** What a RegistryClient is made from. */
export interface RegistryClientOptions {
  readonly registries: readonly RegistryConfig[];
  readonly network: NetworkOptions;
  /** `get` hashes the manifest's bytes for every image instead of trusting the header of a HEAD. */
  readonly verify: "header" | "get";
  readonly keychain: Keychain;
  readonly userAgent: string;
  readonly proxies: ProxySettings;
  /** SSL_CERT_FILE, NODE_EXTRA_CA_CERTS: authorities besides the built-in ones. */
  readonly extraCaFiles: readonly string[];
  /** Folders that hold `<host[:port]>/*.crt`, `*.cert` and `*.key`. */
  readonly certsDirectories: readonly string[];
}

/** Limits of the network, in milliseconds where they are times. */
export interface NetworkOptions {
  /** Requests at once for each registry. */
  readonly concurrency: number;
  /** For one request with its answer. */
  readonly timeout: number;
  readonly retries: number;
  /** For the whole run, from the creation of the client. */
  readonly deadline: number;
}

/** Makes a RegistryClient. Nothing is loaded or connected before the first image is asked for. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { network, registries: configs, keychain, verify } = options;
  const warnings = new Map<string, RegistryWarning>();
  const digests = new Map<string, Promise<Digest>>();
  const hosts = new Map<string, Host>();
  const ending = new AbortController();
  // All requests under way listen to it; Node takes more than ten for a leak, and says so on stderr.
  setMaxListeners(0, ending.signal);
  const deadline = setTimeout(() => ending.abort(new Failure("deadline")), network.deadline);
  deadline.unref();

  const transport = createTransport({
    ...options,
    ...network,
    warn: (message) => warn({ message }),
  });
  const deadlineAt = performance.now() + network.deadline;
  const { reachOf } = transport;
  const retrier = createRetrier(transport.send, { ...network, deadlineAt });
  const send = createFollower(retrier, { configs, reachOf });
  const tokens = { send, configs, reachOf };

  function warn(warning: RegistryWarning): void {
    warnings.set(JSON.stringify([warning.registry, warning.message]), warning);
  }

  function warnOfDetours(registry: string, { trials, as }: Found, before: readonly Passed[]): void {
    for (const { identity, failure } of trials) {
      const trial = { source: identity.source, failure };
      if (identity.kind === "login") warn({ registry, message: warnOfLogin(registry, trial, as) });
    }
    for (const { registry: mirror, failure } of before) {
      // That one lacks an image is what the next is for.
      if (failure.status !== 404) warn({ registry: mirror, message: warnOfMirror(mirror, failure) });
    }
  }

  function hostOf(place: Place): Host {
    const endpoint = endpointOf(place);
    const key = JSON.stringify([endpoint.name, endpoint.urls, endpoint.connection]);
    const host =
      hosts.get(key) ?? createHost(endpoint, createAuthorizer(endpoint, keychain, tokens), ending.signal);
    hosts.set(key, host);
    return host;
  }

  async function askAt(place: Place, reference: string): Promise<Finding> {
    try {
      const host = hostOf(place);
      const question = { repository: place.repository, reference, verify, signal: host.signal };
      const finding = await lookUp(host, question, tokens);
      if (finding.kind === "found") return finding;
      return { ...finding, failure: withoutSecrets(finding.failure, host.authorizer.secrets()) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { kind: "failed", failure: error, trials: [] };
    }
  }

  async function resolve(image: ImageReference): Promise<Digest> {
    if (matchRegistry(image, configs)?.blocked === true) throw toRegistryError(blocked(image));
    const reference = image.tag ?? image.digest ?? "latest";
    const before: Passed[] = [];
    let last: Circumstances | undefined;
    for (const place of placesToAsk(image, configs)) {
      if (last !== undefined) before.push(last);
      const registry = place.mirror ?? place.registry;
      const finding = await askAt(place, reference);
      if (finding.kind === "found") {
        warnOfDetours(registry, finding, before);
        return finding.digest;
      }
      const asked = [...new Set(finding.trials.map(({ identity }) => identity.source))];
      last = { image: image.text, registry, failure: finding.failure, asked, before };
      if (ending.signal.aborted) break;
    }
    throw toRegistryError(last ?? nowhere(image));
  }

  return {
    async resolveDigest(image, { signal } = {}) {
      const key = `${canonicalName(image)}@${image.tag === undefined ? (image.digest ?? "") : ""}`;
      const digest = digests.get(key) ?? resolve(image);
      digests.set(key, digest);
      if (signal === undefined) return digest;
      try {
        return await untilAborted(digest, signal);
      } catch (error) {
        if (error instanceof RegistryError || !signal.aborted) throw error;
        const broken = new Failure("aborted", { cause: signal.reason });
        throw toRegistryError(withoutAsking(image, broken));
      }
    },
    warnings() {
      return [...warnings.values()].sort(
        (one, other) =>
          compare(one.registry ?? "", other.registry ?? "") || compare(one.message, other.message),
      );
    },
    async close() {
      clearTimeout(deadline);
      ending.abort(new Failure("aborted"));
      await transport.close();
    },
  };
}

type Found = Extract<Finding, { kind: "found" }>;
type Passed = Circumstances["before"][number];

function blocked(image: ImageReference): Circumstances {
  return withoutAsking(image, new Failure("blocked"));
}

function nowhere(image: ImageReference): Circumstances {
  return withoutAsking(image, new Failure("address", { detail: "no mirror has a place for it" }));
}

function withoutAsking(image: ImageReference, failure: Failure): Circumstances {
  return { image: image.text, registry: image.registry, failure, asked: [], before: [] };
}

function toRegistryError(circumstances: Circumstances): RegistryError {
  const { failure, registry } = circumstances;
  const { code, status } = failure;
  const details = { code, registry, ...(status !== undefined && { status }) };
  return new RegistryError(details, explainFailure(circumstances), { cause: failure });
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
