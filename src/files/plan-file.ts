/** What a run does with one file: its images are found and planned, and when their answers are there, its edits are known. */

import { posix } from "node:path";
import type { CheckedImage } from "../check/subject.ts";
import type { Config } from "../config/config.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import type { ImageField } from "../fields/image-field.ts";
import type { RuleUses } from "../find/field-spec-slips.ts";
import type { Selected } from "../find/slips.ts";
import { resultAt } from "../krm/field-result.ts";
import type { ManifestStream } from "../krm/input.ts";
import { isImageLock, type Resource } from "../krm/resource.ts";
import type { Position, Result } from "../krm/result.ts";
import type { CoolDown } from "../lock/cool-down.ts";
import type { Lock, Locks } from "../lock/locks.ts";
import type { LockAnswer } from "../lock/record.ts";
import type { UnlockedImage } from "../lock/results.ts";
import { setterResults } from "../outcome/setters.ts";
import type { CheckStep, LockSource, ResolvedStep } from "../plan/step.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import type { ImageUse } from "../report/image-use.ts";
import { asideResults, mayMiss } from "../run/aside-results.ts";
import { allExplanations, type Explanation } from "../run/explain.ts";
import type { Judgement, RunJudge } from "../run/judgement.ts";
import { fieldsOfAll, type Plan, planImages } from "../run/plan-images.ts";
import { lookOver, settleImages, useOf } from "../run/settle-images.ts";
import { type OverlapError, overlapIn, type TextEdit } from "../yaml/text-edit.ts";

/** By what a file is planned. */
export interface FilePlanning {
  readonly config: Config;
  readonly judge: RunJudge | undefined;
  readonly coolDown: CoolDown | undefined;
  readonly resolver: Resolver;
  /** The lock that counts for the file. */
  readonly lock: Lock | undefined;
  /** What the caller wants to know beside the edits. */
  readonly wants: Wants;
}

/** What a report needs. */
export interface Wants {
  readonly images: boolean;
  /** `alone`: nothing else is wanted, so nobody is asked. */
  readonly explanations: false | "alone" | "too";
}

/** What is known of a file when its images are settled. It holds nothing of the file's text. */
export interface PlannedFile {
  readonly edits: readonly TextEdit[];
  /** How many images change. */
  readonly changes: number;
  /** How many images there are. */
  readonly images: number;
  readonly results: readonly Result[];
  readonly fails: boolean;
  readonly unlocked: readonly UnlockedImage[];
  /** What registries were asked, for the locks. */
  readonly asked: readonly LockAnswer[];
  readonly used: readonly LockSource[];
  /** What is compared with the registries when all files are read. */
  readonly checks: readonly CheckedImage[];
  /** The lock that counts for the file. */
  readonly lock: Lock | undefined;
  /** The texts of images, by which the lock knows what is used; none without a lock. */
  readonly values: readonly string[];
  /** For fieldSpecs that lead nowhere. */
  readonly ruleUses: readonly RuleUses[];
  /** What options can select in it; absent where none selects. */
  readonly selected?: Selected | undefined;
  readonly uses: readonly ImageUse[];
  readonly explanations: readonly Explanation[];
  readonly keyless: readonly KeylessImage[];
}

/** An image in the values of a chart that has no key for a digest. */
export interface KeylessImage {
  readonly position: Position;
  readonly image: string;
}

/** Plans a file, and begins to look up what that needs. The second promise is settled when the answers are there. */
export async function planFile(
  input: ManifestStream,
  planning: FilePlanning,
): Promise<() => Promise<PlannedFile>> {
  const { config, judge, resolver, lock } = planning;
  const locks = locksOf(lock);
  if (planning.wants.explanations === "alone")
    return async () => ({ ...unplanned, lock, explanations: allExplanations(input, { config, locks }) });
  const plan = await planImages({ input, config, locks }, resolver);
  const judgement = judge?.judgementOf(input, locks);
  return async () => settleFile({ ...planning, input, plan, judgement, locks });
}

const unplanned: PlannedFile = {
  edits: [],
  changes: 0,
  images: 0,
  results: [],
  fails: false,
  unlocked: [],
  asked: [],
  used: [],
  checks: [],
  lock: undefined,
  values: [],
  ruleUses: [],
  uses: [],
  explanations: [],
  keyless: [],
};

/** One lock counts for all of a file. */
function locksOf(lock: Lock | undefined): Locks {
  return { all: [], faults: [], warnings: [], nearest: () => lock };
}

interface Settling extends FilePlanning {
  readonly input: ManifestStream;
  readonly plan: Plan;
  readonly locks: Locks;
  readonly judgement: Judgement | undefined;
}

