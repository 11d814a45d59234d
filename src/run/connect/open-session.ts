/** Which registries a run asks: those of the caller, or the real ones, whose client is loaded only then. */

import type { PullSecret } from "../../credentials/pull-secret.ts";
import { parseDigest } from "../../image/digest.ts";
import { CONCURRENCY_MAX } from "../../image/registry-config.ts";
import type { Registry, RegistrySession, ResolveDigest } from "../../registry/resolve/registry-session.ts";
import type { ConnectionConfig } from "./connect.ts";
import type { ResolverOptions } from "./resolver-options.ts";

/** Begins to ask. `pullSecrets` finds the logins that lie in the package. */
export async function openSession(
  config: ConnectionConfig,
  { registry, resolveDigest, environment = {}, sparesThreads = false, since }: ResolverOptions,
  pullSecrets: (warn: (message: string) => void) => readonly PullSecret[],
): Promise<RegistrySession> {
  const own = registry ?? (resolveDigest && registryOf(resolveDigest));
  if (own !== undefined) {
    return {
      inspect: (image, demand) => own.inspect(image, demand),
      hasDigest: (image, digest) => own.hasDigest(image, digest),
      read: own.read?.bind(own),
      warnings: () => [],
      close: async () => {},
    };
  }
  const { connect } = await import("./connect.ts");
  return connect(config, { environment, pullSecrets, sparesThreads, since });
}

/**
 * How many images are looked up at the same time at each registry. Our own client keeps the requests of so many to the pace of
 * each registry; a registry of the caller's is asked for as many as the configuration says.
 */
export function lookupsAtOnce(
  { registry, resolveDigest }: ResolverOptions,
  { concurrency }: ConnectionConfig["network"],
): number {
  const isOwn = registry !== undefined || resolveDigest !== undefined;
  if (concurrency !== "auto" && isOwn) return concurrency;
  return isOwn ? CALLERS_CONCURRENCY : CONCURRENCY_MAX;
}

const CALLERS_CONCURRENCY = 8;

/** What resolves digests, as a registry that knows no more than what tags mean. */
function registryOf(resolveDigest: ResolveDigest): Registry {
  return {
    async inspect(image, { platform, requirePlatforms = [], mustBeImage }) {
      if (mustBeImage)
        throw new Error("`resolveDigest` alone can't say whether an image is there: give a `registry`");
      if (platform === undefined && requirePlatforms.length === 0) {
        return { digest: parseDigest(await resolveDigest(image)) };
      }
      throw new Error("platforms can't be asked for with `resolveDigest` alone: give a `registry`");
    },
    async hasDigest() {
      throw new Error("a digest can't be looked for with `resolveDigest` alone: give a `registry`");
    },
  };
}
