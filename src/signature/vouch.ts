/** Proves digests by signatures: those that a lock has, and else those that the registry has. */
import type { Config } from "../config/config.ts";
import type { Digest } from "../image/digest.ts";
import { canonicalName, type ImageReference } from "../image/reference.ts";
import { type Evidence, isBeside, type LockedEvidence } from "../lock/format/evidence.ts";
import { evidenceFileName } from "../lock/format/evidence-file.ts";
import { digestName } from "../lock/format/locked-image.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import type { Lock } from "../lock/locks.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import { printable } from "../text/printable.ts";
import { evidenceHash, evidenceOf } from "./evidence-hash.ts";
import { createSearchRooms, type Findings, findSignatures, type SearchRooms } from "./find-signatures.ts";
import { beginProof, type Lack, type Proof } from "./proof.ts";
import type { LoadedRule } from "./rule.ts";

/** A digest that rules want proven. */
export interface VouchSubject {
  readonly image: ImageReference;
  readonly digest: Digest;
  readonly rules: readonly LoadedRule[];
  readonly lock: Lock | undefined;
  /** The index that lists it, where one is known to. */
  readonly index: Digest | undefined;
}

/** What came of it. */
export interface Vouching {
  readonly vouchers: readonly Voucher[];
  /** What proves the digest, from the lock or from the registry. */
  readonly evidence: readonly LockedEvidence[];
  /** What the lock has for it under the tag of the image, and others had to be found for. */
  readonly refused: readonly LockedEvidence[];
  /** The rules that do not hold, and why. */
  readonly failures: readonly { readonly rule: LoadedRule; readonly reason: string }[];
}

/** Proves digests. */
export type Vouch = (subject: VouchSubject) => Promise<Vouching>;

/** Makes what proves digests, each once for the same rules. */
export function createVouch(config: Pick<Config, "mode" | "lock">, resolver: Resolver): Vouch {
  const known = new Map<Lock | undefined, Map<string, Promise<Vouching>>>();
  const means = { resolver, rooms: createSearchRooms() };
  return (subject) => {
    const { image, digest, rules, lock, index } = subject;
    const labels = rules.map(({ label }) => label);
    // What a lock has for a tag is that tag's own.
    const tag = lock?.images.havingDigest(image, digest).length ? image.tag : undefined;
    const key = JSON.stringify([digestName(image, digest), tag, labels, index]);
    const ofLock = known.get(lock) ?? new Map<string, Promise<Vouching>>();
    known.set(lock, ofLock);
    const vouching = ofLock.get(key) ?? prove(subject, config, means);
    ofLock.set(key, vouching);
    return vouching;
  };
}

/** What signatures are searched with. */
interface Means {
  readonly resolver: Resolver;
  readonly rooms: SearchRooms;
}

