/** What becomes of images that the rules of a run forbid, pinned or not. */
import type { ImageField } from "../fields/image-field.ts";
import { parseIfImage } from "../image/likely-reference.ts";
import { placeholderKind } from "../image/placeholder.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Result } from "../krm/result.ts";
import { describeVouchers } from "../lock/format/voucher.ts";
import type { Locks } from "../lock/locks.ts";
import { howToSettle, readsAsImage } from "../plan/likely.ts";
import { keep, type SettledStep, type Step } from "../plan/step.ts";
import type { Judge, JudgedImage, Objection } from "../signature/judge.ts";
import type { Outcome } from "./outcome.ts";

/** By what images are judged. */
export interface Judging {
  readonly judge: Judge;
  readonly locks: Pick<Locks, "nearest">;
}

/**
 * The outcomes by what the rules say of the text that a field is to hold. Whatever else is wrong with an image, and what
 * `onError` makes of that, counts less.
 */
export function judgedOutcomes(
  outcomes: readonly Outcome[],
  steps: readonly SettledStep[],
  by: Judging,
): Promise<readonly Outcome[]> {
  return Promise.all(
    outcomes.map(async (outcome, at) => {
      const { field } = outcome;
      const text = outcome.kind === "changed" ? outcome.to : field.value;
      // What is only checked now is pinned in another run.
      const staysUnpinned = outcome.kind !== "changed" && steps[at]?.kind !== "check";
      const objection = await objectionTo({ field, text, staysUnpinned }, by);
      if (objection === undefined) return vouchedOutcome(outcome, text, by);
      const { kind, reason, onError } = objection;
      return { kind: "failed", field, reason, onError, class: kind };
    }),
  );
}

/** An outcome with those who vouch for the digest that the field is to hold. */
function vouchedOutcome(outcome: Outcome, text: string | undefined, { judge }: Judging): Outcome {
  const image = text === undefined ? undefined : parseIfImage(text);
  const vouchers = image?.digest === undefined ? [] : judge.vouchersFor(image);
  if (vouchers.length === 0 || outcome.kind === "failed") return outcome;
  if (outcome.kind === "kept") return { ...outcome, vouchers };
  const told = describeVouchers(vouchers);
  return { ...outcome, vouchers, note: outcome.note === undefined ? told : `${outcome.note}; ${told}` };
}

/** What is told of images that no plan has, since they are opted out of pinning. */
export async function unplannedResults(
  fields: readonly ImageField[],
  planned: Iterable<ImageField>,
  by: Judging,
): Promise<readonly Result[]> {
  const known = new Set([...planned].map(placeOf));
  const results = fields
    .filter((field) => !known.has(placeOf(field)))
    .map(async (field) => {
      const objection = await objectionTo({ field, text: field.value, staysUnpinned: true }, by);
      return objection === undefined ? [] : [objectionResult(field, objection)];
    });
  return (await Promise.all(results)).flat();
}

/** What to do about fields that no rule knows: one that the rules of the run name stays as it is. */
export function doubtedSteps(steps: readonly Step[], by: Judging): readonly Step[] {
  return steps.map((step) => {
    const { field } = step;
    const judged = judgedImage({ field, text: field.value, staysUnpinned: true }, by);
    const doubt = judged && by.judge.doubt(judged);
    return doubt === undefined
      ? step
      : keep(field, `${readsAsImage}, and if it is one, it ${doubt}; ${howToSettle(field)}`, "warning");
  });
}

/** A field with the text that it is to hold. */
interface JudgedText extends Pick<JudgedImage, "staysUnpinned"> {
  readonly field: ImageField;
  readonly text: string | undefined;
}

async function objectionTo(judgedText: JudgedText, by: Judging): Promise<Objection | undefined> {
  const judged = judgedImage(judgedText, by);
  if (judged !== undefined) return by.judge.objection(judged);
  const { text } = judgedText;
  return isNoImage(text) ? undefined : by.judge.unreadable(text);
}

/** Nothing at all runs nothing, and Istio's injector writes what is its own. Whatever else stands in may become any image. */
function isNoImage(text: string | undefined): boolean {
  const placeholder = text === undefined ? undefined : placeholderKind(text);
  return placeholder === "empty" || placeholder === "injected";
}

function judgedImage(
  { field, text, staysUnpinned }: JudgedText,
  { locks }: Judging,
): JudgedImage | undefined {
  const { value, resource, tagless, writing } = field;
  const [image, written] = [text, value].map((each) => (each === undefined ? undefined : parseIfImage(each)));
  if (image === undefined || written === undefined) return undefined;
  const isPart = image.tag === undefined && (tagless === "keep" || writing.kind === "none");
  return { image, written, lock: locks.nearest(resource), isPart, staysUnpinned };
}

function objectionResult(field: ImageField, { kind, reason, onError }: Objection): Result {
  const severity = onError === "fail" ? "error" : "warning";
  return resultAt(field, { severity, message: reason, tags: { class: kind } });
}

/** Equal for fields that are the same characters of the same object. */
function placeOf({ resource, path, value }: ImageField): string {
  return JSON.stringify([resource.node, path, value]);
}
