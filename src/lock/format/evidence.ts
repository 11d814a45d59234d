/** What vouches for a digest, as a lock keeps it to be verified again without a network. */
import { fieldsOf, tryJson } from "../../text/json.ts";

/** A signature or an attestation. */
export interface Evidence {
  /** A Sigstore bundle, as JSON; the signatures of older forms are written as one. */
  readonly bundle: unknown;
  /** What was signed, in base64, where the bundle has only its hash. */
  readonly payload?: string;
  /** In base64 the index that lists the digest, where it is the index that was signed. */
  readonly index?: string;
}

/** Evidence that is too large for a lock, and lies in a file beside it. */
export interface EvidenceFile {
  /** The hash, in hexadecimal digits, of the text that {@link evidenceText} makes of it. */
  readonly sha256: string;
}

/** Evidence as a lock has it. */
export type LockedEvidence = Evidence | EvidenceFile;

/** Whether evidence lies beside the lock. */
export function isBeside(evidence: LockedEvidence): evidence is EvidenceFile {
  return "sha256" in evidence;
}

/** The one text of evidence, whose hash names it. */
export function evidenceText(evidence: Evidence): string {
  return JSON.stringify(evidence);
}

/** Reads the one text of evidence; undefined where it is of another form. */
export function parseEvidence(text: string): Evidence | undefined {
  const evidence = readOne(tryJson(text));
  return evidence === undefined || isBeside(evidence) ? undefined : evidence;
}

/** Reads what a lock has as evidence; undefined where it is of another form. What it proves is another question. */
export function readEvidence(value: unknown): readonly LockedEvidence[] | undefined {
  if (!Array.isArray(value) || value.length > EVIDENCE_MAX) return undefined;
  const read = value.flatMap((each) => readOne(each) ?? []);
  return read.length === value.length ? read : undefined;
}

/** More than all rules of an image could want. */
export const EVIDENCE_MAX: number = 64;

function readOne(value: unknown): LockedEvidence | undefined {
  const { bundle, payload, index, sha256, ...others } = fieldsOf(value);
  if (Object.keys(others).length > 0) return undefined;
  if (sha256 !== undefined) {
    const isAlone = bundle === undefined && payload === undefined && index === undefined;
    return isAlone && typeof sha256 === "string" && HASH.test(sha256) ? { sha256 } : undefined;
  }
  if (typeof bundle !== "object" || bundle === null) return undefined;
  if (payload !== undefined && typeof payload !== "string") return undefined;
  if (index !== undefined && typeof index !== "string") return undefined;
  return { bundle, ...(payload !== undefined && { payload }), ...(index !== undefined && { index }) };
}

const HASH = /^[0-9a-f]{64}$/;
