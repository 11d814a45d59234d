/** What the rules of a run say of the images of its input: loaded only where there are rules. */
import type { Config } from "../config/config.ts";
import type { TrustRules } from "../config/trust-rules.ts";
import { findEveryImage } from "../find/find-resources.ts";
import type { Input } from "../krm/input.ts";
import type { Result } from "../krm/result.ts";
import type { Lock, Locks } from "../lock/locks.ts";
import { evidenceRecords, type LockRecord } from "../lock/record.ts";
import { doubtedSteps, type Judging, judgedOutcomes, unplannedResults } from "../outcome/judged-outcome.ts";
import type { Outcome } from "../outcome/outcome.ts";
import type { SettledStep, Step } from "../plan/step.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import { createJudge, type Judge } from "../signature/judge.ts";
import type { LoadedRule } from "../signature/rule.ts";
import { splitRecord } from "../signature/split-evidence.ts";
import type { Vouch } from "../signature/vouch.ts";
import type { Plan } from "./plan-images.ts";

/** The rules of a run, which hold for all its inputs. */
export interface RunJudge {
  readonly kind: "judge";
  /** The rules, applied to an input. */
  judgementOf(input: Input, locks: Pick<Locks, "nearest">): Judgement;
  /** When a log has seen what vouches for a digest; undefined where no rule names the image, or nobody vouches, or no log has. */
  readonly loggedAt: Judge["loggedAt"];
  /** What locks are to keep, with what vouches for it. */
  records(records: readonly LockRecord[], locks: WrittenLocks): readonly LockRecord[];
}

/** The locks that a run may write. */
export interface WrittenLocks {
  readonly written: readonly Lock[];
  /** Whether a lock is a file, or is to be one, beside which other files may be. */
  readonly isFile: (lock: Lock | undefined) => boolean;
}

/** What is wrong with rules. */
export interface RuleFaults {
  readonly kind: "faults";
  readonly results: readonly Result[];
}

/** The rules of a run, applied to an input. */
export interface Judgement {
  /** What becomes of images by the rules. */
  outcomes(outcomes: readonly Outcome[], steps: readonly SettledStep[]): Promise<readonly Outcome[]>;
  /** What is told of the images that the plan leaves out. */
  others(plan: Plan): Promise<readonly Result[]>;
  /** What to do about what is only likely an image. */
  likely(steps: readonly Step[]): readonly Step[];
}

/** What a judge is made from. */
export interface RunRules {
  readonly rules: TrustRules;
  readonly config: Config;
  readonly resolver: Resolver;
}

/** Makes the judge of a run; or says what is wrong with its rules. */
export async function createRunJudge(run: RunRules): Promise<RunJudge | RuleFaults> {
  const { rules, config, resolver } = run;
  const loaded = await loadSignatures(run);
  if (loaded instanceof Error) {
    const results = loaded.message.split("\n").map((message) => ({ message, severity: "error" as const }));
    return { kind: "faults", results };
  }
  const judge = createJudge({ rules, ...loaded, config, resolver });
  return {
    kind: "judge",
    judgementOf: (input, locks) => judgementOf(input, { judge, locks }),
    loggedAt: judge.loggedAt,
    records: (records, { written, isFile }) =>
      evidenceRecords(records, written, judge.evidenceFor).map((record) =>
        isFile(record.lock) ? splitRecord(record) : record,
      ),
  };
}

function judgementOf(input: Input, by: Judging): Judgement {
  return {
    outcomes(outcomes, steps) {
      for (const step of steps) {
        if (step.kind !== "resolved" || step.resolution.kind !== "resolved") continue;
        by.judge.learn(step.image, step.resolution);
      }
      return judgedOutcomes(outcomes, steps, by);
    },
    others: ({ steps, twins }) => {
      // What is only likely an image by this configuration is a certain one by the table.
      const planned = steps.flatMap(({ field }) => [field, ...(twins.get(field) ?? [])]);
      return unplannedResults(findEveryImage(input), planned, by);
    },
    likely: (steps) => doubtedSteps(steps, by),
  };
}

/** What verifies signatures takes long to load, and a run with `allow` alone has none. */
async function loadSignatures({
  rules: { signatures },
  config,
  resolver,
}: RunRules): Promise<{ readonly signatures: readonly LoadedRule[]; readonly vouch: Vouch } | Error> {
  if (signatures.length === 0)
    return { signatures: [], vouch: () => Promise.reject(new Error("there are no rules to vouch by")) };
  const { loadRules, RuleError } = await import("../signature/rule.ts");
  const { createVouch } = await import("../signature/vouch.ts");
  try {
    return { signatures: await loadRules(signatures), vouch: createVouch(config, resolver) };
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
}
