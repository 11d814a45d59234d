import { ownText } from "../../text/own-text.ts";
import type { Secrets } from "../../text/secrets.ts";
import type { RegistryErrorCode } from "./error-code.ts";

/**
 * What went wrong with one request, before it is known to whom it matters: the client words it for the image at hand.
 * One failure of a dead host serves all the images that wait for it.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: RegistryErrorCode;
  /** The host that failed, where it is another than the registry: a realm, the target of a redirect, a proxy. */
  readonly host?: string;
  /** Where the request went that failed, or whose answer it is. */
  readonly origin?: string;
  readonly status?: number;
  /** What the other side said, or the name of the system's error; whole, so that secrets can be found in it. */
  readonly detail?: string;
  /** When the host may be asked again, where it has said so: "in 3600 s". */
  readonly again?: string;
  /** The registry that was asked in the end, where a redirect has led to another. */
  readonly registry?: string;
  /** How often the same request may be tried again. */
  readonly retry: "never" | "once" | "always";

  constructor(code: RegistryErrorCode, facts: FailureFacts = {}) {
    super(facts.detail === undefined ? code : `${code}: ${facts.detail}`, facts);
    this.code = code;
    this.retry = facts.retry ?? "never";
    if (facts.host !== undefined) this.host = facts.host;
    if (facts.origin !== undefined) this.origin = facts.origin;
    if (facts.status !== undefined) this.status = facts.status;
    if (facts.detail !== undefined) this.detail = facts.detail;
    if (facts.registry !== undefined) this.registry = facts.registry;
    if (facts.again !== undefined) this.again = facts.again;
  }
}

/** The parts of a Failure besides its code. */
export interface FailureFacts extends ErrorOptions {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly status?: number | undefined;
  readonly detail?: string | undefined;
  readonly again?: string | undefined;
  readonly registry?: string | undefined;
  readonly retry?: Failure["retry"];
}

/**
 * The same failure without what must not be shown, should the other side have sent it back, and without more than can be:
 * there may be one for each image, and each is kept until it is told.
 */
export function withoutSecrets(failure: Failure, { redact }: Pick<Secrets, "redact">): Failure {
  const { code, status, again, retry } = failure;
  const [host, detail, registry] = [failure.host, failure.detail, failure.registry].map(
    (text) => text && beginningOf(redact(text)),
  );
  if (host === failure.host && detail === failure.detail && registry === failure.registry) return failure;
  // Its cause may hold them, too.
  return new Failure(code, { retry, host, status, detail, again, registry });
}

function beginningOf(text: string): string {
  return text.length > KEPT_LENGTH_MAX ? `${ownText(text.slice(0, KEPT_LENGTH_MAX))}…` : text;
}

/** Characters: some more than are shown. */
const KEPT_LENGTH_MAX = 1_024;

/** The same failure as that of a registry to which a redirect has led, unless that has led on to another. */
export function attributed(failure: Failure, registry: string): Failure {
  if (failure.registry !== undefined) return failure;
  const { code, host, status, detail, again, retry, cause } = failure;
  return new Failure(code, { retry, host, status, detail, again, registry, cause });
}

/** Tells whether somebody was there, and gave no answer that can be read. */
export function isMute({ code, status, detail = "" }: Failure): boolean {
  if (code === "not-a-registry") return status === undefined;
  return (code === "unreachable" || code === "timeout") && !NOT_CONNECTED.has(detail);
}

const NOT_CONNECTED: ReadonlySet<string> = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Where a request was going when it failed. */
export interface Route {
  readonly host: string;
  readonly origin: string;
  /** The proxy in between, where there is one: what fails before an answer comes is the way to it. */
  readonly proxy?: string;
}

/** Names what undici, the sockets or TLS threw. A Failure passes as it is; a fault of a program is thrown as it is. */
export function toFailure(thrown: unknown, route: Route): Failure {
  if (thrown instanceof Failure) return thrown;
  const name = errorName(thrown);
  const proxied = PROXY_ANSWER.exec(errorMessage(thrown))?.groups?.status;
  if (proxied !== undefined) {
    const host = route.proxy ?? route.host;
    return new Failure("proxy", { host, status: Number(proxied), detail: `HTTP ${proxied}`, cause: thrown });
  }
  const kind = kindOf(name, thrown);
  if (kind === undefined) throw withAdvice(thrown);
  const { retry } = kind;
  if (route.proxy !== undefined && CONNECTING.has(name)) {
    return new Failure("proxy", { host: route.proxy, detail: name, retry, cause: thrown });
  }
  const detail = HANGING_UP.has(name) ? "connection closed" : kind === BROKEN ? BROKEN_HTTP : name;
  const { host, origin } = route;
  return new Failure(kind.code, { host, origin, detail, retry, cause: withoutAnswer(thrown) });
}

/** What undici says of an answer that it can't read, without the answer that it adds to that. */
function withoutAnswer(thrown: unknown): unknown {
  return errorClass(thrown) === "HTTPParserError" ? new Error(errorMessage(thrown)) : thrown;
}

