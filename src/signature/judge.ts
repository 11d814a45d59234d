/** What the rules of a run say of images. */
import type { Config, OnError } from "../config/config.ts";
import type { TrustRules } from "../config/trust-rules.ts";
import type { Digest } from "../image/digest.ts";
import { matchesAny, matchesAnyText } from "../image/image-glob.ts";
import type { DigestLookup, Resolution } from "../image/lookup.ts";
import { canonicalName, type ImageReference, parseReference, withoutDigest } from "../image/reference.ts";
import { lackIn } from "../lock/comparison.ts";
import type { LockedEvidence } from "../lock/format/evidence.ts";
import { digestName, type LockedImage } from "../lock/format/locked-image.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import type { Lock } from "../lock/locks.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import { disallowed, disallowedText } from "./allow.ts";
import { createKeptEvidence } from "./kept-evidence.ts";
import type { LoadedRule } from "./rule.ts";
import type { Vouch, Vouching } from "./vouch.ts";

/** What is said against an image. */
export interface Objection {
  readonly kind: ObjectionKind;
  readonly reason: string;
  readonly onError: OnError;
}

/** `disallowed`: it may not be used at all; `unsigned`: nobody vouches for it who should. */
export type ObjectionKind = "disallowed" | "unsigned";

/** An image as it is to stand in a field. */
export interface JudgedImage {
  readonly image: ImageReference;
  /** As it stands there now. */
  readonly written: ImageReference;
  /** The lock that counts for the field. */
  readonly lock: Lock | undefined;
  /** Whether the reference lacks its tag, which may stand elsewhere. */
  readonly isPart: boolean;
  /** Whether it stays without a digest, so that whatever its tag means is what runs. */
  readonly staysUnpinned: boolean;
}

/** Judges images by the rules. */
export interface Judge {
  /** What is said against an image; undefined where nothing is. */
  objection(judged: JudgedImage): Promise<Objection | undefined>;
  /** What is said against a text that can't be read as an image, where one must stand; undefined for what is no text. */
  unreadable(text: string | undefined): Objection | undefined;
  /** What is said against an image in a field that no rule knows, where nobody is asked. */
  doubt(judged: JudgedImage): string | undefined;
  /** Learns which index lists the digest that an image has. */
  learn(image: ImageReference, answer: Answer): void;
  /** When a log has seen what vouches for the digest that an image has, the last of several. */
  loggedAt(image: ImageReference, answer: Answer, lock: Lock | undefined): Promise<number | undefined>;
  /** What vouches for the digest of a lock's entry; undefined where the entry has that. */
  evidenceFor(entry: LockedImage): readonly LockedEvidence[] | undefined;
  /** Who vouches for an image with a digest. */
  vouchersFor(image: ImageReference): readonly Voucher[];
}

/** What the tag of an image means. */
type Answer = Pick<Extract<Resolution, { readonly kind: "resolved" }>, "digest" | "index">;

/** By what a judge judges. */
export interface JudgeOptions {
  readonly rules: TrustRules;
  readonly signatures: readonly LoadedRule[];
  readonly vouch: Vouch;
  readonly config: Pick<Config, "mode" | "lock" | "platform" | "requirePlatforms">;
  readonly resolver: Resolver;
}

