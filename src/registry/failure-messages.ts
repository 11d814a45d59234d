import { canonicalHost } from "../image/registry-host.ts";
import { cutUntrusted } from "../text/untrusted-text.ts";
import { PLAIN_HTTP } from "./auth/token.ts";
import type { RegistryErrorCode } from "./transport/error-code.ts";
import type { Failure } from "./transport/failure.ts";

/** All that a person should know of a look-up that failed. */
export interface FailureContext {
  /** As the user wrote it. */
  readonly image: string;
  /** The host asked last. */
  readonly registry: string;
  readonly failure: Failure;
  /** As whom it was asked, in order. */
  readonly asked: readonly string[];
  /** The mirrors that were asked in vain before. */
  readonly before: readonly { readonly registry: string; readonly failure: Failure }[];
}

/** Says in one sentence what was wanted, of whom, what came instead, as whom it was asked, and what to do. */
export function explainFailure(context: FailureContext): string {
  return `can't resolve ${JSON.stringify(context.image)}: ${explainReason(context)}`;
}

/** The same without the image. */
export function explainReason(context: FailureContext): string {
  const { failure, before, asked } = context;
  const { advice } = ROWS[failure.code];
  const registry = failure.registry ?? context.registry;
  const redirected = isSameHost(registry, context.registry)
    ? ""
    : `${context.registry} redirects to ${registry}: `;
  const came = redirected + describe(failure, registry);
  const tried = before.map((one) => `${one.registry}: ${describe(one.failure, one.registry)}`);
  const earlier = tried.length === 0 ? "" : ` (before that, ${tried.join("; ")})`;
  return `${came}${asWhom(context)}${earlier}; ${advice(registry, { failure, asked })}`;
}

/** Says that a login was refused where another way in was found. */
export function warnOfLogin(
  registry: string,
  attempt: { readonly source: string; readonly failure: Failure },
  as: string,
): string {
  if (attempt.failure.code === "package-login" || attempt.failure.code === "plain-login") {
    const { came, advice } = ROWS[attempt.failure.code];
    const about = { failure: attempt.failure, asked: [] };
    return `${came(registry, attempt.failure)}, and it was asked anonymously instead; ${advice(registry, about)}`;
  }
  const status = attempt.failure.status === undefined ? "" : ` (HTTP ${attempt.failure.status})`;
  const instead = as === "anonymously" ? "anonymously" : `with ${as}`;
  return `${registry} refused the login from ${attempt.source}${status}, and was asked ${instead} instead: renew that login, or remove it`;
}

/** Says that a mirror gave nothing where another place did. */
export function warnOfMirror(mirror: string, failure: Failure): string {
  return `the mirror ${mirror} was passed over: ${describe(failure, mirror)}`;
}

interface Row {
  readonly came: (at: string, failure: Failure) => string;
  readonly advice: (registry: string, about: Pick<FailureContext, "failure" | "asked">) => string;
}

const checkAddress = () => "check the name of the registry, and that this machine can reach it";
const checkConnection = () =>
  "check the network, or set a mirror for this registry; if it wants a client certificate, set certFile and keyFile";
const askOwner = (registry: string) => `try again, or ask the people who run ${registry}`;

