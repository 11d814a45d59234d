import { hostChallengeOf } from "./auth/authorizer.ts";
import { fetchToken, type TokenOptions } from "./auth/token.ts";
import type { Host } from "./host-state.ts";
import { askManifest, type ManifestAnswer, type ManifestQuestion, type ManifestRefusal } from "./manifest.ts";
import { connectionElsewhere } from "./transport/endpoint.ts";
import { guardAgainst } from "./transport/redirect.ts";

/** Where the question comes from. */
export interface Departure {
  readonly home: Pick<Host, "base" | "endpoint">;
  readonly question: Pick<ManifestQuestion, "verify" | "signal">;
  readonly options: TokenOptions;
}

/**
 * Goes on where a redirect has led to and a token is wanted, as nobody: no login here is for that host, and the token is
 * for no other.
 */
export async function lookUpRedirected(
  refusal: ManifestRefusal,
  { home, question, options }: Departure,
): Promise<ManifestAnswer> {
  const demand = hostChallengeOf(refusal);
  const path = PATH.exec(refusal.url.pathname)?.groups;
  if (demand?.challenge.scheme !== "bearer" || path === undefined) throw refusal.failure;
  const { repository = "", reference = "" } = path;
  const from = home.base ?? refusal.url;
  const guard = guardAgainst(refusal.url, from, { code: "redirect", reachOf: options.reachOf });
  const connection = connectionElsewhere(refusal.url, options.configs, repository);
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
