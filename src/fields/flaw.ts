/** What keeps people from knowing which image an object runs: it is told, and fails `mode: check`. */

/** A flaw of an object's text. */
export interface Flaw {
  readonly kind: FlawKind;
  /** From the resource's root. */
  readonly path: string;
  readonly message: string;
  /** Where it stands in the text that is edited. */
  readonly at?: number | undefined;
  /** The rule that led there. */
  readonly rule?: string;
}

/**
 * - `duplicate-key`: readers differ in which of the values counts;
 * - `contested-key`: a merge key stands behind the key that it brings in as well, and readers differ in the same way; behind
 *   another merge key, or where one digest can't be that of both, it is a `duplicate-key`;
 * - `unreadable`: a text must be YAML or JSON and isn't;
 * - `template`: the same, of a text that is a template still;
 * - `encoded`: a text in base64 holds images without a digest.
 */
export type FlawKind = "duplicate-key" | "contested-key" | "unreadable" | "template" | "encoded";
