import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Layer } from "./signature-store.ts";

/** A key pair that signs as cosign does. */
export interface Signer {
  /** In PEM. */
  readonly publicKey: string;
  /** A simple signature, as a layer of cosign 1 and 2. */
  signature(digest: string, changes?: object): Layer;
  /** A signature or an attestation in a bundle of cosign 3. */
  bundle(digest: string, predicateType?: string, predicate?: object): Layer;
  /** An attestation in an envelope of cosign 2. */
  envelope(digest: string, predicateType: string): Layer;
  /** Signs a payload as it is. */
  sign(payload: Buffer | string): string;
}

/** The kinds of keys that cosign uses. */
export type KeyKind = "ecdsa" | "ecdsa-384" | "ed25519" | "rsa";

/** Makes a key pair of a kind. */
export function createSigner(kind: KeyKind = "ecdsa"): Signer {
  const { publicKey, privateKey } = generate(kind);
  const signBytes = (data: Buffer): string =>
    sign(kind === "ed25519" ? undefined : "sha256", data, privateKey).toString("base64");
  const signed = (payload: Buffer | string): string => signBytes(Buffer.from(payload));
  const dsse = (digest: string, predicateType: string, predicate?: object) => {
    const statement = statementOf(digest, predicateType, predicate);
    const head = `DSSEv1 ${TYPE.length} ${TYPE} ${Buffer.byteLength(statement)} `;
    return {
      payload: Buffer.from(statement).toString("base64"),
      payloadType: TYPE,
      signatures: [{ sig: signed(head + statement), keyid: "" }],
    };
  };
  return {
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    signature(digest, changes = {}) {
      const payload = simpleSigning(digest, changes);
      return {
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
        body: payload,
        annotations: { "dev.cosignproject.cosign/signature": signed(payload) },
      };
    },
    bundle(digest, predicateType = "https://sigstore.dev/cosign/sign/v1", predicate = {}) {
      const bundle = {
        mediaType: BUNDLE,
        verificationMaterial: { publicKey: { hint: "x" }, tlogEntries: [] },
        dsseEnvelope: dsse(digest, predicateType, predicate),
      };
      return { mediaType: BUNDLE, body: JSON.stringify(bundle) };
    },
    envelope(digest, predicateType) {
      const annotations = { "dev.cosignproject.cosign/signature": "", predicateType };
      return {
        mediaType: "application/vnd.dsse.envelope.v1+json",
        body: JSON.stringify(dsse(digest, predicateType)),
        annotations,
      };
    },
    sign: signed,
  };
}

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const TYPE = "application/vnd.in-toto+json";

/** The payload of a simple signature. */
export function simpleSigning(digest: string, changes: object = {}): string {
  const critical = {
    identity: { "docker-reference": "registry.example/app" },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  return JSON.stringify({ critical, optional: null, ...changes });
}

function statementOf(digest: string, predicateType: string, predicate: object = {}): string {
  const [algorithm = "", hex = ""] = digest.split(":");
  return JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "app", digest: { [algorithm]: hex } }],
    predicateType,
    predicate,
  });
}

function generate(kind: KeyKind): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  switch (kind) {
    case "ecdsa":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "ecdsa-384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" });
    case "ed25519":
      return generateKeyPairSync("ed25519");
    case "rsa":
      return generateKeyPairSync("rsa", { modulusLength: 2048 });
  }
}
