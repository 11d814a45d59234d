/**
 * The function: finds every image in a ResourceList or in a stream of manifests, asks the registries which digest each
 * tag means now, and writes the digests into the references. Nothing else of the text changes by a byte.
 */
import type { Config } from "./config.ts";
import type { Environment } from "./connect.ts";
import type { ResourceImages } from "./fields/find-images.ts";
import type { ImageField } from "./fields/image-field.ts";
import { findResources, idleSpecWarnings } from "./find-resources.ts";
import { type ConfigSources, readConfig } from "./function-config.ts";
import { envelopeEdits } from "./krm/envelope.ts";
import { type Input, readInput } from "./krm/input.ts";
import { bySeverity, type Result } from "./krm/result.ts";
import {
  type Outcome,
  outcomeOf,
  resultOf,
  sharedAnchorWarnings,
  skipResult,
  strangerResult,
} from "./outcome.ts";
import { planStep } from "./plan.ts";
import type { Package } from "./pull-secrets.ts";
import { type Resolution, type ResolveDigest, resolveAll } from "./resolve-all.ts";
import { kindOf } from "./yaml/node.ts";
import { applyEdits, type TextEdit } from "./yaml/text-edit.ts";

/** What to pin with. */
export interface PinOptions extends ConfigSources {
  /** Says what the tag of an image means now. Left out: the registries are asked, as the configuration says. */
  readonly resolveDigest?: ResolveDigest;
  /** Where logins, proxies and certificates are found: mostly `process.env`. Left out: there are none. */
  readonly environment?: Environment;
}

/** What came of pinning. */
export interface PinResult {
  /** What came in, pinned or unchanged, with the results in it if it is a ResourceList; empty for a stream that failed. */
  readonly text: string;
  /** What a person is to be told, errors first. */
  readonly results: readonly Result[];
  /** False where there is an error: then nothing is pinned, and a program must exit with 1. */
  readonly ok: boolean;
  /** How many fields were changed. */
  readonly changes: number;
  /** What came in: a stream has no place for results, so they must be told otherwise. */
  readonly input: Input["kind"];
}

/**
 * Pins the images of a ResourceList or of a stream of manifests: all of them, or none where one can't be.
 *
 * @throws {InputError} for a text that is neither.
 * @throws {FunctionConfigError} where there are two configurations, or one that is no YAML.
 */
export async function pinDigests(text: string, options: PinOptions = {}): Promise<PinResult> {
  const input = await readInput(text);
  const { config, faults } = await readConfig(input, options);
  if (faults.length > 0) return unpinned(input, faults);

  const resources = findResources(input, config);
  const steps = fieldsOf(resources).map((field) => planStep(field, config));
  const { resolutions, warnings } = await resolveImages(
    { yaml: input.yaml, resources, steps },
    config,
    options,
  );
  const outcomes = steps.map((step) => outcomeOf(step, { yaml: input.yaml, resolutions, config }));

  const aside = [
    ...strangersOf(input),
    ...skipped(resources, config),
    ...idleSpecWarnings(resources, config),
    ...warnings,
  ];
  if (outcomes.some(failsRun)) return unpinned(input, [...told(outcomes.filter(isLeft), config), ...aside]);
  return pinned(input, outcomes, [
    ...told(outcomes, config),
    ...sharedAnchorWarnings(input.yaml, outcomes),
    ...aside,
  ]);
}

/** An image that two objects share through an anchor is one field. */
function fieldsOf(resources: readonly ResourceImages[]): readonly ImageField[] {
  const fields = new Map<string, ImageField>();
  for (const field of resources.flatMap((each) => each.fields)) {
    if (!fields.has(field.identity)) fields.set(field.identity, field);
  }
  return [...fields.values()];
}

interface Resolutions {
  readonly resolutions: ReadonlyMap<string, Resolution>;
  readonly warnings: readonly Result[];
}

/** The way to the registries is loaded and opened only where there is something to ask. */
async function resolveImages(found: Package, config: Config, options: PinOptions): Promise<Resolutions> {
  const images = found.steps.flatMap((step) => (step.kind === "resolve" ? [step.image] : []));
  if (images.length === 0) return { resolutions: new Map(), warnings: [] };
  const { concurrency } = config.network;
  if (options.resolveDigest !== undefined) {
    return { resolutions: await resolveAll(images, options.resolveDigest, concurrency), warnings: [] };
  }
  const { connect } = await import("./connect.ts");
  const registries = connect(config, { environment: options.environment ?? {}, package: found });
  try {
    const resolutions = await resolveAll(images, registries.resolveDigest, concurrency);
    return {
      resolutions,
      warnings: registries.warnings().map((message) => ({ message, severity: "warning" })),
    };
  } finally {
    await registries.close();
  }
}

function failsRun(outcome: Outcome): boolean {
  return outcome.kind === "failed" && outcome.onError === "fail";
}

function isLeft(outcome: Outcome): boolean {
  return outcome.kind !== "changed";
}

function strangersOf({ yaml, items }: Input): readonly Result[] {
  return items.flatMap((item, index) =>
    kindOf(yaml, item) === "mapping" ? [] : [strangerResult(yaml, item, index)],
  );
}

function skipped(resources: readonly ResourceImages[], config: Config): readonly Result[] {
  return resources.flatMap(({ resource, skipped }) =>
    skipped === undefined || config.report !== "all" ? [] : [skipResult(resource, skipped)],
  );
}

function told(outcomes: readonly Outcome[], config: Config): readonly Result[] {
  return outcomes.flatMap((outcome) => resultOf(outcome, config.report) ?? []);
}

function pinned(input: Input, outcomes: readonly Outcome[], results: readonly Result[]): PinResult {
  const edits = outcomes.flatMap((outcome) => (outcome.kind === "changed" ? [outcome.edit] : []));
  return answer(input, edits, results);
}

/** What goes out where nothing may be pinned: a list as it came, with the errors in it; of a stream nothing. */
function unpinned(input: Input, results: readonly Result[]): PinResult {
  return answer(input, [], results);
}

function answer(input: Input, edits: readonly TextEdit[], unsorted: readonly Result[]): PinResult {
  const results = bySeverity(unsorted);
  const ok = !results.some(({ severity }) => severity === "error");
  const said = { results, ok, changes: edits.length, input: input.kind };
  const { text } = input.yaml;
  if (input.kind === "stream") return { text: ok ? applyEdits(text, edits) : "", ...said };
  return { text: applyEdits(text, [...edits, ...envelopeEdits(input, results)]), ...said };
}
