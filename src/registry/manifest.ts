import { createHash } from "node:crypto";
import { type Digest, isDigest } from "../image/digest.ts";
import { parseJson } from "../text/json.ts";
import { type Challenge, parseChallenges } from "./auth/challenge.ts";
import type { RepositoryPart } from "./lookup-request.ts";
import type { Guard } from "./transport/address-guard.ts";
import type { Connection } from "./transport/endpoint.ts";
import { failureOf, isHtml, isPullLimit, retryAfter } from "./transport/error-response.ts";
import { Failure, isMute } from "./transport/failure.ts";
import { headerValue, headerValues, mediaTypes } from "./transport/headers.ts";
import type { RetriedRequest } from "./transport/retry.ts";
import type { HttpResponse } from "./transport/transport.ts";

/** A manifest to ask for. */
export interface ManifestQuestion {
  readonly base: URL;
  readonly connection: Connection;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  /** Where the reference is no manifest's: the digest of a blob, or of a manifest that others refer to. */
  readonly part?: RepositoryPart | undefined;
  /** Which page of a list. */
  readonly page?: string | undefined;
  /** Bytes of a good answer, where less are expected than of any other. */
  readonly bytesMax?: number | undefined;
  readonly verify: "header" | "get";
  /** Further attempts, where not as many as of other requests. */
  readonly retries?: number | undefined;
  readonly authorization?: string | undefined;
  /** Whether that is a login's, or of a token that was given for one. */
  readonly isLoggedIn?: boolean | undefined;
  /** Where a registry has sent us to this base. */
  readonly guard?: Guard | undefined;
  /** Whether a connection that fails is not to be tried again, since another scheme may be the right one. */
  readonly failsAtOnce?: true | undefined;
  /** The one media type to accept, for a registry that reads no more than one. */
  readonly accept?: string;
  /** Told where a HEAD got no answer that can be read, and a GET did. */
  readonly headIsMute?: () => void;
  /** Finds out, once for all who are sent to an origin, whether it has a limit of pulls. */
  readonly limitOfPulls?: (
    origin: string,
    ask: () => Promise<Failure | undefined>,
  ) => Promise<Failure | undefined>;
  readonly signal: AbortSignal;
}

/** What a registry says to that. */
export type ManifestAnswer =
  /** `body` is there where it was read, and has this digest. */
  | {
      readonly kind: "digest";
      readonly digest: Digest;
      readonly body?: Buffer | undefined;
      /** What the registry calls it; empty where it says nothing. */
      readonly mediaType: string;
      /** The page that follows. */
      readonly next?: string | undefined;
    }
  | ManifestRefusal;

/** A refusal, with what the registry wants to know first. */
export interface ManifestRefusal {
  readonly kind: "refused";
  readonly failure: Failure;
  readonly challenges: readonly Challenge[];
  /** Where it came from, which redirects may have made another host. */
  readonly url: URL;
}

/** What asking needs: a sender with retries and redirects. */
export type Follow = (request: RetriedRequest) => Promise<HttpResponse>;

/**
 * Asks for the digest of a manifest: by HEAD where its answer can be trusted, else by GET, hashing the bytes.
 * Throws a Failure where no answer came or the answer is no manifest.
 *
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export async function askManifest(question: ManifestQuestion, follow: Follow): Promise<ManifestAnswer> {
  const answer = await askOnce(question, follow);
  if (answer.kind === "digest" || !mayReadOneType(answer.failure) || question.part !== undefined)
    return answer;
  for (const accept of TYPES) {
    const again = await askOnce({ ...question, accept }, follow);
    if (again.kind === "digest") return again;
  }
  return answer;
}

/** Old registries read one value of Accept, and send what is older still where it is not the right one. */
function mayReadOneType({ code, status }: Failure): boolean {
  return code === "schema1" || status === 406 || status === 415;
}

async function askOnce(question: ManifestQuestion, follow: Follow): Promise<ManifestAnswer> {
  if (question.verify === "get") return askByGet(question, follow);
  const first = await askByHead(question, follow);
  if (first === undefined) return askMute(question, follow);
  if (first.status === 401) return toRefusal(first);
  if (isPullLimit(first)) throw failureOf(first);
  if (first.status === 429) return askByGet(question, follow, 0);
  if (first.status !== 200) return askByGet(question, follow, first.status >= 500 ? 0 : undefined);
  const digest = trustedDigest(first, question);
  if (digest === undefined) return askByGet(question, follow);
  return { kind: "digest", digest, mediaType: mediaTypes(first.headers)[0] ?? "" };
}

/** All that an answer demands of those who ask. */
export function challengesOf({ headers }: HttpResponse): readonly Challenge[] {
  return parseChallenges(headerValues(headers, "www-authenticate"));
}

// Indexes first, since some registries go by the order. Without the index types a registry may answer with
// the digest of one platform's manifest.
const TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
const ACCEPT = [...TYPES, "*/*"].join(", ");

