/**
 * What signatures say: which digest, and in which role.
 *
 * https://github.com/sigstore/cosign/blob/v2.6.5/specs/SIGNATURE_SPEC.md
 * https://github.com/in-toto/attestation/blob/v1.1.0/spec/v1/statement.md
 */
import { type Digest, isDigest } from "../image/digest.ts";
import { type Fields, fieldsOf, parseJson } from "../text/json.ts";

/** What was signed. */
export interface Statement {
  /** The digests that it is about. */
  readonly digests: readonly Digest[];
  /** The type of what is attested; absent for a signature, which says no more than that it is meant. */
  readonly predicateType?: string | undefined;
}

/** A payload that says nothing that counts, for the reason in its message. */
export class PayloadError extends Error {
  override readonly name = "PayloadError";
}

/**
 * Reads the payload of a simple signature. Its `docker-reference` is not bound by whoever verifies it, cosign included.
 *
 * @throws {PayloadError}
 */
export function readSimpleSigning(payload: Buffer): Statement {
  const { critical, ...others } = parseObject(payload);
  const { type, image } = fieldsOf(critical);
  if ("_type" in others || "subject" in others) throw new PayloadError("is of two kinds at once");
  if (!SIMPLE_TYPES.has(type))
    throw new PayloadError(
      type === "atomic container signature"
        ? "is a signature of GPG, which is not supported"
        : "is not of the type of a container's signature",
    );
  const digest = fieldsOf(image)["docker-manifest-digest"];
  if (typeof digest !== "string" || !isDigest(digest)) throw new PayloadError("names no digest");
  return { digests: [digest] };
}

/**
 * Reads an in-toto statement.
 *
 * @throws {PayloadError}
 */
export function readStatement(payload: Buffer): Statement {
  const { _type: type, subject, predicateType, ...others } = parseObject(payload);
  if ("critical" in others) throw new PayloadError("is of two kinds at once");
  if (!STATEMENT_TYPES.has(type)) throw new PayloadError("is no in-toto statement");
  if (typeof predicateType !== "string" || predicateType === "")
    throw new PayloadError("says not what it attests");
  const digests = (Array.isArray(subject) ? subject : []).flatMap((each) => digestsOf(fieldsOf(each).digest));
  if (digests.length === 0) throw new PayloadError("names no digest");
  return { digests, predicateType: predicateType === SIGNATURE_TYPE ? undefined : predicateType };
}

const SIMPLE_TYPES: ReadonlySet<unknown> = new Set([
  "cosign container image signature",
  "https://sigstore.dev/cosign/sign/v1",
]);

const STATEMENT_TYPES: ReadonlySet<unknown> = new Set([
  "https://in-toto.io/Statement/v1",
  "https://in-toto.io/Statement/v0.1",
]);

/** The predicate type by which cosign 3 says that a bundle is a signature. */
const SIGNATURE_TYPE = "https://sigstore.dev/cosign/sign/v1";

function digestsOf(value: unknown): readonly Digest[] {
  return ["sha256", "sha512"].flatMap((algorithm) => {
    const hex = fieldsOf(value)[algorithm];
    const digest = typeof hex === "string" ? `${algorithm}:${hex}` : "";
    return isDigest(digest) ? [digest] : [];
  });
}

function parseObject(payload: Buffer): Fields {
  try {
    const value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return fieldsOf(value);
  } catch (error) {
    // Of JSON, or of UTF-8.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new PayloadError("is no JSON object");
}
