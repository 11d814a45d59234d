import { setMaxListeners } from "node:events";
import type { Keychain } from "../credentials/keychain.ts";
import type { Digest } from "../image/digest.ts";
import { canonicalName, type ImageReference } from "../image/reference.ts";
import type { Concurrency } from "../image/registry-config.ts";
import {
  matchRegistry,
  type PullSource,
  pullSourcesOf,
  type RegistryConfig,
} from "../image/registry-config.ts";
import type { Secrets } from "../text/secrets.ts";
import { createAuthorizer } from "./auth/authorizer.ts";
import { createTokenShelf } from "./auth/token-shelf.ts";
import { RegistryError } from "./errors.ts";
import {
  explainFailure,
  explainReason,
  type FailureContext,
  warnOfLogin,
  warnOfMirror,
} from "./failure-messages.ts";
import { createHost, type Host, type Knock } from "./host-state.ts";
import type { Content, ContentRequest, Inspection, PlatformDemand } from "./inspection.ts";
import { lookUp } from "./lookup.ts";
import type { LookupRequest, LookupResult } from "./lookup-request.ts";
import { type Ping, ping } from "./ping.ts";
import { configTypeOf, inspect, isImageType, readConfig, readContent } from "./platforms.ts";
import { untilAborted } from "./transport/abortable.ts";
import type { HttpLine } from "./transport/agent.ts";
import { type Endpoint, endpointElsewhere, endpointOf } from "./transport/endpoint.ts";
import { hasTrait } from "./transport/error-code.ts";
import { Failure, withoutSecrets } from "./transport/failure.ts";
import type { ProxySettings } from "./transport/proxy.ts";
import { createFollower } from "./transport/redirect.ts";
import { createRetrier } from "./transport/retry.ts";
import type { Sockets } from "./transport/sockets.ts";
import { createTransport } from "./transport/transport.ts";

/** Asks registries which digests tags mean. It knows the network, and the time that the run may take. */
export interface RegistryClient {
  /**
   * The digest of what the tag means now, `latest` where there is none; a reference with a digest alone gives that digest
   * once the registry has confirmed it. Or the digest of the manifest for a platform, and which platforms the image has:
   * that costs a GET, and one more for an image that is no index. Each image is asked for once. Rejects with a
   * RegistryError, but for a fault of a program.
   */
  inspect(image: ImageReference, demand: PlatformDemand): Promise<Inspection>;
  /**
   * Whether the registry has a digest in the repository of an image; false only where it, or each of the mirrors that
   * are asked in its place, says that it has not.
   */
  hasDigest(image: ImageReference, digest: Digest): Promise<boolean>;
  /**
   * What lies in the repository of an image, read whole; undefined only where it, or each of the mirrors that are asked in
   * its place, says that there is no such thing.
   */
  read(image: ImageReference, wanted: ContentRequest): Promise<Content | undefined>;
  /** What a person should know though it went well, each once, in an order that does not depend on time. */
  warnings(): readonly RegistryWarning[];
  /** Ends all that is under way and all sockets, so that the process can end. */
  close(): Promise<void>;
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
  /** Learns what is sent, to keep it out of messages. */
  readonly secrets: Secrets;
  /** SSL_CERT_FILE, NODE_EXTRA_CA_CERTS: authorities besides the built-in ones. */
  readonly extraCaFiles: readonly string[];
  /** Folders that hold `<host[:port]>/*.crt`, `*.cert` and `*.key`. */
  readonly certsDirectories: readonly string[];
  /** Those of the run, which are closed with the client. */
  readonly sockets: Sockets<HttpLine>;
}

/** Limits of the network, in milliseconds where they are times. */
export interface NetworkOptions {
  /** Requests at once for each registry. */
  readonly concurrency: Concurrency;
  /** For one request with its answer. */
  readonly timeout: number;
  readonly retries: number;
  /** For the whole run, from the creation of the client. */
  readonly deadline: number;
}

