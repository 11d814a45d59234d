/** Registries that failed as a whole, each told once with its images counted, and the advice that all of them share. */
import type { RegistryFailure, Result } from "../krm/result.ts";
import { listedUpTo } from "../lock/results.ts";
import { appendTo } from "../yaml/lists-by-key.ts";

/** What decides about the advice. */
export interface FailureAdvice {
  /** Whether this may be a container without a network, as orchestrators start functions. */
  readonly mayLackNetwork: () => boolean;
}

/**
 * The results of a run: what a check could not compare is one result for each registry, and the first that looks like a machine
 * without a network says how a function gets one.
 */
export function withAdvice(results: readonly Result[], { mayLackNetwork }: FailureAdvice): readonly Result[] {
  const told = grouped(results, "check");
  const first = told.findIndex(({ registryFailure }) => registryFailure?.hasNoNetwork === true);
  if (first < 0 || !mayLackNetwork()) return told;
  return told.map((result, at) =>
    at === first ? { ...result, message: `${result.message}; ${advice}` } : result,
  );
}

/** The same for people: one line for all images that could not be pinned by the same registry. */
export function oncePerRegistry(results: readonly Result[]): readonly Result[] {
  return grouped(results, "pin");
}

function grouped(results: readonly Result[], kind: RegistryFailure["kind"]): readonly Result[] {
  const groups = new Map<string, Failed[]>();
  for (const result of results) {
    if (!isFailed(result, kind)) continue;
    appendTo(groups, keyOf(result), result);
  }
  if (groups.size === 0) return results;
  return results.flatMap((result) => {
    if (!isFailed(result, kind)) return [result];
    const group = groups.get(keyOf(result)) ?? [];
    if (group[0] !== result) return [];
    return [group.length === 1 && kind === "pin" ? result : together(group, result)];
  });
}

function keyOf({ severity, registryFailure: { registry } }: Failed): string {
  return `${severity} ${registry}`;
}

type Failed = Result & { readonly registryFailure: RegistryFailure };

function isFailed(result: Result, kind: RegistryFailure["kind"]): result is Failed {
  return result.registryFailure?.kind === kind;
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
  const isAdvised = group.some((each) => each.message.endsWith(advice));
  return {
    message: isAdvised ? `${message}; ${advice}` : message,
    severity,
    ...(tags !== undefined && { tags }),
    registryFailure,
  };
}

// Functions in containers have no network unless it is allowed, and the failure looks like a broken one.
const advice =
  "a function in a container has no network unless it is allowed: `kpt fn eval --network`, `kpt fn render --allow-network`, `kustomize build --network` with `network: true`";
