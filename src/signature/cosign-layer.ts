/**
 * Signatures and attestations as cosign 1 and 2 leave them, in the layers of a manifest with annotations, as bundles.
 *
 * https://github.com/sigstore/cosign/blob/v2.6.5/specs/SIGNATURE_SPEC.md
 */
import { createHash, X509Certificate } from "node:crypto";
import type { Evidence } from "../lock/format/evidence.ts";
import { type Fields, fieldsOf, tryJson } from "../text/json.ts";

/** A simple signature; undefined where its annotations make none. */
export function simpleSigning(payload: Buffer, annotations: Fields): Evidence | undefined {
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
export function attestation(envelope: Buffer, annotations: Fields): Evidence | undefined {
  const dsseEnvelope = tryJson(envelope);
  if (typeof dsseEnvelope !== "object" || dsseEnvelope === null) return undefined;
  return {
    bundle: { mediaType: BUNDLE_TYPE, verificationMaterial: verificationMaterial(annotations), dsseEnvelope },
  };
}

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle+json;version=0.1";

function verificationMaterial(annotations: Fields): object {
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
  const { body, integratedTime, logIndex, logID } = fieldsOf(payload);
  if (typeof promise !== "string" || typeof body !== "string" || typeof logID !== "string") return undefined;
  const { kind, apiVersion } = fieldsOf(tryJson(Buffer.from(body, "base64")));
  return {
    logIndex: textOf(logIndex),
    logId: { keyId: Buffer.from(logID, "hex").toString("base64") },
    kindVersion: { kind: textOf(kind), version: textOf(apiVersion) },
    integratedTime: textOf(integratedTime),
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

function parseAnnotation(text: unknown): Fields {
  return typeof text === "string" && text.length <= ANNOTATION_MAX ? fieldsOf(tryJson(text)) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `${value}` : "";
}
