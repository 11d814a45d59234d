import type { RegistryConfig } from "../../image/registry-config.ts";
import type { Guard } from "./address-guard.ts";
import { connectionElsewhere, refuseBlocked } from "./endpoint.ts";
import { REDIRECTS } from "./error-response.ts";
import { Failure } from "./failure.ts";
import { headerValue } from "./headers.ts";
import type { Reach } from "./reach.ts";
import { isLoopbackName, ownReachOf } from "./reach.ts";
import type { RetriedRequest } from "./retry.ts";
import type { HttpResponse } from "./transport.ts";

/** What following needs to know. */
export interface FollowOptions {
  readonly configs: readonly RegistryConfig[];
  readonly reachOf: (hostname: string) => Reach | undefined;
}

/**
 * Sends a request and follows a HEAD or GET to where it is sent, five times at most. The Authorization goes
 * to the origin that it was made for and to no other; nothing goes from https to http, nor nearer to this
 * machine.
 */
export function createFollower(
  send: (request: RetriedRequest) => Promise<HttpResponse>,
  options: FollowOptions,
): (request: RetriedRequest) => Promise<HttpResponse> {
  return async (first) => {
    let request = first;
    for (let hops = 0; ; hops += 1) {
      const response = await send(request);
      const location = headerValue(response.headers, "location");
      if (!REDIRECTS.has(response.status) || location === undefined) return response;
      // Its body is for the host that it was sent to.
      if (first.method === "POST") return response;
      const url = nextUrl(location, request.url);
      if (hops === REDIRECTS_MAX) throw refuse(url, `more than ${REDIRECTS_MAX} redirects`);
      request = requestTo(url, first, options);
    }
  };
}

/**
 * How near a host may be that another host names, or undefined where it is that very server. The same name at
 * another port may mean another address by then.
 */
export function guardAgainst(
  url: URL,
  from: URL,
  { code, reachOf }: { readonly code: Guard["code"]; readonly reachOf: FollowOptions["reachOf"] },
): Guard | undefined {
  if (url.origin === from.origin) return undefined;
  // Behind a proxy nobody knows where a host is, so it counts as far away.
  const nearest =
    ownReachOf(from.hostname) ??
    reachOf(from.hostname) ??
    (isLoopbackName(from.hostname) ? "loopback" : "public");
  return { nearest, code };
}

/** Whether the host of a URL has no longer name than one can have. https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4 */
export function isHostName({ hostname }: URL): boolean {
  return hostname.length <= HOST_NAME_MAX;
}

const HOST_NAME_MAX = 255;

/** How many redirects are followed for one image. */
export const REDIRECTS_MAX = 5;

function nextUrl(location: string, base: URL): URL {
  const url = URL.canParse(location, base.href) ? new URL(location, base) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Failure("redirect", { host: base.host, detail: "to something that is no http or https URL" });
  }
  if (base.protocol === "https:" && url.protocol === "http:") throw refuse(url, "from https to http");
  if (!isHostName(url)) {
    throw new Failure("redirect", { host: base.host, detail: "to a host whose name is longer than any" });
  }
  // A login in a URL would be the server's own invention.
  url.username = "";
  url.password = "";
  return url;
}

function requestTo(url: URL, first: RetriedRequest, options: FollowOptions): RetriedRequest {
  const repository = repositoryIn(url);
  if (url.origin === first.url.origin) {
    if (repository !== "") refuseBlocked({ registry: url.host, repository }, options.configs);
    return { ...first, url };
  }
  const { authorization: _, ...headers } = first.headers;
  const { isLoggedIn: __, ...request } = first;
  const guard = guardAgainst(url, first.url, { code: "redirect", reachOf: options.reachOf });
  const connection = connectionElsewhere(url, options.configs, repository);
  return { ...request, url, headers, connection, ...(guard !== undefined && { guard }) };
}

/** The repository that a path of the API is about; empty for another path. */
function repositoryIn({ pathname }: URL): string {
  return (
    /^\/v2\/(?<repository>.+)\/(?:manifests|blobs|referrers)\/[^/]+$/.exec(pathname)?.groups?.repository ?? ""
  );
}

function refuse(url: URL, detail: string): Failure {
  return new Failure("redirect", { host: url.host, detail });
}
