/** What becomes of images that the rules of a run forbid, pinned or not. */
import type { ImageField } from "../fields/image-field.ts";
import { parseIfImage } from "../image/likely-reference.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import { howToSettle, readsAsImage } from "../plan/likely.ts";
import { keep, type Step } from "../plan/step.ts";
import type { Judge, Objection } from "../signature/judge.ts";
import type { Outcome } from "./outcome.ts";

/**
 * The outcomes by what the rules say of the text that a field is to hold. Whatever else is wrong with an image, and what
 * `onError` makes of that, counts less.
 */
export function judgedOutcomes(outcomes: readonly Outcome[], judge: Judge): Promise<readonly Outcome[]> {
  return Promise.all(
    outcomes.map(async (outcome) => {
      const { field } = outcome;
      const text = outcome.kind === "changed" ? outcome.to : field.value;
      const objection = await objectionTo(text, judge);
      if (objection === undefined) return outcome;
      const { kind, reason, onError } = objection;
      return { kind: "failed", field, reason, onError, class: kind };
    }),
  );
}

/** What is told of images that no plan has, since they are opted out of pinning. */
export async function unplannedResults(
  fields: readonly ImageField[],
  planned: Iterable<ImageField>,
  judge: Judge,
): Promise<readonly Result[]> {
  const known = new Set([...planned].map(placeOf));
  const results = fields
    .filter((field) => !known.has(placeOf(field)))
    .map(async (field) => {
      const objection = await objectionTo(field.value, judge);
      return objection === undefined ? [] : [objectionResult(field, objection)];
    });
  return (await Promise.all(results)).flat();
}

/** What to do about fields that no rule knows: one that the rules of the run name stays as it is. */
export function doubtedSteps(steps: readonly Step[], judge: Judge): readonly Step[] {
  return steps.map((step) => {
    const { field } = step;
    const image = field.value === undefined ? undefined : parseIfImage(field.value);
    const doubt = image && judge.doubt(image);
    return doubt === undefined
      ? step
      : keep(field, `${readsAsImage}, and if it is one, it ${doubt}; ${howToSettle}`, "warning");
  });
}

async function objectionTo(text: string | undefined, judge: Judge): Promise<Objection | undefined> {
  const image = text === undefined ? undefined : parseIfImage(text);
  return image && judge.objection(image);
}

function objectionResult(field: ImageField, { kind, reason, onError }: Objection): Result {
  const severity = onError === "fail" ? "error" : "warning";
  return resultAt(field, { severity, message: reason, tags: { class: kind } });
}

/** Equal for fields that are the same characters of the same object. */
function placeOf({ resource, path, value }: ImageField): string {
  return JSON.stringify([resource.node, path, value]);
}
