import type { ImagePattern } from "./expression.ts";

/**
 * How a field holds its images:
 *
 * - `reference`: the whole value is one;
 * - `repositoryAndTag`: a map with the parts of one;
 * - `text`: what the group `image` of a pattern matches;
 * - `json`, `yaml`: a document in a text, whose objects and `image` keys are looked at.
 */
export type FieldForm = "reference" | "repositoryAndTag" | "text" | "json" | "yaml";

/** A field of a kind that holds images, as a user names it. What is left out of group, version and kind may be any. */
export interface FieldSpec {
  readonly group?: string;
  readonly version?: string;
  /** In any case. */
  readonly kind?: string;
  /** kustomize's form: `a/b[]/c`. */
  readonly path: string;
  readonly in?: FieldForm;
  readonly pattern?: ImagePattern;
  /** The key, beside the parts of a reference, under which its digest is written, added where it is missing. */
  readonly digestKey?: string;
  /** `keep`: a value without a tag is left alone, since something else supplies the tag. */
  readonly tagless?: "pin" | "keep";
  /** `never`: what stands there is no image, whatever it reads like. */
  readonly pin?: "never";
  readonly onError?: "fail" | "warn";
  readonly tag?: "keep" | "drop";
}
