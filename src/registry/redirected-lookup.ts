import { hostChallengeOf } from "./auth/authorizer.ts";
import { hasLogin, MAY_MEAN_LOG_IN } from "./hidden-challenge.ts";
import type { Host } from "./host-state.ts";
import type { LookupOptions, LookupRequest, LookupResult, RepositoryPart } from "./lookup-request.ts";
import type { ManifestRefusal } from "./manifest.ts";
import { attributed, Failure } from "./transport/failure.ts";
import { guardAgainst, REDIRECTS_MAX } from "./transport/redirect.ts";

/** Where the question comes from. */
export interface Departure {
  readonly home: Pick<Host, "base">;
  readonly question: LookupRequest;
  readonly options: LookupOptions;
}

/** What was refused where a redirect has led, as a question to the registry there. */
export interface RedirectedLookup {
  readonly host: Host;
  readonly question: LookupRequest;
}

/**
 * Decides how to go on where a redirect has led to another registry and that one refuses strangers: as for an
 * image of that registry, with its own logins and no others, and within the guard of the redirect. Undefined
 * where the refusal stands.
 */
export async function redirectedLookup(
  refusal: ManifestRefusal,
  { home, question, options }: Departure,
): Promise<RedirectedLookup | undefined> {
  const { url } = refusal;
  const { repository, part, reference } = PATH.exec(url.pathname)?.groups ?? {};
  if (repository === undefined || reference === undefined) return undefined;
  const hops = (question.hops ?? 0) + 1;
  if (hops > REDIRECTS_MAX) {
    throw new Failure("redirect", { host: url.host, detail: `more than ${REDIRECTS_MAX} registries` });
  }
  const host = options.hostElsewhere(url, repository);
  const guard = guardAgainst(url, home.base ?? url, { code: "redirect", reachOf: options.reachOf });
  const { verify, retries, signal } = question;
  const asked = {
    repository,
    reference,
    verify,
    hops,
    signal,
    retries,
    part: isRepositoryPart(part) ? part : undefined,
    page: question.page,
    bytesMax: question.bytesMax,
    guard,
  };
  const demand = hostChallengeOf(refusal);
  if (demand !== undefined) {
    // It has just been asked.
    if (host.authorizer.demandFor(repository) === undefined) host.authorizer.learn(repository, demand);
    return { host, question: asked };
  }
  const mayBeHidden = MAY_MEAN_LOG_IN.has(refusal.failure.status ?? 0);
  return mayBeHidden && (await hasLogin({ host, question: asked })) ? { host, question: asked } : undefined;
}

function isRepositoryPart(part: string | undefined): part is RepositoryPart {
  return part === "blobs" || part === "referrers";
}

/** Looks up there; what comes of it bears the name of that registry. */
export async function lookUpRedirected(
  { host, question }: RedirectedLookup,
  ask: (host: Host, question: LookupRequest) => Promise<LookupResult>,
): Promise<LookupResult> {
  const { name } = host.endpoint;
  const result = await ask(host, question);
  const attempts = result.attempts.map((attempt) => ({ ...attempt, registry: attempt.registry ?? name }));
  if (result.kind === "found") return { ...result, attempts };
  return { ...result, attempts, failure: attributed(result.failure, name) };
}

const PATH =
  /^\/v2\/(?<repository>[a-z0-9][a-z0-9._/-]*)\/(?<part>manifests|blobs|referrers)\/(?<reference>[\w.:-]+)$/;