const MANIFEST_BYTES_MAX = 8 * 1_048_576;

/** Milliseconds. */
const MOMENT = 5_000;

// Schema 1 has been sent as application/json and as text/plain (Red Hat), and a page is what a login screen
// or a captive portal sends: a general type says nothing of what the digest beside it is of.
const VENDOR_TYPE = /^application\/vnd\..+$/;
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/;

function toRequest(method: "HEAD" | "GET", question: ManifestQuestion): RetriedRequest {
  const { base, connection, repository, reference, authorization, signal, guard, failsAtOnce, retries } =
    question;
  const { isLoggedIn, bytesMax = MANIFEST_BYTES_MAX } = question;
  const path = `/v2/${repository}/${question.part ?? "manifests"}/${reference}`;
  const url = new URL(path, base);
  // A URL parser resolves "..", and drops line breaks: what it changed would be another image.
  if (url.pathname !== path) {
    throw new Failure("address", { host: base.host, detail: "not the name of a repository" });
  }
  if (question.page !== undefined) url.search = question.page;
  const { accept = ACCEPT } = question;
  const headers = { accept, ...(authorization !== undefined && { authorization }) };
  const givesUpOn = failsAtOnce ? () => true : undefined;
  const rest = { guard, isLoggedIn, givesUpOn, retries };
  return { method, url, headers, connection, signal, bytesMax, ...rest };
}

/**
 * The answer to a HEAD, which is 429 only where that does not pass; undefined where none came that can be
 * read.
 */
async function askByHead(question: ManifestQuestion, follow: Follow): Promise<HttpResponse | undefined> {
  const request = toRequest("HEAD", question);
  const first = await orMute(question, () =>
    follow({
      ...request,
      // There is another way to ask, so these are tried no longer than twice.
      givesUpOn: request.givesUpOn ?? ((failure, attempt) => attempt > 0 && isMute(failure)),
      accepts: (response) => isPullLimit(response) || mayBePullLimit(response),
    }),
  );
  if (first === undefined) return undefined;
  if (isPullLimit(first) || !mayBePullLimit(first)) return first;
  const limit = await question.limitOfPulls?.(first.url.origin, () => askForLimit(question, follow));
  if (limit !== undefined) throw limit;
  return follow({ ...request, accepts: isPullLimit });
}

async function orMute(
  { failsAtOnce }: ManifestQuestion,
  ask: () => Promise<HttpResponse>,
): Promise<HttpResponse | undefined> {
  try {
    return await ask();
  } catch (error) {
    // Where another scheme may be the right one, hanging up is a word; silence is not.
    if (!(error instanceof Failure) || !isMute(error) || (failsAtOnce && error.code !== "timeout"))
      throw error;
    return undefined;
  }
}

/** Asks by GET where a HEAD got no answer, as some registries and proxies serve nothing else. */
async function askMute(question: ManifestQuestion, follow: Follow): Promise<ManifestAnswer> {
  const answer = await askByGet(question, (request) =>
    // The attempts that the HEAD has cost are spent.
    follow({
      ...request,
      givesUpOn: request.givesUpOn ?? ((failure, attempt) => attempt > 1 && isMute(failure)),
    }),
  );
  question.headIsMute?.();
  return answer;
}

/** A limit that is over in a moment is not that of pulls. */
function mayBePullLimit(response: HttpResponse): boolean {
  return response.status === 429 && (retryAfter(response) ?? Number.POSITIVE_INFINITY) > MOMENT;
}

/** Which limit has been reached is in the text of the answer, which a HEAD does not have. */
async function askForLimit(question: ManifestQuestion, follow: Follow): Promise<Failure | undefined> {
  try {
    const response = await follow({ ...toRequest("GET", question), retries: 0, urgent: true });
    return isPullLimit(response) ? failureOf(response) : undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // What went wrong with this request is of no meaning for the others.
    return undefined;
  }
}

function toRefusal(response: HttpResponse): ManifestRefusal {
  const { url } = response;
  return { kind: "refused", failure: failureOf(response), challenges: challengesOf(response), url };
}

function trustedDigest(response: HttpResponse, { reference }: ManifestQuestion): Digest | undefined {
  const types = mediaTypes(response.headers);
  if (types.length === 0 || types.some((type) => !VENDOR_TYPE.test(type) || SCHEMA_1.test(type)))
    return undefined;
  const digest = headerDigest(response);
  if (digest === undefined || !isDigest(digest)) return undefined;
  return isDigest(reference) && reference !== digest ? undefined : digest;
}

function headerDigest({ headers }: HttpResponse): string | undefined {
  return headerValue(headers, "docker-content-digest");
}

async function askByGet(
  question: ManifestQuestion,
  follow: Follow,
  retries?: number,
): Promise<ManifestAnswer> {
  const request = toRequest("GET", { ...question, retries: retries ?? question.retries });
  return readGet(await follow({ ...request, accepts: isPullLimit }), question, follow);
}

