/**
 * The function: finds every image in a ResourceList or in a stream of manifests, asks the registries which digest each
 * tag means now, and writes the digests into the references. Nothing else of the text changes by a byte.
 */

import { checkImages } from "./check/check.ts";
import { type Config, platformName } from "./config/config.ts";
import { type ConfigSources, withPolicy } from "./config/config-sources.ts";
import { readConfig } from "./config/function-config.ts";
import type { ImageField } from "./fields/image-field.ts";
import { unmatchedFieldSpecWarnings } from "./find/find-resources.ts";
import { type Input, readInput } from "./krm/input.ts";
import type { ReadOptions } from "./krm/read-options.ts";
import { resourceListEdits } from "./krm/resource-list-edit.ts";
import { bySeverity, printableResult, type Result } from "./krm/result.ts";
import type { CoolDown } from "./lock/cool-down.ts";
import type { LockedImage } from "./lock/format/locked-image.ts";
import type { LockFileOption } from "./lock/lock-file-option.ts";
import { type Lock, type Locks, readLockOption, readLocks } from "./lock/locks.ts";
import type { DroppedEntries } from "./lock/prune.ts";
import { entryLookups, entryRecords, recordsOf } from "./lock/record.ts";
import { unlockedResults, unusedResults } from "./lock/results.ts";
import { type ChangedLockFile, type LockContext, lockChanges } from "./lock/write.ts";
import type { Outcome } from "./outcome/outcome.ts";
import { nonObjectResult } from "./outcome/outcome-results.ts";
import { withAdvice } from "./outcome/registry-failures.ts";
import { setterResults } from "./outcome/setters.ts";
import { createResolver, type Resolver, type WatchLookups } from "./registry/resolve/resolver.ts";
import type { ImageUse } from "./report/image-use.ts";
import { checkTally, type Tally, updateTally } from "./report/tally.ts";
import type { Versions } from "./report/versions.ts";
import { asideResults } from "./run/aside-results.ts";
import { lookupsAtOnce, openSession } from "./run/connect/open-session.ts";
import { pullSecretsOf } from "./run/connect/pull-secrets.ts";
import type { ResolverOptions } from "./run/connect/resolver-options.ts";
import type { Judgement, RunJudge } from "./run/judgement.ts";
import { fieldsOfAll, type Plan, planImages } from "./run/plan-images.ts";
import { readVersions } from "./run/read-versions.ts";
import { coolDownOf, judgeOf, lookOver, settleEntries, settleImages, useOf } from "./run/settle-images.ts";
import { kindOf } from "./yaml/node.ts";
import { editedParts, type TextEdit } from "./yaml/text-edit.ts";

/** What to pin with. */
export interface PinOptions extends ConfigSources, ResolverOptions, ReadOptions {
  /** A lock outside the input. */
  readonly lock?: LockFileOption;
  /** Whether `mode: update` drops what nothing uses from the locks that it writes. */
  readonly prune?: boolean;
  /** Whether this runs in a container, which may have no network: asked where a registry can't be reached. */
  readonly isContained?: () => boolean;
  /** Learns of each image that is asked for. */
  readonly watch?: WatchLookups | undefined;
  /** Whether the versions of images that moved are wanted, which are asked for. */
  readonly wantsVersions?: boolean;
}

/** What came of pinning. */
export interface PinResult {
  /** What came in, pinned or unchanged, with the results in it if it is a ResourceList; empty for a stream that failed. */
  readonly text: string;
  /** The same in parts, for those who write it somewhere: as a whole it is in memory once more. */
  readonly parts: readonly string[];
  /** What a person is to be told, errors first. */
  readonly results: readonly Result[];
  /** False where there is an error: then nothing is pinned, and a program must exit with 1. */
  readonly ok: boolean;
  /** How many fields were changed. */
  readonly changes: number;
  /** What became of the images of a check or of an update, each counted once. */
  readonly tally?: Tally;
  /** What the images that moved say of themselves, where that is wanted. */
  readonly versions?: Versions;
  /** What came in: a stream has no place for results, so they must be told otherwise. */
  readonly input: "ResourceList" | "stream";
  /** The fields that hold images, with what goes out. */
  readonly images: readonly ImageUse[];
  /** The entries of the locks that counted, whether anything used them or not. */
  readonly locked: readonly LockedImage[];
  /** The platform that the digests written are for; absent for all. */
  readonly platform?: string;
  /** The new text of the lock's file, where there is something to write. */
  readonly lock?: string;
  /**
   * Makes the same changes to another text of the lock's file, which somebody may have written meanwhile. Undefined where
   * that contradicts this result, which then must be made anew. Absent where there is nothing to write.
   */
  readonly updateLock?: (text: string) => Promise<string | undefined>;
}

/**
 * Pins the images of a ResourceList or of a stream of manifests: all of them, or none where one can't be.
 *
 * @throws {InputError} for a text that is neither.
 * @throws {FunctionConfigError} where there are two configurations, one that is no YAML, or one that forbids a flag.
 * @throws {LockFileError} where the text of the lock's file is no lock.
 */