async function prove(
  subject: VouchSubject,
  { mode, lock: lockMode }: Pick<Config, "mode" | "lock">,
  means: Means,
): Promise<Vouching> {
  const { digest, rules, lock } = subject;
  const proof = beginProof(digest, rules);
  const locked = lockedEvidence(subject);
  // What is forged may stand beside what is not, and what an older rule wanted is no fault.
  const refused = locked.filter(({ evidence, lack }) =>
    evidence === undefined ? proof.refuse(lack) : proof.add(evidence) === undefined,
  );
  const found: LockedEvidence[] = locked.filter((each) => !refused.includes(each)).map(({ kept }) => kept);
  const proven = (): Vouching => ({ vouchers: proof.vouchers, evidence: found, refused: [], failures: [] });
  if (proof.isWhole()) return proven();
  const replaced = refused.filter(({ isOwn }) => isOwn).map(({ kept }) => kept);
  // What the lock has for another tag of the same digest is held against the rules of that one.
  if (replaced.length > 0 && mode !== "update") {
    const said = reasonsIn(proof.lacks());
    return failed(
      proof,
      `the evidence in ${lock?.label ?? "the lock"} ${said}: \`mode: update\` asks for it anew`,
    );
  }
  if (lockMode === "frozen")
    return failed(proof, "the lock has no evidence for it, and `lock: frozen` forbids asking");
  const findings: Findings = { foreign: new Set(), unreadable: new Set(), isCutShort: false };
  let count = 0;
  try {
    for await (const evidence of search(subject, means, findings)) {
      count++;
      const kept = proof.add(evidence);
      if (kept !== undefined) found.push(kept);
      if (proof.isWhole()) return { ...proven(), refused: replaced };
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return failed(proof, `its signatures can't be read: ${error.message}`);
  }
  return failed(proof, whatWasFound(proof.lacks(), count, findings));
}

/** What a lock has for a digest in a repository. */
interface KnownEvidence {
  /** As the lock has it. */
  readonly kept: LockedEvidence;
  /** Undefined where it lies in a file that is not there, or that was changed. */
  readonly evidence: Evidence | undefined;
  readonly lack: string;
  /** Whether it has that for the tag of the image, where that has one. */
  readonly isOwn: boolean;
}

function lockedEvidence({ image, digest, lock }: VouchSubject): readonly KnownEvidence[] {
  const known = new Map<string, KnownEvidence>();
  for (const { reference, evidence = [] } of lock?.images.havingDigest(image, digest) ?? []) {
    const isOfTag = image.tag === undefined || canonicalName(reference) === canonicalName(image);
    for (const kept of evidence) {
      const name = evidenceHash(kept);
      const isOwn = isOfTag || known.get(name)?.isOwn === true;
      known.set(name, { kept, isOwn, ...readKept(kept, lock) });
    }
  }
  return [...known.values()];
}

function readKept(kept: LockedEvidence, lock: Lock | undefined): Pick<KnownEvidence, "evidence" | "lack"> {
  if (!isBeside(kept)) return { evidence: kept, lack: "" };
  const text = lock?.textBeside(kept.sha256);
  return {
    evidence: text === undefined ? undefined : evidenceOf(text, kept),
    lack: `lies beside it in ${evidenceFileName(kept.sha256)}, which is not there or was changed`,
  };
}

/** The signatures of an index first, since that is what is signed mostly. */
async function* search(
  { image, digest, index, rules }: VouchSubject,
  { resolver, rooms }: Means,
  findings: Findings,
): AsyncGenerator<Evidence, void, undefined> {
  const attestations = rules.some((rule) => rule.attestations.length > 0);
  const of = (each: Digest) => ({ read: resolver.read, image, digest: each, attestations, rooms });
  const leave = await rooms.searches.reserve(1);
  try {
    if (index !== undefined) {
      const wanted = { part: "manifests", reference: index, bytesMax: INDEX_BYTES_MAX } as const;
      const manifest = await resolver.read(image, wanted);
      const text = manifest && Buffer.from(manifest.body).toString("base64");
      if (text !== undefined)
        for await (const evidence of findSignatures(of(index), findings)) yield { ...evidence, index: text };
    }
    yield* findSignatures(of(digest), findings);
  } finally {
    leave();
  }
}

/** It stays in memory while its signatures are searched, and a lock keeps it. */
const INDEX_BYTES_MAX = 1_048_576;

function failed(proof: Proof, why: string): Vouching {
  const failures = proof.lacks().map(({ rule, wanted }) => ({
    rule,
    reason: `must have ${wanted} that ${rule.label} accepts: ${why}`,
  }));
  return { vouchers: proof.vouchers, evidence: [], refused: [], failures };
}

function whatWasFound(lacks: readonly Lack[], count: number, findings: Findings): string {
  const { foreign, unreadable, isCutShort } = findings;
  const notes = [
    ...(foreign.size === 0 ? [] : [`those of ${[...foreign].join(" and ")} are not supported`]),
    ...[...unreadable].slice(0, REASONS_MAX).map((reason) => `some can't be read: ${reason}`),
  ];
  const others = notes.map((note) => `; ${note}`).join("");
  if (count === 0) return `there is none${others}`;
  const number = `${isCutShort ? "more than " : ""}${count}`;
  return `of ${number} found, none counts: each ${reasonsIn(lacks)}${others}`;
}

function reasonsIn(lacks: readonly Lack[]): string {
  const reasons = [...new Set(lacks.flatMap((lack) => lack.reasons))].toSorted();
  if (reasons.length === 0) return "is of another kind";
  const more = reasons.length > REASONS_MAX ? [`${reasons.length - REASONS_MAX} more`] : [];
  return printable([...reasons.slice(0, REASONS_MAX), ...more].join("; or "));
}

const REASONS_MAX = 5;
