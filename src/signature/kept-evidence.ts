/** What the proofs of a run found out, for the locks that keep what vouches for digests. */
import type { Digest } from "../image/digest.ts";
import type { ImageReference } from "../image/reference.ts";
import { EVIDENCE_MAX, type LockedEvidence } from "../lock/format/evidence.ts";
import { digestName, type LockedImage } from "../lock/format/locked-image.ts";
import { evidenceHash } from "./evidence-hash.ts";
import type { Vouching } from "./vouch.ts";

/** Remembers what proves digests, and what locks have that does not. */
export interface KeptEvidence {
  learn(image: ImageReference, digest: Digest, vouching: Pick<Vouching, "evidence" | "refused">): void;
  /** What an entry of a lock is to have; undefined where it has that, or nobody has asked. */
  evidenceFor(entry: LockedImage): readonly LockedEvidence[] | undefined;
}

/** Knows of no proof yet. */
export function createKeptEvidence(): KeptEvidence {
  // By tag, since rules that name tags may want other signatures of the same digest.
  const used = new Map<string, Map<string, LockedEvidence>>();
  const refused = new Map<string, Set<string>>();
  return {
    learn(image, digest, vouching) {
      const name = taggedName(image, digest, image.tag ?? anyTag);
      const proofs = used.get(name) ?? new Map<string, LockedEvidence>();
      used.set(name, proofs);
      for (const each of vouching.evidence) proofs.set(evidenceHash(each), each);
      const others = refused.get(name) ?? new Set<string>();
      refused.set(name, others);
      for (const each of vouching.refused) others.add(evidenceHash(each));
    },
    evidenceFor({ reference, digest, evidence = [] }) {
      const names = [reference.tag ?? "latest", anyTag].map((tag) => taggedName(reference, digest, tag));
      const proofs = new Map(names.flatMap((name) => [...(used.get(name) ?? [])]));
      if (proofs.size === 0) return undefined;
      const own = new Map(evidence.map((each) => [evidenceHash(each), each]));
      const isRefused = (each: string): boolean => names.some((name) => refused.get(name)?.has(each));
      // What was refused and found again had lost its file.
      if ([...proofs.keys()].every((each) => own.has(each) && !isRefused(each))) return undefined;
      // Other rules than those of this run may want the rest of what it has.
      const kept = [...own].filter(([each]) => proofs.has(each) || !isRefused(each));
      return [...new Map([...kept, ...proofs]).values()].slice(-EVIDENCE_MAX);
    },
  };
}

/** A digest alone may stand for any of its tags. */
const anyTag = "";

function taggedName(image: ImageReference, digest: Digest, tag: string): string {
  return `${digestName(image, digest)} ${tag}`;
}
