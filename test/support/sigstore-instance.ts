import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  sign,
} from "node:crypto";
import { initializeCA, initializeTLog, initializeTSA } from "@sigstore/mock";
import type { Layer } from "./signature-store.ts";

/** A Sigstore of a test's own: an authority for certificates, a log of these, and one of signatures. */
export interface SigstoreInstance {
  /** By which its signatures are judged, as JSON. */
  readonly trustedRoot: string;
  /** A signature without a key pair, in the form of cosign 2. */
  signature(digest: string, who: Identity): Promise<Layer>;
  /** A signature or an attestation without a key pair, in a bundle. */
  bundle(digest: string, who: Identity, predicateType?: string): Promise<Layer>;
  /** A timestamp of a signature by RFC 3161, both in base64. */
  timestamp(signature: string): Promise<string>;
}

/** Whom a certificate names. */
export interface Identity {
  readonly subject: string;
  readonly issuer: string;
}

/** What may be wrong with an instance. */
export interface InstanceOptions {
  /** What its clocks say. */
  readonly clock?: Date;
  /** What the clock of its log of signatures says, where that is another. */
  readonly logClock?: Date;
  /** What the clock of its timestamp authority says, where that is another. */
  readonly timestampClock?: Date;
  /** Without a log for certificates, they have no proof of having been logged. */
  readonly noCertificateLog?: true;
}

/** Makes an instance. */
export async function createSigstore(options: InstanceOptions = {}): Promise<SigstoreInstance> {
  const { noCertificateLog } = options;
  // The authority's own certificate begins when it is made.
  const clock = options.clock ?? new Date(Date.now() + 60_000);
  const ctlog = createCertificateLog(clock);
  const ca = await initializeCA(keyPair(), noCertificateLog ? undefined : ctlog, clock);
  const tlog = await initializeTLog("https://rekor.example", keyPair(), options.logClock ?? clock);
  // Authorities write whole seconds, and what reads timestamps takes no others.
  const second = Math.floor((options.timestampClock ?? clock).getTime() / 1000) * 1000;
  const tsa = await initializeTSA(keyPair(), new Date(second));

  async function certified({ subject, issuer }: Identity): Promise<Certified> {
    const { publicKey, privateKey } = keyPair();
    const certificate = await ca.issueCertificate({
      publicKey: publicKey.export({ type: "spki", format: "der" }),
      subjectAltName: subject,
      extensions: [
        { oid: "1.3.6.1.4.1.57264.1.1", value: issuer, legacy: true },
        { oid: "1.3.6.1.4.1.57264.1.8", value: issuer },
      ],
    });
    return { certificate, privateKey };
  }

  async function logged(entry: object): Promise<LoggedEntry> {
    const [first] = Object.values(await tlog.log(entry));
    // Checked: the log answers with what it was given.
    return first as unknown as LoggedEntry;
  }

  return {
    trustedRoot: JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [logOf("https://rekor.example", tlog.publicKey)],
      ctlogs: [logOf("https://ctfe.example", ctlog.publicKey)],
      certificateAuthorities: [
        {
          subject: { organization: "sigstore.mock", commonName: "sigstore" },
          uri: "https://fulcio.example",
          certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
          validFor: { start: "2020-01-01T00:00:00Z" },
        },
      ],
      timestampAuthorities: [
        {
          subject: { organization: "sigstore.mock", commonName: "tsa" },
          uri: "https://tsa.example",
          certChain: {
            certificates: [tsa.intCertificate, tsa.rootCertificate].map((each) => ({
              rawBytes: base64(each),
            })),
          },
          validFor: { start: "2020-01-01T00:00:00Z" },
        },
      ],
    }),
    async signature(digest, who) {
      const { certificate, privateKey } = await certified(who);
      const payload = Buffer.from(
        JSON.stringify({
          critical: {
            identity: { "docker-reference": "registry.example/app" },
            image: { "docker-manifest-digest": digest },
            type: "cosign container image signature",
          },
          optional: null,
        }),
      );
      const content = base64(sign("sha256", payload, privateKey));
      const pem = pemOf(certificate);
      const entry = await logged({
        apiVersion: "0.0.1",
        kind: "hashedrekord",
        spec: {
          data: { hash: { algorithm: "sha256", value: hex(payload) } },
          signature: { content, publicKey: { content: base64(Buffer.from(pem)) } },
        },
      });
      const { body, integratedTime, logIndex, logID, verification } = entry;
      return {
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
        body: payload,
        annotations: {
          "dev.cosignproject.cosign/signature": content,
          "dev.sigstore.cosign/certificate": pem,
          "dev.sigstore.cosign/bundle": JSON.stringify({
            SignedEntryTimestamp: verification.signedEntryTimestamp,
            Payload: { body, integratedTime, logIndex, logID },
          }),
        },
      };
    },
    async bundle(digest, who, predicateType = "https://sigstore.dev/cosign/sign/v1") {
      const { certificate, privateKey } = await certified(who);
      const [algorithm = "", value = ""] = digest.split(":");
      const payload = Buffer.from(
        JSON.stringify({
          _type: "https://in-toto.io/Statement/v1",
          subject: [{ name: "app", digest: { [algorithm]: value } }],
          predicateType,
          predicate: {},
        }),
      );
      const payloadType = "application/vnd.in-toto+json";
      const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
      const sig = base64(sign("sha256", Buffer.concat([Buffer.from(head), payload]), privateKey));
      const entry = await logged({
        apiVersion: "0.0.1",
        kind: "dsse",
        spec: {
          payloadHash: { algorithm: "sha256", value: hex(payload) },
          signatures: [{ signature: sig, verifier: base64(Buffer.from(pemOf(certificate))) }],
        },
      });
      const mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
      const dsseEnvelope = { payload: base64(payload), payloadType, signatures: [{ sig, keyid: "" }] };
      const tlogEntries = [entryOf(entry)];
      const verificationMaterial = { certificate: { rawBytes: base64(certificate) }, tlogEntries };
      return { mediaType, body: JSON.stringify({ mediaType, verificationMaterial, dsseEnvelope }) };
    },
    async timestamp(signature) {
      const response = await tsa.timestamp({
        artifactHash: createHash("sha256").update(Buffer.from(signature, "base64")).digest(),
        hashAlgorithmOID: "2.16.840.1.101.3.4.2.1",
        policyOID: "1.3.6.1.4.1.57264.2",
        nonce: 1,
      });
      return base64(response);
    },
  };
}

