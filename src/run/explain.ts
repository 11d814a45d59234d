/** What is known of every value that looks like an image: which rule found it, or why it is left alone. */

import type { Config } from "../config/config.ts";
import type { ConfigSources } from "../config/config-sources.ts";
import { readConfig } from "../config/read-config.ts";
import type { ResourceImages } from "../fields/find-images.ts";
import { type Lookalike, lookalikes } from "../fields/image-candidates.ts";
import { endsOf, type ImageField } from "../fields/image-field.ts";
import { namesImages } from "../fields/likely-value.ts";
import { type KindSpec, specFor, unknownField } from "../fields/suggested-spec.ts";
import type { Denial } from "../fields/walk-state.ts";
import { findResources } from "../find/find-resources.ts";
import { parseIfImage } from "../image/likely-reference.ts";
import { type Input, readInput } from "../krm/input.ts";
import type { ReadOptions } from "../krm/read-options.ts";
import { type Resource, resourceRef } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import { lackIn } from "../lock/comparison.ts";
import type { LockFileOption } from "../lock/lock-file-option.ts";
import { type Lock, type Locks, readLockOption, readLocks } from "../lock/locks.ts";
import { certainLookups, type LikelyContext, planLikely } from "../plan/likely.ts";
import { planStep } from "../plan/plan.ts";
import type { Step } from "../plan/step.ts";
import { formatFieldSpecs } from "../report/field-specs.ts";
import type { ExplanationForm } from "../report/report-form.ts";
import { printable, printableJson } from "../text/printable.ts";
import { lastEventOf, type Range } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import { lastUpTo } from "../yaml/sorted-offsets.ts";

/** What is known of a value. */
export interface Explanation {
  /** `apps/v1/Deployment/shop/web`. */
  readonly resource: string;
  readonly file?: string | undefined;
  readonly path: string;
  readonly value: string;
  /** The rule that found it or denied it; absent where none knows it. */
  readonly rule?: string;
  /** What a run would do: `pin` writes a digest, `rewrite` changes the text, the others leave it alone. */
  readonly action: "pin" | "rewrite" | "keep" | "reject" | "denied" | "unknown" | "skipped";
  readonly reason?: string;
  /** What would settle it, where no rule knows the field or where the digest goes. */
  readonly fieldSpec?: KindSpec | undefined;
}

/** What to explain with. */
export interface ExplainOptions extends ConfigSources, ReadOptions {
  /** A lock outside the input. */
  readonly lock?: LockFileOption | undefined;
}

/** What is known of an input. */
export interface Report {
  readonly explanations: readonly Explanation[];
  /** What is wrong with the configuration or with a lock: then nothing is explained. */
  readonly faults: readonly Result[];
  /** What is told of locks that do not count. */
  readonly warnings: readonly Result[];
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
  if (faults.length > 0) return { explanations: [], faults, warnings: [], input: input.kind };
  const locks = readLocks(input, config, await readLockOption(sources.lock, config), sources.lock);
  if (locks.faults.length > 0)
    return { explanations: [], faults: locks.faults, warnings: [], input: input.kind };
  return {
    explanations: allExplanations(input, { config, locks }),
    faults,
    warnings: locks.warnings,
    input: input.kind,
  };
}

/** What is known of the values of an input. */
export function allExplanations(input: Input, knowledge: Knowledge): readonly Explanation[] {
  const { config, locks } = knowledge;
  const found = findResources(input, config).map((images) => ({
    images,
    steps: images.fields.map((field) => planStep(field, config, locks.nearest(field.resource))),
  }));
  const certain = certainLookups(found.flatMap(({ steps }) => steps));
  return found.flatMap((each) => explainResource(input.yaml, each, { ...knowledge, certain }));
}

