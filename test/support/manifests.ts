import type { IncomingMessage, ServerResponse } from "node:http";
import type { Quirk, SeenRequest } from "./quirk-server.ts";

/** An empty index, its type, and its digests. */
export const INDEX =
  '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}';
export const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
export const INDEX_DIGEST = "sha256:dff9de10919148711140d349bf03f1a99eb06f94b03e51715ccebfa7cdc518e2";

/** Sends a status with headers and a body, which a HEAD leaves out. */
export function answer(
  response: ServerResponse,
  status: number,
  {
    headers = {},
    body = "",
  }: { readonly headers?: Record<string, string | string[]>; readonly body?: string | Buffer } = {},
): void {
  response.writeHead(status, headers);
  response.end(response.req.method === "HEAD" ? undefined : body);
}

/** Sends the index as a good registry does. */
export function answerIndex(response: ServerResponse): void {
  answer(response, 200, {
    headers: { "content-type": INDEX_TYPE, "docker-content-digest": INDEX_DIGEST },
    body: INDEX,
  });
}

/** Sends an error as the distribution specification has it. */
export function answerError(response: ServerResponse, status: number, code: string, headers = {}): void {
  const body = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll("_", " ") }] });
  answer(response, status, { headers: { "content-type": "application/json", ...headers }, body });
}

/** Answers a HEAD for a digest that is one character again and again, as the manifests that indexes of tests list. */
export function answerListed(
  { url = "", method }: IncomingMessage,
  response: ServerResponse,
  lost = "",
): boolean {
  const { digest, one } = /\/manifests\/(?<digest>sha256:(?<one>.)\k<one>{63})$/.exec(url)?.groups ?? {};
  if (digest === undefined || method !== "HEAD" || lost.includes(one ?? "")) return false;
  const type = "application/vnd.oci.image.manifest.v1+json";
  response.writeHead(200, { "content-type": type, "docker-content-digest": digest }).end();
  return true;
}

/** Asks for a bearer token of this server's own realm. */
export function challengeBearer(request: SeenRequest, response: ServerResponse, extra = ""): void {
  const realm = `http://${request.headers.host}/token`;
  answerError(response, 401, "UNAUTHORIZED", {
    "www-authenticate": `Bearer realm="${realm}",service="quirk"${extra}`,
  });
}

/** A registry that gives tokens at /token, and the index to those that carry the one that `token` makes. */
export function tokenRegistry(
  token: (request: SeenRequest, response: ServerResponse) => string | undefined,
): Quirk {
  const given = new Set<string>();
  return (request, response) => {
    if (request.url.startsWith("/token")) {
      const text = token(request, response);
      if (text === undefined) return;
      given.add(`Bearer ${text}`);
      answer(response, 200, { body: JSON.stringify({ token: text }) });
    } else if (given.has(request.headers.authorization ?? "")) answerIndex(response);
    else challengeBearer(request, response);
  };
}
