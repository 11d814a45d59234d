import type { Result } from "../krm/result.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import type { Versions } from "../report/versions.ts";

/** What the images that moved say of themselves; few reports want it. */
export async function readVersions(
  results: readonly Result[],
  resolver: Resolver,
  isWanted = false,
): Promise<Versions | undefined> {
  if (!isWanted) return undefined;
  const { versionsOf } = await import("../report/versions.ts");
  return versionsOf(results, (image, wanted) => resolver.read(image, wanted));
}