/** The report as a table for people, as JSON for programs, or as fieldSpecs to be copied. */
export function formatExplanations(explanations: readonly Explanation[], form: ExplanationForm): string {
  if (form === "fieldspecs") return formatFieldSpecs(explanations);
  if (form === "json") return `${printableJson(JSON.stringify(explanations, undefined, 2))}\n`;
  const head = ["RESOURCE", "FIELD", "VALUE", "RULE", "ACTION"];
  const rows = explanations.map(({ resource, file, path, value, rule, action, reason }) =>
    [
      file === undefined ? resource : `${resource} (${file})`,
      path,
      value,
      rule ?? "-",
      reason === undefined ? action : `${action}: ${reason}`,
    ].map(printable),
  );
  const widths = head.map((_, column) => widthOf([head, ...rows], column));
  return [head, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** A column as wide as its widest cell, but for those that are too long for a table: they would widen every row. */
function widthOf(rows: readonly (readonly string[])[], column: number): number {
  return rows.reduce((width, row) => {
    const { length } = row[column] ?? "";
    return length > WIDTH_MAX ? width : Math.max(width, length);
  }, 0);
}

const WIDTH_MAX = 160;

/** By what values are explained. */
export interface Knowledge {
  readonly config: Config;
  readonly locks: Locks;
}

/** What was found in an object, and what is to be done about what is certain. */
interface PlannedResource {
  readonly images: ResourceImages;
  /** One for each field, in their order. */
  readonly steps: readonly Step[];
}

function explainResource(
  yaml: YamlText,
  { images, steps }: PlannedResource,
  { config, locks, certain }: Knowledge & Pick<LikelyContext, "certain">,
): readonly Explanation[] {
  const { resource, fields, likely, skipped } = images;
  const lock = locks.nearest(resource);
  const likelySteps = likely.flatMap((field) => planLikely(field, { config, lock, certain }) ?? []);
  const known = [...steps, ...likelySteps].map((step) => ({
    at: startOfField(step.field),
    explanation: explainStep(step, config, lock),
  }));
  const starts = fieldOffsets([...fields, ...likely]);
  const denialAt = innermostDenials(yaml, images);
  const others = lookalikes(yaml, resource.node)
    .filter(({ range, value }) => !isCovered(range, starts) && mayBeTold(resource, value))
    .map((like) => ({
      at: like.range.start,
      explanation:
        skipped === undefined
          ? explainOther(resource, like, denialAt(like.node))
          : { ...placeOf(resource, like), action: "skipped" as const, reason: skipped },
    }));
  return [...known, ...others].toSorted((a, b) => a.at - b.at).map(({ explanation }) => explanation);
}

/** Whether what only looks like an image may be printed: in a Secret it may be a password. */
function mayBeTold({ kind, group }: Resource, value: string): boolean {
  return kind !== "Secret" || group !== "" || namesImages(value);
}

function explainStep(step: Step, config: Config, lock: Lock | undefined): Explanation {
  const { field } = step;
  const place = {
    ...placeOf(field.resource, { path: field.path, value: field.value ?? "" }),
    rule: field.rule,
  };
  // Whoever pasted one for what can't be read as an image would have the next run fail.
  const fieldSpec = parseIfImage(field.value ?? "") === undefined ? undefined : specFor(field);
  return field.skipped === undefined
    ? { ...place, ...actionOf(step, config, lock), fieldSpec }
    : { ...place, action: "skipped", reason: field.skipped };
}

function actionOf(
  step: Step,
  config: Config,
  lock: Lock | undefined,
): Pick<Explanation, "action" | "reason"> {
  switch (step.kind) {
    case "resolve": {
      if (step.lookup.mustBeImage)
        return {
          action: "pin",
          reason: "if the registry confirms that it is an image, since no rule knows the field",
        };
      if (lock === undefined) return { action: "pin" };
      const isLocked = lock.images.find(step.reference, config.platform?.name) !== undefined;
      const reason = isLocked
        ? `is in ${lock.label}, and asked for again`
        : lackIn(lock, step.reference, config);
      return { action: "pin", reason };
    }
    case "rewrite":
      return step.image.digest === undefined
        ? { action: "pin", reason: `from ${step.source?.lock.label ?? "the lock"}: ${step.text}` }
        : { action: "rewrite", reason: step.text };
    case "keep":
      if (step.field.rule === unknownField && step.severity === "warning")
        return { action: "unknown", reason: step.reason };
      return { action: "keep", reason: step.reason.replace(/^left alone: /, "") };
    case "check":
      return { action: "keep", reason: "is only looked at" };
    case "reject":
      return { action: "reject", reason: step.reason };
  }
}

function explainOther(resource: Resource, like: Lookalike, denial: Denial | undefined): Explanation {
  const place = placeOf(resource, like);
  if (denial?.isOptOut) return { ...place, action: "skipped", reason: denial.reason };
  if (denial !== undefined) return { ...place, rule: "denied", action: "denied", reason: denial.reason };
  return {
    ...place,
    action: "unknown",
    reason: "no rule knows this field: name it in a fieldSpec if it is an image",
  };
}

/** Finds the smallest of the denied parts that a node stands in, for nodes in their order. */
function innermostDenials(
  yaml: YamlText,
  { denials }: ResourceImages,
): (node: YamlNode) => Denial | undefined {
  const waiting = denials
    .filter(({ layer }) => layer.depth === 0)
    .sort((one, other) => one.node - other.node)
    .values();
  const open: Denial[] = [];
  let next = waiting.next();
  return (node) => {
    for (; !next.done && next.value.node <= node; next = waiting.next()) open.push(next.value);
    for (
      let last = open.at(-1);
      last !== undefined && lastEventOf(yaml, last.node) < node;
      last = open.at(-1)
    )
      open.pop();
    return open.at(-1);
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
    file: resource.file?.path,
    path,
    value,
  };
}

function startOfField(field: ImageField): number {
  return endsOf(field)[0]?.start ?? 0;
}

/** Where the fields begin and end, and the parts of those that stand apart, in the order of the text. */
function fieldOffsets(fields: readonly ImageField[]): readonly number[] {
  return fields
    .flatMap((field) => [...endsOf(field), ...partsOf(field)].map(({ start }) => start))
    .sort((one, other) => one - other);
}

/** Where what stands between the signs of a reference does. */
function partsOf({ identity, value = "", locate, site: { layer } }: ImageField): readonly Range[] {
  if (typeof identity === "number") return [];
  return [...value.matchAll(/[/:@]/g)].flatMap(({ index }) => {
    const range = locate({ start: index + 1, end: index + 2 });
    return (range && layer.toSource(range)) ?? [];
  });
}

/** Whether a scalar is a field, or a part of one. */
function isCovered({ start, end }: Range, offsets: readonly number[]): boolean {
  const first = offsets[lastUpTo(offsets, start - 1) + 1];
  return first !== undefined && first < Math.max(end, start + 1);
}
