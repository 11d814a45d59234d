import { isDigest } from "../image/digest.ts";
import {
  type Authorization,
  type AuthorizationRequest,
  type Authorizer,
  foreignScopeOf,
  type HostChallenge,
  hostChallengeOf,
  type Identity,
} from "./auth/authorizer.ts";
import { findHiddenChallenge } from "./hidden-challenge.ts";
import type { Host } from "./host-state.ts";
import type { Attempt, Found, LookupOptions, LookupRequest, LookupResult } from "./lookup-request.ts";
import { askManifest, type ManifestAnswer, type ManifestRefusal } from "./manifest.ts";
import { lookUpRedirected, redirectedLookup } from "./redirected-lookup.ts";
import { hasTrait } from "./transport/error-code.ts";
import { Failure } from "./transport/failure.ts";

/**
 * Looks a tag up at one host. A host of which nothing is known is asked without a login first; what it
 * demands then is kept in mind for all its repositories, and asked anew where it turns out not to hold for
 * one.
 */
export async function lookUp(
  host: Host,
  question: LookupRequest,
  options: LookupOptions,
): Promise<LookupResult> {
  const attempts: Attempt[] = [];
  try {
    const found = await host.inTurn((learned) => find({ host, question, options, attempts, learned }));
    return { kind: "found", ...found, attempts };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: "failed", failure: error, attempts };
  }
}

interface Search {
  readonly host: Host;
  readonly question: LookupRequest;
  readonly options: LookupOptions;
  readonly attempts: Attempt[];
  readonly learned: () => void;
}

const ANONYMOUS = { kind: "anonymous", source: "anonymously" } as const;

async function find(search: Search): Promise<Found> {
  const { authorizer } = search.host;
  const { repository } = search.question;
  const known = authorizer.demandFor(repository);
  const first = known && (await askInTurn(search, known).catch(asFailure));
  if (first instanceof Failure) {
    if (!isRefused(first) && !isOfRealm(first, search)) throw first;
  } else if (first !== undefined) return first;

  const open = await ask(search);
  if (open.kind === "digest") {
    search.learned();
    return foundAs(open, ANONYMOUS);
  }
  const demand = hostChallengeOf(open) ?? (await findHiddenChallenge(open, search));
  const isNews = demand !== undefined && !(known !== undefined && isSameChallenge(known, demand));
  // Nothing is demanded here, and what another repository's demand led to says nothing of this one.
  const isOthers = demand === undefined && first instanceof Failure && isOfRealm(first, search);
  // What was refused on a demand that does not hold here says nothing about a login.
  if (isNews || isOthers) search.attempts.length = 0;
  let failure = isDenied(open.failure) && !isOthers ? (first ?? open.failure) : open.failure;
  if (isNews) {
    authorizer.learn(repository, demand);
    search.learned();
    const second = await askInTurn(search, demand);
    if (second !== undefined && !(second instanceof Failure)) return second;
    failure = second ?? open.failure;
  }
  // As if it had come last, which it does where the demand was known before.
  if (demand?.challenge.scheme !== "bearer" && (isDenied(failure) || failure === open.failure))
    search.attempts.push({ identity: ANONYMOUS, failure: open.failure });
  const scope = demand && foreignScopeOf(demand, repository);
  const isTried = !isNews && scope === known?.scope;
  if (demand === undefined || scope === undefined || isTried || !isRefused(failure)) throw failure;
  return findByScope(search, { ...demand, scope }, failure);
}

/**
 * Asks again with the scope that the challenge names, where that is of another repository and our own was
 * refused: a proxy that passes on what its upstream says gives no other token. Throws what came before where
 * that does not help.
 */
