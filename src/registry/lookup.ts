import type { Digest } from "../image/digest.ts";
import { type Demand, demandOf, type Identity } from "./authorizer.ts";
import { connectionElsewhere } from "./endpoint.ts";
import { Failure } from "./failure.ts";
import type { Host } from "./host.ts";
import { askManifest, challengesOf, type ManifestAnswer } from "./manifest.ts";
import { guardAgainst } from "./redirect.ts";
import { fetchToken, type TokenOptions } from "./token.ts";

/** A tag, or digest, of a repository to look up at one host. */
export interface Question {
  readonly repository: string;
  readonly reference: string;
  readonly verify: "header" | "get";
  readonly signal: AbortSignal;
}

/** How a look-up at one host ended, and as whom it was tried in vain before. */
export type Finding = { readonly trials: readonly Trial[] } & (
  | { readonly kind: "found"; readonly digest: Digest; readonly as: string }
  | { readonly kind: "failed"; readonly failure: Failure }
);

/** One identity that was refused. */
export interface Trial {
  readonly identity: Pick<Identity, "kind" | "source">;
  readonly failure: Failure;
}

/**
 * Looks a tag up at one host. A host of which nothing is known is asked without a login first; what it demands then is
 * kept in mind for all its repositories, and asked anew where it turns out not to hold for one.
 */
export async function lookUp(host: Host, question: Question, options: TokenOptions): Promise<Finding> {
  const trials: Trial[] = [];
  try {
    const found = await host.inTurn((learned) => find({ host, question, options, trials, learned }));
    return { kind: "found", ...found, trials };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: "failed", failure: error, trials };
  }
}

interface Found {
  readonly digest: Digest;
  readonly as: string;
}

interface Search {
  readonly host: Host;
  readonly question: Question;
  readonly options: TokenOptions;
  readonly trials: Trial[];
  readonly learned: () => void;
}

type Refusal = Extract<ManifestAnswer, { kind: "refused" }>;

const ANONYMOUS = { kind: "anonymous", source: "anonymously" } as const;

async function find(search: Search): Promise<Found> {
  const { authorizer } = search.host;
  const { repository } = search.question;
  const known = authorizer.demandFor(repository);
  const first = known && (await askInTurn(search, known));
  if (first instanceof Failure) {
    if (!isDenied(first)) throw first;
  } else if (first !== undefined) return first;

  const open = await ask(search);
  if (open.kind === "digest") {
    search.learned();
    return { digest: open.digest, as: ANONYMOUS.source };
  }
  const demand = demandOf(open) ?? (await demandBehind(search, open));
  const isNews = demand !== undefined && !(known !== undefined && isSameDemand(known, demand));
  // What was refused on a demand that does not hold here says nothing about a login.
  if (isNews) search.trials.length = 0;
  if (demand?.challenge.scheme !== "bearer")
    search.trials.push({ identity: ANONYMOUS, failure: open.failure });
  if (!isNews) throw isDenied(open.failure) ? (first ?? open.failure) : open.failure;
  authorizer.learn(repository, demand);
  search.learned();
  const second = await askInTurn(search, demand);
  if (second instanceof Failure) throw second;
  if (second === undefined) throw open.failure;
  return second;
}

/** Asks as each identity in turn; the failure that says most where none is served, undefined where there is none. */
async function askInTurn(search: Search, demand: Demand): Promise<Found | Failure | undefined> {
  const { host, question, trials } = search;
  let failure: Failure | undefined;
  for await (const identity of host.authorizer.identities(question.repository)) {
    // Where no token is to be had, anonymous means without a header, which `find` asks by itself.
    if (identity.kind === "anonymous" && demand.challenge.scheme !== "bearer") continue;
    const answer = await askAs(search, identity, demand);
    if (answer === undefined) continue;
    if (answer.kind === "digest") {
      host.authorizer.remember(question.repository, identity);
      return { digest: answer.digest, as: identity.source };
    }
    trials.push({ identity, failure: answer.failure });
    // What is missing for strangers may be there for this machine's own identity.
    const mayBeHidden = identity.kind === "anonymous" && answer.failure.status === 404;
    if (!isDenied(answer.failure) && !mayBeHidden) return answer.failure;
    if (failure === undefined || isDenied(failure)) failure = answer.failure;
  }
  return failure;
}

async function askAs(
  search: Search,
  identity: Identity,
  demand: Demand,
): Promise<ManifestAnswer | undefined> {
  const { authorizer } = search.host;
  const { repository, signal } = search.question;
  const authorize = { identity, demand, repository, signal };
  try {
    const authorization = await authorizer.authorize(authorize);
    if (authorization === undefined) return undefined;
    const answer = await ask(search, authorization.value);
    if (answer.kind === "digest" || !authorization.reused || answer.failure.status !== 401) return answer;
    // The token may have ended early.
    authorizer.forget(authorize);
    const again = await authorizer.authorize(authorize);
    return await ask(search, again?.value);
  } catch (error) {
    // A realm that refuses this identity may serve the next.
    if (!(error instanceof Failure) || error.status === undefined || LIMITS.has(error.code)) throw error;
    return { kind: "refused", failure: toDenial(error), challenges: [], url: demand.challenger };
  }
}

