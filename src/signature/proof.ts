/** Whether what was signed satisfies the rules that name an image. */
import { createHash } from "node:crypto";
import type { Digest } from "../image/digest.ts";
import type { Evidence } from "../lock/format/evidence.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import { fieldsOf, tryJson } from "../text/json.ts";
import type { LoadedRule } from "./rule.ts";
import { evidenceOf, readSignature, UnprovenError, type Verified, verifySigner } from "./verify.ts";

/** What is proven of a digest so far. */
export interface Proof {
  /** Takes a signature into account. What of it a lock is to keep comes back where it proves something that a rule wants. */
  add(evidence: Evidence): Evidence | undefined;
  /** Takes into account that something can't count; true, as it proves nothing. */
  refuse(reason: string): true;
  /** True where all rules hold. */
  isWhole(): boolean;
  /** Who has proven it. */
  readonly vouchers: readonly Voucher[];
  /** Why a rule does not hold, for each that doesn't. */
  lacks(): readonly Lack[];
}

/** What is missing of a proof. */
export interface Lack {
  readonly rule: LoadedRule;
  /** `a signature`, or `an attestation of …`. */
  readonly wanted: string;
  /** Why signatures don't count, each reason once. */
  readonly reasons: readonly string[];
}

/** Begins a proof. */
export function beginProof(digest: Digest, rules: readonly LoadedRule[]): Proof {
  const demands = rules.flatMap(demandsOf);
  const vouchers: Voucher[] = [];
  const indexes = new Map<string, SignedIndex>();

  /** Whether a signed digest is this one, or that of an index which lists it. */
  function covers(signed: readonly Digest[], text: string | undefined): boolean {
    if (signed.includes(digest)) return true;
    if (text === undefined) return false;
    const index = indexes.get(text) ?? readIndex(text);
    indexes.set(text, index);
    return signed.some(index.hasDigest) && index.lists(digest);
  }

  /** What of the evidence is to be kept, where it proves something. */
  function prove(one: Evidence): Evidence | undefined {
    const signature = readSignature(one);
    const isOther = !covers(signature.statement.digests, one.index);
    const proofs: Verified[] = [];
    for (const demand of demands) {
      if (demand.isMet || demand.predicateType !== signature.statement.predicateType) continue;
      try {
        if (isOther) throw new UnprovenError("is of another digest");
        proofs.push(verifySigner(signature, demand.rule));
        demand.isMet = true;
      } catch (error) {
        if (!(error instanceof UnprovenError)) throw error;
        demand.reasons.add(error.message);
      }
    }
    vouchers.push(...proofs.map(({ voucher }) => voucher));
    return proofs.length === 0 ? undefined : evidenceOf(signature, proofs);
  }

  return {
    vouchers,
    add(one) {
      try {
        return prove(one);
      } catch (error) {
        if (!(error instanceof UnprovenError)) throw error;
        for (const demand of demands) demand.reasons.add(error.message);
        return undefined;
      }
    },
    refuse(reason) {
      for (const demand of demands) demand.reasons.add(reason);
      return true;
    },
    isWhole: () => demands.every(({ isMet }) => isMet),
    lacks: () =>
      demands
        .filter(({ isMet }) => !isMet)
        .map(({ rule, predicateType, reasons }) => ({
          rule,
          wanted:
            predicateType === undefined
              ? "a signature"
              : `an attestation of ${JSON.stringify(predicateType)}`,
          reasons: [...reasons],
        })),
  };
}

/** What a rule wants: a signature, or attestations in its place, which name the digest and their signer as well. */
interface Demand {
  readonly rule: LoadedRule;
  readonly predicateType: string | undefined;
  readonly reasons: Set<string>;
  isMet: boolean;
}

function demandsOf(rule: LoadedRule): readonly Demand[] {
  const types = rule.attestations.length === 0 ? [undefined] : [...new Set(rule.attestations)];
  return types.map((predicateType) => ({ rule, predicateType, reasons: new Set(), isMet: false }));
}

/** An index that may have been signed in place of what it lists. A statement may name any number of digests. */
interface SignedIndex {
  hasDigest(digest: Digest): boolean;
  lists(digest: Digest): boolean;
}

function readIndex(text: string): SignedIndex {
  const body = Buffer.from(text, "base64");
  const hashes = new Map<string, string>();
  let listed: ReadonlySet<unknown> | undefined;
  return {
    hasDigest(digest) {
      const [algorithm = "", hex] = digest.split(":");
      const hash = hashes.get(algorithm) ?? createHash(algorithm).update(body).digest("hex");
      hashes.set(algorithm, hash);
      return hash === hex;
    },
    lists(digest) {
      listed ??= digestsIn(body);
      return listed.has(digest);
    },
  };
}

function digestsIn(index: Buffer): ReadonlySet<unknown> {
  const { manifests } = fieldsOf(tryJson(index));
  return new Set((Array.isArray(manifests) ? manifests : []).map((each) => fieldsOf(each).digest));
}
