import { createHash, createHmac } from "node:crypto";

/** Keys of an AWS identity; the session token that those of a role come with is empty for others. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A request to be signed; its URL has no query. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** By whom, when and for what a request is signed. */
export interface SigningScope {
  readonly keys: AwsKeys;
  readonly region: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * The headers of the request with those that AWS's Signature Version 4 adds; `host` is signed, and left to the sender.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signRequest(request: UnsignedRequest, scope: SigningScope): Readonly<Record<string, string>> {
  const { keys, region, service, time } = scope;
  const dateTime = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  const date = dateTime.slice(0, 8);
  const { host, pathname } = new URL(request.url);
  const added = {
    "x-amz-date": dateTime,
    ...(keys.sessionToken === "" ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const signed = Object.entries({ ...request.headers, ...added, host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(";");
  const canonicalRequest = [
    request.method,
    pathname,
    "",
    ...signed.map(([name, value]) => `${name}:${value.trim()}`),
    "",
    names,
    hash(request.body),
  ].join("\n");

  const credentialScope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", dateTime, credentialScope, hash(canonicalRequest)].join("\n");
  const key = [date, region, service, "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${keys.secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${credentialScope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...request.headers, ...added, authorization };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
