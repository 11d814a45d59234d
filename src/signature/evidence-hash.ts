/** Evidence by its hash, which tells it from all other wherever it lies. */
import { createHash } from "node:crypto";
import {
  type Evidence,
  type EvidenceFile,
  evidenceText,
  isBeside,
  type LockedEvidence,
  parseEvidence,
} from "../lock/format/evidence.ts";

/** What is equal for the same evidence, in a lock or beside it. */
export function evidenceHash(evidence: LockedEvidence): string {
  return isBeside(evidence) ? evidence.sha256 : hashOf(evidenceText(evidence));
}

/** Evidence by its text; undefined where that has another hash, or is of another form. */
export function evidenceOf(text: string, { sha256 }: EvidenceFile): Evidence | undefined {
  return hashOf(text) === sha256 ? parseEvidence(text) : undefined;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
