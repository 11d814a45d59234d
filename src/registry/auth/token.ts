import type { Credential } from "../../credentials/credential.ts";
import { parseJson } from "../../text/json.ts";
import type { Guard } from "../transport/address-guard.ts";
import { type Connection, connectionElsewhere } from "../transport/endpoint.ts";
import { failureOf } from "../transport/error-response.ts";
import { Failure } from "../transport/failure.ts";
import { guardLogin, type LoginOwner } from "../transport/login-guard.ts";
import { isLoopbackName } from "../transport/reach.ts";
import { type FollowOptions, guardAgainst, isHostName } from "../transport/redirect.ts";
import type { RetriedRequest } from "../transport/retry.ts";
import type { HttpResponse } from "../transport/transport.ts";
import type { Challenge } from "./challenge.ts";

/** A token, for one repository and one identity. */
export interface Token {
  readonly text: string;
  /** Milliseconds on the clock of `performance.now()`. */
  readonly expiresAt: number;
}

/** As whom a token is asked for. */
interface TokenLogin {
  readonly credential: Exclude<Credential, { kind: "registry-token" }>;
  readonly owner: LoginOwner;
}

/** What a token is asked for with. */
export interface TokenQuestion {
  readonly challenge: Challenge;
  /** The URL whose answer held the challenge. */
  readonly challenger: URL;
  /** Asked for in place of the right to pull the repository. */
  readonly scope?: string;
  /** What the challenger must keep to, where a redirect has led there. */
  readonly guard?: Guard | undefined;
  readonly connection: Connection;
  readonly repository: string;
  /** Absent for anonymous. */
  readonly login?: TokenLogin | undefined;
  readonly signal: AbortSignal;
}

/** What asking for a token needs. */
export interface TokenOptions extends FollowOptions {
  /** With retries and redirects. */
  readonly send: (request: RetriedRequest) => Promise<HttpResponse>;
}

/**
 * Asks the realm of a bearer challenge for a token to pull one repository, or for the scope that the question
 * names. Throws a Failure with the status where the realm refuses.
 *
 * https://distribution.github.io/distribution/spec/auth/token/
 * https://distribution.github.io/distribution/spec/auth/oauth/
 */
export async function fetchToken(question: TokenQuestion, options: TokenOptions): Promise<Token> {
  const realm = realmOf(question, options);
  const credential = question.login?.credential;
  if (credential?.kind === "identity-token") {
    const response = await options.send(exchangeRequest(realm, question, credential.token));
    if (response.status === 200) return readToken(response);
    if (!UNSUPPORTED.has(response.status)) throw failureOf(response);
  }
  const response = await options.send(tokenRequest(realm, question, basicLogin(credential)));
  if (response.status !== 200) throw failureOf(response);
  return readToken(response);
}

interface Realm {
  readonly url: URL;
  readonly request: Pick<RetriedRequest, "connection" | "guard" | "bytesMax" | "signal">;
}

/** What is wrong with a realm that would be sent a login in the open. */
export const PLAIN_HTTP = "plain HTTP";

const CLIENT_ID = "pin-digests";
const TOKEN_BYTES_MAX = 1_048_576;

// No header that is longer gets through: most servers take 8 KiB of them, Node 16 and nginx 32.
const TOKEN_LENGTH_MAX = 32_768;
const LIFETIME_MIN = 60;
const MARGIN = 10_000;

// What realms answer that know no POST: GCR 404, Harbor 405, ACR 400, Artifactory 401. A redirect is not
// followed.
const UNSUPPORTED: ReadonlySet<number> = new Set([301, 302, 303, 307, 308, 400, 401, 404, 405]);

