/** The steps of a plan: what is to be done about a field that holds an image. */
import type { Config } from "../config/config.ts";
import type { ImageField } from "../fields/image-field.ts";
import type { Digest } from "../image/digest.ts";
import { type DigestLookup, lookupKey, type Resolution } from "../image/lookup.ts";
import type { ImageReference } from "../image/reference.ts";
import type { Severity } from "../krm/result.ts";
import type { LockedImage, NextDigest } from "../lock/format/locked-image.ts";
import type { Lock } from "../lock/locks.ts";

/** What to do about a field. */
export type Step =
  /** Ask what a tag means, and write that. */
  | ResolveStep
  /** Write this, which needs no asking. */
  | RewriteStep
  /** Leave it alone. `severity` says how much a person wants to know; undefined is for the curious alone. */
  | KeepStep
  /** Compare it with the lock and with the registries. */
  | CheckStep
  /** It can't be pinned; `unlocked` where that is for want of an entry in a lock. */
  | RejectStep;

/** By a field, where else aliases bring it, to have the same done about it. */
export type Twins = ReadonlyMap<ImageField, readonly ImageField[]>;

/** A field with the image that it holds. */
export interface FieldImage {
  readonly field: ImageField;
  readonly image: ImageReference;
}

export interface ResolveStep extends FieldImage {
  readonly kind: "resolve";
  readonly lookup: DigestLookup;
  /** The reference that a lock is to have for its key. */
  readonly reference: ImageReference;
  /** The lock that counts for the field. */
  readonly lock: Lock | undefined;
  /** The digest that the lock has: another answer is none. */
  readonly locked: Digest | undefined;
  /** Where the digest comes from, which is asked about for its platforms alone. */
  readonly source: LockSource | undefined;
}

/** A lock, and the entry of it that gave a digest. */
export interface LockSource {
  readonly lock: Lock;
  readonly entry: LockedImage;
}

/** A step with what its lookup gave. */
export interface ResolvedStep extends Omit<ResolveStep, "kind"> {
  readonly kind: "resolved";
  readonly resolution: Resolution;
  /** What is held back, and why; left out where nobody has looked. */
  readonly next?: NextDigest | "settled";
  readonly heldBack?: string | undefined;
}

/** A step that waits for nothing any more. */
export type SettledStep = Exclude<Step, ResolveStep> | ResolvedStep;

export interface RewriteStep extends FieldImage {
  readonly kind: "rewrite";
  readonly text: string;
  /** The platforms of its image, where the lock records them. */
  readonly platforms: readonly string[] | undefined;
  /** Where the digest comes from; undefined for a text that has none, or had it before. */
  readonly source: LockSource | undefined;
}

export interface KeepStep {
  readonly kind: "keep";
  readonly field: ImageField;
  readonly reason: string;
  readonly severity: Severity | undefined;
  /** It stays without a digest because nothing says where that would go, or what its tag is. */
  readonly isUnsettled?: true;
}

export interface CheckStep extends FieldImage {
  readonly kind: "check";
  readonly lock: Lock | undefined;
}

export interface RejectStep {
  readonly kind: "reject";
  readonly field: ImageField;
  readonly reason: string;
  readonly unlocked: ImageReference | undefined;
}

/** What a step does, apart from the field that it is about: steps with the same text and the same lock do the same. */
export interface Deed {
  readonly text: string;
  readonly lock: Lock | undefined;
}

/** What a step does. */
export function deedOf(step: Step): Deed {
  const { kind, field } = step;
  const said = [kind, field.onError ?? "", field.tag ?? ""];
  switch (kind) {
    case "resolve":
      return { text: [...said, step.locked ?? "", lookupKey(step.lookup)].join(" "), lock: step.lock };
    case "rewrite":
      return { text: [...said, step.text].join(" "), lock: undefined };
    case "check":
      return { text: said.join(" "), lock: step.lock };
    case "keep":
    case "reject":
      return { text: [...said, step.reason].join(" "), lock: undefined };
  }
}

/** By what an image is judged. */
export interface PlanContext {
  readonly config: Config;
  /** The lock that counts for the field. */
  readonly lock: Lock | undefined;
}

/** The step that leaves a field alone. */
export function keep(field: ImageField, reason: string, severity?: Severity): KeepStep {
  return { kind: "keep", field, reason, severity };
}
