/** What vouches for a digest, as a lock keeps it to be verified again without a network. */

/** A signature or an attestation. */
export interface Evidence {
  /** A Sigstore bundle, as JSON; the signatures of older forms are written as one. */
  readonly bundle: unknown;
  /** What was signed, in base64, where the bundle has only its hash. */
  readonly payload?: string;
  /** In base64 the index that lists the digest, where it is the index that was signed. */
  readonly index?: string;
}

/** Reads what a lock has as evidence; undefined where it is of another form. What it proves is another question. */
export function readEvidence(value: unknown): readonly Evidence[] | undefined {
  if (!Array.isArray(value) || value.length > EVIDENCE_MAX) return undefined;
  const read = value.flatMap((each) => readOne(each) ?? []);
  return read.length === value.length ? read : undefined;
}

/** More than all rules of an image could want. */
export const EVIDENCE_MAX: number = 64;

function readOne(value: unknown): Evidence | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const names = Object.keys(value);
  if (names.some((name) => !["bundle", "payload", "index"].includes(name))) return undefined;
  // Checked: an object, and what it has is looked at next.
  const { bundle, payload, index } = value as Readonly<Record<string, unknown>>;
  if (typeof bundle !== "object" || bundle === null) return undefined;
  if (payload !== undefined && typeof payload !== "string") return undefined;
  if (index !== undefined && typeof index !== "string") return undefined;
  return { bundle, ...(payload !== undefined && { payload }), ...(index !== undefined && { index }) };
}
