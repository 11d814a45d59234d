/** What became of each image, as text edits and as results. */
import type { Config, OnError } from "../config/config.ts";
import type { ImageField } from "../fields/image-field.ts";
import { explainRegistry, type ImageReference } from "../image/reference.ts";
import { resultAt } from "../krm/field-result.ts";
import { type Resource, resourceRef } from "../krm/resource.ts";
import type { Result, Severity } from "../krm/result.ts";
import { pinnedText } from "../plan/pin.ts";
import type { RejectStep, ResolveStep, Step } from "../plan/plan.ts";
import { RegistryError, type RegistryErrorCode } from "../registry/errors.ts";
import { matchRegistry } from "../registry/transport/registry-config.ts";
import { lookupKey, type Resolutions } from "../resolve/lookup-queue.ts";
import { kindOf, scalarText } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { TextEdit } from "../yaml/text-edit.ts";
import { imageEdit } from "./image-edit.ts";

/** What became of a field. */
export type Outcome =
  /** It is to hold this text. */
  | {
      readonly kind: "changed";
      readonly field: ImageField;
      readonly from: string;
      readonly to: string;
      readonly edit: TextEdit;
      /** Those of its image, where somebody looked. */
      readonly platforms?: readonly string[];
    }
  /** It stays as it is. */
  | {
      readonly kind: "kept";
      readonly field: ImageField;
      readonly reason: string;
      readonly severity?: Severity;
      readonly platforms?: readonly string[];
    }
  /** It could not be pinned, which fails the run unless `onError` says otherwise. */
  | {
      readonly kind: "failed";
      readonly field: ImageField;
      readonly reason: string;
      readonly onError: OnError;
    };

/** What is known when all images are asked for. */
export interface Answers {
  readonly yaml: YamlText;
  readonly resolutions: Resolutions;
  readonly config: Config;
}

/** What became of a step. */
export function outcomeOf(step: Step, answers: Answers): Outcome {
  switch (step.kind) {
    case "keep":
      return { ...step, kind: "kept" };
    case "check":
      return { kind: "kept", field: step.field, reason: "left alone: is only looked at" };
    case "rewrite":
      return changedOutcome(step, step.text, answers);
    case "reject":
      return rejected(step, answers.config);
    case "resolve":
      return resolvedOutcome(step, answers);
  }
}

interface ImageStep {
  readonly field: ImageField;
  readonly image: ImageReference;
  readonly platforms?: readonly string[];
}

function rejected({ field, reason, unlocked }: RejectStep, config: Config): Outcome {
  const general = unlocked === undefined ? config.onError : onErrorOf(unlocked, config);
  return { kind: "failed", field, reason, onError: field.onError ?? general };
}

function resolvedOutcome(step: ResolveStep, answers: Answers): Outcome {
  const { field, image, question, locked } = step;
  const { resolutions, config } = answers;
  const resolution = resolutions.get(lookupKey(question));
  const onError = field.onError ?? onErrorOf(image, config);
  if (resolution?.kind !== "resolved") {
    const reason = resolution?.kind === "failed" ? withAdvice(resolution.error, image) : "was not asked for";
    return { kind: "failed", field, reason, onError };
  }
  if (locked !== undefined && resolution.digest !== locked) {
    const reason = `its platforms are not recorded in the lock, and can't be learned any more, since the tag now means ${resolution.digest}, no longer ${locked}: \`mode: update\` brings the lock up to date`;
    return { kind: "failed", field, reason, onError };
  }
  const to = pinnedText({ field, image }, resolution.digest, config);
  const looked = platformsOf(resolution);
  if (to === image.text)
    return { kind: "kept", field, reason: "left alone: its tag means what it did", ...looked };
  return changedOutcome({ field, image, ...looked }, to, answers);
}

interface Looked {
  readonly platforms?: readonly string[];
}

function platformsOf({ platforms }: Looked): Looked {
  return platforms === undefined ? {} : { platforms };
}

function changedOutcome(step: ImageStep, to: string, { config }: Answers): Outcome {
  const { field, image } = step;
  const from = image.text;
  const edit = imageEdit({ field, from, to });
  if (edit !== undefined) return { kind: "changed", field, from, to, edit, ...platformsOf(step) };
  if (config.mode === "unpin") {
    const reason =
      "left alone: its digest stands under a key of its own, which only a fieldSpec that names it as `digestKey` lets go";
    return { kind: "kept", field, reason, severity: "info" };
  }
  return {
    kind: "failed",
    field,
    reason: "is written in a way that can't be edited in place: write it on one line",
    onError: field.onError ?? onErrorOf(image, config),
  };
}

const withoutNetwork: ReadonlySet<RegistryErrorCode> = new Set(["dns", "unreachable", "refused"]);

/** Functions in containers have no network unless it is allowed, and the failure looks like a broken one. */
function withAdvice(error: Error, image: ImageReference): string {
  const advice = [error.message, explainRegistry(image)];
  if (error instanceof RegistryError && withoutNetwork.has(error.code)) {
    advice.push(
      "a function in a container has no network unless it is allowed: `kpt fn eval --network`, `kpt fn render --allow-network`, `kustomize build --network` with `network: true`",
    );
  }
  return advice.filter(Boolean).join("; ");
}

