/** What is known of every value that looks like an image: which rule found it, or why it is left alone. */

import { type Config, platformName } from "./config/config.ts";
import { type ConfigSources, readConfig } from "./config/function-config.ts";
import type { ResourceImages } from "./fields/find-images.ts";
import { type Lookalike, lookalikes } from "./fields/image-candidates.ts";
import type { ImageField } from "./fields/image-field.ts";
import { findResources } from "./find/find-resources.ts";
import { type Input, type ReadOptions, readInput } from "./krm/input.ts";
import { type Resource, resourceRef } from "./krm/resource.ts";
import type { Result } from "./krm/result.ts";
import { lackIn } from "./lock/comparison.ts";
import { type Lock, type LockFileOption, type Locks, readLockOption, readLocks } from "./lock/locks.ts";
import { planStep } from "./plan/plan.ts";
import type { Step } from "./plan/step.ts";
import { lastEventOf } from "./yaml/node.ts";
import type { YamlText } from "./yaml/scan.ts";

/** What is known of a value. */
export interface Explanation {
  /** `apps/v1/Deployment/shop/web`. */
  readonly resource: string;
  readonly file?: string;
  readonly path: string;
  readonly value: string;
  /** The rule that found it or denied it; absent where none knows it. */
  readonly rule?: string;
  /** What a run would do: `pin` writes a digest, `rewrite` changes the text, the others leave it alone. */
  readonly action: "pin" | "rewrite" | "keep" | "reject" | "denied" | "unknown" | "skipped";
  readonly reason?: string;
}

/** What to explain with. */
export interface ExplainOptions extends ConfigSources, ReadOptions {
  /** A lock outside the input. */
  readonly lock?: LockFileOption;
}

/** What is known of an input. */
export interface Report {
  readonly explanations: readonly Explanation[];
  /** What is wrong with the configuration or with a lock: then nothing is explained. */
  readonly faults: readonly Result[];
  readonly input: Input["kind"];
}

/**
 * Explains the images of a ResourceList or of a stream of manifests. No registry is asked.
 *
 * @throws {InputError} for a text that is neither.
 * @throws {FunctionConfigError} where there are two configurations, one that is no YAML, or one that forbids a flag.
 * @throws {LockFileError} where the text of the lock's file is no lock.
 */
export async function explain(text: string, sources: ExplainOptions = {}): Promise<Report> {
  const input = await readInput(text, sources);
  const { config, faults } = await readConfig(input, sources);
  if (faults.length > 0) return { explanations: [], faults, input: input.kind };
  const locks = readLocks(input, config, await readLockOption(sources.lock, config));
  if (locks.faults.length > 0) return { explanations: [], faults: locks.faults, input: input.kind };
  const explanations = findResources(input, config).flatMap((found) =>
    explainResource(input.yaml, found, { config, locks }),
  );
  return { explanations, faults, input: input.kind };
}

/** The report as a table for people, or as JSON for programs. */
export function formatExplanations(explanations: readonly Explanation[], form: "table" | "json"): string {
  if (form === "json") return `${JSON.stringify(explanations, undefined, 2)}\n`;
  const head = ["RESOURCE", "FIELD", "VALUE", "RULE", "ACTION"];
  const rows = explanations.map(({ resource, file, path, value, rule, action, reason }) => [
    file === undefined ? resource : `${resource} (${file})`,
    path,
    value.replaceAll(/\s+/g, " "),
    rule ?? "-",
    reason === undefined ? action : `${action}: ${reason}`,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

interface Knowledge {
  readonly config: Config;
  readonly locks: Locks;
}

function explainResource(
  yaml: YamlText,
  found: ResourceImages,
  { config, locks }: Knowledge,
): readonly Explanation[] {
  const { resource, fields, skipped } = found;
  const known = fields.map((field) => ({
    at: startOfField(field),
    explanation: explainField(field, config, locks.nearest(field.resource)),
  }));
  const others = lookalikes(yaml, resource.node)
    .filter(({ range }) => !fields.some((field) => covers(field, range)))
    .map((like) => ({
      at: like.range.start,
      explanation:
        skipped === undefined
          ? explainOther(yaml, found, like)
          : { ...placeOf(resource, like), action: "skipped" as const, reason: skipped },
    }));
  return [...known, ...others].toSorted((a, b) => a.at - b.at).map(({ explanation }) => explanation);
}

function explainField(field: ImageField, config: Config, lock: Lock | undefined): Explanation {
  const step = planStep(field, config, lock);
  const place = {
    ...placeOf(field.resource, { path: field.path, value: field.value ?? "" }),
    rule: field.rule,
  };
  return field.skipped === undefined
    ? { ...place, ...actionOf(step, config, lock) }
    : { ...place, action: "skipped", reason: field.skipped };
}

function actionOf(
  step: Step,
  config: Config,
  lock: Lock | undefined,
): Pick<Explanation, "action" | "reason"> {
  switch (step.kind) {
    case "resolve": {
      if (lock === undefined) return { action: "pin" };
      const isLocked = lock.images.find(step.reference, platformName(config)) !== undefined;
      const reason = isLocked ? "is in the lock, and asked for again" : lackIn(lock, step.reference, config);
      return { action: "pin", reason };
    }
    case "rewrite":
      return step.image.digest === undefined
        ? { action: "pin", reason: `from the lock: ${step.text}` }
        : { action: "rewrite", reason: step.text };
    case "keep":
      return { action: "keep", reason: step.reason.replace(/^left alone: /, "") };
    case "check":
      return { action: "keep", reason: "is only looked at" };
    case "reject":
      return { action: "reject", reason: step.reason };
  }
}

function explainOther(yaml: YamlText, { resource, denials }: ResourceImages, like: Lookalike): Explanation {
  const denial = denials.find(
    ({ layer, node }) => layer.depth === 0 && node <= like.node && like.node <= lastEventOf(yaml, node),
  );
  const place = placeOf(resource, like);
  if (denial !== undefined) return { ...place, rule: "denied", action: "denied", reason: denial.reason };
  return {
    ...place,
    action: "unknown",
    reason: "no rule knows this field: name it in a fieldSpec if it is an image",
  };
}

function placeOf(
  resource: Resource,
  { path, value }: { readonly path: string; readonly value: string },
): Pick<Explanation, "resource" | "file" | "path" | "value"> {
  const ref = resourceRef(resource);
  const { apiVersion, kind, namespace, name } = ref ?? resource;
  return {
    resource: [apiVersion, kind, namespace, name].filter(Boolean).join("/"),
    ...(resource.file !== undefined && { file: resource.file.path }),
    path,
    value,
  };
}

function startOfField({ locate }: ImageField): number {
  return locate({ start: 0, end: 1 })?.start ?? 0;
}

/** Whether a scalar is the field, or a part of it. */
function covers(
  { locate, value = "" }: ImageField,
  range: { readonly start: number; readonly end: number },
): boolean {
  const ends = [locate({ start: 0, end: 1 }), locate({ start: value.length - 1, end: value.length })];
  return ends.some(
    (end) =>
      end !== undefined && range.start <= end.start && end.start < Math.max(range.end, range.start + 1),
  );
}
