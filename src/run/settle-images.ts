/** From the plan of a text to what becomes of its images: everything is looked up, and the edits are known. */
import { unknownFindings } from "../check/unknown.ts";
import type { Config } from "../config/config.ts";
import { FunctionConfigError } from "../config/config-sources.ts";
import type { TrustRules } from "../config/trust-rules.ts";
import { identityOf } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import type { CoolDown } from "../lock/cool-down.ts";
import type { Lock } from "../lock/locks.ts";
import type { EntryAnswer, EntryLookup } from "../lock/record.ts";
import type { UnlockedImage } from "../lock/results.ts";
import { likelyOutcomeOf, settleLikely } from "../outcome/likely-outcome.ts";
import { type Outcome, outcomeOf } from "../outcome/outcome.ts";
import { type ChangeMessages, resultOf } from "../outcome/outcome-results.ts";
import { settleOutcomes } from "../outcome/shared-text.ts";
import type { LockSource, ResolvedStep, SettledStep, Step } from "../plan/step.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import type { ImageUse } from "../report/image-use.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import type { Judgement, RuleFaults, RunJudge, RunRules } from "./judgement.ts";
import { type Plan, settleSteps } from "./plan-images.ts";

/** What judges the images of a run by its rules, which few have. Whatever the rules, digests may be taken out. */
export async function judgeOf(
  run: Omit<RunRules, "rules"> & { readonly rules: TrustRules | undefined },
): Promise<RunJudge | RuleFaults | undefined> {
  const { rules } = run;
  if (rules === undefined || run.config.mode === "unpin") return undefined;
  const { createRunJudge } = await import("./judgement.ts");
  return createRunJudge({ ...run, rules });
}

/** What holds moved tags back in a run, which few do. */
export async function coolDownOf(run: Cooling): Promise<CoolDown | undefined> {
  const { config, now, judge, isKept, isWritten } = run;
  if (config.mode !== "update" || config.minAge === 0) return undefined;
  const { createCoolDown, requireMemory } = await import("../lock/cool-down.ts");
  requireMemory(config, isKept);
  if (now === undefined)
    throw new FunctionConfigError("`minAge` counts by a clock, so `now` must say the time");
  const loggedAt = judge?.loggedAt ?? (async () => undefined);
  return createCoolDown({ config, now, isWritten, loggedAt });
}

/** By what tags are held back. */
export interface Cooling {
  readonly config: Config;
  readonly now: number | undefined;
  readonly judge: RunJudge | undefined;
  /** Whether any lock is written. */
  readonly isKept: boolean;
  readonly isWritten: (lock: Lock) => boolean;
}

/** What the entries of locks mean now that no field asks for. */
export function settleEntries(
  entries: readonly EntryLookup[],
  resolver: Resolver,
  coolDown: CoolDown | undefined,
): Promise<readonly EntryAnswer[]> {
  return Promise.all(
    entries.map(async (each) => {
      const resolution = await resolver.resolve(each.lookup);
      if (coolDown === undefined) return { ...each, resolution };
      const { lock, entry } = each;
      const { reference, platform, digest: written } = entry;
      const { resolution: cooled, next } = await coolDown({ lock, reference, platform, written, resolution });
      return { ...each, resolution: cooled, next };
    }),
  );
}

async function settle(
  steps: readonly Step[],
  text: PlannedText,
  resolver: Resolver,
): Promise<readonly SettledStep[]> {
  const settled = await settleSteps(steps, resolver);
  const { coolDown, config } = text;
  return coolDown === undefined
    ? settled
    : Promise.all(
        settled.map((step) => (step.kind === "resolved" ? cooledStep(step, coolDown, config) : step)),
      );
}

async function cooledStep(step: ResolvedStep, coolDown: CoolDown, config: Config): Promise<ResolvedStep> {
  const { lock, reference, image, resolution: answer } = step;
  const platform = config.platform?.name;
  const { resolution, next, reason } = await coolDown({
    lock,
    reference,
    platform,
    written: image.digest,
    resolution: answer,
  });
  return { ...step, resolution, next, heldBack: reason };
}

/** A plan, and by what it is carried out. */
export interface PlannedText {
  readonly plan: Plan;
  readonly config: Config;
  readonly judgement: Judgement | undefined;
  readonly coolDown: CoolDown | undefined;
}

/** What becomes of the images of a text. */
export interface SettledImages {
  readonly outcomes: readonly Outcome[];
  readonly edits: readonly TextEdit[];
  readonly results: readonly Result[];
  /** Whether one of them fails the run, which then changes nothing. */
  readonly fails: boolean;
  /** Those that a lock should have had. */
  readonly unlocked: readonly UnlockedImage[];
  /** What registries were asked. */
  readonly resolved: readonly ResolvedStep[];
  /** What locks gave. */
  readonly used: readonly LockSource[];
}

