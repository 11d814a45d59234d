/** Proves digests by signatures: those that a lock has, and else those that the registry has. */
import type { Config } from "../config/config.ts";
import type { Digest } from "../image/digest.ts";
import type { ImageReference } from "../image/reference.ts";
import type { Evidence } from "../lock/format/evidence.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import type { Lock } from "../lock/locks.ts";
import type { Resolver } from "../resolve/resolver.ts";
import { printable } from "../text/printable.ts";
import { type Findings, findSignatures } from "./find-signatures.ts";
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
  /** What a lock is to keep; undefined where it has it already. */
  readonly evidence: readonly Evidence[] | undefined;
  /** The rules that do not hold, and why. */
  readonly failures: readonly { readonly rule: LoadedRule; readonly reason: string }[];
}

/** Proves digests. */
export type Vouch = (subject: VouchSubject) => Promise<Vouching>;

/** Makes what proves digests, each once for the same rules. */
export function createVouch(config: Pick<Config, "mode" | "lock">, resolver: Resolver): Vouch {
  const known = new Map<string, Promise<Vouching>>();
  return (subject) => {
    const { image, digest, rules, lock, index } = subject;
    const labels = rules.map(({ label }) => label);
    const key = JSON.stringify([image.registry, image.repository, digest, labels, lock?.label, index]);
    const vouching = known.get(key) ?? prove(subject, config, resolver);
    known.set(key, vouching);
    return vouching;
  };
}

async function prove(
  subject: VouchSubject,
  { mode, lock: lockMode }: Pick<Config, "mode" | "lock">,
  resolver: Resolver,
): Promise<Vouching> {
  const { digest, rules, lock } = subject;
  const proof = beginProof(digest, rules);
  const locked = lockedEvidence(subject);
  // What is forged may stand beside what is not, and what an older rule wanted is no fault.
  const unused = locked.filter((each) => !proof.add(each));
  if (proof.isWhole()) return { vouchers: proof.vouchers, evidence: undefined, failures: [] };
  if (unused.length > 0 && mode !== "update") {
    const said = reasonsIn(proof.lacks());
    return failed(
      proof,
      `the evidence in ${lock?.label ?? "the lock"} ${said}: \`mode: update\` asks for it anew`,
    );
  }
  if (lockMode === "frozen")
    return failed(proof, "the lock has no evidence for it, and `lock: frozen` forbids asking");
  const findings: Findings = { foreign: new Set(), isCutShort: false };
  let count = 0;
  try {
    for await (const evidence of search(subject, resolver, findings)) {
      count++;
      proof.add(evidence);
      if (proof.isWhole()) return { vouchers: proof.vouchers, evidence: proof.evidence, failures: [] };
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return failed(proof, `its signatures can't be read: ${error.message}`);
  }
  return failed(proof, whatWasFound(proof.lacks(), count, findings));
}

function lockedEvidence({ digest, lock }: VouchSubject): readonly Evidence[] {
  const entries = lock?.entries.filter((entry) => entry.digest === digest) ?? [];
  const all = entries.flatMap(({ evidence = [] }) => evidence);
  // Several tags may mean the digest.
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

/** The signatures of an index first, since that is what is signed mostly. */
async function* search(
  { image, digest, index, rules }: VouchSubject,
  resolver: Resolver,
  findings: Findings,
): AsyncGenerator<Evidence, void, undefined> {
  const attestations = rules.some((rule) => rule.attestations.length > 0);
  const of = (each: Digest) => ({ read: resolver.read, image, digest: each, attestations });
  if (index !== undefined) {
    const manifest = await resolver.read(image, { part: "manifests", reference: index });
    const text = manifest && Buffer.from(manifest.body).toString("base64");
    if (text !== undefined)
      for await (const evidence of findSignatures(of(index), findings)) yield { ...evidence, index: text };
  }
  yield* findSignatures(of(digest), findings);
}

function failed(proof: Proof, why: string): Vouching {
  const failures = proof.lacks().map(({ rule, wanted }) => ({
    rule,
    reason: `must have ${wanted} that ${rule.label} accepts: ${why}`,
  }));
  return { vouchers: proof.vouchers, evidence: undefined, failures };
}

function whatWasFound(lacks: readonly Lack[], count: number, { foreign, isCutShort }: Findings): string {
  const others = foreign.size === 0 ? "" : `; those of ${[...foreign].join(" and ")} are not supported`;
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
