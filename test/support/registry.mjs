// An OCI registry over real sockets, for tests and for the demo: what is pushed is kept in memory and served
// as the distribution specification says. Plain JavaScript, since Node 20 runs no TypeScript and the demo has no build.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests

import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { setTimeout } from "node:timers/promises";
import { createGuard } from "./registry-auth.mjs";
import { parseManifestPath, refuse, send } from "./registry-http.mjs";
import { createStore } from "./registry-store.mjs";

/**
 * @typedef {import("node:http").IncomingMessage} IncomingMessage
 * @typedef {import("node:http").ServerResponse} ServerResponse
 * @typedef {import("./registry-auth.mjs").Auth} Auth
 * @typedef {import("./registry-store.mjs").Content} Content
 */

/**
 * @typedef {object} RegistryOptions
 * @property {Readonly<Record<string, Content>>} [images] by "library/nginx:1.27"
 * @property {boolean} [any] has every tag of every repository
 * @property {Auth} [auth]
 * @property {number} [latency] in milliseconds, before each answer
 * @property {{ readonly key: string, readonly cert: string }} [tls]
 * @property {string} [name] that it is asked by, where it is not its address
 * @property {(request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>} [onRequest]
 *   is asked first; returns true when it has answered, or means never to
 */

/**
 * @typedef {object} SeenRequest
 * @property {string} method
 * @property {string} path with the query
 * @property {import("node:http").IncomingHttpHeaders} headers
 */

/**
 * @typedef {object} Registry
 * @property {string} url
 * @property {string} host with the port
 * @property {readonly SeenRequest[]} requests in the order of arrival, those for tokens too
 * @property {() => number} connections how many were opened so far
 * @property {() => number} maxInFlight how many requests were under way at once, at most
 * @property {(repository: string, tag: string, content?: Content) => string} push returns the digest
 * @property {(repository: string, tag: string, content?: Content) => string} move makes a tag mean something else;
 *   what it meant before is still there by its digest
 * @property {(repository: string, tag: string) => string} digestOf what a tag means now
 * @property {() => void} revokeTokens makes every token given out so far worthless
 * @property {() => Promise<void>} close breaks all connections
 */

/**
 * Starts a registry on a free port of 127.0.0.1. Whoever starts it closes it.
 *
 * @param {Readonly<RegistryOptions>} [options]
 * @returns {Promise<Registry>}
 */
export async function startRegistry(options = {}) {
  const store = createStore(options.any === true);
  for (const [image, content] of Object.entries(options.images ?? {})) {
    const colon = image.lastIndexOf(":");
    store.push(image.slice(0, colon), image.slice(colon + 1), content);
  }
  /** @type {SeenRequest[]} */
  const requests = [];
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  const counts = { connections: 0, inFlight: 0, maxInFlight: 0 };

  /** @type {(request: IncomingMessage, response: ServerResponse) => Promise<void>} */
  async function serve(request, response) {
    const { method = "", url: path = "", headers } = request;
    requests.push({ method, path, headers });
    counts.inFlight += 1;
    counts.maxInFlight = Math.max(counts.maxInFlight, counts.inFlight);
    response.once("close", () => {
      counts.inFlight -= 1;
    });
    if (options.latency !== undefined) await setTimeout(options.latency, undefined, { ref: false });
    if ((await options.onRequest?.(request, response)) === true) return;
    if (path.startsWith("/token")) guard.giveToken(request, response);
    else if (guard.admits(request, response)) answer(request, response, store);
  }

  /** @type {(request: IncomingMessage, response: ServerResponse) => void} */
  const onRequest = (request, response) => {
    serve(request, response).catch((error) => response.destroy(error));
  };
  const server =
    options.tls === undefined ? createServer(onRequest) : createTlsServer(options.tls, onRequest);
  // Who is slow to ask again must find the connection open.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    counts.connections += 1;
    sockets.add(socket.once("close", () => sockets.delete(socket)));
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  const host = `${options.name ?? "127.0.0.1"}:${address.port}`;
  const url = `${options.tls === undefined ? "http" : "https"}://${host}`;
  const guard = createGuard(options.auth ?? "none", `${url}/token`);

  return {
    url,
    host,
    requests,
    connections: () => counts.connections,
    maxInFlight: () => counts.maxInFlight,
    push: store.push,
    move: store.move,
    digestOf: store.digestOf,
    revokeTokens: guard.revokeTokens,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** @type {(request: IncomingMessage, response: ServerResponse, store: ReturnType<typeof createStore>) => void} */
function answer(request, response, store) {
  if (request.url === "/v2/") return send(response, 200, {});
  const { repository, reference } = parseManifestPath(request);
  if (repository === undefined || reference === undefined) return refuse(response, 404, "UNSUPPORTED");
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405, "UNSUPPORTED");
  const found = store.find(repository, reference);
  if (found === undefined) return refuse(response, 404, "MANIFEST_UNKNOWN");
  // As Debian's docker-registry 2.8 does for an index: "*/*" does not count.
  const accept = request.headers.accept ?? "";
  if (NEGOTIATED.includes(found.mediaType) && !accept.includes(found.mediaType)) {
    return refuse(response, 404, "MANIFEST_UNKNOWN", `accept header does not support ${found.mediaType}`);
  }
  response.writeHead(200, {
    "Content-Type": found.mediaType,
    "Content-Length": found.bytes.length,
    "Docker-Content-Digest": found.digest,
  });
  response.end(request.method === "HEAD" ? undefined : found.bytes);
}

const NEGOTIATED = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
