/** Registries that failed as a whole, each told once with its images counted, and the advice that all of them share. */
import type { RegistryFailure, Result } from "../krm/result.ts";
import { listedUpTo } from "../lock/results.ts";

/** What decides about the advice. */
export interface FailureAdvice {
  /** Whether this may be a container without a network, as orchestrators start functions. */
  readonly mayLackNetwork: () => boolean;
}

/** The same results, with one for all that failed by the same registry in the same way. */
export function oncePerRegistry(
  results: readonly Result[],
  { mayLackNetwork }: FailureAdvice,
): readonly Result[] {
  if (!results.some(({ registryFailure }) => registryFailure !== undefined)) return results;
  const groups = new Map<string, Failed[]>();
  for (const result of results) {
    if (!isFailed(result)) continue;
    const { registry, kind } = result.registryFailure;
    const key = `${kind} ${result.severity} ${registry}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const told = new Map(
    [...groups.values()].flatMap((group) => group.slice(0, 1).map((first) => [first, group])),
  );
  let isAdvised = false;
  return results.flatMap((result) => {
    if (!isFailed(result)) return [result];
    const group = told.get(result);
    if (group === undefined) return [];
    const isAlone = group.length === 1 && result.registryFailure.kind === "pin";
    const one = isAlone ? withoutFailure(result) : together(group, result);
    if (isAdvised || !group.some((each) => each.registryFailure.hasNoNetwork)) return [one];
    isAdvised = true;
    return mayLackNetwork() ? [{ ...one, message: `${one.message}; ${advice}` }] : [one];
  });
}

type Failed = Result & { readonly registryFailure: RegistryFailure };

function isFailed(result: Result): result is Failed {
  return result.registryFailure !== undefined;
}

function withoutFailure({ registryFailure: _, ...result }: Failed): Result {
  return result;
}

/** One result about many images, which stand in no field that they share. */
function together(group: readonly Failed[], { severity, tags, registryFailure }: Failed): Result {
  const { registry, reason, kind } = registryFailure;
  const images = [...new Set(group.map((each) => each.registryFailure.image))];
  const names = listedUpTo(images, 10);
  const count = images.length === 1 ? "1 image" : `${images.length} images`;
  const message =
    kind === "pin"
      ? `can't resolve ${count} of ${registry}, in ${group.length} fields (${names}): ${reason}`
      : `${registry} could not be asked, so ${count} ${images.length === 1 ? "was" : "were"} not checked (${names}): ${reason}`;
  return { message, severity, ...(tags !== undefined && { tags }) };
}

// Functions in containers have no network unless it is allowed, and the failure looks like a broken one.
const advice =
  "a function in a container has no network unless it is allowed: `kpt fn eval --network`, `kpt fn render --allow-network`, `kustomize build --network` with `network: true`";
