/** Verifies one signature or attestation by one rule. */
import { createHash, type KeyObject, verify as verifyWith } from "node:crypto";
import { type Bundle, bundleFromJSON, bundleToJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import {
  type SignedEntity,
  type Signer,
  toSignedEntity,
  toTrustMaterial,
  VerificationError,
  Verifier,
} from "@sigstore/verify";
import { compileGlob } from "../image/glob.ts";
import type { Evidence } from "../lock/format/evidence.ts";
import type { Voucher } from "../lock/format/voucher.ts";
import { quote, shorten } from "../text/quote.ts";
import { PayloadError, readSimpleSigning, readStatement, type Statement } from "./payload.ts";
import type { LoadedRule } from "./rule.ts";
import { oddityOf } from "./sane-bundle.ts";

/** What a signature is: read, and not verified yet. */
export interface Signature {
  readonly evidence: Evidence;
  readonly bundle: Bundle;
  /** What was signed, where the bundle has only its hash. */
  readonly payload: Buffer | undefined;
  readonly statement: Statement;
}

/** A signature that proves nothing, for the reason in its message. */
export class UnprovenError extends Error {
  override readonly name = "UnprovenError";
}

/**
 * Reads what may be a signature, from a registry or from a lock.
 *
 * @throws {UnprovenError}
 */
export function readSignature(evidence: Evidence): Signature {
  const oddity = oddityOf(evidence.bundle);
  if (oddity !== undefined) throw new UnprovenError(oddity);
  const bundle = unlessFaulty("can't be read", () => bundleFromJSON(evidence.bundle));
  const payload = evidence.payload === undefined ? undefined : Buffer.from(evidence.payload, "base64");
  try {
    const statement = readContent(bundle, payload);
    return { evidence, bundle, payload, statement };
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    throw new UnprovenError(error.message, { cause: error });
  }
}

function readContent({ content }: Bundle, payload: Buffer | undefined): Statement {
  if (content.$case === "dsseEnvelope") {
    const { payloadType, payload: statement } = content.dsseEnvelope;
    if (payload !== undefined) throw new PayloadError("is of two kinds at once");
    if (payloadType !== "application/vnd.in-toto+json")
      throw new PayloadError("is in an envelope for something else than a statement");
    return readStatement(statement);
  }
  if (payload === undefined) throw new PayloadError("lacks what was signed");
  const { digest } = content.messageSignature.messageDigest;
  if (!createHash("sha256").update(payload).digest().equals(digest))
    throw new PayloadError("is of another payload");
  return readSimpleSigning(payload);
}

/** A signature that counts. */
export interface Verified {
  readonly voucher: Voucher;
  /** What beside the signature itself was verified. */
  readonly by: readonly ("log" | "timestamps")[];
}

/**
 * Verifies who has signed. What was signed is for the caller to compare.
 *
 * @throws {UnprovenError}
 */
export function verifySigner(signature: Signature, rule: LoadedRule): Verified {
  const { predicateType } = signature.statement;
  const { voucher, by } =
    rule.keyless === undefined ? verifyKeys(signature, rule) : verifyIdentity(signature, rule);
  return { voucher: { ...voucher, ...(predicateType !== undefined && { predicateType }) }, by };
}

/** What a lock is to keep of a signature: nothing of what came with it that was not verified. */
export function evidenceOf({ evidence, bundle }: Signature, proofs: readonly Verified[]): Evidence {
  const used = new Set(proofs.flatMap(({ by }) => by));
  const { verificationMaterial, ...content } = bundleToJSON(bundle);
  const { tlogEntries = [], timestampVerificationData, ...signer } = verificationMaterial ?? {};
  const material = {
    ...signer,
    tlogEntries: used.has("log") ? tlogEntries : [],
    ...(used.has("timestamps") && timestampVerificationData && { timestampVerificationData }),
  };
  return { ...evidence, bundle: { ...content, verificationMaterial: material } };
}

function verifyKeys(signature: Signature, rule: LoadedRule): Verified {
  const { verificationMaterial, ...bundle } = signature.bundle;
  // A timestamp is for certificates, which end; a log entry is what the rule asks for.
  const ownMaterial = { ...verificationMaterial, timestampVerificationData: undefined };
  const entity = entityOf({ ...signature, bundle: { ...bundle, verificationMaterial: ownMaterial } });
  const key = rule.keys.find((each) => isSignedBy(signature, entity, each));
  if (key === undefined) throw new UnprovenError("is by none of the keys");
  const used: SignedEntity = {
    ...entity,
    key: { $case: "public-key", hint: "" },
    signature: { ...contentOf(entity), verifySignature: (own) => isSignedBy(signature, entity, own) },
  };
  const material = toTrustMaterial(rule.trustedRoot ?? noRoot, () => ({
    publicKey: key,
    validFor: () => true,
  }));
  const signer = `key ${fingerprint(key)}`;
  if (rule.trustedRoot !== undefined) {
    try {
      new Verifier(material, { tlogThreshold: 1, timestampThreshold: 0 }).verify(used);
      return { voucher: { signer, ...timeOf(used) }, by: ["log"] };
    } catch (error) {
      if (rule.tlog === "required") throw unproven("is in no log that counts", error);
    }
  }
  const alone = { ...used, timestamps: [], tlogEntries: [] };
  unlessFaulty("is by none of the keys", () =>
    new Verifier(material, { tlogThreshold: 0, timestampThreshold: 0 }).verify(alone),
  );
  return { voucher: { signer }, by: [] };
}

function verifyIdentity(signature: Signature, rule: LoadedRule): Verified {
  const entity = entityOf(signature);
  if (entity.key.$case !== "certificate") throw new UnprovenError("has no certificate");
  const material = toTrustMaterial(rule.trustedRoot ?? noRoot, () => {
    throw new UnprovenError("has no certificate");
  });
  const required = rule.tlog === "required";
  const options = { ctlogThreshold: 1, tlogThreshold: required ? 1 : 0, timestampThreshold: 1 };
  const signer = unlessFaulty("has a certificate or a log entry that does not count", () =>
    new Verifier(material, options).verify(entity),
  );
  const { issuer, subject } = identityOf(signer);
  const wanted = rule.keyless ?? { issuer: "", subject: "" };
  if (!compileGlob(wanted.issuer)(issuer))
    throw new UnprovenError(`has a certificate of the issuer ${quote(issuer)}`);
  if (!compileGlob(wanted.subject)(subject))
    throw new UnprovenError(`has a certificate for ${quote(subject)}`);
  return { voucher: { signer: subject, issuer, ...timeOf(entity) }, by: ["log", "timestamps"] };
}

function identityOf({ identity }: Signer): { readonly issuer: string; readonly subject: string } {
  const issuer = identity?.extensions?.issuer;
  const subject = identity?.subjectAlternativeName;
  if (!issuer || !subject) throw new UnprovenError("has a certificate that names nobody");
  return { issuer, subject };
}

const noRoot: TrustedRoot = TrustedRoot.fromJSON({});

function entityOf({ bundle, payload }: Signature): SignedEntity {
  return unlessFaulty("can't be read", () => toSignedEntity(bundle, payload));
}

function contentOf({ signature }: SignedEntity): SignedEntity["signature"] {
  return {
    signature: signature.signature,
    compareSignature: (other) => signature.compareSignature(other),
    compareDigest: (digest) => signature.compareDigest(digest),
    verifySignature: (key) => signature.verifySignature(key),
  };
}

/** Whether a key has made a signature: with SHA-256, as cosign has always done, or with the hash that its kind has. */
function isSignedBy({ bundle, payload }: Signature, { signature }: SignedEntity, key: KeyObject): boolean {
  if (signature.verifySignature(key)) return true;
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  const hash = OWN_HASHES.get(asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType ?? "");
  if (hash === undefined) return false;
  const data = bundle.content.$case === "dsseEnvelope" ? encoded(bundle.content.dsseEnvelope) : payload;
  try {
    return data !== undefined && verifyWith(hash || null, data, key, signature.signature);
  } catch {
    // What is no signature in form is none of this key's.
    return false;
  }
}

const OWN_HASHES: ReadonlyMap<string, string> = new Map([
  // It hashes in a way of its own.
  ["ed25519", ""],
  ["secp384r1", "sha384"],
  ["secp521r1", "sha512"],
]);

/** https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md#signature-definition */
function encoded({
  payloadType,
  payload,
}: {
  readonly payloadType: string;
  readonly payload: Buffer;
}): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function fingerprint(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return `SHA256:${createHash("sha256").update(der).digest("hex")}`;
}

/** The first time at which somebody trusted has seen a signature that was verified. */
function timeOf({ timestamps }: SignedEntity): { readonly at?: number } {
  const times = timestamps.flatMap((each) => {
    if (each.$case === "timestamp-authority") return each.timestamp.signingTime.getTime();
    const { inclusionPromise, integratedTime } = each.tlogEntry;
    // A proof of inclusion says nothing of the time; the promise does.
    return inclusionPromise === undefined ? [] : Number(integratedTime) * 1000;
  });
  return times.length === 0 ? {} : { at: Math.min(...times) };
}

/** What the library says of what it can't read or verify, which may be anything: others wrote it. */
function unlessFaulty<T>(reason: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw unproven(reason, error);
  }
}

function unproven(reason: string, error: unknown): UnprovenError {
  if (error instanceof UnprovenError) return error;
  // Only what its authors meant for others to read.
  const said = error instanceof VerificationError ? `: ${shorten(error.message)}` : "";
  return new UnprovenError(reason + said, { cause: error });
}
