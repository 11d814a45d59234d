/**
 * Finds what may be signatures and attestations of a digest, where cosign leaves them: by the referrers API, in the index
 * that stands in for it, and under the older tags.
 *
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 * https://github.com/sigstore/cosign/blob/v2.6.5/specs/SIGNATURE_SPEC.md#storage
 */
import { createHash } from "node:crypto";
import { type Digest, isDigest } from "../image/digest.ts";
import type { ImageReference } from "../image/reference.ts";
import type { Evidence } from "../lock/format/evidence.ts";
import { RegistryError } from "../registry/errors.ts";
import type { Content } from "../registry/inspection.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import { hasTrait } from "../registry/transport/error-code.ts";
import { createRoom, type Room } from "../registry/transport/room.ts";
import { type Fields, fieldsOf, tryJson } from "../text/json.ts";
import { attestation, simpleSigning } from "./cosign-layer.ts";

/** Where to look, and for what. */
export interface SignatureSearch {
  readonly read: Resolver["read"];
  readonly image: ImageReference;
  readonly digest: Digest;
  /** Whether attestations are wanted, which cosign 2 keeps under a tag of their own. */
  readonly attestations: boolean;
  /** Those of the run. */
  readonly rooms: SearchRooms;
}

/** What may be in memory in the searches of a run at the same time. */
export interface SearchRooms {
  /** One for each search: what it has found is in memory until it is looked at. */
  readonly searches: Room;
  /** Bytes of long ones. */
  readonly manifests: Room;
  /** One that is looked at may belong to a manifest that is. */
  readonly layers: Room;
}

/** Makes the rooms of a run. */
export function createSearchRooms(): SearchRooms {
  return {
    searches: createRoom(SEARCHES_MAX),
    manifests: createRoom(ROOM_SIZE),
    layers: createRoom(ROOM_SIZE),
  };
}

/** Of images. */
const SEARCHES_MAX = 32;

/** Two of the longest answers. */
const ROOM_SIZE = 16 * 1_048_576;

/** What was found besides signatures, for messages. */
export interface Findings {
  /** Signatures of other tools, by their names. */
  readonly foreign: Set<string>;
  /** Why some can't be read. */
  readonly unreadable: Set<string>;
  /** Whether there was more than is looked at. */
  isCutShort: boolean;
}

/** All that may be a signature, the likeliest first; whoever has enough asks for no more. */
export async function* findSignatures(
  where: SignatureSearch,
  findings: Findings,
): AsyncGenerator<Evidence, void, undefined> {
  const search = { ...where, read: readable(where.read, findings) };
  const budget: Budget = { manifests: MANIFESTS_MAX, layers: LAYERS_MAX, bytes: BYTES_MAX, findings };
  yield* signaturesIn(await referrersOf(search, findings), search, budget);
  const tag = search.digest.replace(":", "-");
  for (const suffix of search.attestations ? ["sig", "att"] : ["sig"]) {
    yield* layersIn(await tagged(`${tag}.${suffix}`, search), search, budget);
  }
}

/** What of a manifest under a tag may be a signature. */
async function tagged(reference: string, { read, image }: SignatureSearch): Promise<readonly Descriptor[]> {
  const manifest = await read(image, { part: "manifests", reference });
  return manifest === undefined ? [] : signatureLayers(manifest);
}

/** Reads what can be read: whatever can't hides nothing that lies beside it. What is wrong with the whole host is thrown. */
function readable(read: Resolver["read"], { unreadable }: Findings): Resolver["read"] {
  let left = UNREADABLE_MAX;
  return async (image, wanted) => {
    try {
      return await read(image, wanted);
    } catch (error) {
      if (!(error instanceof RegistryError) || !isOfOne(error) || left === 0) throw error;
      left -= 1;
      unreadable.add(error.reason);
      return undefined;
    }
  };
}

// A server that can answer nothing is not asked for hundreds.
const UNREADABLE_MAX = 20;

/** Whether another thing may well be read at the same host. */
function isOfOne({ code }: RegistryError): boolean {
  return (
    !hasTrait(code, "hostWide") || code === "server" || code === "too-large" || code === "not-a-registry"
  );
}

