/** From the items of an input to what is to be done about each image in them, and to the lookups that this needs. */
import type { Config } from "../config/config.ts";
import { carriersOf, mayBeShared } from "../fields/embedded-document.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import type { ImageField } from "../fields/image-field.ts";
import { eachResource, findResources } from "../find/find-resources.ts";
import type { Input } from "../krm/input.ts";
import type { Lock, Locks } from "../lock/locks.ts";
import { certainLookups, planLikely } from "../plan/likely.ts";
import { planStep } from "../plan/plan.ts";
import { deedOf, type ResolvedStep, type SettledStep, type Step, type Twins } from "../plan/step.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import { appendTo } from "../yaml/lists-by-key.ts";

/** What was found, and what is to be done about it. */
export interface Plan {
  readonly resources: readonly ResourceImages[];
  readonly fields: readonly ImageField[];
  /** One for each field, in their order. */
  readonly steps: readonly Step[];
  /** What aliases bring to further places, where the same is to be done about it. */
  readonly twins: Twins;
  /** Those about what is only likely an image, which are resolved when all others are. */
  readonly likely: readonly Step[];
}

/** By what is planned. */
export interface Planning {
  readonly input: Input;
  readonly config: Config;
  readonly locks: Locks;
}

/**
 * Plans all images of an input. What is to be looked up is looked up as soon as it is found, so that the answers are on
 * their way while the rest is read; with logins in the package, which are known at the end, nothing is.
 */
export async function planImages({ input, config, locks }: Planning, resolver: Resolver): Promise<Plan> {
  const resources: ResourceImages[] = [];
  const fields: ImageField[] = [];
  const steps: Step[] = [];
  const likely: Step[] = [];
  const twins = new Map<ImageField, ImageField[]>();
  const isTwin = twinFinder(twins);
  const mayResolve = !config.credentials.includes("package");
  let nextTurn = Number.POSITIVE_INFINITY;
  for (const resource of eachResource(input, config)) {
    resources.push(resource);
    for (const field of resource.fields) {
      const step = planStep(field, config, locks.nearest(field.resource));
      if (mayBeShared(field.site) && isTwin(step)) continue;
      fields.push(field);
      steps.push(step);
      if (step.kind !== "resolve" || !mayResolve) continue;
      void resolver.resolve(step.lookup);
      // The first goes at once.
      nextTurn = Math.min(nextTurn, performance.now());
    }
    if (nextTurn === Number.POSITIVE_INFINITY || performance.now() < nextTurn) continue;
    await turnOfLoop();
    nextTurn = performance.now() + planningAtOnce;
  }
  // An image that is certain somewhere is one wherever it stands.
  let certain: ReadonlySet<string> | undefined;
  for (const field of resources.flatMap((resource) => resource.likely)) {
    certain ??= certainLookups(steps);
    const step = planLikely(field, { config, lock: locks.nearest(field.resource), certain });
    if (step === undefined || (mayBeShared(field.site) && isTwin(step))) continue;
    fields.push(field);
    likely.push(step);
  }
  return { resources, fields, steps, twins, likely };
}

/**
 * Tells whether what is to be done at a place is to be done already, because an alias brings the same characters to another
 * place: then they are one field, and the further place is its twin.
 */
function twinFinder(twins: Map<ImageField, ImageField[]>): (step: Step) => boolean {
  const known = new Map<Lock | undefined, Map<string, ImageField>>();
  return (step) => {
    const { field } = step;
    const { text, lock } = deedOf(step);
    const fields = known.get(lock) ?? new Map<string, ImageField>();
    known.set(lock, fields);
    const deed = `${carriersOf(field.site)} ${field.identity} ${text}`;
    const first = fields.get(deed);
    if (first === undefined) fields.set(deed, field);
    else {
      appendTo(twins, first, field);
    }
    return first !== undefined;
  };
}

/** Waits for what the steps of a plan look up. */
export async function settleSteps(
  steps: readonly Step[],
  resolver: Resolver,
): Promise<readonly SettledStep[]> {
  const asked = steps.filter((step) => step.kind === "resolve");
  const answers = new Map(await Promise.all(asked.map(async (step) => [step, await settle(step)] as const)));
  // A promise for each of the others as well would take as long as all that is done about it.
  const settled: SettledStep[] = [];
  for (const step of steps) {
    const each = step.kind === "resolve" ? answers.get(step) : step;
    if (each !== undefined) settled.push(each);
  }
  return settled;

  async function settle(step: Extract<Step, { readonly kind: "resolve" }>): Promise<ResolvedStep> {
    const { field, image, lookup, reference, lock, locked, source } = step;
    const resolution = await resolver.resolve(lookup);
    return { kind: "resolved", field, image, lookup, reference, lock, locked, source, resolution };
  }
}

// Milliseconds: a small part of a round trip.
const planningAtOnce = 5;

/** Lets requests and answers through, which else would wait until all is planned. */
function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The fields of all objects, also of those that `resources` leaves out: another run may look into them. */
export function fieldsOfAll(
  input: Input,
  config: Config,
  fields: readonly ImageField[],
): readonly ImageField[] {
  const { include, exclude } = config.resources;
  if (include.length === 0 && exclude.length === 0) return fields;
  const everything = { ...config, resources: { include: [], exclude: [] } };
  return findResources(input, everything).flatMap((found) => [...found.fields, ...found.likely]);
}
