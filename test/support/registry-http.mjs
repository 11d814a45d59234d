// The paths and the error bodies of the distribution specification.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes

/**
 * @typedef {import("node:http").IncomingMessage} IncomingMessage
 * @typedef {import("node:http").ServerResponse} ServerResponse
 */

const MANIFEST_PATH = /^\/v2\/(?<repository>.+)\/manifests\/(?<reference>[^/]+)$/;

/**
 * Reads repository and tag or digest out of a request for a manifest.
 *
 * @type {(request: IncomingMessage) => { repository?: string, reference?: string }}
 */
export function parseManifestPath({ url = "" }) {
  const { pathname } = new URL(url, "http://registry");
  return MANIFEST_PATH.exec(decodeURIComponent(pathname))?.groups ?? {};
}

/**
 * Answers with an error of the specification.
 *
 * @type {(response: ServerResponse, status: number, code: string, message?: string) => void}
 */
export function refuse(response, status, code, message = code.toLowerCase().replaceAll("_", " ")) {
  send(response, status, { errors: [{ code, message }] });
}

/**
 * Answers with JSON.
 *
 * @type {(response: ServerResponse, status: number, body: object) => void}
 */
export function send(response, status, body) {
  const bytes = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, { "Content-Type": "application/json", "Content-Length": bytes.length })
    .end(bytes);
}
