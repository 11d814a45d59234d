/** What to do about what reads as an image in a field that no rule knows: nothing that could fail a run. */
import type { Config } from "../config/config.ts";
import type { ImageField } from "../fields/image-field.ts";
import { isMisspelt } from "../fields/likely-value.ts";
import { formatSpec } from "../fields/suggested-spec.ts";
import { namesRegistry } from "../image/likely-reference.ts";
import { lookupKey } from "../image/lookup.ts";
import { placeholderKind } from "../image/placeholder.ts";
import {
  canonicalName,
  type ImageReference,
  InvalidReferenceError,
  safeParseReference,
} from "../image/reference.ts";
import { planStep } from "./plan.ts";
import { keep, type PlanContext, type Step } from "./step.ts";

/** How a person settles whether a field holds an image. */
export function howToSettle(field: ImageField): string {
  const spec = formatSpec(field);
  const name =
    spec === undefined ? "name the field in `fieldSpecs`" : `name the field in \`fieldSpecs\`: ${spec}`;
  return `if it is an image, ${name}; if it is not one, say \`pin: never\` there, or \`exclude\` it`;
}

/**
 * What to do about a field. Undefined where nothing is to be said, since it was opted out, or is none that can be told.
 */
export function planLikely(field: ImageField, { config, lock, certain }: LikelyContext): Step | undefined {
  const { value = "" } = field;
  const { unknownFields } = config;
  if (unknownFields === "ignore") return undefined;
  if (field.fault === "no-name") {
    const isLeft = field.skipped !== undefined || config.mode === "unpin";
    return isLeft ? undefined : keep(field, tagAlone, "warning");
  }
  if (placeholderKind(value) !== undefined) return undefined;
  const image = safeParseReference(value);
  const step = planStep(field, config, lock);
  if (image instanceof InvalidReferenceError)
    return step.kind === "reject" && isMisspelt(value) ? misspelt(field, step.reason) : undefined;
  switch (step.kind) {
    case "resolve": {
      if (unknownFields !== "report" && certain.has(lookupKey(step.lookup))) return step;
      const unasked = reasonNotToAsk(image, config);
      if (unasked !== undefined)
        return keep(field, `${readsAsImage}, and ${unasked}: ${howToSettle(field)}`, "warning");
      return { ...step, lookup: { ...step.lookup, mustBeImage: true } };
    }
    case "reject":
      return keep(field, `${readsAsImage}, and ${step.reason}: ${howToSettle(field)}`, "warning");
    case "keep":
      return step.isUnsettled && step.severity === "warning" ? unsettled(field, step.reason) : step;
    case "rewrite": {
      if (unknownFields !== "report" && certain.has(canonicalName(image))) return step;
      // A lock may have it for a certain image alone; what is told in the first run must not be pinned in the second.
      const unasked = image.digest === undefined ? reasonNotToAsk(image, config) : undefined;
      return unasked === undefined
        ? step
        : keep(field, `${readsAsImage}, and ${unasked}: ${howToSettle(field)}`, "warning");
    }
    case "check":
      return step;
  }
}

const tagAlone =
  "is the tag of an image whose name is not here, so that no registry can be asked; left alone: name the image beside it if its kind has a key for that, or say `pin: never` in a fieldSpec";

function misspelt(field: ImageField, reason: string): Step {
  const text = `${readsAsImage}: ${reason}; correct it if it is an image; if it is not one, say \`pin: never\` in a fieldSpec`;
  return keep(field, text, "warning");
}

/** The digest of what stands in parts goes to another key: no fieldSpec for it can go without naming that. */
function unsettled(field: ImageField, reason: string): Step {
  const why =
    field.writing.kind === "none"
      ? reason.replace(/^left alone: /, "")
      : "has no tag, which may stand elsewhere";
  const text =
    field.suggestion?.digestKey === undefined
      ? `${readsAsImage}: ${why}; ${howToSettle(field)}`
      : `reads as an image in parts that no rule knows; left alone: ${why}; if it is not one, say \`pin: never\` there, or \`exclude\` it`;
  return { ...keep(field, text, "warning"), isUnsettled: true };
}

/** By what a likely image is judged. */
export interface LikelyContext extends PlanContext {
  /** What is looked up for images that are certain, and the names of those that a lock has. */
  readonly certain: ReadonlySet<string>;
}

/** What steps about certain images look up, and the names of those that they take from a lock. */
export function certainLookups(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(
    steps.flatMap((step) => {
      if (step.kind === "resolve") return lookupKey(step.lookup);
      return step.kind === "rewrite" && step.source !== undefined ? canonicalName(step.image) : [];
    }),
  );
}

/** What is said of a field that no rule knows. */
export const readsAsImage = "reads as an image in a field that no rule knows; left alone";

function reasonNotToAsk(image: ImageReference, { unknownFields }: Config): string | undefined {
  if (unknownFields === "report") return "`unknownFields: report` asks for none of them";
  if (unknownFields === "qualified" && !namesRegistry(image))
    return "it names no registry, so it may be something else; `unknownFields: all` asks Docker Hub for it";
  return undefined;
}