/** What may still be looked at: a registry may have any number of signatures. */
interface Budget {
  manifests: number;
  layers: number;
  bytes: number;
  readonly findings: Findings;
}

const MANIFESTS_MAX = 500;
const LAYERS_MAX = 1_000;
const BYTES_MAX = 64 * 1_048_576;
const PAGES_MAX = 20;
const AT_ONCE = 8;

/** The manifests that refer to a digest, and may hold signatures. */
async function referrersOf(search: SignatureSearch, findings: Findings): Promise<readonly Descriptor[]> {
  const { read, image, digest } = search;
  const found: Descriptor[] = [];
  let isServed = false;
  let page: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const list = await pageOf(search, page, findings);
    if (list === undefined) break;
    isServed = true;
    found.push(...list.candidates);
    if (list.next === undefined || list.next === page) return found;
    page = list.next;
    if (found.length > MANIFESTS_MAX) break;
  }
  findings.isCutShort ||= page !== undefined;
  if (isServed) return found;
  const index = await read(image, { part: "manifests", reference: digest.replace(":", "-") });
  return index === undefined ? [] : candidatesIn(index.body, findings);
}

/** What is kept of a page, which may be long, while others are read. */
interface Page {
  readonly candidates: readonly Descriptor[];
  readonly next: string | undefined;
}

async function pageOf(
  { read, image, digest }: SignatureSearch,
  page: string | undefined,
  findings: Findings,
): Promise<Page | undefined> {
  const list = await read(image, {
    part: "referrers",
    reference: digest,
    ...(page !== undefined && { page }),
  });
  if (list === undefined || list.mediaType !== INDEX_TYPE) return undefined;
  return { candidates: candidatesIn(list.body, findings), next: list.next };
}

const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";

/** What a manifest or an index lists. */
interface Descriptor {
  readonly digest: Digest;
  readonly type: string;
  /** Bytes; undefined where it does not say so. */
  readonly size: number | undefined;
  readonly annotations: Fields;
}

/** Those that may be signatures, and some more than are looked at; what they are annotated with says nothing of them. */
function candidatesIn(body: Uint8Array, findings: Findings): readonly Descriptor[] {
  const { manifests } = fieldsOf(tryJson(body));
  return (Array.isArray(manifests) ? manifests : [])
    .flatMap((each) => descriptorOf(each, "artifactType"))
    .filter(isCandidate(findings))
    .slice(0, MANIFESTS_MAX + AT_ONCE)
    .map((each) => ({ ...each, annotations: {} }));
}

function descriptorOf(value: unknown, typeName: "artifactType" | "mediaType"): readonly Descriptor[] {
  const { digest, annotations, size, [typeName]: type } = fieldsOf(value);
  if (typeof digest !== "string" || !isDigest(digest)) return [];
  return [
    {
      digest,
      type: typeof type === "string" ? type : "",
      size: typeof size === "number" && size >= 0 ? size : undefined,
      annotations: fieldsOf(annotations),
    },
  ];
}

/** SBOMs and the like refer to images as well; an index of before artifact types names none. */
function isCandidate({ foreign }: Findings): (descriptor: Descriptor) => boolean {
  return ({ type }) => {
    if (type === "application/vnd.cncf.notary.signature") foreign.add("Notation");
    return (
      GENERAL_TYPES.has(type) ||
      type.startsWith(BUNDLE_TYPE) ||
      type.startsWith("application/vnd.dev.cosign.")
    );
  };
}

// What a manifest has for its configuration where it names no type of its own.
const GENERAL_TYPES: ReadonlySet<string> = new Set([
  "",
  "application/vnd.oci.empty.v1+json",
  "application/vnd.oci.image.config.v1+json",
]);

const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle";

async function* signaturesIn(
  referrers: readonly Descriptor[],
  search: SignatureSearch,
  budget: Budget,
): AsyncGenerator<Evidence, void, undefined> {
  const { image, rooms } = search;
  const read = async ({ digest }: Descriptor, bytesMax: number) => {
    const manifest = await search.read(image, { part: "manifests", reference: digest, bytesMax });
    return manifest && signatureLayers(manifest);
  };
  for (let start = 0; start < referrers.length; start += AT_ONCE) {
    if (budget.manifests <= 0 || budget.layers <= 0) {
      budget.findings.isCutShort = true;
      return;
    }
    budget.manifests -= AT_ONCE;
    const batch = referrers.slice(start, start + AT_ONCE);
    for await (const layers of readEach(batch, read, rooms.manifests))
      yield* layersIn(layers, search, budget);
  }
}