/**
 * A log of certificates. That of the library signs nothing with the newer of the versions of pkijs that it accepts.
 * https://www.rfc-editor.org/rfc/rfc6962#section-3.2
 */
function createCertificateLog(clock: Date): CertificateLog {
  const { publicKey: key, privateKey } = keyPair();
  const publicKey = key.export({ type: "spki", format: "der" });
  const logID = createHash("sha256").update(publicKey).digest();
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(clock.getTime()));
  return {
    publicKey,
    logID,
    async log(certificate, issuerID) {
      const tbs = firstMember(Buffer.from(certificate));
      const entry = Buffer.from([0, 1]);
      const signed = [
        Buffer.from([0, 0]),
        time,
        entry,
        Buffer.from(issuerID),
        sized(tbs, 3),
        Buffer.from([0, 0]),
      ];
      const signature = sign("sha256", Buffer.concat(signed), privateKey);
      const noExtensions = Buffer.from([0, 0]);
      const algorithms = Buffer.from([4, 3]);
      const sct = [Buffer.from([0]), logID, time, noExtensions, algorithms, sized(signature, 2)];
      return new Uint8Array(sized(Buffer.concat(sct), 2)).buffer;
    },
  };
}

interface CertificateLog {
  readonly publicKey: Buffer;
  readonly logID: Buffer;
  log(certificate: ArrayBuffer, issuerID: ArrayBuffer): Promise<ArrayBuffer>;
}

/** Bytes behind their number, which has so many bytes itself. */
function sized(bytes: Buffer, width: number): Buffer {
  const length = Buffer.alloc(width);
  length.writeUIntBE(bytes.length, 0, width);
  return Buffer.concat([length, bytes]);
}

/** The first of a sequence in DER, whose parts have lengths of two bytes. */
function firstMember(sequence: Buffer): Buffer {
  const start = 4;
  return sequence.subarray(start, start + 4 + sequence.readUInt16BE(start + 2));
}

interface Certified {
  readonly certificate: Buffer;
  readonly privateKey: KeyObject;
}

/** As Rekor answers. */
interface LoggedEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logIndex: number;
  readonly logID: string;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly rootHash: string;
      readonly hashes: readonly string[];
      readonly checkpoint: string;
    };
  };
}

/** As a bundle has it. */
function entryOf({ body, integratedTime, logIndex, logID, verification }: LoggedEntry): object {
  const { inclusionProof: proof, signedEntryTimestamp } = verification;
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logID, "hex").toString("base64") },
    kindVersion: { kind: "dsse", version: "0.0.1" },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: Buffer.from(proof.rootHash, "hex").toString("base64"),
      treeSize: String(proof.treeSize),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: body,
  };
}

function logOf(baseUrl: string, publicKey: Buffer): object {
  return {
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: base64(publicKey),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: { start: "2020-01-01T00:00:00Z" },
    },
    logId: { keyId: createHash("sha256").update(publicKey).digest("base64") },
  };
}

function keyPair(): KeyPairKeyObjectResult {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}

function hex(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function pemOf(der: Buffer): string {
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