/** Waits for the answers that a plan needs, and says what becomes of each image. */
export async function settleImages(text: PlannedText, resolver: Resolver): Promise<SettledImages> {
  const { plan, config, judgement } = text;
  const steps = await settle(plan.steps, text, resolver);
  const planned = steps.map((step) => outcomeOf(step, config));
  const outcomes = judgement === undefined ? planned : await judgement.outcomes(planned, steps);
  const others = (await judgement?.others(plan)) ?? [];
  const certain = settleOutcomes(outcomes, plan, config);
  const unlocked = steps.flatMap((step, index) => {
    const image = step.kind === "reject" ? step.unlocked : undefined;
    const outcome = certain.outcomes[index];
    return image === undefined || outcome === undefined ? [] : [{ image, fails: failsRun(outcome) }];
  });
  if (certain.outcomes.some(failsRun) || others.some(isError)) {
    const results = [...others, ...outcomeResults(certain.outcomes.filter(isLeft), config)];
    return { outcomes: certain.outcomes, edits: [], results, fails: true, unlocked, resolved: [], used: [] };
  }
  // What may be no image is asked for when all others are known, so that it keeps nobody waiting.
  const likelySteps = judgement === undefined ? plan.likely : judgement.likely(plan.likely);
  const likely = await settle(likelySteps, text, resolver);
  const settled = settleLikely(
    certain,
    likely.map((step) => likelyOutcomeOf(step, config)),
    (all) => settleOutcomes(all, plan, config),
  );
  const all = [...steps, ...likely];
  return {
    outcomes: settled.outcomes,
    edits: settled.edits,
    results: [...others, ...outcomeResults(settled.outcomes, config), ...settled.results],
    fails: false,
    unlocked,
    resolved: all.filter((step) => step.kind === "resolved"),
    used: usedOf(all),
  };
}

/** What a check says of a text, apart from what it compares. */
export interface LookedOver {
  readonly outcomes: readonly Outcome[];
  readonly results: readonly Result[];
  /** What is told of likely images. */
  readonly unknown: readonly Result[];
}

/** What is to be said of the images of a text that is only checked. */
export async function lookOver(
  { plan, config, judgement }: PlannedText,
  resolver: Resolver,
): Promise<LookedOver> {
  // A check plans nothing that waits for a lookup.
  const settled = await settleSteps(plan.steps, resolver);
  const planned = settled.map((step) => outcomeOf(step, config));
  const outcomes = judgement === undefined ? planned : await judgement.outcomes(planned, settled);
  const likely = judgement === undefined ? plan.likely : judgement.likely(plan.likely);
  const others = (await judgement?.others(plan)) ?? [];
  // What stays without a digest for want of a place is a finding of its own class.
  const isTold = ({ kind }: Outcome, at: number): boolean => kind !== "kept" || !isUnsettled(settled[at]);
  return {
    outcomes,
    results: [...outcomeResults(outcomes.filter(isTold), config), ...others],
    unknown: unknownFindings([...settled.filter(isUnsettled), ...likely], config),
  };
}

function isUnsettled(step: SettledStep | undefined): boolean {
  return step?.kind === "keep" && step.isUnsettled === true;
}

/** What is told of outcomes. */
function outcomeResults(outcomes: readonly Outcome[], config: Config): readonly Result[] {
  const messages: ChangeMessages = new Map();
  const results: Result[] = [];
  for (const outcome of outcomes) {
    const result = resultOf(outcome, config.report, messages);
    if (result !== undefined) results.push(result);
  }
  return results;
}

/** A field that holds an image, with what goes out if it `isWritten`. */
export function useOf(outcome: Outcome, isWritten: boolean): ImageUse {
  const { resource, path, value = "" } = outcome.field;
  const isChanged = outcome.kind === "changed" && isWritten;
  return {
    resource: identityOf(resource),
    ...(resource.file !== undefined && { file: resource.file }),
    path,
    ...(isChanged ? { text: outcome.to, original: outcome.from } : { text: value }),
    ...(outcome.kind !== "failed" && outcome.platforms && { platforms: outcome.platforms }),
    ...(outcome.kind !== "failed" && outcome.vouchers && { vouchers: outcome.vouchers }),
  };
}

function usedOf(steps: readonly SettledStep[]): readonly LockSource[] {
  return steps.flatMap((step) =>
    step.kind === "rewrite" || step.kind === "resolved" ? (step.source ?? []) : [],
  );
}

function failsRun(outcome: Outcome): boolean {
  return outcome.kind === "failed" && outcome.onError === "fail";
}

function isError({ severity }: Result): boolean {
  return severity === "error";
}

function isLeft(outcome: Outcome): boolean {
  return outcome.kind !== "changed";
}