/** What an image that can't be pinned does to the run. */
export function onErrorOf(image: ImageReference, config: Config): OnError {
  return matchRegistry(image, config.registries)?.onError ?? config.onError;
}

/** What a person is told of an outcome; undefined where `report` leaves it out. `messages` are those of the same run. */
export function resultOf(
  outcome: Outcome,
  report: Config["report"],
  messages: ChangeMessages = new Map(),
): Result | undefined {
  const { field } = outcome;
  switch (outcome.kind) {
    case "failed":
      return resultAt(field, {
        severity: outcome.onError === "warn" ? "warning" : "error",
        message: outcome.reason,
      });
    case "changed": {
      if (report === "problems") return undefined;
      const { from: currentValue, to: proposedValue } = outcome;
      return resultAt(field, {
        severity: "info",
        message: messageOf(outcome, messages),
        currentValue,
        proposedValue,
      });
    }
    case "kept": {
      const severity = outcome.severity ?? "info";
      const wanted = severity === "info" ? (outcome.severity === undefined ? "all" : "changes") : "problems";
      return rank[report] >= rank[wanted]
        ? resultAt(field, { severity, message: outcome.reason })
        : undefined;
    }
  }
}

/** The messages about changes that were told, by the new reference: a package names the same images again and again. */
export type ChangeMessages = Map<string, { readonly from: string; readonly message: string }>;

function messageOf(
  { from, to }: { readonly from: string; readonly to: string },
  known: ChangeMessages,
): string {
  const told = known.get(to);
  if (told?.from === from) return told.message;
  const message = changeMessage(from, to);
  known.set(to, { from, message });
  return message;
}

function changeMessage(from: string, to: string): string {
  const [name = "", digest] = from.split("@");
  const [unpinned, written] = to.split("@");
  if (digest === undefined) return `pinned ${JSON.stringify(name)} to ${written}`;
  if (written === undefined) return `took the digest from ${JSON.stringify(unpinned)}`;
  if (written === digest) return `dropped the tag of ${JSON.stringify(from)}`;
  return `moved ${JSON.stringify(name)} from ${digest} to ${written}`;
}

const rank = { problems: 0, changes: 1, all: 2 } as const satisfies Record<Config["report"], number>;

/** What is told of an object that was not looked into. */
export function skipResult(resource: Resource, reason: string): Result {
  const ref = resourceRef(resource);
  const file = resource.file === undefined ? {} : { file: resource.file };
  const name = ref === undefined ? `${resource.kind || "object"} without a name: ` : "";
  return {
    message: `${name}left alone: ${reason}`,
    severity: "info",
    ...(ref !== undefined && { resourceRef: ref }),
    ...file,
  };
}

/** What is told of an item that is no object. */
export function nonObjectResult(yaml: YamlText, item: YamlNode, index: number): Result {
  const what =
    kindOf(yaml, item) === "sequence" ? "a list" : JSON.stringify(scalarText(yaml, item) || "null");
  return {
    message: `\`items[${index}]\` must be a Kubernetes object, but is ${what}; left alone`,
    severity: "warning",
  };
}

/**
 * The edits of outcomes. An alias of an image that comes to the same text needs none: it changes with its anchor, and so
 * is still an alias when the digest is taken out again.
 */
export function editsOf(yaml: YamlText, outcomes: readonly Outcome[]): readonly TextEdit[] {
  const changed = outcomes.filter((outcome) => outcome.kind === "changed");
  if (yaml.targets.size === 0) return changed.map(({ edit }) => edit);
  const texts = new Map(changed.map(({ field, to }) => [field.node, to]));
  return changed.flatMap(({ field, to, edit }) => {
    const target = field.node === undefined ? undefined : yaml.targets.get(field.node);
    const isFollowing = field.writing.kind === "replace" && target !== undefined && texts.get(target) === to;
    return isFollowing ? [] : [edit];
  });
}

/** An anchor on an image that was pinned changes with it wherever else it is used. */
export function sharedAnchorWarnings(yaml: YamlText, outcomes: readonly Outcome[]): readonly Result[] {
  if (yaml.targets.size === 0) return [];
  const images = new Set(
    outcomes.flatMap(({ kind, field }) => (kind === "changed" && field.node !== undefined ? field.node : [])),
  );
  const others = new Map<YamlNode, number>();
  for (const [alias, target] of yaml.targets) {
    if (!images.has(alias)) others.set(target, (others.get(target) ?? 0) + 1);
  }
  return outcomes.flatMap((outcome) => {
    const { node } = outcome.field;
    const uses = outcome.kind === "changed" && node !== undefined ? (others.get(node) ?? 0) : 0;
    if (uses === 0) return [];
    return resultAt(outcome.field, {
      severity: "warning",
      message: `its anchor is used in ${uses} more ${uses === 1 ? "place, which holds" : "places, which hold"} the digest now too`,
    });
  });
}
