/** What to do about each image that was found. */
import type { Config } from "./config.ts";
import type { ImageField } from "./fields/image-field.ts";
import { matchesImage } from "./image/image-glob.ts";
import { type PlaceholderKind, placeholderKind } from "./image/placeholder.ts";
import {
  formatReference,
  type ImageReference,
  InvalidReferenceError,
  parseReference,
} from "./image/reference.ts";
import type { Severity } from "./krm/result.ts";

/** What to do about a field. */
export type Step =
  /** Ask what the tag means, and write that. */
  | { readonly kind: "resolve"; readonly field: ImageField; readonly image: ImageReference }
  /** Write this, which needs no asking. */
  | {
      readonly kind: "rewrite";
      readonly field: ImageField;
      readonly image: ImageReference;
      readonly text: string;
    }
  /** Leave it alone. `severity` says how much a person wants to know; nothing, but for the curious, where it is absent. */
  | {
      readonly kind: "keep";
      readonly field: ImageField;
      readonly reason: string;
      readonly severity?: Severity;
    }
  /** It can't be pinned. */
  | { readonly kind: "reject"; readonly field: ImageField; readonly reason: string };

/** What to do about a field. */
export function planStep(field: ImageField, config: Config): Step {
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
  if (placeholder !== undefined) return { kind: "keep", field, ...placeholderReasons[placeholder] };
  return planImage(field, value, config);
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

function planImage(field: ImageField, value: string, config: Config): Step {
  const skipped = config.skipPrefixes.find((prefix) => value.startsWith(prefix));
  if (skipped !== undefined)
    return {
      kind: "keep",
      field,
      reason: `left alone: begins with ${JSON.stringify(skipped)} of \`skipPrefixes\``,
    };
  const image = readReference(value);
  if (image instanceof InvalidReferenceError)
    return { kind: "reject", field, reason: `must be an image reference: ${image.message}` };
  const excluded = config.exclude.find((glob) => matchesImage(glob, image));
  if (excluded !== undefined)
    return { kind: "keep", field, reason: `left alone: matches ${JSON.stringify(excluded)} of \`exclude\`` };
  if (config.include.length > 0 && !config.include.some((glob) => matchesImage(glob, image))) {
    return { kind: "keep", field, reason: "left alone: matches nothing of `include`" };
  }
  if (image.digest === undefined) return planUnpinned(field, image);
  if ((field.tag ?? config.tag) === "drop" && image.tag !== undefined) {
    return {
      kind: "rewrite",
      field,
      image,
      text: formatReference({ name: image.name, digest: image.digest }),
    };
  }
  return { kind: "keep", field, reason: "left alone: has a digest" };
}

function planUnpinned(field: ImageField, image: ImageReference): Step {
  const { writing } = field;
  if (writing.kind === "none") {
    return { kind: "keep", field, reason: `left alone: ${writing.reason}`, severity: "info" };
  }
  if (image.tag === undefined && field.tagless === "keep") {
    const reason =
      "left alone: has no tag, which may stand elsewhere; say `tagless: pin` in a fieldSpec if it doesn't";
    return { kind: "keep", field, reason, severity: "info" };
  }
  return { kind: "resolve", field, image };
}

function readReference(text: string): ImageReference | InvalidReferenceError {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof InvalidReferenceError) return error;
    throw error;
  }
}