const LIMITS: ReadonlySet<Failure["code"]> = new Set(["pull-limit", "rate-limited"]);

// Whatever a realm answers instead of a token, this identity gets none.
function toDenial(failure: Failure): Failure {
  const { host, status, detail, code } = failure;
  if (code === "unauthorized" || code === "forbidden" || code === "server") return failure;
  return new Failure("unauthorized", {
    ...(host !== undefined && { host }),
    ...(status !== undefined && { status }),
    ...(detail !== undefined && { detail }),
  });
}

function isDenied({ code }: Failure): boolean {
  return code === "unauthorized" || code === "forbidden";
}

async function ask({ host, question, options }: Search, authorization?: string): Promise<ManifestAnswer> {
  const { connection } = host.endpoint;
  const header = authorization === undefined ? {} : { authorization };
  const answer = await host.reach(async (base, last) => {
    const retries = last ? {} : { retries: 0 };
    const said = await askManifest({ ...question, ...header, ...retries, base, connection }, options.send);
    if (said.kind === "refused" && said.failure.code === "http-on-https") throw said.failure;
    return said;
  });
  if (answer.kind === "digest" || answer.url.origin === host.base?.origin) return answer;
  return askElsewhere(answer, { host, question, options });
}

/** Goes on where a redirect has led to, as nobody: no login here is for that host. */
async function askElsewhere(
  refusal: Refusal,
  { host, question, options }: Pick<Search, "host" | "question" | "options">,
): Promise<ManifestAnswer> {
  const demand = demandOf(refusal);
  const path = PATH.exec(refusal.url.pathname)?.groups;
  if (refusal.failure.status !== 401 || demand?.challenge.scheme !== "bearer" || path === undefined) {
    throw refusal.failure;
  }
  const { repository = "", reference = "" } = path;
  const from = host.base ?? refusal.url;
  const guard = guardAgainst(refusal.url, from, { code: "redirect", reachOf: options.reachOf });
  const connection = connectionElsewhere(refusal.url, host.endpoint.connection, options.configs);
  const token = await fetchToken({ ...demand, connection, repository, signal: question.signal }, options);
  const answer = await askManifest(
    {
      ...question,
      base: new URL("/", refusal.url),
      connection,
      repository,
      reference,
      authorization: `Bearer ${token.text}`,
      ...(guard !== undefined && { guard }),
    },
    options.send,
  );
  if (answer.kind === "refused") throw answer.failure;
  return answer;
}

const PATH = /^\/v2\/(?<repository>[a-z0-9][a-z0-9._/-]*)\/manifests\/(?<reference>[\w.:-]+)$/;

/**
 * What a refusal without a challenge demands: some registries say it at /v2/ only, and call a manifest that needs a
 * login absent (docker.pkg.github.com), forbidden, or a bad request (Nexus).
 */
async function demandBehind(search: Search, refusal: Refusal): Promise<Demand | undefined> {
  const { host, question, options } = search;
  const { status } = refusal.failure;
  if (status === undefined || !MAY_MEAN_LOG_IN.has(status) || host.base === undefined) return undefined;
  if (status !== 401 && !(await hasLogin(search))) return undefined;
  const response = await options.send({
    method: "GET",
    url: new URL("/v2/", host.base),
    headers: {},
    connection: host.endpoint.connection,
    bytesMax: PING_BYTES_MAX,
    signal: question.signal,
  });
  const isHere = response.status === 401 && response.url.origin === host.base.origin;
  const demand = isHere ? demandOf({ challenges: challengesOf(response), url: response.url }) : undefined;
  if (demand !== undefined || status !== 401 || !(await hasLogin(search))) return demand;
  // It wants a login and does not say which: the one for this host is all that there is to try.
  return { challenge: { scheme: "basic", parameters: new Map() }, challenger: host.base };
}

const MAY_MEAN_LOG_IN: ReadonlySet<number> = new Set([400, 401, 403, 404]);
const PING_BYTES_MAX = 65_536;

async function hasLogin({ host, question }: Search): Promise<boolean> {
  for await (const identity of host.authorizer.identities(question.repository)) {
    if (identity.kind !== "anonymous") return true;
  }
  return false;
}

function isSameDemand(one: Demand, other: Demand): boolean {
  return (
    one.challenge.scheme === other.challenge.scheme &&
    ["realm", "service"].every(
      (name) =>
        one.challenge.scheme === "basic" ||
        one.challenge.parameters.get(name) === other.challenge.parameters.get(name),
    )
  );
}