function realmOf(question: TokenQuestion, { configs, reachOf }: TokenOptions): Realm {
  const { challenge, challenger, connection, repository, login, signal } = question;
  const text = challenge.parameters.get("realm") ?? "";
  const url = URL.canParse(text, challenger.href) ? new URL(text, challenger) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Failure("realm", { host: challenger.host, detail: "not an http or https URL" });
  }
  if (!isHostName(url)) {
    throw new Failure("realm", { host: challenger.host, detail: "a host whose name is longer than any" });
  }
  url.username = "";
  url.password = "";
  url.hash = "";
  // The one that is asked for is the only one.
  if (url.searchParams.has("scope")) url.searchParams.delete("scope");
  const isHere = url.origin === challenger.origin;
  // An entry for a part of a host's repositories is for the host's other ports, too, but for no other host.
  const part = url.hostname === challenger.hostname ? repository : "";
  const there = isHere ? connection : connectionElsewhere(url, configs, part);
  if (url.protocol === "http:" && !mayBePlain(url, challenger, there)) {
    throw new Failure("realm", { host: url.host, detail: PLAIN_HTTP });
  }
  if (login !== undefined) guardLogin(url, there, login.owner);
  const guard = isHere ? question.guard : guardAgainst(url, challenger, { code: "realm", reachOf });
  const bytesMax = TOKEN_BYTES_MAX;
  return { url, request: { connection: there, signal, bytesMax, guard } };
}

// A login goes over plain HTTP only where the user said so for the host; loopback counts as said.
function mayBePlain(url: URL, challenger: URL, connection: Connection): boolean {
  if (connection.plainHTTP || url.origin === challenger.origin) return true;
  return challenger.protocol === "http:" && isLoopbackName(url.hostname);
}

function tokenRequest(
  { url, request }: Realm,
  question: TokenQuestion,
  login: string | undefined,
): RetriedRequest {
  const asked = new URL(url);
  for (const [name, value] of parametersOf(question)) asked.searchParams.set(name, value);
  return {
    ...request,
    method: "GET",
    url: asked,
    headers: { accept: "application/json", ...(login !== undefined && { authorization: `Basic ${login}` }) },
    isLoggedIn: login !== undefined,
  };
}

function exchangeRequest(
  { url, request }: Realm,
  question: TokenQuestion,
  refreshToken: string,
): RetriedRequest {
  const form = new URLSearchParams([
    ["grant_type", "refresh_token"],
    ...parametersOf(question),
    ["refresh_token", refreshToken],
  ]);
  return {
    ...request,
    method: "POST",
    url,
    headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
    isLoggedIn: true,
  };
}

// An empty service or scope is worse than none: Quay answers 401 to it. One scope, since several are refused
// by some.
function parametersOf({ challenge, repository, scope }: TokenQuestion): readonly [string, string][] {
  const service = challenge.parameters.get("service");
  return [
    ...(service === undefined || service === "" ? [] : [["service", service] satisfies [string, string]]),
    ["scope", scope ?? `repository:${repository}:pull`],
    ["client_id", CLIENT_ID],
  ];
}

function basicLogin(credential: TokenLogin["credential"] | undefined): string | undefined {
  if (credential === undefined) return undefined;
  return credential.kind === "basic"
    ? encodeLogin(credential.username, credential.password)
    : encodeLogin(credential.username ?? "<token>", credential.token);
}

/** A login as the Basic scheme carries it. */
export function encodeLogin(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

function readToken(response: HttpResponse): Token {
  const host = response.url.host;
  const answer = parseObject(response.body.toString("utf8"));
  if (answer === undefined) throw new Failure("realm", { host, detail: "its answer is not a JSON object" });
  const text = [answer.access_token, answer.token].find((value) => typeof value === "string" && value !== "");
  // It goes into a header.
  if (typeof text !== "string" || !/^[\x21-\x7e]+$/.test(text)) {
    throw new Failure("realm", { host, detail: "its answer holds no token" });
  }
  if (text.length > TOKEN_LENGTH_MAX) {
    throw new Failure("realm", { host, detail: `its token is longer than ${TOKEN_LENGTH_MAX} characters` });
  }
  const lifetime = typeof answer.expires_in === "number" ? answer.expires_in : LIFETIME_MIN;
  // Counted from now by our own clock: the server's may be wrong.
  const expiresAt = performance.now() + Math.max(lifetime, LIFETIME_MIN) * 1_000 - MARGIN;
  return { text, expiresAt };
}

interface TokenAnswer {
  readonly token?: unknown;
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
}

function parseObject(text: string): TokenAnswer | undefined {
  try {
    const value = parseJson(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // The caller says that it was not JSON.
    return undefined;
  }
}