/** Makes a RegistryClient. Nothing is loaded or connected before the first image is asked for. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { network, registries: configs, keychain, verify, secrets } = options;
  const warnings = new Map<string, RegistryWarning>();
  const digests = new Map<string, Promise<Digest>>();
  const inspections = new Map<string, Promise<Inspection>>();
  const confirmations = new Map<string, Promise<boolean>>();
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
  // What nobody knows to be an image may take this long in all, from the first on.
  const hurried = new AbortController();
  setMaxListeners(0, hurried.signal);
  let hurry: NodeJS.Timeout | undefined;
  const deadlineAt = performance.now() + network.deadline;
  const { reachOf } = transport;
  const retrier = createRetrier(transport.send, {
    ...network,
    deadlineAt,
    socketsMax: options.sockets.limit,
  });
  const send = createFollower(retrier, { configs, reachOf });
  const tokens = { send, configs, reachOf, shelf: createTokenShelf(TOKENS_LENGTH_MAX) };
  const lookups = {
    ...tokens,
    hostElsewhere: (url: URL, repository: string) => hostAt(endpointElsewhere(url, configs, repository)),
  };

  function warn(warning: RegistryWarning): void {
    warnings.set(JSON.stringify([warning.registry, warning.message]), warning);
  }

  function warnOfDetours(registry: string, { attempts, as }: Found, before: readonly FailedPlace[]): void {
    for (const { identity, failure, registry: elsewhere } of attempts) {
      const attempt = { source: identity.source, failure };
      if (identity.kind === "login") {
        warn({ registry, message: warnOfLogin(elsewhere ?? registry, attempt, as) });
      }
    }
    for (const { registry: mirror, failure } of before) {
      // That one lacks an image is what the next is for.
      if (failure.status !== 404) warn({ registry: mirror, message: warnOfMirror(mirror, failure) });
    }
  }

  function hostAt(endpoint: Endpoint): Host {
    const key = JSON.stringify([endpoint.name, endpoint.urls, endpoint.connection]);
    const host =
      hosts.get(key) ??
      createHost({
        endpoint,
        authorizer: createAuthorizer(endpoint, keychain, tokens),
        run: ending.signal,
        knock: (at) => knock({ ...at, connection: endpoint.connection }),
      });
    hosts.set(key, host);
    return host;
  }

  /** Whether an API answers at a URL, whatever it says, and wherever it sends those who ask. */
  async function knock(at: Ping): Promise<Knock> {
    try {
      const { status } = await ping({ ...at, retries: 1 }, retrier);
      // So a server of HTTPS answers HTTP.
      return status === 400 ? "unclear" : "answered";
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === "too-large") return "answered";
      return error.code === "not-a-registry" ? "unclear" : "unanswered";
    }
  }

  async function askAt(place: PullSource, wanted: Wanted): Promise<LookupResult> {
    try {
      const host = hostAt(endpointOf(place));
      const question = { verify, ...wanted, repository: place.repository, signal: host.signal };
      const finding = await lookUp(host, question, lookups);
      if (finding.kind === "found") return finding;
      return { ...finding, failure: withoutSecrets(finding.failure, secrets) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { kind: "failed", failure: withoutSecrets(error, secrets), attempts: [] };
    }
  }

  /** Asks at each place until one has all that is asked for; what has something counts where none has more. */
  async function tryPlaces<Answer extends Found>(
    image: ImageReference,
    ask: (place: PullSource) => Promise<Answer | NotFound>,
    isEnough: (found: Answer) => boolean = () => true,
  ): Promise<PlaceResult<Answer>> {
    if (matchRegistry(image, configs)?.blocked === true) return blocked(image);
    const before: FailedPlace[] = [];
    let last: FailureContext | undefined;
    let spare: PlaceResult<Answer> | undefined;
    for (const place of pullSourcesOf(image, configs)) {
      if (last !== undefined) before.push(last);
      const registry = place.mirror ?? place.registry;
      const finding = await ask(place);
      if (finding.kind === "found") {
        warnOfDetours(registry, finding, before);
        spare ??= { ...finding, place };
        if (!isEnough(finding)) continue;
        return { ...finding, place };
      }
      const sources = finding.attempts.map(({ identity }) => identity.source);
      const asked = [...new Set(finding.as === undefined ? sources : [...sources, finding.as])];
      last = { image: image.text, registry, failure: finding.failure, asked, before };
      if (ending.signal.aborted) break;
    }
    return spare ?? last ?? nowhere(image);
  }

  async function resolve(image: ImageReference): Promise<Digest> {
    const sought = await tryPlaces(image, (place) => askAt(place, { reference: meantBy(image) }));
    if (isFound(sought)) return sought.digest;
    throw toRegistryError(sought);
  }

  function once(image: ImageReference): Promise<Digest> {
    const key = keyOf(image);
    const digest = digests.get(key) ?? resolve(image);
    digests.set(key, digest);
    return digest;
  }

  async function look(image: ImageReference, demand: PlatformDemand): Promise<Inspection> {
    const sought = await tryPlaces(image, (place) => lookAt(place, image, demand));
    if (!isFound(sought)) throw toRegistryError(sought);
    return sought.inspection;
  }

  /**
   * Looks at an image at one place. What its manifest lacks it lacks everywhere; what its manifest names and the place does
   * not give, another may.
   */
  async function lookAt(
    place: PullSource,
    image: ImageReference,
    demand: PlatformDemand,
  ): Promise<(Found & { readonly inspection: Inspection }) | NotFound> {
    const found = await seeAt(place, image, demand);
    if (found.kind === "failed") return found;
    const { digest, attempts, as, seen } = found;
    try {
      if (seen instanceof Failure) throw seen;
      if (seen.kind === "index") {
        const { inspection } = seen;
        if (inspection.digest === digest) return { ...found, inspection };
        const failure = await childFailure(place, inspection.digest);
        if (failure !== undefined) return { kind: "failed", failure, attempts, as };
        return { ...found, inspection: { ...inspection, index: digest } };
      }
      const config = await askAt(place, { reference: seen.config, verify: "get", part: "blobs" });
      if (config.kind === "failed") return { ...config, attempts, as };
      const inspection = inspect(readConfig(config.body ?? Buffer.alloc(0), digest), digest, demand);
      return { ...found, inspection };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const failure = withoutSecrets(error, secrets);
      const registry = place.mirror ?? place.registry;
      throw toRegistryError({ image: image.text, registry, failure, asked: [as], before: [] });
    }
  }

  /** What the manifest says: it may be long, and does not stay in memory while others are asked for what it names. */
  async function seeAt(
    place: PullSource,
    image: ImageReference,
    demand: PlatformDemand,
  ): Promise<(Found & { readonly seen: Seen | Failure }) | NotFound> {
    const found = await askAt(place, { reference: meantBy(image), verify: "get" });
    if (found.kind === "failed") return found;
    const { body = Buffer.alloc(0), ...rest } = found;
    return { ...rest, seen: see(body, found.digest, demand) };
  }

  /** An index may list what the registry has lost, or a mirror never got. */
  async function childFailure(place: PullSource, digest: Digest): Promise<Failure | undefined> {
    const child = await askAt(place, { reference: digest });
    if (child.kind === "found") return undefined;
    if (!hasTrait(child.failure.code, "absent")) return child.failure;
    const registry = place.mirror ?? place.registry;
    const detail = `its index lists ${digest} for it, which ${registry} does not have`;
    return new Failure("platform", { detail, cause: child.failure });
  }

  /** Asks once, and for a moment in all: nobody has said that these are images. */
  async function recognize(image: ImageReference): Promise<Inspection> {
    const sought = await tryPlaces(image, (place) => askAt(place, { reference: meantBy(image), retries: 0 }));
    if (!isFound(sought)) throw toRegistryError(sought);
    const { digest, place, mediaType } = sought;
    if (isImageType(mediaType)) return { digest, recognizedBy: mediaType };
    const registry = place.mirror ?? place.registry;
    const full =
      sought.body === undefined
        ? await askAt(place, { reference: digest, verify: "get", retries: 0 })
        : sought;
    const found = "digest" in full ? configTypeOf(full.body ?? Buffer.alloc(0)) : undefined;
    if (found !== undefined && isImageType(found)) return { digest, recognizedBy: found };
    const failure =
      "failure" in full
        ? full.failure
        : withoutSecrets(
            new Failure("not-an-image", { host: registry, detail: found ?? mediaType }),
            secrets,
          );
    throw toRegistryError({ image: image.text, registry, failure, asked: [sought.as], before: [] });
  }

  /** What has platforms is an image. */
  async function lookAtImage(image: ImageReference, demand: PlatformDemand): Promise<Inspection> {
    return { ...(await look(image, demand)), recognizedBy: "by its platforms" };
  }

  async function inAMoment<Result>(image: ImageReference, task: Promise<Result>): Promise<Result> {
    try {
      return await untilAborted(task, hurried.signal);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw toRegistryError(withoutAsking(image, error));
    }
  }

  async function read(
    image: ImageReference,
    { part, ...wanted }: ContentRequest,
  ): Promise<Content | undefined> {
    const asked = { ...wanted, verify: "get" as const, part: part === "manifests" ? undefined : part };
    // A mirror may have an image without what refers to it, and says so with a list of nothing.
    const sought = await tryPlaces(
      image,
      (place) => askAt(place, asked),
      (found) => part !== "referrers" || !isEmptyList(found),
    );
    if (isFound(sought)) {
      const { digest, body = Buffer.alloc(0), mediaType, next } = sought;
      return { digest, body, mediaType, next };
    }
    if (denialsOf(image, sought).every((failure) => hasTrait(failure.code, "absent"))) return undefined;
    // Registries of before 2023 know no such list, and each says so in its own way.
    const isUnknown = part === "referrers" && REFERRERS_UNKNOWN.has(sought.failure.status ?? 0);
    if (isUnknown) return undefined;
    throw toRegistryError(sought);
  }

  async function confirm(image: ImageReference, digest: Digest): Promise<boolean> {
    const sought = await tryPlaces(image, (place) => askAt(place, { reference: digest }));
    if (isFound(sought)) return true;
    if (denialsOf(image, sought).every(({ code }) => hasTrait(code, "absent"))) return false;
    throw toRegistryError(sought);
  }

  return {
    async inspect(image, demand) {
      const { platform, requirePlatforms = [], mustBeImage } = demand;
      if (mustBeImage) {
        hurry ??= setTimeout(() => hurried.abort(new Failure("timeout")), MOMENT).unref();
        const isForAll = platform === undefined && requirePlatforms.length === 0;
        return inAMoment(image, isForAll ? recognize(image) : lookAtImage(image, demand));
      }
      if (platform === undefined && requirePlatforms.length === 0) {
        return { digest: await once(image) };
      }
      const key = JSON.stringify([keyOf(image), platform, requirePlatforms]);
      const inspection = inspections.get(key) ?? look(image, demand);
      inspections.set(key, inspection);
      return inspection;
    },
    async hasDigest(image, digest) {
      const key = `${image.registry}/${image.repository}@${digest}`;
      const answer = confirmations.get(key) ?? confirm(image, digest);
      confirmations.set(key, answer);
      return answer;
    },
    read,
    warnings() {
      return [...warnings.values()].sort(
        (one, other) =>
          compare(one.registry ?? "", other.registry ?? "") || compare(one.message, other.message),
      );
    },
    async close() {
      clearTimeout(deadline);
      clearTimeout(hurry);
      ending.abort(new Failure("aborted"));
      options.sockets.close();
    },
  };
}

