/** Whether what was signed satisfies the rules that name an image. */
import { createHash } from "node:crypto";
import type { Digest } from "../image/digest.ts";
import type { Evidence } from "../lock/format/evidence.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import { parseJson } from "../text/json.ts";
import type { LoadedRule } from "./rule.ts";
import { readSignature, UnprovenError, verifySigner } from "./verify.ts";

/** What is proven of a digest so far. */
export interface Proof {
  /** Takes a signature into account; true where it proves something that a rule wants. */
  add(evidence: Evidence): boolean;
  /** True where all rules hold. */
  isWhole(): boolean;
  /** What has proven it. */
  readonly evidence: readonly Evidence[];
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
  const evidence: Evidence[] = [];
  const vouchers: Voucher[] = [];

  /** What of the evidence is to be kept, where it proves something. */
  function prove(one: Evidence): Evidence | undefined {
    const signature = readSignature(one);
    const isOther = !covers(signature.statement.digests, digest, one.index);
    let isUsed = false;
    for (const demand of demands) {
      if (demand.isMet || demand.predicateType !== signature.statement.predicateType) continue;
      try {
        if (isOther) throw new UnprovenError("is of another digest");
        vouchers.push(verifySigner(signature, demand.rule));
        demand.isMet = true;
        isUsed = true;
      } catch (error) {
        if (!(error instanceof UnprovenError)) throw error;
        demand.reasons.add(error.message);
      }
    }
    return isUsed ? signature.evidence : undefined;
  }

  return {
    evidence,
    vouchers,
    add(one) {
      try {
        const kept = prove(one);
        if (kept !== undefined) evidence.push(kept);
        return kept !== undefined;
      } catch (error) {
        if (!(error instanceof UnprovenError)) throw error;
        for (const demand of demands) demand.reasons.add(error.message);
        return false;
      }
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

/** Whether a signed digest is this one, or that of an index which lists it. */
function covers(signed: readonly Digest[], digest: Digest, index: string | undefined): boolean {
  if (signed.includes(digest)) return true;
  if (index === undefined) return false;
  const body = Buffer.from(index, "base64");
  return signed.some((each) => hasDigest(body, each)) && lists(body, digest);
}

function hasDigest(body: Buffer, digest: Digest): boolean {
  const [algorithm = "", hex] = digest.split(":");
  return createHash(algorithm).update(body).digest("hex") === hex;
}

function lists(index: Buffer, digest: Digest): boolean {
  try {
    // Checked: an object or not, of which nothing is known.
    const { manifests } = (parseJson(index.toString("utf8")) ?? {}) as Readonly<Record<string, unknown>>;
    return Array.isArray(manifests) && manifests.some((each) => each?.digest === digest);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return false;
  }
}