async function findByScope(search: Search, demand: HostChallenge, before: Failure): Promise<Found> {
  const { attempts, question, host } = search;
  const earlier = attempts.splice(0);
  const found = await askInTurn(search, demand);
  if (found !== undefined && !(found instanceof Failure)) {
    host.authorizer.learn(question.repository, demand);
    return found;
  }
  attempts.unshift(...earlier);
  throw found === undefined || isRefused(found) ? before : found;
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

/**
 * A realm that gives no token may be one that the registry names for other repositories alone. It may have the registry's own
 * name, with the scheme that does not answer there.
 */
function isOfRealm({ code, host, origin }: Failure, { host: { endpoint, base } }: Search): boolean {
  if (code === "realm") return true;
  if (!hasTrait(code, "lasting") || host === undefined) return false;
  const isOwnName = endpoint.urls.some((url) => url.host === host);
  return !isOwnName || (origin !== undefined && base !== undefined && origin !== base.origin);
}

function foundAs({ as, ...answer }: FoundAnswer, { source }: Pick<Identity, "source">): Found {
  const { digest, body, mediaType, next } = answer;
  return {
    digest,
    body,
    mediaType,
    next,
    as: as ?? source,
  };
}

/**
 * Asks as each identity in turn; the failure that says most where none is served, undefined where there is
 * none.
 */
async function askInTurn(search: Search, demand: HostChallenge): Promise<Found | Failure | undefined> {
  const { host, question, attempts } = search;
  let failure: Failure | undefined;
  for await (const identity of host.authorizer.identities(question)) {
    // Where no token is to be had, anonymous means without a header, which `find` asks by itself.
    if (identity.kind === "anonymous" && demand.challenge.scheme !== "bearer") continue;
    const answer = await askAs(search, identity, demand);
    if (answer === undefined) continue;
    if (answer.kind === "digest") {
      host.authorizer.remember(question.repository, identity);
      return foundAs(answer, identity);
    }
    attempts.push({ identity, failure: answer.failure });
    // What is missing for strangers may be there for this machine's own identity.
    const mayBeHidden = identity.kind === "anonymous" && answer.failure.status === 404;
    const mayOthers = answer.kind === "no-token" || mayBeHidden || isDenied(answer.failure);
    if (!mayOthers) return answer.failure;
    if (failure === undefined || isDenied(failure)) failure = answer.failure;
  }
  return failure;
}

/**
 * An answer for an identity, or why it got no token to ask with; undefined where it can't meet the demand at
 * all.
 */
type AnswerAs = Answer | { readonly kind: "no-token"; readonly failure: Failure } | undefined;

async function askAs(search: Search, identity: Identity, demand: HostChallenge): Promise<AnswerAs> {
  const { authorizer } = search.host;
  const { repository, signal } = search.question;
  const { guard } = search.question;
  const who = { identity, demand, repository, signal, guard };
  const authorization = await authorize(authorizer, who);
  if (authorization === undefined || authorization.kind === "no-token") return authorization;
  const isLoggedIn = identity.credential !== undefined;
  const answer = await ask(search, authorization.value, isLoggedIn);
  if (answer.kind === "digest" || !authorization.reused || answer.failure.status !== 401) return answer;
  // The token may have ended early.
  authorizer.forget(who);
  const again = await authorize(authorizer, who);
  return again?.kind === "header" ? ask(search, again.value, isLoggedIn) : again;
}

async function authorize(
  authorizer: Authorizer,
  who: AuthorizationRequest,
): Promise<
  ({ readonly kind: "header" } & Authorization) | Extract<AnswerAs, { kind: "no-token" }> | undefined
> {
  try {
    const authorization = await authorizer.authorize(who);
    return authorization && { kind: "header", ...authorization };
  } catch (error) {
    if (error instanceof Failure && hasTrait(error.code, "withheld"))
      return { kind: "no-token", failure: error };
    // A realm that answers, but with no token for this identity, may have one for the next.
    if (!(error instanceof Failure) || error.status === undefined || hasTrait(error.code, "limit"))
      throw error;
    return { kind: "no-token", failure: toDenial(error) };
  }
}

// A realm knows no manifests: what it calls absent is the right to pull.
function toDenial(failure: Failure): Failure {
  const { host, status, detail, code } = failure;
  if (code === "forbidden" || code === "server") return failure;
  return new Failure("unauthorized", {
    host,
    status,
    detail,
  });
}

function isDenied({ code }: Failure): boolean {
  return code === "unauthorized" || code === "forbidden";
}

/**
 * Tells whether another scope or demand may be met: some realms answer 400 to a scope that they do not know.
 */
function isRefused(failure: Failure): boolean {
  return isDenied(failure) || failure.status === 400 || hasTrait(failure.code, "withheld");
}

/** `as` where a redirect has led to another registry: as whom that one was asked. */
type FoundAnswer = Extract<ManifestAnswer, { kind: "digest" }> & { readonly as?: string };
type Answer = FoundAnswer | ManifestRefusal;

async function ask(search: Search, authorization?: string, isLoggedIn?: boolean): Promise<Answer> {
  const { host, question, options } = search;
  const { connection } = host.endpoint;
  const { limitOfPulls, learnHeadIsMute: headIsMute } = host;
  const verify = host.isHeadMute ? "get" : question.verify;
  let refusal: { readonly base: URL; readonly said: ManifestAnswer } | undefined;
  const answer = await host.reach(async (base, last) => {
    // What was taken for a wish was the answer: nobody there speaks TLS.
    if (last && refusal?.base === base) return refusal.said;
    const failsAtOnce = last ? undefined : (true as const);
    const way = { base, connection, verify, failsAtOnce, limitOfPulls, headIsMute };
    const asked = { ...question, authorization, isLoggedIn, ...way };
    const said = await askManifest(asked, options.send);
    if (said.kind === "refused" && isWishForTls(said.failure, base, last)) {
      refusal = { base, said };
      throw said.failure;
    }
    return said;
  }, question.guard);
  if (answer.kind === "digest" || answer.url.origin === host.base?.origin) return answer;
  return askRedirected(search, answer);
}

async function askRedirected(
  { host, question, options, attempts }: Search,
  refusal: ManifestRefusal,
): Promise<Answer> {
  const next = await redirectedLookup(refusal, { home: host, question, options });
  if (next === undefined) throw refusal.failure;
  const result = await lookUpRedirected(next, (there, asked) => lookUp(there, asked, options));
  attempts.push(...result.attempts);
  if (result.kind === "failed") throw result.failure;
  const { digest, body, mediaType, next: page, as } = result;
  if (question.part !== "referrers" && isDigest(question.reference) && digest !== question.reference) {
    const detail = `${question.reference} wanted, ${digest} received`;
    throw new Failure("bad-digest", { host: refusal.url.host, detail });
  }
  return {
    kind: "digest",
    digest,
    as,
    mediaType,
    body,
    next: page,
  };
}

/** Not all servers that want TLS say so in words that are known. */
function isWishForTls({ code, status }: Failure, base: URL, last: boolean): boolean {
  return code === "http-on-https" || (status === 400 && base.protocol === "http:" && !last);
}

function isSameChallenge(one: HostChallenge, other: HostChallenge): boolean {
  return (
    one.challenge.scheme === other.challenge.scheme &&
    ["realm", "service"].every(
      (name) =>
        one.challenge.scheme === "basic" ||
        one.challenge.parameters.get(name) === other.challenge.parameters.get(name),
    )
  );
}