type Found = Extract<LookupResult, { kind: "found" }>;

/** What a manifest says of platforms: itself, or where else to look. */
type Seen =
  | { readonly kind: "index"; readonly inspection: Inspection }
  | { readonly kind: "image"; readonly config: Digest };

function see(body: Buffer, digest: Digest, demand: PlatformDemand): Seen | Failure {
  try {
    const content = readContent(body);
    return content.kind === "image"
      ? content
      : { kind: "index", inspection: inspect(content.manifests, digest, demand) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error;
  }
}

/** As whom it was asked last, where something was found and not all. */
type NotFound = Extract<LookupResult, { kind: "failed" }> & { readonly as?: string };
type FailedPlace = FailureContext["before"][number];

/** A tag or digest to ask for, in which way. */
type Wanted = Pick<LookupRequest, "reference" | "part" | "page" | "bytesMax" | "retries"> &
  Partial<Pick<LookupRequest, "verify">>;

/** Where it was found, or why it was not. */
type PlaceResult<Answer extends Found = Found> = (Answer & { readonly place: PullSource }) | FailureContext;

/** What counts where an image was looked for in vain: what its registry says, or all mirrors in its place. */
function denialsOf(image: ImageReference, sought: FailureContext): readonly Failure[] {
  const isLast = sought.registry === image.registry;
  return isLast ? [sought.failure] : [sought, ...sought.before].map(({ failure }) => failure);
}

function isEmptyList({ body }: Found): boolean {
  return (
    body !== undefined && body.length < 1_024 && /"manifests"\s*:\s*(?:\[\s*\]|null)/.test(body.toString())
  );
}

const REFERRERS_UNKNOWN: ReadonlySet<number> = new Set([200, 400, 404, 405, 406, 415, 501]);

function isFound<Answer extends Found>(
  sought: PlaceResult<Answer>,
): sought is Answer & { readonly place: PullSource } {
  return "digest" in sought;
}

function meantBy(image: ImageReference): string {
  return image.tag ?? image.digest ?? "latest";
}

function keyOf(image: ImageReference): string {
  return `${canonicalName(image)}@${image.tag === undefined ? (image.digest ?? "") : ""}`;
}

/** Milliseconds. */
const MOMENT = 3_000;

/** Characters of tokens that are kept, ten thousand of the usual length. */
const TOKENS_LENGTH_MAX = 16 * 1_048_576;

function blocked(image: ImageReference): FailureContext {
  return withoutAsking(image, new Failure("blocked"));
}

function nowhere(image: ImageReference): FailureContext {
  return withoutAsking(image, new Failure("address", { detail: "no mirror has a place for it" }));
}

function withoutAsking(image: ImageReference, failure: Failure): FailureContext {
  return { image: image.text, registry: image.registry, failure, asked: [], before: [] };
}

function toRegistryError(context: FailureContext): RegistryError {
  const { failure, registry } = context;
  const { code, status } = failure;
  const reason = explainReason(context);
  const details = { code, registry, reason, status };
  return new RegistryError(details, explainFailure(context), { cause: failure });
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