/** Makes a judge. */
export function createJudge({ rules, signatures, vouch, config, resolver }: JudgeOptions): Judge {
  const indexes = new Map<string, Digest>();
  const kept = createKeptEvidence();
  const vouchers = new Map<string, readonly Voucher[]>();

  function learn(image: ImageReference, { digest, index }: Answer): void {
    if (index !== undefined) indexes.set(digestName(image, digest), index);
  }

  const indexOf = (image: ImageReference, digest: Digest) => indexes.get(digestName(image, digest));

  async function unsigned(judged: JudgedImage): Promise<Objection | undefined> {
    const named = namesOf(judged);
    const asked = signatures.filter(({ images }) => named.some((each) => matchesAny(each, images)));
    if (asked.length === 0) return undefined;
    const meaning = await meaningOf(judged);
    if (typeof meaning !== "string")
      return worst(
        asked.map((rule) => ({ rule, reason: meaning.message })),
        config,
      );
    const { image, lock } = judged;
    const index = indexOf(image, meaning);
    const vouching = await vouch({ image, digest: meaning, rules: asked, lock, index });
    const settled =
      vouching.failures.length === 0 ? vouching : await byIndex(judged, meaning, asked, vouching);
    // Other tags of the digest may be under other rules.
    vouchers.set(`${canonicalName(image)}@${meaning}`, settled.vouchers);
    kept.learn(image, meaning, settled);
    return worst(settled.failures, config);
  }

  /** A digest of one platform may be signed as a part of its index, which the tag alone leads to. */
  async function byIndex(
    { image, lock }: JudgedImage,
    digest: Digest,
    asked: readonly LoadedRule[],
    vouching: Vouching,
  ): Promise<Vouching> {
    if (config.platform === undefined || config.lock === "frozen" || indexOf(image, digest) !== undefined)
      return vouching;
    if (image.tag === undefined) return vouching;
    const resolution = await resolver.resolve(lookupOf(image, config));
    if (resolution.kind !== "resolved" || resolution.digest !== digest) return vouching;
    if (resolution.index === undefined) return vouching;
    learn(image, resolution);
    return vouch({ image, digest, rules: asked, lock, index: resolution.index });
  }

  /**
   * The digest of an image, or what its tag means: by the lock, or by the registry. No lock holds what stays unpinned: it is
   * asked for, unless nobody may be asked.
   */
  async function meaningOf({ image, lock, isPart, staysUnpinned }: JudgedImage): Promise<Digest | Error> {
    if (image.digest !== undefined) return image.digest;
    if (isPart)
      return new Error("must be signed, but its tag stands elsewhere, so nobody can say which image it is");
    const isLocked = !staysUnpinned || config.lock === "frozen";
    const entry = isLocked ? lock?.images.find(image, config.platform?.name) : undefined;
    if (entry !== undefined) return entry.digest;
    if (config.lock === "frozen")
      return new Error(`${lackIn(lock, image, config)}, so nobody can say whether it is signed`);
    const resolution = await resolver.resolve(lookupOf(image, config));
    if (resolution.kind === "resolved") {
      learn(image, resolution);
      return resolution.digest;
    }
    return resolution.kind === "failed" ? resolution.error : new Error("was not asked for");
  }

  return {
    async objection(judged) {
      const reason = disallowed(namesOf(judged), rules.allow);
      return reason === undefined ? unsigned(judged) : { kind: "disallowed", reason, onError: "fail" };
    },
    unreadable(text) {
      const reason = disallowedText(text, rules.allow);
      if (reason !== undefined) return { kind: "disallowed", reason, onError: "fail" };
      const asked = signatures.filter(({ images }) => text === undefined || matchesAnyText(text, images));
      const failures = asked.map((rule) => ({
        rule,
        reason: `must be an image that is signed as ${rule.label} says, but can't be read as one`,
      }));
      return worst(failures, config);
    },
    doubt(judged) {
      const named = namesOf(judged);
      const rule = signatures.find(({ images }) => named.some((each) => matchesAny(each, images)));
      return disallowed(named, rules.allow) ?? (rule && `must be signed as ${rule.label} says`);
    },
    learn,
    async loggedAt(image, answer, lock) {
      const asked = signatures.filter(({ images }) => matchesAny(image, images));
      if (asked.length === 0) return undefined;
      learn(image, answer);
      const { digest } = answer;
      const vouching = await vouch({ image, digest, rules: asked, lock, index: indexOf(image, digest) });
      const times = vouching.vouchers.flatMap(({ at }) => at ?? []);
      return vouching.failures.length > 0 || times.length === 0 ? undefined : Math.max(...times);
    },
    evidenceFor: kept.evidenceFor,
    vouchersFor: (image) => vouchers.get(`${canonicalName(image)}@${image.digest}`) ?? [],
  };
}

/** The names by which rules may mean an image: a digest alone may stand for a tag that the lock knows. */
function namesOf({ image, written, lock }: JudgedImage): readonly ImageReference[] {
  const originals = image.tag === undefined ? (lock?.images.originals(image, "drop") ?? []) : [];
  return [image, written, ...originals.map(parseReference)];
}

function lookupOf(
  image: ImageReference,
  { platform, requirePlatforms }: JudgeOptions["config"],
): DigestLookup {
  return { kind: "digest", image: withoutDigest(image), platform, requirePlatforms };
}

/** One objection for all rules that do not hold, as grave as the gravest. */
function worst(failures: Vouching["failures"], { mode }: Pick<Config, "mode">): Objection | undefined {
  const counted = failures.flatMap(({ rule, reason }) => {
    const severity = mode === "check" ? (rule.severity ?? "error") : "error";
    if (severity === "off") return [];
    const onError: OnError = severity === "warning" ? "warn" : rule.onError;
    return [{ kind: "unsigned" as const, reason, onError }];
  });
  return counted.find(({ onError }) => onError === "fail") ?? counted[0];
}
