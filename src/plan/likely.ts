/** What to do about what reads as an image in a field that no rule knows: nothing that could fail a run. */
import type { Config } from "../config/config.ts";
import type { ImageField } from "../fields/image-field.ts";
import { placeholderKind } from "../image/placeholder.ts";
import { type ImageReference, InvalidReferenceError, safeParseReference } from "../image/reference.ts";
import type { Lock } from "../lock/locks.ts";
import { planStep } from "./plan.ts";
import { keep, type Step } from "./step.ts";

/** How a person settles whether a field holds an image. */
export const howToSettle =
  "if it is an image, name the field in `fieldSpecs`; if it is none, say `pin: never` there, or `exclude` it";

/**
 * What to do about a field. Undefined where nothing is to be said, since it was opted out, or is none that can be told.
 */
export function planLikely(field: ImageField, config: Config, lock: Lock | undefined): Step | undefined {
  const { value = "" } = field;
  const { unknownFields } = config;
  if (unknownFields === "ignore" || placeholderKind(value) !== undefined) return undefined;
  const image = safeParseReference(value);
  if (image instanceof InvalidReferenceError) return undefined;
  const step = planStep(field, config, lock);
  switch (step.kind) {
    case "resolve": {
      const unasked = reasonNotToAsk(image, config);
      if (unasked !== undefined)
        return keep(field, `${readsAsImage}, and ${unasked}: ${howToSettle}`, "warning");
      return { ...step, lookup: { ...step.lookup, mustBeImage: true } };
    }
    case "reject":
      return keep(field, `${readsAsImage}, and ${step.reason}: ${howToSettle}`, "warning");
    case "keep":
      return field.writing.kind === "none" && image.digest === undefined && field.skipped === undefined
        ? keep(field, `${readsAsImage} in parts; ${field.writing.reason}: ${howToSettle}`, "warning")
        : step;
    case "rewrite": {
      // A lock may have it for a certain image alone; what is told in the first run must not be pinned in the second.
      const unasked = image.digest === undefined ? reasonNotToAsk(image, config) : undefined;
      return unasked === undefined
        ? step
        : keep(field, `${readsAsImage}, and ${unasked}: ${howToSettle}`, "warning");
    }
    case "check":
      return step;
  }
}

/** What is said of a field that no rule knows. */
export const readsAsImage = "reads as an image in a field that no rule knows; left alone";

function reasonNotToAsk(image: ImageReference, { unknownFields }: Config): string | undefined {
  if (unknownFields === "report") return "`unknownFields: report` asks for none of them";
  if (unknownFields === "qualified" && !namesRegistry(image))
    return "it names no registry, so it may be something else; `unknownFields: all` asks Docker Hub for it";
  return undefined;
}

/** True for a text that names its registry, as `ghcr.io/…` does. */
function namesRegistry({ text, registry }: ImageReference): boolean {
  return text.toLowerCase().startsWith(`${registry}/`) || /^[^/]*docker\.io\//.test(text);
}
