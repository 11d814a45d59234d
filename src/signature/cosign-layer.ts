/**
 * Signatures and attestations as cosign 1 and 2 leave them, in the layers of a manifest with annotations, as bundles.
 *
 * https://github.com/sigstore/cosign/blob/v2.6.5/specs/SIGNATURE_SPEC.md
 */
import { createHash, X509Certificate } from "node:crypto";
import type { Evidence } from "../lock/format/evidence.ts";
import { parseJson } from "../text/json.ts";

/** What the annotations of a layer say. */
export type Annotations = Readonly<Record<string, unknown>>;

/** A simple signature; undefined where its annotations make none. */
export function simpleSigning(payload: Buffer, annotations: Annotations): Evidence | undefined {
  const signature = annotations["dev.cosignproject.cosign/signature"];
  if (typeof signature !== "string" || signature === "") return undefined;
  const digest = createHash("sha256").update(payload).digest("base64");
  return {
    payload: payload.toString("base64"),
    bundle: {
      mediaType: BUNDLE_TYPE,
      verificationMaterial: verificationMaterial(annotations),
      messageSignature: { messageDigest: { algorithm: "SHA2_256", digest }, signature },
    },
  };
}

/** An attestation in an envelope; undefined where it is none. */
export function attestation(envelope: Buffer, annotations: Annotations): Evidence | undefined {
  const dsseEnvelope = tryJson(envelope.toString("utf8"));
  if (typeof dsseEnvelope !== "object" || dsseEnvelope === null) return undefined;
  return {
    bundle: { mediaType: BUNDLE_TYPE, verificationMaterial: verificationMaterial(annotations), dsseEnvelope },
  };
}

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle+json;version=0.1";

function verificationMaterial(annotations: Annotations): object {
  const certificate = certificateOf(annotations["dev.sigstore.cosign/certificate"]);
  const entry = logEntry(annotations["dev.sigstore.cosign/bundle"]);
  const timestamp = timestampOf(annotations["dev.sigstore.cosign/rfc3161timestamp"]);
  return {
    ...(certificate === undefined
      ? { publicKey: { hint: "" } }
      : { x509CertificateChain: { certificates: [{ rawBytes: certificate }] } }),
    tlogEntries: entry === undefined ? [] : [entry],
    ...(timestamp !== undefined && {
      timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: timestamp }] },
    }),
  };
}

function certificateOf(pem: unknown): string | undefined {
  if (typeof pem !== "string" || pem.length > ANNOTATION_MAX || pem === "") return undefined;
  try {
    return new X509Certificate(pem).raw.toString("base64");
  } catch {
    // What can't be read proves nothing, and a key may have signed all the same.
    return undefined;
  }
}

/** What Rekor has promised. https://github.com/sigstore/cosign/blob/v2.6.5/pkg/cosign/bundle/rekor.go */
function logEntry(text: unknown): object | undefined {
  const { SignedEntryTimestamp: promise, Payload: payload } = parseAnnotation(text);
  const { body, integratedTime, logIndex, logID } = objectOf(payload);
  if (typeof promise !== "string" || typeof body !== "string" || typeof logID !== "string") return undefined;
  const { kind, apiVersion } = objectOf(tryJson(Buffer.from(body, "base64").toString("utf8")));
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logID, "hex").toString("base64") },
    kindVersion: { kind: String(kind), version: String(apiVersion) },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp: promise },
    canonicalizedBody: body,
  };
}

function timestampOf(text: unknown): string | undefined {
  const { SignedRFC3161Timestamp: timestamp } = parseAnnotation(text);
  return typeof timestamp === "string" && timestamp !== "" ? timestamp : undefined;
}

// A log entry of an attestation may hold all of it.
const ANNOTATION_MAX = 1_048_576;

function parseAnnotation(text: unknown): Annotations {
  return typeof text === "string" && text.length <= ANNOTATION_MAX ? objectOf(tryJson(text)) : {};
}

function tryJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function objectOf(value: unknown): Annotations {
  // Checked: an object, of whose fields nothing is known.
  return typeof value === "object" && value !== null ? (value as Annotations) : {};
}