async function readGet(
  response: HttpResponse,
  question: ManifestQuestion,
  follow: Follow,
): Promise<ManifestAnswer> {
  if (isPullLimit(response)) throw failureOf(response);
  if (response.status !== 200) return toRefusal(response);
  const foreign = question.part === undefined ? foreignBody(response) : undefined;
  if (foreign?.code === "schema1") {
    return { kind: "refused", failure: foreign, challenges: [], url: response.url };
  }
  if (foreign !== undefined) throw foreign;
  if (question.part === "referrers") return readPage(response);
  const header = headerDigest(response);
  const wanted = isDigest(question.reference) ? question.reference : header;
  const digest = hash(response.body, algorithmOf(wanted));
  const mediaType = mediaTypes(response.headers)[0] ?? "";
  if (question.reference === digest || (!isDigest(question.reference) && (header ?? digest) === digest)) {
    return { kind: "digest", digest, body: response.body, mediaType };
  }
  // Some registries name another digest than that of what they send. What they have under ours is right all
  // the same.
  if (isDigest(question.reference) || !(await isKnown(digest, question, follow))) {
    throw new Failure("bad-digest", {
      host: response.url.host,
      detail: `${wanted} named, ${digest} received`,
    });
  }
  return { kind: "digest", digest, body: response.body, mediaType };
}

/** A list is of what is there today, so nothing has named its digest. */
function readPage(response: HttpResponse): ManifestAnswer {
  const { body, headers } = response;
  const mediaType = mediaTypes(headers)[0] ?? "";
  const next = nextPage(response);
  return {
    kind: "digest",
    digest: hash(body, "sha256"),
    body,
    mediaType,
    next,
  };
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers */
function nextPage({ headers, url }: HttpResponse): string | undefined {
  const link = headerValues(headers, "link").find((value) => NEXT_PAGE.test(value));
  const target = link && NEXT_PAGE.exec(link)?.groups?.target;
  if (target === undefined || !URL.canParse(target, url.href)) return undefined;
  const next = new URL(target, url);
  // What stands elsewhere is no page of this list.
  if (next.pathname !== url.pathname || next.origin !== url.origin) return undefined;
  return next.search === "" ? undefined : next.search;
}

const NEXT_PAGE = /^\s{0,9}<(?<target>[^<>]{1,4096})>\s{0,9};\s{0,9}rel="?next"?\s{0,9}$/;

/** What is wrong with a body that is no manifest that a runtime could pull. */
function foreignBody(response: HttpResponse): Failure | undefined {
  const host = response.url.host;
  const manifest = isHtml(response) ? undefined : parseManifest(response.body);
  const isOld = mediaTypes(response.headers).some((type) => SCHEMA_1.test(type));
  if (isOld || manifest?.schemaVersion === 1) return new Failure("schema1", { host });
  if (manifest?.schemaVersion === 2) return undefined;
  return new Failure("not-a-registry", {
    host,
    status: response.status,
    detail: isHtml(response) ? "an HTML page" : "what is no manifest",
  });
}

interface ManifestHead {
  readonly schemaVersion?: unknown;
}

function parseManifest(body: Buffer): ManifestHead | undefined {
  // Any registry can have a body sent, by naming no digest: what can't be a manifest is not read.
  if (!body.includes('"schemaVersion"')) return undefined;
  try {
    const value = parseJson(body.toString("utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // The caller says what was wanted.
    return undefined;
  }
}

function hash(body: Buffer, algorithm: "sha256" | "sha512"): Digest {
  const digest = `${algorithm}:${createHash(algorithm).update(body).digest("hex")}`;
  if (!isDigest(digest)) throw new Error(`node:crypto made ${JSON.stringify(digest)}`);
  return digest;
}

/**
 * Tells whether the registry has a digest: it names it where it is asked for it, or sends what has it and
 * names no other.
 */
async function isKnown(digest: Digest, question: ManifestQuestion, follow: Follow): Promise<boolean> {
  const asked = { ...question, reference: digest };
  const head = await askByHead(asked, follow);
  if (head?.status === 200) {
    if (trustedDigest(head, asked) === digest) return true;
    if (namesAnother(head, digest)) return false;
  }
  const response = await follow({ ...toRequest("GET", asked), accepts: isPullLimit });
  if (isPullLimit(response)) throw failureOf(response);
  const isSame = response.status === 200 && hash(response.body, algorithmOf(digest)) === digest;
  return isSame && !namesAnother(response, digest);
}

function namesAnother({ headers }: HttpResponse, digest: Digest): boolean {
  return headerValues(headers, "docker-content-digest").some((named) => named !== digest);
}

function algorithmOf(digest: string | undefined): "sha256" | "sha512" {
  return digest !== undefined && isDigest(digest) && digest.startsWith("sha512:") ? "sha512" : "sha256";
}
