// Who may ask a registry: anyone, who has the login, or who fetched a token.
// https://distribution.github.io/distribution/spec/auth/token/

import { parseManifestPath, refuse, send } from "./registry-http.mjs";

/**
 * @typedef {import("node:http").IncomingMessage} IncomingMessage
 * @typedef {import("node:http").ServerResponse} ServerResponse
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
 * Makes the guard for a kind of authentication; tokens are given at `realm`.
 *
 * @type {(auth: Auth, realm: string) => Guard}
 */
export function createGuard(auth, realm) {
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
      const { repository } = parseManifestPath(request);
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
