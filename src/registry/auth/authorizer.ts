import type { Credential, CredentialCandidate } from "../../credentials/credential.ts";
import type { Keychain } from "../../credentials/keychain.ts";
import { untilAborted } from "../transport/abortable.ts";
import type { Guard } from "../transport/address-guard.ts";
import type { Endpoint } from "../transport/endpoint.ts";
import { guardLogin, type LoginOwner } from "../transport/login-guard.ts";
import { type Challenge, chooseChallenge } from "./challenge.ts";
import { encodeLogin, fetchToken, type Token, type TokenOptions, type TokenQuestion } from "./token.ts";
import type { TokenShelf } from "./token-shelf.ts";

/** As whom a registry may be asked. */
export interface Identity {
  readonly kind: "login" | "anonymous" | "ambient";
  /** For people: where the login is from, or "anonymously". */
  readonly source: string;
  readonly credential?: Credential;
  readonly owner: LoginOwner;
}

/** A challenge and the URL that made it. */
export interface HostChallenge {
  readonly challenge: Challenge;
  readonly challenger: URL;
  /** The scope that its realm is asked for, where it is not that of the repository itself. */
  readonly scope?: string;
}

/** The value of an Authorization header, which may have served before. */
export interface Authorization {
  readonly value?: string;
  readonly reused: boolean;
}

/** For which repository identities are wanted, and how long. */
interface Asker {
  readonly repository: string;
  readonly signal: AbortSignal;
}

/** Knows, for one host, what it demands, as whom it may be asked, and the tokens that it gave. */
export interface Authorizer {
  /** What the host is known to demand of those who ask for a repository. */
  demandFor(repository: string): HostChallenge | undefined;
  learn(repository: string, demand: HostChallenge): void;
  /** As whom to ask, in turn; the one that served this repository before comes first. */
  identities(asker: Asker): AsyncGenerator<Identity, void, undefined>;
  remember(repository: string, identity: Identity): void;
  /**
   * Rejects with a Failure where the realm refuses; undefined where the demand can't be met by this identity.
   */
  authorize(ask: AuthorizationRequest): Promise<Authorization | undefined>;
  /** Drops a token that was refused though it served before. */
  forget(ask: AuthorizationRequest): void;
}

/** Who wants to be authorized for what. */
export interface AuthorizationRequest {
  readonly identity: Identity;
  readonly demand: HostChallenge;
  readonly repository: string;
  readonly guard?: Guard | undefined;
  readonly signal: AbortSignal;
}

/** What an Authorizer needs, besides its host and the logins. */
export interface AuthorizerOptions extends TokenOptions {
  /** That of the run. */
  readonly shelf: TokenShelf;
}

