/** What became of each image, as text edits and as results. */
import type { Config, OnError } from "../config/config.ts";
import { onErrorOf } from "../config/on-error.ts";
import type { ImageField } from "../fields/image-field.ts";
import { explainRegistry, type ImageReference } from "../image/reference.ts";
import type { RegistryFailure, Severity } from "../krm/result.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import { pinnedText } from "../plan/pinned-reference.ts";
import type { RejectStep, ResolvedStep, RewriteStep, SettledStep } from "../plan/step.ts";
import { RegistryError } from "../registry/errors.ts";
import { hasTrait } from "../registry/transport/error-code.ts";
import type { ObjectionKind } from "../signature/judge.ts";
import { type ImageEdit, imageEdit } from "./image-edit.ts";

/** What became of a field. */
export type Outcome =
  /** It is to hold this text. */
  | ChangedOutcome
  /** It stays as it is. */
  | {
      readonly kind: "kept";
      readonly field: ImageField;
      readonly reason: string;
      readonly severity: Severity | undefined;
      readonly platforms: readonly string[] | undefined;
      /** Who vouches for its digest, where rules ask. */
      readonly vouchers?: readonly Voucher[];
    }
  /** It could not be pinned, which fails the run unless `onError` says otherwise. */
  | {
      readonly kind: "failed";
      readonly field: ImageField;
      readonly reason: string;
      readonly onError: OnError;
      /** Which rule of the run it breaks, where it breaks one. */
      readonly class?: ObjectionKind;
      /** Where the registry fails for all its images. */
      readonly registryFailure?: RegistryFailure | undefined;
    };

/** A field that is to hold another text. */
export interface ChangedOutcome extends ImageEdit {
  readonly kind: "changed";
  readonly field: ImageField;
  readonly from: string;
  readonly to: string;
  /** Those of its image, where somebody looked. */
  readonly platforms: readonly string[] | undefined;
  /** The lock that its digest comes from, as messages name it. */
  readonly lock: string | undefined;
  /** Why it counts as an image, where no rule says so; or what else is to be told. */
  readonly note?: string;
  /** Who vouches for its digest, where rules ask. */
  readonly vouchers?: readonly Voucher[];
}

/** What of the configuration decides about outcomes. */
export type OutcomeConfig = Pick<Config, "mode" | "onError" | "registries" | "tag">;

/** What became of a step. */
export function outcomeOf(step: SettledStep, config: OutcomeConfig): Outcome {
  switch (step.kind) {
    case "keep":
      return kept(step.field, step.reason, step.severity);
    case "check":
      return kept(step.field, "left alone: it is only checked");
    case "rewrite":
      return changedOutcome(step, step.text, config);
    case "reject":
      return rejectedOutcome(step, config);
    case "resolved":
      return resolvedOutcome(step, config);
  }
}

type KeptOutcome = Extract<Outcome, { readonly kind: "kept" }>;

function kept(field: ImageField, reason: string, severity?: Severity): KeptOutcome {
  return { kind: "kept", field, reason, severity, platforms: undefined };
}

function rejectedOutcome({ field, reason, unlocked }: RejectStep, config: OutcomeConfig): Outcome {
  const general = unlocked === undefined ? config.onError : onErrorOf(unlocked, config);
  return { kind: "failed", field, reason, onError: field.onError ?? general };
}

function resolvedOutcome(step: ResolvedStep, config: OutcomeConfig): Outcome {
  const { field, image, resolution, locked, source } = step;
  const onError = field.onError ?? onErrorOf(image, config);
  if (resolution.kind !== "resolved") {
    if (resolution.kind !== "failed") return { kind: "failed", field, reason: "was not asked for", onError };
    const registryFailure = registryFailureOf(resolution.error, image);
    const reason = withAdvice(resolution.error, image);
    return { kind: "failed", field, reason, onError, registryFailure };
  }
  const { digest, platforms } = resolution;
  if (locked !== undefined && digest !== locked) {
    const reason = `its platforms are not recorded in ${source?.lock.label ?? "the lock"}, and can't be learned any more, since the tag now means ${digest}, no longer ${locked}: \`mode: update\` brings that up to date`;
    return { kind: "failed", field, reason, onError };
  }
  const to = pinnedText({ field, image }, digest, config);
  const { heldBack } = step;
  if (to === image.text) {
    const why =
      heldBack === undefined
        ? kept(field, "left alone: its tag means what it did")
        : kept(field, heldBack, "info");
    return { ...why, platforms };
  }
  const outcome = changedOutcome({ field, image, platforms, source }, to, config);
  return outcome.kind === "changed" && heldBack !== undefined ? { ...outcome, note: heldBack } : outcome;
}

type Rewriting = Pick<RewriteStep, "field" | "image" | "platforms" | "source">;

function changedOutcome(step: Rewriting, to: string, config: OutcomeConfig): Outcome {
  const { field, image, platforms, source } = step;
  const from = image.text;
  const found = imageEdit({ field, from, to });
  if (found !== undefined) {
    const { site, edit } = found;
    return { kind: "changed", field, from, to, site, edit, platforms, lock: source?.lock.label };
  }
  if (config.mode === "unpin") {
    const { writing } = field;
    if (writing.kind === "none") return kept(field, `left alone: ${writing.reason}`, "info");
    const reason =
      "left alone: its digest stands under a key of its own, which goes only where a fieldSpec names it as `digestKey`, and no alias stands for it";
    return kept(field, reason, "info");
  }
  return {
    kind: "failed",
    field,
    reason: "is written in a way that can't be edited in place: write it on one line",
    onError: field.onError ?? onErrorOf(image, config),
  };
}

function withAdvice(error: Error, image: ImageReference): string {
  return [error.message, explainRegistry(image)].filter(Boolean).join("; ");
}

function registryFailureOf(error: Error, image: ImageReference): RegistryFailure | undefined {
  if (!(error instanceof RegistryError) || !hasTrait(error.code, "hostWide")) return undefined;
  const { registry, reason, code } = error;
  return { kind: "pin", registry, reason, image: image.text, hasNoNetwork: hasTrait(code, "noNetwork") };
}
