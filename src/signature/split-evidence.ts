/** Which evidence is beside a lock, since it is large. */
import { evidenceText, isBeside, type LockedEvidence } from "../lock/format/evidence.ts";
import { evidenceFileName, evidenceFileText } from "../lock/format/evidence-file.ts";
import type { LockRecord } from "../lock/record.ts";
import { evidenceHash } from "./evidence-hash.ts";

/** The record of a lock in a file, whose large evidence is in files beside that. */
export function splitRecord(record: LockRecord): LockRecord {
  const { evidence } = record.image;
  if (evidence === undefined) return record;
  const beside = new Map<string, string>();
  const split = (each: LockedEvidence): LockedEvidence => {
    if (isBeside(each) || evidenceText(each).length <= LARGE) return each;
    const sha256 = evidenceHash(each);
    beside.set(evidenceFileName(sha256), evidenceFileText(each, sha256));
    return { sha256 };
  };
  return { ...record, image: { ...record.image, evidence: evidence.map(split) }, beside };
}

// A signature has some kilobytes, a bill of materials some hundred.
const LARGE = 32_768;