async function settleFile(settling: Settling): Promise<PlannedFile> {
  const { input, plan, config, resolver, wants, lock, locks } = settling;
  const { resources, fields } = plan;
  const isCheck = config.mode === "check";
  const settled = isCheck ? undefined : await settleImages(settling, resolver);
  const looked = isCheck ? await lookOver(settling, resolver) : undefined;
  const outcomes = (settled ?? looked)?.outcomes ?? [];
  const isKeyless = (field: ImageField): boolean =>
    input.file?.form === "values" &&
    field.writing.kind === "none" &&
    field.suggestion?.in === "repositoryAndTag" &&
    field.value?.includes(":") === true;
  const keyless = fields.filter(isKeyless).flatMap((field): readonly KeylessImage[] => {
    const position = field.resource.positionOf?.(field);
    return position === undefined ? [] : [{ position, image: field.value ?? "" }];
  });
  const setters =
    settled === undefined || settled.fails || config.report === "problems"
      ? []
      : setterResults(input.yaml, outcomes);
  const inFile = (result: Result): Result => ({
    ...result,
    ...(input.file && { file: { path: input.file.path } }),
  });
  const overlap = overlapIn(input.yaml.source, settled?.edits ?? []);
  const results = [
    ...(overlap === undefined ? [] : [inFile(overlapResult(overlap))]),
    ...(settled?.results ?? []),
    ...(looked?.results ?? []),
    ...(looked?.unknown ?? []),
    ...setters.map(inFile),
    ...(await asideResults({ input, config, resources })).map(inFile),
    ...strayLocks(input, resources, lock),
  ];
  const selected = mayMiss(config)
    ? (await import("../find/slips.ts")).selectedIn({ yaml: input.yaml, resources, config })
    : undefined;
  return {
    selected,
    edits: overlap === undefined ? (settled?.edits ?? []) : [],
    changes: settled === undefined || settled.edits.length === 0 ? 0 : changedOf(outcomes),
    images: fields.length,
    results: keyless.length === 0 ? results : results.filter((result) => !isAbout(result, keyless)),
    fails: overlap !== undefined || (settled?.fails ?? false),
    unlocked: settled?.unlocked ?? [],
    asked: (settled?.resolved ?? []).map(answerOf),
    used: settled?.used ?? [],
    checks: plan.steps.flatMap((step) => (step.kind === "check" ? [detachedStep(step)] : [])),
    lock,
    values: lock === undefined ? [] : valuesOf(input, fields, config),
    ruleUses: config.fieldSpecs.length === 0 ? [] : resources.map(ruleUses),
    uses: wants.images ? outcomes.map((outcome) => useOf(outcome, true)) : [],
    explanations: wants.explanations ? allExplanations(input, { config, locks }) : [],
    keyless,
  };
}

function overlapResult({ reason, line, column }: OverlapError): Result {
  return { severity: "error", message: reason, position: { line, column } };
}

function changedOf(outcomes: readonly { readonly kind: string }[]): number {
  return outcomes.filter(({ kind }) => kind === "changed").length;
}

/** What many maps lack is told of all of them at once. */
function isAbout({ severity, tags, position }: Result, keyless: readonly KeylessImage[]): boolean {
  return (
    (severity !== "error" || tags?.class === "unknown") &&
    keyless.some(({ position: { line, column } }) => position?.line === line && position.column === column)
  );
}

/** A lock counts by the name of its file, since else nobody sees whose it is. */
function strayLocks(
  { file }: ManifestStream,
  resources: readonly ResourceImages[],
  lock: Lock | undefined,
): readonly Result[] {
  if (file === undefined || /(?:^|\/)image-lock\.yaml$/.test(file.path)) return [];
  // The one that `--lock` names.
  if (posix.normalize(lock?.resource.file?.path ?? "") === file.path) return [];
  return resources
    .filter(({ resource }) => isImageLock(resource))
    .map(({ resource }) =>
      resultAt(
        { resource, path: "images" },
        {
          severity: "warning",
          message: "does not count as a lock, since its file is not called image-lock.yaml",
        },
      ),
    );
}

/** The images that a lock may have entries for. */
function valuesOf(input: ManifestStream, fields: readonly ImageField[], config: Config): readonly string[] {
  return [...new Set(fieldsOfAll(input, config, fields).flatMap(({ value }) => value ?? []))];
}

function answerOf({ lock, reference, lookup, locked, resolution, next }: ResolvedStep): LockAnswer {
  return { lock, reference, lookup, locked, resolution, next };
}

/** A field that knows its place, and does not keep the text in which it stands. */
function detachedStep({ field, image, lock }: CheckStep): CheckedImage {
  const { path, value, tag, floats } = field;
  const resource = { ...field.resource, annotations: noAnnotations, ...fixedPosition(field) };
  return {
    image,
    lock,
    field: { resource, path, value, tag, floats },
  };
}

const noAnnotations: ReadonlyMap<string, string> = new Map();

function fixedPosition(field: ImageField): Pick<Resource, "positionOf"> {
  const position = field.resource.positionOf?.(field);
  return position === undefined ? {} : { positionOf: () => position };
}

function ruleUses({ resource, fields, likely, flaws, reached, skipped: reason }: ResourceImages): RuleUses {
  const { apiVersion, kind } = resource;
  return {
    resource: { apiVersion, kind },
    fields: fields.map(({ rule, path }) => ({ rule, path })),
    likely: likely.map(({ path }) => ({ path })),
    reached,
    flaws: flaws.map(({ rule }) => (rule === undefined ? {} : { rule })),
    skipped: reason,
  };
}
