/** What to do about each image that was found. */
import type { Config } from "../config/config.ts";
import type { ImageField } from "../fields/image-field.ts";
import type { Digest } from "../image/digest.ts";
import { matchesImage } from "../image/image-glob.ts";
import { type PlaceholderKind, placeholderKind } from "../image/placeholder.ts";
import {
  type ImageReference,
  InvalidReferenceError,
  parseReference,
  safeParseReference,
} from "../image/reference.ts";
import type { Severity } from "../krm/result.ts";
import type { Lock } from "../lock/locks.ts";
import type { Lookup } from "../resolve/lookup-queue.ts";
import { planPin, tagMode } from "./pin.ts";
import { planUnpin } from "./unpin.ts";
import { planUpdate } from "./update.ts";

/** What to do about a field. */
export type Step =
  /** Ask what a tag means, and write that. */
  | ResolveStep
  /** Write this, which needs no asking. */
  | RewriteStep
  /** Leave it alone. `severity` says how much a person wants to know; nothing, but for the curious, where it is absent. */
  | KeepStep
  /** Compare it with the lock and with the registries. */
  | CheckStep
  /** It can't be pinned; `unlocked` where that is for want of an entry in a lock. */
  | RejectStep;

/** A field with the image that it holds. */
export interface FieldImage {
  readonly field: ImageField;
  readonly image: ImageReference;
}

export interface ResolveStep extends FieldImage {
  readonly kind: "resolve";
  readonly question: Extract<Lookup, { kind: "digest" }>;
  /** The reference that a lock is to have for its key. */
  readonly reference: ImageReference;
  /** The lock that counts for the field. */
  readonly lock?: Lock;
  /** The digest that the lock has: another answer is none. */
  readonly locked?: Digest;
}

export interface RewriteStep extends FieldImage {
  readonly kind: "rewrite";
  readonly text: string;
  /** The platforms of its image, where the lock records them. */
  readonly platforms?: readonly string[];
}

export interface KeepStep {
  readonly kind: "keep";
  readonly field: ImageField;
  readonly reason: string;
  readonly severity?: Severity;
}

export interface CheckStep extends FieldImage {
  readonly kind: "check";
  readonly lock?: Lock;
}

export interface RejectStep {
  readonly kind: "reject";
  readonly field: ImageField;
  readonly reason: string;
  readonly unlocked?: ImageReference;
}

/** By what an image is judged. */
export interface PlanContext {
  readonly config: Config;
  /** The lock that counts for the field. */
  readonly lock?: Lock;
}

/** What to do about a field. */
export function planStep(field: ImageField, config: Config, lock?: Lock): Step {
  const { value } = field;
  if (field.skipped !== undefined) return { kind: "keep", field, reason: `left alone: ${field.skipped}` };
  if (field.fault === "duplicate-key") {
    const reason =
      "must be said once, but the key stands here more than once, and readers differ in which one counts; left alone";
    return { kind: "keep", field, reason, severity: "warning" };
  }
  if (field.fault === "no-document") {
    return {
      kind: "keep",
      field,
      reason: "must hold YAML or JSON, but can't be read as such; left alone",
      severity: "warning",
    };
  }
  if (field.fault === "not-a-string" || value === undefined) {
    return {
      kind: "keep",
      field,
      reason: "must be the text of an image reference, but is of another type; left alone",
      severity: "warning",
    };
  }
  const placeholder = placeholderKind(value);
  if (placeholder !== undefined) return placeholderStep(field, value, placeholder);
  return planImage(field, value, { config, ...(lock !== undefined && { lock }) });
}

function placeholderStep(field: ImageField, value: string, placeholder: PlaceholderKind): Step {
  const { reason, severity } = placeholderReasons[placeholder];
  const named = placeholder === "empty" ? reason : `${JSON.stringify(shortened(value))} ${reason}`;
  return { kind: "keep", field, reason: named, severity };
}

function shortened(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}…` : value;
}

const placeholderReasons: Readonly<
  Record<PlaceholderKind, { readonly reason: string; readonly severity: Severity }>
> = {
  empty: { reason: "must name an image, but is empty; left alone", severity: "warning" },
  variable: {
    reason: "holds a variable, so what it means is not known here; left alone",
    severity: "warning",
  },
  template: {
    reason: "holds a template expression, so what it means is not known here; left alone",
    severity: "warning",
  },
  marker: { reason: "holds a marker that another tool replaces; left alone", severity: "warning" },
  word: { reason: "is a word to be replaced, no image reference; left alone", severity: "warning" },
  encrypted: { reason: "is encrypted; left alone", severity: "info" },
  build: { reason: "is built by ko, which writes the digest itself; left alone", severity: "info" },
  injected: { reason: "is filled in by Istio's injector; left alone", severity: "info" },
};

function planImage(field: ImageField, value: string, context: PlanContext): Step {
  const { config } = context;
  const skipped = config.skipPrefixes.find((prefix) => value.startsWith(prefix));
  if (skipped !== undefined)
    return {
      kind: "keep",
      field,
      reason: `left alone: begins with ${JSON.stringify(skipped)} of \`skipPrefixes\``,
    };
  const image = safeParseReference(value);
  if (image instanceof InvalidReferenceError)
    return { kind: "reject", field, reason: `must be an image reference: ${image.message}` };
  const unwanted =
    config.include.length > 0 || config.exclude.length > 0
      ? whyUnwanted({ field, image }, context)
      : undefined;
  if (unwanted !== undefined) return { kind: "keep", field, reason: `left alone: ${unwanted}` };
  const obstacle = obstacleTo(field, image);
  if (obstacle !== undefined) return { kind: "keep", field, reason: obstacle, severity: "info" };
  switch (config.mode) {
    case "pin":
      return planPin({ field, image }, context);
    case "update":
      return planUpdate({ field, image }, context);
    case "unpin":
      return planUnpin({ field, image }, context);
    case "check":
      return { kind: "check", field, image, ...(context.lock !== undefined && { lock: context.lock }) };
  }
}

/** What `include` and `exclude` say against an image. */
function whyUnwanted(found: FieldImage, context: PlanContext): string | undefined {
  const { include, exclude } = context.config;
  const known = knownAs(found, context);
  const isMeant = (glob: string): boolean => known.some((each) => matchesImage(glob, each));
  const excluded = exclude.find(isMeant);
  if (excluded !== undefined) return `matches ${JSON.stringify(excluded)} of \`exclude\``;
  return include.length === 0 || include.some(isMeant) ? undefined : "matches nothing of `include`";
}

/** What people call an image: where a digest alone stands for a tag, also what the lock says that it was. */
function knownAs({ field, image }: FieldImage, { config, lock }: PlanContext): readonly ImageReference[] {
  const standsForTag = config.mode === "unpin" || tagMode(field, config) === "drop";
  if (lock === undefined || image.tag !== undefined || !standsForTag) return [image];
  return [image, ...lock.images.originals(image, "drop").map(parseReference)];
}

/** Why an image without a digest is to stay without. */
function obstacleTo({ writing, tagless }: ImageField, image: ImageReference): string | undefined {
  if (image.digest !== undefined) return undefined;
  if (writing.kind === "none") return `left alone: ${writing.reason}`;
  if (image.tag !== undefined || tagless !== "keep") return undefined;
  return "left alone: has no tag, which may stand elsewhere; say `tagless: pin` in a fieldSpec if it doesn't";
}
