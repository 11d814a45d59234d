/** What to do about each image that was found. */

import type { Config } from "../config/config.ts";
import type { ImageField, ImageFieldFault } from "../fields/image-field.ts";
import { formatSpec } from "../fields/suggested-spec.ts";
import { beginningOf, imageFilter } from "../image/image-glob.ts";
import { placeholderKind } from "../image/placeholder.ts";
import {
  type ImageReference,
  InvalidReferenceError,
  parseReference,
  safeParseReference,
} from "../image/reference.ts";
import { matchRegistry } from "../image/registry-config.ts";
import { isNodeLocal } from "../image/registry-host.ts";
import type { Lock } from "../lock/locks.ts";
import { quote } from "../text/quote.ts";
import { planPin } from "./pin.ts";
import { tagMode } from "./pinned-reference.ts";
import { placeholderStep } from "./placeholder-step.ts";
import { type FieldImage, keep, type PlanContext, type Step } from "./step.ts";
import { planUnpin } from "./unpin.ts";
import { planUpdate } from "./update.ts";

/** What to do about a field. */
export function planStep(field: ImageField, config: Config, lock: Lock | undefined): Step {
  const { value } = field;
  if (field.skipped !== undefined) return keep(field, `left alone: ${field.skipped}`);
  if (field.fault === "too-many-matches") {
    const reason =
      "the `pattern` must find the images of this text alone, but it matches more than 1,000 times";
    return { kind: "reject", field, reason, unlocked: undefined };
  }
  if (field.fault === "not-a-string" || value === undefined) {
    return keep(
      field,
      "must be the text of an image reference, but is of another type; left alone",
      "warning",
    );
  }
  if (field.fault === "partial-match") {
    const reason = `the \`pattern\` must match whole references, but ${quote(value)} goes on in the text before or behind the match: let its group \`image\` match all of it`;
    return { kind: "reject", field, reason, unlocked: undefined };
  }
  const image = safeParseReference(value);
  const placeholder = isCertain(image) ? undefined : placeholderKind(value);
  if (placeholder !== undefined) return placeholderStep(field, value, placeholder);
  return planImage(field, value, { image, config, lock });
}

/** True for what stands for nothing else: it is written as an image, and says which. */
function isCertain(image: ImageReference | InvalidReferenceError): boolean {
  return !(image instanceof InvalidReferenceError) && (image.tag ?? image.digest) !== undefined;
}

interface ReadContext extends PlanContext {
  /** What a value is read as. */
  readonly image: ImageReference | InvalidReferenceError;
}

function planImage(field: ImageField, value: string, { image, ...context }: ReadContext): Step {
  const { config } = context;
  const prefix = beginningOf(value, config.skipPrefixes);
  if (prefix !== undefined)
    return keep(field, `left alone: begins with ${quote(prefix)} of \`skipPrefixes\``);
  if (image instanceof InvalidReferenceError && field.floats !== undefined && config.mode !== "check")
    return keep(field, `left alone: ${field.floats}`, "warning");
  if (image instanceof InvalidReferenceError)
    return {
      kind: "reject",
      field,
      reason: field.floats ?? `must be an image reference: ${image.message}`,
      unlocked: undefined,
    };
  const unwanted = whyLeftAlone({ field, image }, context);
  if (unwanted !== undefined) return keep(field, `left alone: ${unwanted}`);
  if (field.floats !== undefined && config.mode !== "unpin") return floatingStep(field, image, context);
  const twice = field.fault && doubled[field.fault];
  if (twice !== undefined) return keep(field, twice, "warning");
  if (field.fault === "shared-digest") return sharedDigestStep(field);
  const isFixed = config.mode === "update" && field.writing.kind === "none";
  const obstacle = image.digest === undefined || isFixed ? obstacleTo(field, image) : undefined;
  if (obstacle !== undefined) {
    const isTold = config.mode !== "unpin" && config.unknownFields !== "ignore";
    return { ...keep(field, `left alone: ${obstacle}`, isTold ? "warning" : "info"), isUnsettled: true };
  }
  const local = nodeLocalReason(image, config);
  if (local !== undefined) return keep(field, local, "info");
  switch (config.mode) {
    case "pin":
      return planPin({ field, image }, context);
    case "update":
      return planUpdate({ field, image }, context);
    case "unpin":
      return planUnpin({ field, image }, context);
    case "check":
      return { kind: "check", field, image, lock: context.lock };
  }
}

/** Only a user's spec is a mistake that can be mended. */
function sharedDigestStep(field: ImageField): Step {
  const reason =
    "has one key for its digest with another image in the same map, and no digest is that of both";
  if (!field.isUsers) return keep(field, `${reason}; left alone`, "warning");
  const advice = "give each a `digestKey` of its own, in a fieldSpec for each";
  return { kind: "reject", field, reason: `${reason}: ${advice}`, unlocked: undefined };
}

/** What loses its digest elsewhere gets none here, and a check finds that it has none. */
function floatingStep(field: ImageField, image: ImageReference, { config, lock }: PlanContext): Step {
  if (config.mode === "check") return { kind: "check", field, image, lock };
  return keep(field, `left alone: ${field.floats}`, "warning");
}

/**
 * What `include` and `exclude` say against an image. Where a digest alone stands for a tag, they are asked of
 * what the lock says that it was as well.
 */
function whyLeftAlone({ field, image }: FieldImage, { config, lock }: PlanContext): string | undefined {
  if (config.include.length === 0 && config.exclude.length === 0) return undefined;
  const standsForTag = config.mode === "unpin" || tagMode(field, config) === "drop";
  if (lock === undefined || image.tag !== undefined || !standsForTag) return imageFilter(config)([image]);
  const originals = lock.images.originals(image, "drop");
  const known = leftAloneBefore.get(originals);
  if (known?.config === config && known.image === image) return known.reason;
  const reason = imageFilter(config)([image, ...originals.map(parseReference)]);
  leftAloneBefore.set(originals, { config, image, reason });
  return reason;
}

// Many images may have one digest, and a lock many tags for it.
const leftAloneBefore = new WeakMap<
  readonly string[],
  { readonly config: Config; readonly image: ImageReference; readonly reason: string | undefined }
>();

/**
 * Why an image that no registry has is left alone; one that a user's own entry names is asked for as that
 * says.
 */
function nodeLocalReason(image: ImageReference, { mode, registries }: Config): string | undefined {
  if (mode === "unpin" || !isNodeLocal(image.registry)) return undefined;
  const named = registries.filter(({ prefix }) => prefix !== "*");
  if (matchRegistry(image, named) !== undefined) return undefined;
  return `left alone: ${image.registry} is not a registry but a name for images that are loaded directly into a node`;
}

/** What is said of references beside which another of their parts stands. */
const doubled: Readonly<Partial<Record<ImageFieldFault, string>>> = {
  "two-tags":
    "has a tag, and another tag stands beside it, so which one counts can't be known; left alone: remove one of the two",
  "two-digests":
    "has a digest, and another digest stands beside it, so which one counts can't be known; left alone: remove one of the two",
};

/** Why an image without a digest is to stay without, or one with a digest that stands where none is written with that. */
function obstacleTo(field: ImageField, image: ImageReference): string | undefined {
  const { writing, tagless, suggestion } = field;
  if (writing.kind === "none") {
    const spec = suggestion?.digestKey && formatSpec(field);
    return spec ? `${writing.reason}, such as ${spec} if its kind has that key` : writing.reason;
  }
  if (image.tag !== undefined || tagless !== "keep") return undefined;
  return "has no tag, which may stand elsewhere; say `tagless: pin` in a fieldSpec if it doesn't";
}