/** What of a manifest may be signatures. */
function signatureLayers(manifest: Content): readonly Descriptor[] {
  const { layers } = fieldsOf(tryJson(manifest.body));
  return (Array.isArray(layers) ? layers : [])
    .flatMap((layer) => descriptorOf(layer, "mediaType"))
    .filter(({ type }) => isSignatureType(type))
    .slice(0, LAYERS_MAX + 1);
}

async function* layersIn(
  wanted: readonly Descriptor[],
  search: SignatureSearch,
  budget: Budget,
): AsyncGenerator<Evidence, void, undefined> {
  const read = async (layer: Descriptor, bytesMax: number) => {
    const body = await bodyOf(layer, search, bytesMax);
    return body && { length: body.length, evidence: toEvidence(layer, body) };
  };
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const batch = wanted.slice(start, start + AT_ONCE);
    budget.layers -= batch.length;
    if (budget.layers < 0 || budget.bytes < 0) {
      budget.findings.isCutShort = true;
      return;
    }
    for await (const { length, evidence } of readEach(batch, read, search.rooms.layers)) {
      budget.bytes -= length;
      if (evidence !== undefined) yield evidence;
    }
  }
}

/**
 * Reads what is short at the same time, and then, in turn, what is long or does not say that it is short: what is made of it
 * is looked at while there is room for it.
 */
async function* readEach<Result>(
  batch: readonly Descriptor[],
  read: (descriptor: Descriptor, bytesMax: number) => Promise<Result | undefined>,
  room: Room,
): AsyncGenerator<Result, void, undefined> {
  const isShort = ({ size }: Descriptor) => size !== undefined && size <= SHORT;
  const shorts = await Promise.all(batch.map((each) => (isShort(each) ? read(each, SHORT) : undefined)));
  for (const [index, descriptor] of batch.entries()) {
    const short = shorts[index];
    if (short !== undefined) yield short;
    if (isShort(descriptor)) continue;
    const bytesMax = Math.min(descriptor.size ?? LONG, LONG);
    // Nobody waits for ever: when the time is up, the client ends all that others have in the room.
    const leave = await room.reserve(bytesMax);
    try {
      const long = await read(descriptor, bytesMax);
      if (long !== undefined) yield long;
    } finally {
      leave();
    }
  }
}

/** Bytes that need no room, as those of nearly all signatures. */
const SHORT = 65_536;
const LONG = 8 * 1_048_576;

function isSignatureType(type: string): boolean {
  return type === SIMPLE_TYPE || type === ENVELOPE_TYPE || type.startsWith(BUNDLE_TYPE);
}

const SIMPLE_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE_TYPE = "application/vnd.dsse.envelope.v1+json";

function toEvidence({ type, annotations }: Descriptor, body: Buffer): Evidence | undefined {
  if (type === SIMPLE_TYPE) return simpleSigning(body, annotations);
  if (type === ENVELOPE_TYPE) return attestation(body, annotations);
  const bundle = tryJson(body);
  return typeof bundle === "object" && bundle !== null ? { bundle } : undefined;
}

/** The bytes of a layer; what cosign writes for nearly all signatures needs no request, since its hash is known. */
async function bodyOf(
  layer: Descriptor,
  search: SignatureSearch,
  bytesMax: number,
): Promise<Buffer | undefined> {
  if (layer.type === SIMPLE_TYPE) {
    const usual = usualPayload(search);
    if (sha256(usual) === layer.digest) return usual;
  }
  const blob = await search.read(search.image, { part: "blobs", reference: layer.digest, bytesMax });
  return blob && bufferOf(blob.body);
}

/** The same bytes, not a copy of them. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function usualPayload({ image, digest }: SignatureSearch): Buffer {
  const { registry, repository } = image;
  const name = `${registry === "docker.io" ? "index.docker.io" : registry}/${repository}`;
  const identity = { "docker-reference": name };
  const critical = {
    identity,
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