export async function pinDigests(text: string, options: PinOptions = {}): Promise<PinResult> {
  const input = await readInput(text, options);
  const { config, rules, faults } = await readConfig(input, withPolicy(options, options.environment));
  if (faults.length > 0) return unpinned(input, faults);
  const file = await readLockOption(options.lock, config);
  const locks = readLocks(input, config, file, options.lock?.name);
  if (locks.faults.length > 0) return unpinned(input, locks.faults);
  // Few runs drop anything.
  const pruning = options.prune === true ? await import("./lock/prune.ts") : undefined;
  pruning?.requirePrunable(config, options.lock?.update ?? input.kind === "ResourceList");

  let plan: Plan | undefined;
  const pullSecrets = (warn: (message: string) => void) => (plan ? packageSecrets(input, plan, warn) : []);
  const resolver = createResolver(() => openSession(config, options, pullSecrets), {
    concurrency: lookupsAtOnce(options, config.network),
    watch: options.watch,
  });
  try {
    const judge = await judgeOf({ rules, config, resolver });
    if (judge?.kind === "faults") return unpinned(input, judge.results);
    plan = await planImages({ input, config, locks }, resolver);
    const dropped =
      pruning?.entriesToDrop(fieldsOfAll(input, config, plan.fields), locks, config) ?? new Map<Lock, []>();
    const kept = { input, option: options.lock };
    const coolDown = await coolDownOf({
      config,
      now: options.now,
      judge,
      isKept: locks.all.some((lock) => isWritten(lock, kept)) || makesLock(config, kept),
      isWritten: (lock) => isWritten(lock, kept),
    });
    const judged = { judge, judgement: judge?.judgementOf(input, locks), coolDown };
    const run: Run = { input, config, locks, file, option: options.lock, plan, resolver, dropped, ...judged };
    const decided = await (config.mode === "check" ? check(run) : write(run));
    const results = withAdvice([...decided.results, ...(await asides(run)), ...warnings(resolver)], {
      mayLackNetwork: () => input.kind === "ResourceList" || options.isContained?.() === true,
    });
    const versions = await readVersions(results, resolver, options.wantsVersions);
    const known = { platform: platformName(config), locked: () => lockedOf(run), versions };
    if (pruning === undefined || results.some(isError)) return answer(input, { ...decided, results }, known);
    const told = pruning.droppedResults(dropped, config);
    const lock = await pruning.prunedFile(decided.lock, dropped, options.lock);
    const pinned = answer(input, { ...decided, lock, results: [...results, ...told] }, known);
    const text = await pruning.prunedList(pinned.text, input, dropped);
    return { ...pinned, text, parts: [text] };
  } finally {
    await resolver.close({ leaveSockets: options.leaveSockets ?? false });
  }
}

/** What the locks have that the run leaves in them. */
function lockedOf({ locks, dropped }: Run): readonly LockedImage[] {
  return locks.all.flatMap((lock) => {
    const gone = new Set<LockedImage>(dropped.get(lock));
    return lock.entries.filter((entry) => !gone.has(entry));
  });
}

/** The logins that lie in the package, for the images of the pods that name them. */
function packageSecrets(input: Input, { resources, steps }: Plan, warn: (message: string) => void) {
  const images = steps.flatMap((step) =>
    step.kind === "resolve" || step.kind === "check"
      ? [{ resource: step.field.resource, image: step.image }]
      : [],
  );
  const objects = resources.map(({ resource }) => resource);
  return pullSecretsOf({ yaml: input.yaml, objects, images }, warn);
}

/** What a run is made from. */
interface Run extends LockContext {
  readonly locks: Locks;
  readonly plan: Plan;
  readonly resolver: Resolver;
  /** The entries that are dropped from the locks. */
  readonly dropped: DroppedEntries;
  readonly judge: RunJudge | undefined;
  readonly judgement: Judgement | undefined;
  readonly coolDown: CoolDown | undefined;
}

/** What a run changes and says. */
interface Decided {
  readonly outcomes: readonly Outcome[];
  readonly edits: readonly TextEdit[];
  readonly results: readonly Result[];
  readonly lock: ChangedLockFile | undefined;
  readonly tally?: Tally | undefined;
}

async function check(run: Run): Promise<Decided> {
  const { config, locks, plan, resolver } = run;
  const steps = plan.steps.filter((step) => step.kind === "check");
  const findings = await checkImages({ steps, locks }, config, resolver);
  const { outcomes, results, unknown } = await lookOver(run, resolver);
  const told = [...results, ...findings, ...unknown];
  const tally = checkTally(
    steps.map(({ image }) => image.text),
    told,
  );
  return { outcomes, edits: [], results: told, lock: undefined, tally };
}

