/** What is said of values that stand for images which are not known yet. */
import type { ImageField } from "../fields/image-field.ts";
import type { PlaceholderKind } from "../image/placeholder.ts";
import type { Severity } from "../krm/result.ts";
import { type KeepStep, keep } from "./step.ts";

/** The step for a value that stands for an image which is not known yet. */
export function placeholderStep(field: ImageField, value: string, placeholder: PlaceholderKind): KeepStep {
  const { reason, severity } = placeholderReasons[placeholder];
  const named = placeholder === "empty" ? reason : `${JSON.stringify(shortened(value))} ${reason}`;
  return keep(field, named, severity);
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
  word: { reason: "is a placeholder, not an image reference; left alone", severity: "warning" },
  encrypted: { reason: "is encrypted; left alone", severity: "info" },
  build: { reason: "is built by ko, which writes the digest itself; left alone", severity: "info" },
  injected: { reason: "is filled in by Istio's injector; left alone", severity: "info" },
};
