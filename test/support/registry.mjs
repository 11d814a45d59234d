// An OCI registry over real sockets, for tests and for the demo: what is pushed is kept in memory and served
// as the distribution specification says. Plain JavaScript, since Node 20 runs no TypeScript and the demo has no build.
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { setTimeout } from "node:timers/promises";

/**
 * @typedef {import("node:http").IncomingMessage} IncomingMessage
 * @typedef {import("node:http").ServerResponse} ServerResponse
 */

/**
 * What to serve: without `manifest` an OCI index of two platforms, made of the repository and the tag.
 * @typedef {object} Content
 * @property {string | Uint8Array} [manifest]
 * @property {string} [mediaType]
 */

/**
 * @typedef {object} BearerOptions
 * @property {string} [username] without it, tokens are for everyone
 * @property {string} [password]
 * @property {string} [service]
 * @property {number} [expiresIn] in seconds
 */

/**
 * @typedef {"none"
 *   | { readonly basic: { readonly username: string, readonly password: string } }
 *   | { readonly bearer: Readonly<BearerOptions> }} Auth
 */

/**
 * @typedef {object} RegistryOptions
 * @property {Readonly<Record<string, Content>>} [images] by "library/nginx:1.27"
 * @property {boolean} [any] has every tag of every repository
 * @property {Auth} [auth]
 * @property {number} [latency] in milliseconds, before each answer
 * @property {{ readonly key: string, readonly cert: string }} [tls]
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
  server.on("connection", () => {
    counts.connections += 1;
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  const host = `127.0.0.1:${address.port}`;
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
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A key and a certificate for 127.0.0.1 and localhost, good until 2120, and worth nothing: they are public. */
export const LOOPBACK_TLS = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4HdXIKdNF//mKQE2
mt3qF/y56HAe729GnnjZ2FdDVLKhRANCAASQUPvw1iH5BjhGhxE48jeKrOvFPAs1
CVSoEfsCrSi5LvzInYDHucDCOlo8NFHEh8e5+19f0yMz/eYYPQ+AGEEz
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBaDCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAkxMjcuMC4w
LjEwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CTEyNy4wLjAuMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJBQ+/DWIfkGOEaH
ETjyN4qs68U8CzUJVKgR+wKtKLku/MidgMe5wMI6Wjw0UcSHx7n7X1/TIzP95hg9
D4AYQTOjTjBMMBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9zdDAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBRgjIvezCU0H90KphtbzMeOnIWMljAKBggqhkjOPQQD
AgNJADBGAiEAk5tbG4Fvw5AIJQ6VHkdKWbjb3ZEClfeXzfFjGhjeIaoCIQDGXSYx
/NeYUBL9Jkf73aKf/vM7dSyoLzQUhObR//NNGw==
-----END CERTIFICATE-----
`,
};

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const NEGOTIATED = [
  INDEX,
  MANIFEST,
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/**
 * @typedef {object} StoredManifest
 * @property {string} digest
 * @property {string} mediaType
 * @property {Buffer} bytes
 */

/** @param {boolean} any */
function createStore(any) {
  /** @type {Map<string, StoredManifest>} */
  const manifests = new Map();
  /** @type {Map<string, number>} */
  const moves = new Map();

  /** @type {(repository: string, manifest: StoredManifest) => void} */
  const keep = (repository, manifest) => {
    manifests.set(`${repository}@${manifest.digest}`, manifest);
  };

  /** @type {(repository: string, tag: string, content?: Content) => string} */
  function push(repository, tag, { manifest, mediaType = INDEX } = {}) {
    const index =
      manifest === undefined
        ? makeIndex(`${repository}:${tag}`, moves.get(`${repository}:${tag}`) ?? 0, (child) =>
            keep(repository, child),
          )
        : makeManifest(manifest, mediaType);
    keep(repository, index);
    manifests.set(`${repository}:${tag}`, index);
    return index.digest;
  }

  /** @type {(repository: string, tag: string, content?: Content) => string} */
  function move(repository, tag, content) {
    moves.set(`${repository}:${tag}`, (moves.get(`${repository}:${tag}`) ?? 0) + 1);
    return push(repository, tag, content);
  }

  /** @type {(repository: string, reference: string) => StoredManifest | undefined} */
  function find(repository, reference) {
    if (reference.includes(":")) return manifests.get(`${repository}@${reference}`);
    if (any && !manifests.has(`${repository}:${reference}`)) push(repository, reference);
    return manifests.get(`${repository}:${reference}`);
  }

  /** @type {(repository: string, tag: string) => string} */
  function digestOf(repository, tag) {
    const manifest = find(repository, tag);
    if (manifest === undefined) throw new Error(`no ${repository}:${tag} in this registry`);
    return manifest.digest;
  }

  return { push, move, find, digestOf };
}

/** @type {(image: string, revision: number, keep: (child: StoredManifest) => void) => StoredManifest} */
function makeIndex(image, revision, keep) {
  const children = ["amd64", "arm64"].map((architecture) => {
    const platform = { os: "linux", architecture };
    const config = `${image} ${revision} ${architecture}`;
    const child = makeManifest(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: {
          mediaType: "application/vnd.oci.image.config.v1+json",
          digest: sha256(Buffer.from(config)),
          size: config.length,
        },
        layers: [],
      }),
      MANIFEST,
    );
    keep(child);
    return { mediaType: MANIFEST, digest: child.digest, size: child.bytes.length, platform };
  });
  const annotations = {
    "org.opencontainers.image.ref.name": image,
    "org.opencontainers.image.revision": `${revision}`,
  };
  return makeManifest(
    JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: children, annotations }),
    INDEX,
  );
}

/** @type {(content: string | Uint8Array, mediaType: string) => StoredManifest} */
function makeManifest(content, mediaType) {
  const bytes = Buffer.from(content);
  return { digest: sha256(bytes), mediaType, bytes };
}

/** @type {(bytes: Buffer) => string} */
function sha256(bytes) {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

const MANIFEST_PATH = /^\/v2\/(?<repository>.+)\/manifests\/(?<reference>[^/]+)$/;

/** @type {(request: IncomingMessage) => { repository?: string, reference?: string }} */
function parsePath({ url = "" }) {
  const { pathname } = new URL(url, "http://registry");
  return MANIFEST_PATH.exec(decodeURIComponent(pathname))?.groups ?? {};
}

/** @type {(request: IncomingMessage, response: ServerResponse, store: ReturnType<typeof createStore>) => void} */
function answer(request, response, store) {
  if (request.url === "/v2/") return send(response, 200, {});
  const { repository, reference } = parsePath(request);
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

/** @type {(response: ServerResponse, status: number, code: string, message?: string) => void} */
function refuse(response, status, code, message = code.toLowerCase().replaceAll("_", " ")) {
  send(response, status, { errors: [{ code, message }] });
}

/** @type {(response: ServerResponse, status: number, body: object) => void} */
function send(response, status, body) {
  const bytes = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, { "Content-Type": "application/json", "Content-Length": bytes.length })
    .end(bytes);
}

/** @type {(auth: Auth, realm: string) => Guard} */
function createGuard(auth, realm) {
  if (auth === "none") return OPEN;
  return "basic" in auth ? createBasicGuard(auth.basic) : createBearerGuard(auth.bearer, realm);
}

/**
 * @typedef {object} Guard
 * @property {(request: IncomingMessage, response: ServerResponse) => boolean} admits answers for itself where it does not
 * @property {(request: IncomingMessage, response: ServerResponse) => void} giveToken
 * @property {() => void} revokeTokens
 */

/** @type {Guard} */
const OPEN = {
  admits: () => true,
  giveToken: (_request, response) => refuse(response, 404, "UNSUPPORTED"),
  revokeTokens: () => {},
};

/** @type {(login: { readonly username: string, readonly password: string }) => Guard} */
function createBasicGuard({ username, password }) {
  return {
    ...OPEN,
    admits({ headers }, response) {
      if (headers.authorization === basic(username, password)) return true;
      response.setHeader("WWW-Authenticate", 'Basic realm="Registry Realm"');
      refuse(response, 401, "UNAUTHORIZED");
      return false;
    },
  };
}

/** @type {(options: Readonly<BearerOptions>, realm: string) => Guard} */
function createBearerGuard({ username, password = "", service = "registry.test", expiresIn = 300 }, realm) {
  /** @type {Map<string, { readonly scopes: readonly string[], readonly expires: number }>} */
  const tokens = new Map();
  let given = 0;
  return {
    admits(request, response) {
      const { repository } = parsePath(request);
      const scope = repository === undefined ? undefined : `repository:${repository}:pull`;
      const authorization = request.headers.authorization;
      const token = tokens.get(authorization?.replace(/^Bearer /, "") ?? "");
      const isValid = token !== undefined && token.expires > Date.now();
      if (isValid && (scope === undefined || token.scopes.includes(scope))) return true;
      const problem = isValid ? "insufficient_scope" : "invalid_token";
      response.setHeader(
        "WWW-Authenticate",
        `Bearer realm="${realm}",service="${service}"` +
          (scope === undefined ? "" : `,scope="${scope}"`) +
          (authorization === undefined ? "" : `,error="${problem}"`),
      );
      refuse(response, 401, "UNAUTHORIZED");
      return false;
    },
    giveToken({ url = "", headers }, response) {
      const query = new URL(url, realm).searchParams;
      if (query.get("service") !== service)
        return refuse(response, 400, "UNSUPPORTED", `no service ${query.get("service")}`);
      if (username !== undefined && headers.authorization !== basic(username, password)) {
        return refuse(response, 401, "UNAUTHORIZED", "incorrect username or password");
      }
      given += 1;
      const token = `token-${given}`;
      tokens.set(token, { scopes: query.getAll("scope"), expires: Date.now() + expiresIn * 1000 });
      send(response, 200, { token, expires_in: expiresIn });
    },
    revokeTokens: () => tokens.clear(),
  };
}

/** @type {(username: string, password: string) => string} */
function basic(username, password) {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