const ROWS: Readonly<Record<RegistryErrorCode, Row>> = {
  dns: { came: (at) => `no address was found for ${at}`, advice: checkAddress },
  refused: { came: (at) => `${at} refused the connection`, advice: checkAddress },
  unreachable: {
    came: (at, { detail }) => `${at} could not be reached, or hung up${inBrackets(detail)}`,
    advice: checkConnection,
  },
  timeout: {
    came: (at) => `${at} did not answer in time`,
    advice: () => "try again, raise network.timeout, or set a mirror for this registry",
  },
  "too-many-files": {
    came: (at, { detail }) => `no connection to ${at} could be opened, nor any file${inBrackets(detail)}`,
    advice: () => "raise the limit of open files (`ulimit -n`), or close what else has so many open",
  },
  deadline: {
    came: (at) => `the time for the whole run ended while ${at} was asked`,
    advice: () => "try again, or raise network.deadline",
  },
  aborted: { came: (at) => `asking ${at} was cut off`, advice: () => "run it again" },
  proxy: {
    came: (at, { detail }) => `the proxy ${at} did not let the connection through${inBrackets(detail)}`,
    advice: (registry) => `check HTTPS_PROXY and HTTP_PROXY, or name ${registry} in NO_PROXY`,
  },
  tls: {
    came: (at, { detail }) => `no secure connection could be made to ${at}${inBrackets(detail)}`,
    advice: (registry, { failure }) =>
      `check the certificate of the registry; if it wants one from you, set certFile and keyFile for ${whose(registry, failure)}`,
  },
  "wrong-ca": {
    came: (at, { detail }) =>
      `the certificate of ${at} is signed by an authority unknown here${inBrackets(detail)}`,
    advice: (registry, { failure }) => `set caFile for ${whose(registry, failure)}, or SSL_CERT_FILE`,
  },
  "certificate-file": {
    came: (_, { detail }) => `a certificate file cannot be used: ${detail}`,
    advice: () => "correct caFile, certFile and keyFile of this registry, or its certs.d folder",
  },
  "https-on-http": {
    came: (at) => `${at} answered HTTPS with plain HTTP`,
    advice: (registry, { failure }) =>
      `set plainHTTP: true for ${whose(registry, failure)} if that is intended`,
  },
  "http-on-https": {
    came: (at) => `${at} wants HTTPS and was asked over plain HTTP`,
    advice: () => "remove plainHTTP, or http:// from the mirror",
  },
  "package-login": {
    came: (at, { detail }) =>
      `a login of this machine was not sent to ${at}, since the configuration in the list would send it ${detail}`,
    advice: () =>
      "take that out of the configuration, or set PIN_DIGESTS_TRUST_PACKAGE=1 if you trust the package with your logins",
  },
  "plain-login": {
    came: (at) => `a login was not sent to ${at}, since plain HTTP would carry it in clear`,
    advice: (registry, { failure }) =>
      `ask the people who run ${registry} for HTTPS there, or set plainHTTP: true for ${whose(registry, failure)}`,
  },
  unauthorized: {
    came: answered,
    advice: (registry, { asked }) =>
      asked.every((source) => source === "anonymously")
        ? `check the name of the image, and log in to ${registry} if it is private`
        : `check the name of the image, renew that login, and make sure that it may pull from ${registry}`,
  },
  forbidden: {
    came: answered,
    advice: (registry) => `check the name of the image, and that the login for ${registry} may pull it`,
  },
  "tag-not-found": {
    came: answered,
    advice: () => "check the name and the tag of the image; if it is private, log in",
  },
  "repository-not-found": {
    came: answered,
    advice: () => "check the name of the image; if it is private, log in",
  },
  "rate-limited": {
    came: answered,
    advice: () => "try again later, or set network.concurrency to a small number",
  },
  "pull-limit": {
    came: answered,
    advice: (registry) => `log in to ${registry} for a higher limit, wait some hours, or set a mirror`,
  },
  server: { came: answered, advice: askOwner },
  "not-a-registry": {
    came: (at, failure) => `${at} does not answer like a registry${inBrackets(statusAndDetail(failure))}`,
    advice: () => "check the name of the registry, and that no login page or proxy stands in between",
  },
  "too-large": {
    came: (at, { detail }) => `${at} sent more than any good answer has${inBrackets(detail)}`,
    advice: askOwner,
  },
  "bad-digest": {
    came: (at, { detail }) => `${at} contradicts itself about the digest${inBrackets(detail)}`,
    advice: askOwner,
  },
  schema1: {
    came: (at) => `${at} has this image in the old schema 1 only, which container runtimes no longer pull`,
    advice: () => "push the image again with a current tool",
  },
  platform: {
    came: (_, { detail = "" }) => cutUntrusted(detail),
    advice: () => "use an image that has it, or change `platform` and `requirePlatforms`",
  },
  "not-an-image": {
    came: (at, { detail }) => `${at} has something other than an image there${inBrackets(detail)}`,
    advice: () => "deny the field: {path: …, pin: never} in `fieldSpecs`",
  },
  redirect: {
    came: (at, failure) => `a redirect to ${at} was not followed${inBrackets(statusAndDetail(failure))}`,
    advice: askOwner,
  },
  realm: {
    came: (at, { detail }) =>
      `no token could be obtained from ${at}, which the registry names as its token service${inBrackets(detail)}`,
    advice: (registry, { failure: { host, detail } }) =>
      detail === PLAIN_HTTP
        ? `ask the people who run ${registry} for HTTPS there, or give ${host} an entry with plainHTTP: true`
        : askOwner(registry),
  },
  address: {
    came: (at, { detail }) => `${at} can't be asked${inBrackets(detail)}`,
    advice: () => "check the name of the image",
  },
  blocked: {
    came: (at) => `${at} is blocked by the configuration`,
    advice: () => "use another registry, or remove blocked: true",
  },
};

function describe(failure: Failure, registry: string): string {
  const at = failure.host === undefined || isSameHost(failure.host, registry) ? registry : failure.host;
  return ROWS[failure.code].came(at, failure);
}

/** Which entry is to say something: what is said of a registry holds for no other host that it names. */
function whose(registry: string, failure: Failure): string {
  const { host = registry } = failure;
  const isMeant = failure.registry === undefined && isSameHost(host, registry);
  return isMeant ? "this registry" : `${host}, in an entry of its own`;
}

function isSameHost(host: string, registry: string): boolean {
  return canonicalHost(host) === canonicalHost(registry);
}

function answered(at: string, failure: Failure): string {
  const detail = failure.detail === undefined ? "" : ` (${JSON.stringify(cutUntrusted(failure.detail))})`;
  const again = failure.again === undefined ? "" : `, and may be asked again ${failure.again}`;
  return `${at} answered HTTP ${failure.status ?? "without a status"}${detail}${again}`;
}

function statusAndDetail({ status, detail }: Failure): string | undefined {
  const parts = [status === undefined ? undefined : `HTTP ${status}`, detail].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? undefined : cutUntrusted(parts.join(", "));
}

function inBrackets(detail: string | undefined): string {
  return detail === undefined ? "" : ` (${cutUntrusted(detail)})`;
}

// Only an HTTP answer can depend on who asks.
function asWhom({ asked, failure }: FailureContext): string {
  if (failure.status === undefined || asked.length === 0) return "";
  const names = asked.map((source) => (source === "anonymously" ? source : `with ${source}`));
  return `, asked ${names.join(", then ")}`;
}
