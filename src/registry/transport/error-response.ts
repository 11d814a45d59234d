import { parseJson } from "../../text/json.ts";
import { ownText } from "../../text/own-text.ts";
import type { RegistryErrorCode } from "./error-code.ts";
import { Failure } from "./failure.ts";
import { headerValue, headerValues, mediaTypes } from "./headers.ts";
import type { HttpResponse } from "./transport.ts";

/** The statuses that lead to another address. */
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Names what an answer means that is no good. */
export function failureOf(response: HttpResponse): Failure {
  const { status, url } = response;
  const said = readErrors(response);
  const detail = said.text === "" ? undefined : said.text;
  const again = sayWhen(response);
  return new Failure(codeOf(response, said), {
    host: url.host,
    origin: url.origin,
    status,
    detail,
    again,
  });
}

/** Milliseconds that a server wants to be left alone. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfter({ headers }: HttpResponse): number | undefined {
  const value = headerValue(headers, "retry-after");
  if (value === undefined) return undefined;
  if (/^[0-9]{1,15}$/.test(value)) return Number(value) * 1_000;
  // What is neither may be read as a date all the same: "-5" is in May.
  const date = value.includes(":") ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(date - Date.now(), 0);
}

/** When a server may be asked again, in its own terms: how long that is from now depends on a clock. */
function sayWhen(response: HttpResponse): string | undefined {
  if (retryAfter(response) === undefined) return undefined;
  const value = headerValue(response.headers, "retry-after") ?? "";
  return value.includes(":") ? `after ${new Date(value).toISOString()}` : `in ${Number(value)} s`;
}

/** Tells whether an answer is Docker Hub's pull limit, which lasts for hours, and not the limit of requests a minute. */
export function isPullLimit(response: HttpResponse): boolean {
  if (response.status !== 429) return false;
  const remaining = headerValues(response.headers, "ratelimit-remaining");
  return remaining.some((value) => /^0(?:;|$)/.test(value)) || PULL_LIMIT.test(textOf(response));
}

interface Said {
  readonly codes: readonly string[];
  /** As it was said: it may hold what was sent. */
  readonly text: string;
}

// Much more than is shown.
const TEXT_LENGTH_MAX = 4_096;
const PULL_LIMIT = /pull rate limit/i;
const PLAIN_TO_TLS = /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i;

function codeOf(response: HttpResponse, said: Said): RegistryErrorCode {
  const { status } = response;
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 404) return codeOfNotFound(response, said);
  if (status === 429) return isPullLimit(response) ? "pull-limit" : "rate-limited";
  if (status === 400 && PLAIN_TO_TLS.test(textOf(response))) return "http-on-https";
  if (REDIRECTS.has(status)) return "redirect";
  return status < 400 ? "not-a-registry" : "server";
}

function codeOfNotFound(response: HttpResponse, { codes }: Said): RegistryErrorCode {
  if (codes.includes("NAME_UNKNOWN")) return "repository-not-found";
  return isHtml(response) && codes.length === 0 ? "not-a-registry" : "tag-not-found";
}

/** Tells whether an answer is a page for people. */
export function isHtml({ headers }: HttpResponse): boolean {
  return mediaTypes(headers).includes("text/html");
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes */
function readErrors(response: HttpResponse): Said {
  const text = textOf(response);
  if (isHtml(response)) return { codes: [], text: text === "" ? "" : "an HTML page" };
  const errors = parseErrors(text);
  if (errors.length === 0) return { codes: [], text: beginningOf(text) };
  const [first] = errors;
  const words = [first?.code, first?.message].filter((word) => typeof word === "string");
  return {
    codes: errors.flatMap(({ code }) => (typeof code === "string" ? [code] : [])),
    text: beginningOf(words.join(": ")),
  };
}

function beginningOf(text: string): string {
  return ownText(text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text.trim());
}

interface OciError {
  readonly code?: unknown;
  readonly message?: unknown;
}

function parseErrors(text: string): readonly OciError[] {
  try {
    const value = parseJson(text);
    if (typeof value !== "object" || value === null || !("errors" in value)) return [];
    return Array.isArray(value.errors)
      ? value.errors.filter((item) => typeof item === "object" && item !== null)
      : [];
  } catch {
    // Then its text is all there is to show.
    return [];
  }
}

/** What an answer says in words; empty where its bytes are none. */
function textOf({ body }: HttpResponse): string {
  try {
    // As a part of a stream, since a long body is cut where it may be in the middle of a character.
    return new TextDecoder("utf-8", { fatal: true }).decode(body, { stream: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return "";
  }
}