async function write(run: Run): Promise<Decided> {
  const { input, config, locks, plan, resolver } = run;
  const questions = [...plan.steps, ...plan.likely].filter((step) => step.kind === "resolve");
  const [images, entries] = await Promise.all([
    settleImages(run, resolver),
    settleEntries(entryLookups(locks, questions, run.dropped, config), resolver, run.coolDown),
  ]);
  const unlocked = unlockedResults(images.unlocked, { input, config, locks });
  const { outcomes, edits, resolved } = images;
  const tally = config.mode === "update" ? tallyOf(outcomes, questions) : undefined;
  if (images.fails)
    return { outcomes, edits, results: [...unlocked, ...images.results], lock: undefined, tally };
  const unused = entryRecords(entries);
  const used = images.used.filter(({ lock }) => lock.source === "file").map(({ entry }) => entry);
  const records = [...recordsOf(resolved), ...unused.records];
  const vouched =
    run.judge?.records(
      records,
      locks.all.filter((lock) => isWritten(lock, run)),
    ) ?? records;
  const written = lockChanges(vouched, used, run);
  const setters = config.report === "problems" ? [] : setterResults(input.yaml, outcomes);
  return {
    outcomes,
    edits: [...edits, ...written.edits],
    results: [...unlocked, ...images.results, ...setters, ...unused.warnings, ...written.results],
    lock: written.file,
    tally,
  };
}

/** Counts the images that were asked for. */
function tallyOf(outcomes: readonly Outcome[], questions: readonly { readonly field: ImageField }[]): Tally {
  const asked = new Set(questions.map(({ field }) => field));
  const lookedUp = outcomes.filter(({ field }) => asked.has(field));
  return updateTally(
    lookedUp.map((outcome) => {
      const { value: before = "" } = outcome.field;
      if (outcome.kind === "failed") return { before, after: undefined };
      return { before, after: outcome.kind === "changed" ? outcome.to : before };
    }),
  );
}

/** Where locks come from. */
type LockPlace = Pick<LockContext, "input" | "option">;

/** Whether a run makes a lock where there is none. */
function makesLock({ lock }: Config, { input, option }: LockPlace): boolean {
  return option === undefined && lock === "create" && input.kind === "ResourceList";
}

/** Whether what a run learns of a lock's images is kept. */
function isWritten({ source, lock, resource }: Lock, { input, option }: LockPlace): boolean {
  if (source === "file") return option?.update === true;
  return lock !== undefined && resource.file !== undefined && input.kind === "ResourceList";
}

/** What is told apart from the images that were planned. */
async function asides({
  input,
  config,
  locks,
  plan: { resources, fields },
}: Run): Promise<readonly Result[]> {
  return [
    ...locks.warnings,
    ...emptyWarning(input),
    ...nonObjectResults(input),
    ...(await asideResults({ input, config, resources })),
    ...unmatchedFieldSpecWarnings(resources, config),
    ...unusedResults(fields, locks, config),
  ];
}

function warnings(resolver: Resolver): readonly Result[] {
  return resolver.warnings().map((message) => ({ message, severity: "warning" }));
}

function isError({ severity }: Result): boolean {
  return severity === "error";
}

/** A chart that renders nothing is fine; a pipe that lost its objects is not, and both look alike. */
function emptyWarning({ kind, items }: Input): readonly Result[] {
  if (kind !== "stream" || items.length > 0) return [];
  return [{ message: "the input holds no object, so nothing was pinned", severity: "warning" }];
}

function nonObjectResults({ yaml, items }: Input): readonly Result[] {
  return items.flatMap((item, index) =>
    kindOf(yaml, item) === "mapping" ? [] : [nonObjectResult(yaml, item, index)],
  );
}

/** What goes out where nothing may be done: a list as it came, with the errors in it; of a stream nothing. */
function unpinned(input: Input, results: readonly Result[]): PinResult {
  const known = { platform: undefined, locked: () => [] };
  return answer(input, { outcomes: [], edits: [], results, lock: undefined }, known);
}

/** What is known of a run apart from what was decided. */
interface Known {
  readonly platform: string | undefined;
  readonly locked: () => readonly LockedImage[];
  readonly versions?: Versions | undefined;
}

function answer(input: Input, decided: Decided, { platform, locked, versions }: Known): PinResult {
  const { outcomes, edits, lock, tally } = decided;
  const results = bySeverity(decided.results);
  const ok = !results.some(isError);
  const changes = edits.length === 0 ? 0 : outcomes.filter(({ kind }) => kind === "changed").length;
  const parts = partsOf(input, { edits, results, ok });
  let text: string | undefined;
  return {
    get text() {
      text ??= parts.join("");
      return text;
    },
    parts,
    results,
    ok,
    changes,
    input: input.kind,
    // Few ask for them.
    get images() {
      return outcomes.map((outcome) => useOf(outcome, edits.length > 0));
    },
    get locked() {
      return locked();
    },
    ...(platform !== undefined && { platform }),
    ...(tally !== undefined && { tally }),
    ...(versions !== undefined && { versions }),
    ...(lock !== undefined && ok && { lock: lock.text, updateLock: lock.update }),
  };
}

function partsOf(
  input: Input,
  { edits, results, ok }: Pick<Decided, "edits" | "results"> & { readonly ok: boolean },
): readonly string[] {
  const { source: text } = input.yaml;
  if (input.kind === "stream") return ok ? editedParts(text, edits) : [];
  return editedParts(text, [...edits, ...resourceListEdits(input, results.map(printableResult))]);
}
