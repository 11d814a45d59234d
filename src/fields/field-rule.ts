/** A rule about a place in an object: that it holds images, and how; or that it holds none. */

import type { ImagePattern } from "../krm/expression.ts";
import type { FieldSpec } from "../krm/field-spec.ts";
import type { FieldRow } from "./table/field-row.ts";

/** What is known of a place, and by whom. */
export interface FieldRule extends Omit<FieldRow, "tagless" | "loose"> {
  readonly source: "user" | "table" | "deny";
  /** How a person finds the rule: `fieldSpecs[0]`, `tekton.dev Task: spec/steps[]/image`. */
  readonly label: string;
  /** True for a denial that is the user's own. */
  readonly byUser?: true;
  /** Why there is no image here, of a rule that denies. */
  readonly why?: string;
  readonly tagless: "pin" | "keep";
  readonly loose: boolean;
  /** What stands here is certainly meant as an image, so that anything but a text is a mistake. */
  readonly certain?: true;
  /** The pattern of a user's rule, which has none of the table's. */
  readonly expression?: ImagePattern | undefined;
  /** A digest under a key beside a whole reference counts. */
  readonly beside?: true;
  /** A key for the digest that is there and empty is filled. */
  readonly fillsDigest?: true;
  /** The kind of what is patched, where the file of a patch doesn't say it. */
  readonly patched?: PatchedKind | undefined;
  /** What the user wants done otherwise here. */
  readonly override?: {
    readonly [Option in "digestKey" | "onError" | "tag"]?: FieldSpec[Option] | undefined;
  };
}

/** The kind of the objects that a patch is for, as far as is known. */
export interface PatchedKind {
  /** "" where it is not known. */
  readonly apiVersion: string;
  readonly kind: string;
}

/** The rule of several that counts: the user's, the later before the earlier; then what denies; then the surest of the table's. */
export function strongest(rules: readonly FieldRule[]): FieldRule | undefined {
  return (
    rules.findLast(({ source, byUser }) => source === "user" || byUser) ??
    rules.find(({ source }) => source === "deny") ??
    rules.find(({ certain }) => certain) ??
    rules[0]
  );
}