/** Where the address space is bounded, as on shared machines: up to version 22, Node takes 10 GB of it for undici's parser. */
function withAdvice(thrown: unknown): unknown {
  if (!(thrown instanceof RangeError && thrown.message.startsWith("WebAssembly."))) return thrown;
  const advice =
    "raise the limit of its address space (`ulimit -v`), or set NODE_OPTIONS=--disable-wasm-trap-handler";
  const message = `Node gets no memory for WebAssembly, which it needs to ask registries: ${advice}`;
  return new Error(message, { cause: thrown });
}

/** Tells whether the other side ended the connection. */
export function isHangingUp(thrown: unknown): boolean {
  return HANGING_UP.has(errorName(thrown));
}

/** Tells whether it was TLS that found something wrong, as with a certificate. */
export function isOfTls(thrown: unknown): boolean {
  const code = kindOf(errorName(thrown), thrown)?.code;
  return code === "wrong-ca" || code === "tls";
}

interface Kind {
  readonly code: RegistryErrorCode;
  readonly retry: Failure["retry"];
}

// undici gives a refused CONNECT no code of its own.
const PROXY_ANSWER = /^Proxy response \((?<status>\d{3})\) !== 200 when HTTP Tunneling$/;

const CONNECTING: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

// Which of them it is depends on what was under way just then: another one the next time.
const HANGING_UP: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

const BROKEN: Kind = { code: "not-a-registry", retry: "always" };
const BROKEN_HTTP = "its answer breaks the rules of HTTP";

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["ENOTFOUND", { code: "dns", retry: "never" }],
  ["EAI_NONAME", { code: "dns", retry: "never" }],
  ["EAI_FAIL", { code: "dns", retry: "never" }],
  // What a container without network answers, too.
  ["EAI_AGAIN", { code: "dns", retry: "always" }],
  ["ECONNREFUSED", { code: "refused", retry: "once" }],
  ["ECONNRESET", { code: "unreachable", retry: "always" }],
  ["EPIPE", { code: "unreachable", retry: "always" }],
  ["EHOSTUNREACH", { code: "unreachable", retry: "always" }],
  ["ENETUNREACH", { code: "unreachable", retry: "always" }],
  ["EMFILE", { code: "too-many-files", retry: "never" }],
  ["ENFILE", { code: "too-many-files", retry: "never" }],
  ["EADDRNOTAVAIL", { code: "unreachable", retry: "never" }],
  ["UND_ERR_SOCKET", { code: "unreachable", retry: "always" }],
  ["ETIMEDOUT", { code: "timeout", retry: "always" }],
  ["UND_ERR_CONNECT_TIMEOUT", { code: "timeout", retry: "always" }],
  ["UND_ERR_HEADERS_TIMEOUT", { code: "timeout", retry: "always" }],
  ["UND_ERR_BODY_TIMEOUT", { code: "timeout", retry: "always" }],
  ["TimeoutError", { code: "timeout", retry: "always" }],
  ["ERR_SSL_WRONG_VERSION_NUMBER", { code: "https-on-http", retry: "never" }],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", { code: "https-on-http", retry: "never" }],
  ["ERR_SSL_HTTP_REQUEST", { code: "https-on-http", retry: "never" }],
  ["SELF_SIGNED_CERT_IN_CHAIN", { code: "wrong-ca", retry: "never" }],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", { code: "wrong-ca", retry: "never" }],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", { code: "wrong-ca", retry: "never" }],
  ["UNABLE_TO_GET_ISSUER_CERT", { code: "wrong-ca", retry: "never" }],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", { code: "wrong-ca", retry: "never" }],
  ["CERT_UNTRUSTED", { code: "wrong-ca", retry: "never" }],
  ["UND_ERR_HEADERS_OVERFLOW", { code: "not-a-registry", retry: "never" }],
  ["HTTPParserError", BROKEN],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", BROKEN],
]);

// What OpenSSL finds wrong with a certificate, and what TLS does with a handshake.
const TLS_NAME =
  /^(?:ERR_(?:SSL|TLS|OSSL)_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_|EPROTO$|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|UNSPECIFIED$)/;

// Of the system and of streams. That undici was called wrongly (UND_ERR_INVALID_ARG) is none of them.
const OTHER_NAME = /^(?:E(?!RR_)[A-Z0-9]+|UND_ERR_(?!INVALID_)\w+|ERR_(?:STREAM|SOCKET)_\w+)$/;

function kindOf(name: string, thrown: unknown): Kind | undefined {
  const known = KINDS.get(name);
  if (known !== undefined) return known;
  if (TLS_NAME.test(name)) return { code: "tls", retry: "never" };
  if (errorClass(thrown) === "HTTPParserError" || name.startsWith("HPE_")) {
    return BROKEN;
  }
  return OTHER_NAME.test(name) ? { code: "unreachable", retry: "never" } : undefined;
}

function errorName(thrown: unknown): string {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    // A DOMException's code is a number; its name says what it is.
    if ("code" in error && typeof error.code === "string" && error.code !== "") return error.code;
    if (error.name === "TimeoutError" || error.name === "HTTPParserError") return error.name;
  }
  return errorClass(thrown);
}

function errorClass(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}

function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "";
}
