/** What `mode: check` says of fields that no rule knows, and whose text reads as an image without a digest. */
import { naming } from "../image/naming.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import { howToSettle, readsAsImage } from "../plan/likely.ts";
import type { SettledStep, Step } from "../plan/step.ts";
import type { FindingConfig } from "./finding.ts";

/** A finding for each; nobody is asked whether it is one. */
export function unknownFindings(
  steps: readonly (Step | SettledStep)[],
  { check }: FindingConfig,
): readonly Result[] {
  const severity = check.unknown;
  if (severity === "off") return [];
  return steps.flatMap((step) => {
    const message = messageOf(step);
    return message === undefined
      ? []
      : [
          resultAt(step.field, {
            severity,
            message: naming(step.field.value, message),
            tags: { class: "unknown" },
          }),
        ];
  });
}

function messageOf(step: Step | SettledStep): string | undefined {
  if (step.kind === "check")
    return step.image.digest === undefined
      ? `${readsAsImage}, and has no digest: ${howToSettle(step.field)}`
      : undefined;
  return step.kind === "keep" && step.severity === "warning" ? step.reason : undefined;
}
