/** A question to a registry that is about no image: https://distribution.github.io/distribution/spec/api/#api-version-check */
import type { RetriedRequest } from "./transport/retry.ts";
import type { HttpResponse } from "./transport/transport.ts";

/** Where and how to ask. */
export interface Ping extends Pick<RetriedRequest, "signal" | "connection" | "guard" | "retries"> {
  readonly base: URL;
}

/** Asks at `/v2/`, without a login. */
export function ping(
  { base, ...way }: Ping,
  send: (request: RetriedRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const url = new URL("/v2/", base);
  return send({ ...way, method: "GET", url, headers: {}, bytesMax: BYTES_MAX });
}

// What it says is not read.
const BYTES_MAX = 65_536;
