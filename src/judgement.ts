/** What the rules of a run say of the images of its input: loaded only where there are rules. */
import type { TrustRules } from "./config/trust-rules.ts";
import { findEveryImage } from "./find/find-resources.ts";
import type { Input } from "./krm/input.ts";
import type { Result } from "./krm/result.ts";
import { doubtedSteps, judgedOutcomes, unplannedResults } from "./outcome/judged-outcome.ts";
import type { Outcome } from "./outcome/outcome.ts";
import type { Step } from "./plan/step.ts";
import type { Plan } from "./plan-images.ts";
import { createJudge } from "./signature/judge.ts";

/** The rules of a run, applied to its input. */
export interface Judgement {
  /** What becomes of images by the rules. */
  outcomes(outcomes: readonly Outcome[]): Promise<readonly Outcome[]>;
  /** What is told of the images that the plan leaves out. */
  others(plan: Plan): Promise<readonly Result[]>;
  /** What to do about what is only likely an image. */
  likely(steps: readonly Step[]): readonly Step[];
}

/** Makes the judgement of an input. */
export function createJudgement(rules: TrustRules, input: Input): Judgement {
  const judge = createJudge(rules);
  return {
    outcomes: (outcomes) => judgedOutcomes(outcomes, judge),
    others: ({ fields, twins }) => {
      const planned = [...fields, ...[...twins.values()].flat()];
      return unplannedResults(findEveryImage(input), planned, judge);
    },
    likely: (steps) => doubtedSteps(steps, judge),
  };
}
