/**
 * One exchange with an endpoint of a cloud. The sender follows no redirect, bounds the body, uses no proxy for
 * loopback and link-local hosts, and throws an `Error` where no answer came within the time limit.
 */
export type Send = (request: SendRequest) => Promise<SendResponse>;

/** A request; `timeout` in milliseconds bounds all of the exchange. */
export interface SendRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeout: number;
}

/** An answer of any status; the names of headers are in lower case. */
export interface SendResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
