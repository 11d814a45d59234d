/** What keeps people from knowing which image an object runs: it is told, and fails `mode: check`. */

/** A flaw of an object's text. */
export interface Flaw {
  readonly kind: FlawKind;
  /** From the resource's root. */
  readonly path: string;
  readonly message: string;
}

/** `duplicate-key`: readers differ in which of the values counts. */
export type FlawKind = "duplicate-key";
