import { type HostChallenge, hostChallengeOf } from "./auth/authorizer.ts";
import type { TokenOptions } from "./auth/token.ts";
import type { Host } from "./host-state.ts";
import { challengesOf, type ManifestRefusal } from "./manifest.ts";
import { ping } from "./ping.ts";
import type { Guard } from "./transport/address-guard.ts";

/** Who was refused. */
export interface Asker {
  readonly host: Pick<Host, "base" | "endpoint" | "authorizer">;
  readonly question: {
    readonly repository: string;
    readonly guard?: Guard | undefined;
    readonly signal: AbortSignal;
  };
  readonly options: TokenOptions;
}

/**
 * What a refusal without a challenge demands: some registries say it at /v2/ only, and call a manifest that needs a
 * login absent (docker.pkg.github.com), forbidden, or a bad request (Nexus).
 */
export async function findHiddenChallenge(
  refusal: ManifestRefusal,
  asker: Asker,
): Promise<HostChallenge | undefined> {
  const { host, question, options } = asker;
  const { status } = refusal.failure;
  if (status === undefined || !MAY_MEAN_LOG_IN.has(status) || host.base === undefined) return undefined;
  if (status !== 401 && !(await hasLogin(asker))) return undefined;
  const { connection } = host.endpoint;
  const { signal, guard } = question;
  const at = { base: host.base, connection, signal, guard };
  const response = await ping(at, options.send);
  const isHere = response.status === 401 && response.url.origin === host.base.origin;
  const demand = isHere
    ? hostChallengeOf({ challenges: challengesOf(response), url: response.url })
    : undefined;
  if (demand !== undefined || status !== 401 || !(await hasLogin(asker))) return demand;
  // It wants a login and does not say which: the one for this host is all that there is to try.
  return { challenge: { scheme: "basic", parameters: new Map() }, challenger: host.base };
}

/** What some registries answer those who are to log in, beside the 401 that means it. */
export const MAY_MEAN_LOG_IN: ReadonlySet<number> = new Set([400, 401, 403, 404]);

/** Tells whether there is any login for a host, or an identity that this machine has there. */
export async function hasLogin({ host, question }: Pick<Asker, "host" | "question">): Promise<boolean> {
  for await (const identity of host.authorizer.identities(question)) {
    if (identity.kind !== "anonymous") return true;
  }
  return false;
}
