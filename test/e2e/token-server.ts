import { sign, X509Certificate } from "node:crypto";
import { createServer } from "node:http";
import { LOOPBACK_TLS } from "../support/loopback-tls.mjs";

/** Gives tokens that docker-registry takes, to whoever has the login. */
export interface TokenServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The issuer that a registry must name to take these tokens, and whose certificate signs them. */
export const issuer = { name: "token-server.test", certificate: LOOPBACK_TLS.cert } as const;

/** Starts the server on a free port of loopback; `login` is what comes after "Basic ". */
export async function startTokenServer(login: string): Promise<TokenServer> {
  const server = createServer(({ url = "", headers }, response) => {
    const query = new URL(url, "http://token-server").searchParams;
    const [, repository = "", actions = ""] = query.get("scope")?.split(":") ?? [];
    const allowed = headers.authorization === `Basic ${login}`;
    const body = allowed
      ? { token: makeToken(query.get("service") ?? "", repository, actions.split(",")), expires_in: 300 }
      : { errors: [{ code: "UNAUTHORIZED", message: "incorrect username or password" }] };
    response.writeHead(allowed ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");

  return {
    url: `http://127.0.0.1:${address.port}/token`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * A token for one repository of a registry.
 *
 * https://distribution.github.io/distribution/spec/auth/jwt/
 */
export function makeToken(service: string, repository: string, actions: readonly string[]): string {
  const now = Math.floor(Date.now() / 1000);
  const header = {
    typ: "JWT",
    alg: "ES256",
    x5c: [new X509Certificate(issuer.certificate).raw.toString("base64")],
  };
  const claims = {
    iss: issuer.name,
    sub: "ada",
    aud: service,
    iat: now,
    nbf: now - 10,
    exp: now + 300,
    jti: `${repository} ${now}`,
    access: [{ type: "repository", name: repository, actions }],
  };
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const key = { key: LOOPBACK_TLS.key, dsaEncoding: "ieee-p1363" } as const;
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}
