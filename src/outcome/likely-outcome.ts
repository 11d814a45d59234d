/** What became of what is only likely an image: it is pinned where a registry or a lock confirms it, and never fails. */
import { howToSettle, readsAsImage } from "../plan/likely.ts";
import type { SettledStep } from "../plan/step.ts";
import { type Outcome, type OutcomeConfig, outcomeOf } from "./outcome.ts";
import type { Settled } from "./shared-text.ts";

/** What became of a step about a field that no rule knows. */
export function likelyOutcomeOf(step: SettledStep, config: OutcomeConfig): Outcome {
  const outcome = outcomeOf(step, config);
  switch (outcome.kind) {
    case "kept":
      return outcome;
    case "failed":
      return left(outcome, `since no registry confirms it: ${outcome.reason}`);
    case "changed":
      return { ...outcome, note: ["in a field that no rule knows", ...proofOf(step)].join("; ") };
  }
}

/**
 * What becomes of a text with its likely images. Those that aliases tie to something that is not to change stay as they are;
 * so do all where a certain one could not be changed for them.
 */
export function settleLikely(
  certain: Settled,
  likely: readonly Outcome[],
  settle: (outcomes: readonly Outcome[]) => Settled,
): Settled {
  let outcomes = likely;
  while (outcomes.some(({ kind }) => kind === "changed")) {
    const together = settle([...certain.outcomes, ...outcomes]);
    const settled = together.outcomes.slice(certain.outcomes.length);
    const isInTheWay = together.outcomes.some(
      ({ kind }, at) => kind === "failed" && certain.outcomes[at]?.kind === "changed",
    );
    const isTied = (at: number): boolean => isInTheWay || settled[at]?.kind === "failed";
    if (!isInTheWay && !settled.some(({ kind }) => kind === "failed")) return together;
    outcomes = outcomes.map((outcome, at) =>
      outcome.kind === "changed" && isTied(at)
        ? left(outcome, "since aliases share its text with other fields")
        : outcome,
    );
  }
  return { ...certain, outcomes: [...certain.outcomes, ...outcomes] };
}

function left({ field }: Outcome, why: string): Outcome {
  const reason = `${readsAsImage}, ${why}; ${howToSettle(field)}`;
  return { kind: "kept", field, reason, severity: "warning", platforms: undefined };
}

/** By what it is known to be an image; nothing where it had a digest before. */
function proofOf(step: SettledStep): readonly string[] {
  if (step.kind === "rewrite" && step.source === undefined) return [];
  if (step.kind !== "resolved" || step.resolution.kind !== "resolved") return ["the lock has it"];
  const { recognizedBy } = step.resolution;
  if (recognizedBy === undefined) return ["a rule knows the same image elsewhere in this input"];
  return [`the registry has an image there (${recognizedBy})`];
}
