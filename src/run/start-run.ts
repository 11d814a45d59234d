/** How a run over one text begins: what came in and what counts for it, and then what is to be done about each image. */
import type { Config } from "../config/config.ts";
import { withPolicy } from "../config/config-sources.ts";
import { readConfig } from "../config/read-config.ts";
import type { TrustRules } from "../config/trust-rules.ts";
import { type Input, readInput } from "../krm/input.ts";
import type { Result } from "../krm/result.ts";
import type { CoolDown } from "../lock/cool-down.ts";
import { type Lock, type Locks, readLockOption, readLocks } from "../lock/locks.ts";
import type { DroppedEntries } from "../lock/prune.ts";
import type { LockContext } from "../lock/write.ts";
import { createResolver, type Resolver } from "../registry/resolve/resolver.ts";
import { lookupsAtOnce, openSession } from "./connect/open-session.ts";
import { pullSecretsOf } from "./connect/pull-secrets.ts";
import type { Judgement, RunJudge } from "./judgement.ts";
import { fieldsOfAll, type Plan, planImages } from "./plan-images.ts";
import type { RunOptions } from "./run-options.ts";
import { coolDownOf, judgeOf } from "./settle-images.ts";

/** An input about which nothing may be done, and why. */
export interface RunFaults {
  readonly kind: "faults";
  readonly input: Input;
  readonly results: readonly Result[];
}

/** An input, with what counts for it. */
export interface ReadRun extends LockContext {
  readonly kind: "read";
  readonly rules: TrustRules | undefined;
  readonly locks: Locks;
  /** What drops entries from locks, where that is wanted. */
  readonly pruning: typeof import("../lock/prune.ts") | undefined;
}

/** What a run is made from: all its images are found, and those to be looked up are on their way. */
export interface Run extends Omit<ReadRun, "kind" | "rules"> {
  readonly kind: "run";
  readonly plan: Plan;
  readonly resolver: Resolver;
  /** The entries that are dropped from the locks. */
  readonly dropped: DroppedEntries;
  readonly judge: RunJudge | undefined;
  readonly judgement: Judgement | undefined;
  readonly coolDown: CoolDown | undefined;
}

/** A way to the registries, for one run. */
export interface OpenRun {
  readonly plan: () => Promise<Run | RunFaults>;
  readonly close: () => Promise<void>;
}

/**
 * Reads the input, the configuration and the locks.
 *
 * @throws {InputError}
 * @throws {FunctionConfigError}
 * @throws {LockFileError}
 */
export async function readRun(text: string, options: RunOptions): Promise<ReadRun | RunFaults> {
  const input = await readInput(text, options);
  const { config, rules, faults } = await readConfig(input, withPolicy(options, options.environment));
  if (faults.length > 0) return { kind: "faults", input, results: faults };
  const { lock: option, prune } = options;
  const file = await readLockOption(option, config);
  const locks = readLocks(input, config, file, option);
  if (locks.faults.length > 0) return { kind: "faults", input, results: locks.faults };
  // Few runs drop anything.
  const pruning = prune === true ? await import("../lock/prune.ts") : undefined;
  pruning?.requirePrunable(config, option?.update ?? input.kind === "ResourceList");
  return { kind: "read", input, config, rules, file, locks, option, pruning };
}

/** Opens the way to the registries, which costs nothing until the first image is looked up. */
export function openRun({ rules, kind: _, ...read }: ReadRun, options: RunOptions): OpenRun {
  const { input, config, locks, option, pruning } = read;
  let plan: Plan | undefined;
  const pullSecrets = (warn: (message: string) => void) => (plan ? packageSecrets(input, plan, warn) : []);
  const resolver = createResolver(() => openSession(config, options, pullSecrets), {
    concurrency: lookupsAtOnce(options, config.network),
    watch: options.watch,
  });
  return {
    async plan() {
      const judge = await judgeOf({ rules, config, resolver });
      if (judge?.kind === "faults") return { kind: "faults", input, results: judge.results };
      plan = await planImages({ input, config, locks }, resolver);
      const dropped = pruning?.entriesToDrop(fieldsOfAll(input, config, plan.fields), locks, config);
      const place = { input, option };
      const coolDown = await coolDownOf({
        config,
        now: options.now,
        judge,
        isKept: locks.all.some((lock) => isWritten(lock, place)) || makesLock(config, place),
        isWritten: (lock) => isWritten(lock, place),
      });
      const judged = { judge, judgement: judge?.judgementOf(input, locks), coolDown };
      return { ...read, kind: "run", plan, resolver, dropped: dropped ?? new Map(), ...judged };
    },
    close: () => resolver.close({ leaveSockets: options.leaveSockets ?? false }),
  };
}

/** Where locks come from. */
type LockPlace = Pick<LockContext, "input" | "option">;

/** Whether a run makes a lock where there is none. */
function makesLock({ lock }: Config, { input, option }: LockPlace): boolean {
  return option === undefined && lock === "create" && input.kind === "ResourceList";
}

/** Whether what a run learns of a lock's images is kept. */
export function isWritten({ source, lock, resource }: Lock, { input, option }: LockPlace): boolean {
  if (source === "file") return option?.update === true;
  return lock !== undefined && resource.file !== undefined && input.kind === "ResourceList";
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
