/** From the items of an input to what is to be done about each image in them. */

import type { Config } from "./config/config.ts";
import type { ResourceImages } from "./fields/find-images.ts";
import type { ImageField } from "./fields/image-field.ts";
import { eachResource } from "./find/find-resources.ts";
import type { Input } from "./krm/input.ts";
import type { Locks } from "./lock/locks.ts";
import { planStep, type Step } from "./plan/plan.ts";
import type { Resolver } from "./resolve/resolver.ts";

/** What was found, and what is to be done about it. */
export interface Plan {
  readonly resources: readonly ResourceImages[];
  readonly fields: readonly ImageField[];
  /** One for each field, in their order. */
  readonly steps: readonly Step[];
}

/** A plan that is not complete yet. */
export interface GrowingPlan extends Plan {
  readonly resources: ResourceImages[];
  readonly fields: ImageField[];
  readonly steps: Step[];
}

/** A plan of nothing. */
export function emptyPlan(): GrowingPlan {
  return { resources: [], fields: [], steps: [] };
}

/** By what is planned. */
export interface Planning {
  readonly input: Input;
  readonly config: Config;
  readonly locks: Locks;
}

/**
 * Fills a plan. What is to be asked is asked as soon as it is found, so that the answers are on their way while the rest is
 * read.
 */
export async function planImages(plan: GrowingPlan, planning: Planning, asking: Resolver): Promise<void> {
  const { input, config } = planning;
  const add = fieldAdder(plan, planning);
  // The logins in a package are known when all of it is, and are read before the first question.
  const mayAsk = !config.credentials.includes("package");
  let nextTurn = Number.POSITIVE_INFINITY;
  for (const resource of eachResource(input, config)) {
    plan.resources.push(resource);
    for (const field of resource.fields) {
      const step = add(field);
      if (step?.kind !== "resolve" || !mayAsk) continue;
      asking.begin(step.question);
      // The first goes at once.
      nextTurn = Math.min(nextTurn, performance.now());
    }
    if (nextTurn === Number.POSITIVE_INFINITY || performance.now() < nextTurn) continue;
    await turnOfLoop();
    nextTurn = performance.now() + planningAtOnce;
  }
}

/** An image that two objects share through an anchor is one field. */
function fieldAdder(
  plan: GrowingPlan,
  { input, config, locks }: Planning,
): (field: ImageField) => Step | undefined {
  const known = input.yaml.targets.size === 0 ? undefined : new Set<ImageField["identity"]>();
  return (field) => {
    if (known?.has(field.identity)) return undefined;
    known?.add(field.identity);
    const step = planStep(field, config, locks.nearest(field.resource));
    plan.fields.push(field);
    plan.steps.push(step);
    return step;
  };
}

// Milliseconds: a small part of a round trip.
const planningAtOnce = 5;

/** Lets requests and answers through, which else would wait until all is planned. */
function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
