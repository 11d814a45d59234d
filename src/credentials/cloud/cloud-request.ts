import { setTimeout } from "node:timers/promises";
import { quoteUntrusted } from "../../text/untrusted-text.ts";
import { asObject, asText, parseJsonObject } from "../json.ts";
import { IdentityError } from "./cloud-provider.ts";
import type { Send, SendRequest, SendResponse } from "./send.ts";

/** A request, and what it is to bring, for people. */
export interface CloudRequest extends Omit<SendRequest, "timeout"> {
  readonly wanted: string;
}

/** Sends the request and reads a JSON object from an answer of status 200. */
export async function fetchJson(
  send: Send,
  exchange: CloudRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await fetchOk(send, exchange);
  const members = parseJsonObject(body);
  if (members === undefined) throw failure(exchange, "the answer is not a JSON object");
  return members;
}

/** Sends the request; any status but 200 is an error that quotes what the endpoint calls it. */
export async function fetchOk(send: Send, exchange: CloudRequest): Promise<SendResponse> {
  const response = await sendPatiently(send, exchange);
  if (response.status === 200) return response;
  throw failure(exchange, `status ${response.status}${describeError(response.body)}`);
}

/** The answer of an endpoint that is there only on a cloud's own machines; nothing if none came within a second. */
export async function probe(
  send: Send,
  request: Omit<SendRequest, "timeout">,
): Promise<SendResponse | undefined> {
  try {
    return await send({ ...request, timeout: 1_000 });
  } catch {
    // However it failed: this machine has no such endpoint, as most have none.
    return undefined;
  }
}

/** The member of an answer that must be there, a text. */
export function requireText(
  members: Readonly<Record<string, unknown>>,
  name: string,
  exchange: CloudRequest,
): string {
  const text = asText(members[name]);
  if (text === undefined) throw failure(exchange, `the answer has no ${JSON.stringify(name)}`);
  return text;
}

const transientStatuses: readonly number[] = [429, 500, 502, 503, 504];

/** Asks up to three times: the metadata server of a new pod may not be ready, and token services throttle. */
async function sendPatiently(send: Send, exchange: CloudRequest): Promise<SendResponse> {
  const { wanted: _wanted, ...request } = exchange;
  for (const pause of [200, 1_000]) {
    const response = await sendOrFail(send, exchange, { ...request, timeout: 10_000 });
    if (!transientStatuses.includes(response.status)) return response;
    await setTimeout(pause);
  }
  return sendOrFail(send, exchange, { ...request, timeout: 10_000 });
}

async function sendOrFail(send: Send, exchange: CloudRequest, request: SendRequest): Promise<SendResponse> {
  try {
    return await send(request);
  } catch (error) {
    throw failure(exchange, nameFailure(error), error);
  }
}

function failure(exchange: CloudRequest, what: string, cause?: unknown): IdentityError {
  const host = URL.canParse(exchange.url) ? new URL(exchange.url).host : "what is no URL";
  return new IdentityError(`wanted ${exchange.wanted} from ${host}: ${what}`, { cause });
}

/** A code such as ECONNREFUSED, or a name such as TimeoutError: the message may hold times and addresses. */
function nameFailure(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** The endpoint's own code for the error: JSON of OAuth 2 or Google, JSON of AWS, XML of AWS. */
function describeError(body: string): string {
  const members = parseJsonObject(body);
  const nested = asObject(members?.error);
  const code = asText(members?.error) ?? asText(members?.__type) ?? asText(nested?.status) ?? xmlCode(body);
  // Azure's description ends in a trace and a time, but opens with a code that says more than its `error`.
  const detail = /^AADSTS\d+/.exec(asText(members?.error_description) ?? "")?.[0];
  return [code, detail].flatMap((text) => (text === undefined ? [] : [`, ${quoteUntrusted(text)}`])).join("");
}

function xmlCode(body: string): string | undefined {
  return /<Code>(?<code>[A-Za-z0-9.]{1,100})<\/Code>/.exec(body)?.groups?.code;
}