/** Makes an Authorizer for a host. */
export function createAuthorizer(
  endpoint: Endpoint,
  keychain: Keychain,
  options: AuthorizerOptions,
): Authorizer {
  const demands = new Map<string, HostChallenge>();
  const tokens = new Map<string, Promise<Token>>();
  const served = new Map<string, Identity>();
  const host = endpoint.name;
  let latest: HostChallenge | undefined;
  let ambientServed = false;

  async function* inOrder({ repository, signal }: Asker): AsyncGenerator<Identity, void, undefined> {
    const target = { host, repository };
    // A helper may wait for its user, and a cloud for itself, longer than the run may take.
    const configured = await untilAborted(keychain.configured(target), signal);
    for (const candidate of configured) yield toIdentity("login", candidate);
    const anonymousFirst = !ambientServed && !keychain.prefersAmbient(host);
    if (anonymousFirst) yield ANONYMOUS;
    const ambient = await untilAborted(keychain.ambient(target), signal);
    if (ambient !== undefined) yield toIdentity("ambient", ambient);
    if (!anonymousFirst) yield ANONYMOUS;
  }

  async function fetchKept(key: string, question: TokenQuestion): Promise<Token> {
    const token = await fetchToken(question, options);
    const kept = tokens.get(key);
    options.shelf.put(token.text.length, () => {
      if (tokens.get(key) === kept) tokens.delete(key);
    });
    return token;
  }

  async function bearer({
    identity,
    demand,
    repository,
    guard,
    signal,
  }: AuthorizationRequest): Promise<Authorization> {
    const { credential, owner } = identity;
    if (credential?.kind === "registry-token") return { value: `Bearer ${credential.token}`, reused: false };
    const key = tokenKey({ identity, demand, repository });
    const known = tokens.get(key);
    if (known !== undefined) {
      const token = await known;
      if (token.expiresAt > performance.now()) return { value: `Bearer ${token.text}`, reused: true };
    }
    const { connection } = endpoint;
    const question = {
      ...demand,
      connection,
      repository,
      signal,
      guard,
      login: credential && { credential, owner },
    };
    // Another may have asked for a new one meanwhile.
    const latestAsk = tokens.get(key);
    const ask = latestAsk === known || latestAsk === undefined ? fetchKept(key, question) : latestAsk;
    tokens.set(key, ask);
    const { text } = await ask;
    return { value: `Bearer ${text}`, reused: false };
  }

  return {
    // A login is sent unasked only where the host has asked for Basic in this run. Earlier would save one
    // request a host, and cost more: to a registry of tokens it shows a password that only its realm should
    // see, and Harbor then hides that it has a realm; a stale login would be refused where the registry is
    // open to everyone.
    demandFor(repository) {
      const known = demands.get(repository) ?? latest;
      return known ?? (keychain.prefersAmbient(host) ? assumedBasic(endpoint) : undefined);
    },
    learn(repository, demand) {
      const { challenge, challenger } = demand;
      // Another repository has a scope of its own.
      latest = { challenge, challenger };
      demands.set(repository, demand);
    },
    async *identities(asker) {
      const first = served.get(asker.repository);
      if (first !== undefined) yield first;
      for await (const identity of inOrder(asker)) {
        if (identity.source !== first?.source) yield identity;
      }
    },
    remember(repository, identity) {
      served.set(repository, identity);
      if (identity.kind === "ambient") ambientServed = true;
    },
    async authorize(ask) {
      const { identity } = ask;
      if (identity.credential !== undefined) guardLoginAt(endpoint, identity.owner);
      if (ask.demand.challenge.scheme === "bearer") return bearer(ask);
      const { credential } = identity;
      if (credential === undefined) return { reused: false };
      if (credential.kind === "registry-token") return { value: `Bearer ${credential.token}`, reused: false };
      if (credential.kind === "identity-token") return undefined;
      return { value: `Basic ${encodeLogin(credential.username, credential.password)}`, reused: false };
    },
    forget(ask) {
      tokens.delete(tokenKey(ask));
    },
  };
}

/**
 * The scope of a challenge that names another repository than the one asked for, as that of a proxy which
 * passes on what its upstream says; undefined for any other. Nobody gets a token from us by which more could
 * be done than to pull.
 *
 * https://distribution.github.io/distribution/spec/auth/scope/
 */
export function foreignScopeOf({ challenge }: HostChallenge, repository: string): string | undefined {
  const scope = challenge.parameters.get("scope")?.trim() ?? "";
  if (challenge.scheme !== "bearer" || scope === "" || scope.length > SCOPE_LENGTH_MAX) return undefined;
  const names = scope.split(/\s+/).map((part) => PULL_SCOPE.exec(part)?.groups?.name);
  const isForeign = names.every((name) => name !== undefined) && names.some((name) => name !== repository);
  return isForeign ? scope : undefined;
}

const SCOPE_LENGTH_MAX = 2_048;
const PULL_SCOPE =
  /^repository(?:\([a-z0-9]+\))?:(?<name>[^\s,]+):(?:pull|metadata_read)(?:,(?:pull|metadata_read))*$/;

/** What a refusal demands, where it demands something that can be met. */
export function hostChallengeOf(refusal: {
  readonly challenges: readonly Challenge[];
  readonly url: URL;
}): HostChallenge | undefined {
  const challenge = chooseChallenge(refusal.challenges);
  return challenge && { challenge, challenger: refusal.url };
}

const ANONYMOUS: Identity = { kind: "anonymous", source: "anonymously", owner: "machine" };

function toIdentity(kind: "login" | "ambient", candidate: CredentialCandidate): Identity {
  const { source, credential, fromPackage } = candidate;
  return { kind, source, credential, owner: fromPackage === true ? "package" : "machine" };
}

/** What is sent here is the login itself, or a token that was given for it. */
function guardLoginAt({ urls, connection }: Endpoint, owner: LoginOwner): void {
  for (const url of urls) guardLogin(url, connection, owner);
}

// One realm's refusal says nothing about another's.
function tokenKey({ identity, demand, repository }: Omit<AuthorizationRequest, "signal">): string {
  const { parameters } = demand.challenge;
  const realm = [parameters.get("realm"), parameters.get("service"), demand.scope];
  return JSON.stringify([identity.kind, identity.source, repository, ...realm]);
}

function assumedBasic({ urls: [challenger] }: Endpoint): HostChallenge | undefined {
  return challenger && { challenge: { scheme: "basic", parameters: new Map() }, challenger };
}
