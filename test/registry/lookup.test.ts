import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Credential } from "../../src/credentials/credential.ts";
import { parseReference } from "../../src/image/reference.ts";
import {
  answer,
  answerError,
  answerIndex,
  challengeBearer,
  INDEX_DIGEST,
  tokenRegistry,
} from "../support/manifests.ts";
import { type Quirk, type QuirkServer, type SeenRequest, serve } from "../support/quirk-server.ts";
import {
  basicLogin,
  digestOf,
  failOnce,
  keychainOf,
  makeClient,
  resolveOnce,
  type TestClientOptions,
} from "../support/registry-client.ts";

const ADA = basicLogin("ada", "secret");
const OLD = basicLogin("old", "stale");
const ROBOT = basicLogin("robot", "cloud", "the machine's identity");
const encoded = (login: string) => `Basic ${Buffer.from(login).toString("base64")}`;

function client(options: TestClientOptions = {}) {
  const made = makeClient(options);
  onTestFinished(made.close);
  return {
    resolve: (image: string) => digestOf(made, parseReference(image)),
    warnings: () => made.warnings().map(({ message }) => message),
  };
}

const paths = ({ lines }: QuirkServer) => lines.map((line) => line.replace(/\?.*/, ""));
const authorizations = ({ requests }: QuirkServer) => requests.map(({ headers }) => headers.authorization);
const queryOf = ({ requests }: QuirkServer) =>
  requests
    .filter(({ url }) => url.startsWith("/token"))
    .map(({ url }) => Object.fromEntries(new URL(url, "http://x").searchParams));

function challengeBasic(response: ServerResponse): void {
  answerError(response, 401, "UNAUTHORIZED", { "www-authenticate": 'Basic realm="quirk"' });
}

/** Gives tokens to those whose login is good; "public" repositories to anonymous tokens, too. */
function privateRegistry(good: string, status = 401): Quirk {
  return tokenRegistry((request, response) => {
    if (request.headers.authorization === encoded(good)) return `good-${request.url.length}`;
    if (request.headers.authorization === undefined && request.url.includes("public")) return "anonymous";
    answerError(response, status, "DENIED");
    return undefined;
  });
}

describe("lookUp of a proxy that passes its upstream's challenge on", () => {
  const UPSTREAM = "repository:library/nginx:pull";

  /**
   * Gives tokens for the scopes that it knows, each good for itself; others get a refusal, or a token that is
   * good for nothing.
   */
  function proxy(
    scopes: readonly string[],
    refuse: (response: ServerResponse) => void,
    challenged = UPSTREAM,
  ): Quirk {
    return (request, response) => {
      const scope = new URL(request.url, "http://x").searchParams.get("scope") ?? "";
      if (request.url.startsWith("/token")) {
        if (scopes.includes(scope)) answer(response, 200, { body: '{"token":"good"}' });
        else refuse(response);
      } else if (request.headers.authorization === "Bearer good") answerIndex(response);
      else challengeBearer(request, response, `,scope="${challenged}"`);
    };
  }

  const useless = (response: ServerResponse) => answer(response, 200, { body: '{"token":"useless"}' });
  const denies = (status: number) => (response: ServerResponse) => answerError(response, status, "DENIED");

  test.each([
    ["gives a token that is refused", useless],
    ["answers 401", denies(401)],
    ["answers 403", denies(403)],
    ["answers 400", denies(400)],
    ["answers 404", denies(404)],
  ])("asks for its scope where the realm %s to ours, and never for both at once", async (_, refuse) => {
    const server = await serve(proxy([UPSTREAM], refuse));
    const { resolve } = client();

    expect(await resolve(`${server.host}/hub/library/nginx:1`)).toBe(INDEX_DIGEST);
    expect(queryOf(server).map(({ scope }) => scope)).toEqual([
      "repository:hub/library/nginx:pull",
      UPSTREAM,
    ]);
    // The next tag is asked for at once.
    const before = server.lines.length;
    expect(await resolve(`${server.host}/hub/library/nginx:2`)).toBe(INDEX_DIGEST);
    expect(server.lines.slice(before)).toEqual(["HEAD /v2/hub/library/nginx/manifests/2"]);
  });

  test("asks each repository for its own scope", async () => {
    const challenged = (url: string) => `repository:${url.replace(/^\/v2\/hub\/|\/manifests.*$/g, "")}:pull`;
    const server = await serve((request, response) => {
      const { authorization } = request.headers;
      if (request.url.startsWith("/token")) {
        const scope = new URL(request.url, "http://x").searchParams.get("scope") ?? "";
        answer(response, 200, { body: JSON.stringify({ token: Buffer.from(scope).toString("hex") }) });
      } else if (authorization === `Bearer ${Buffer.from(challenged(request.url)).toString("hex")}`)
        answerIndex(response);
      else challengeBearer(request, response, `,scope="${challenged(request.url)}"`);
    });
    const { resolve } = client();

    for (const name of ["a", "b", "c"])
      expect(await resolve(`${server.host}/hub/${name}:1`)).toBe(INDEX_DIGEST);
    expect(queryOf(server).map(({ scope }) => scope)).toEqual(
      ["a", "b", "c"].flatMap((name) => [`repository:hub/${name}:pull`, `repository:${name}:pull`]),
    );
  });

  test("asks as the same login, which was not refused then", async () => {
    const inner = proxy([UPSTREAM], denies(401));
    const server = await serve((request, response) => {
      const isStranger =
        request.url.startsWith("/token") && request.headers.authorization !== encoded("ada:secret");
      if (isStranger) answerError(response, 401, "DENIED");
      else inner(request, response);
    });
    const { resolve, warnings } = client({ keychain: keychainOf([ADA]) });

    expect(await resolve(`${server.host}/hub/library/nginx:1`)).toBe(INDEX_DIGEST);
    expect(warnings()).toEqual([]);
  });

  test("follows a scope of several as it stands", async () => {
    const scope = "repository:library/nginx:pull repository:registry.example:5000/other:pull";
    const server = await serve(proxy([scope], denies(401), scope));

    expect(await resolveOnce(`${server.host}/hub/library/nginx:1`)).toBe(INDEX_DIGEST);
  });

  test.each([
    ["its own repository", "repository:hub/library/nginx:pull"],
    ["more than to pull", "repository:library/nginx:pull,push"],
    ["everything", "repository:library/nginx:*"],
    ["more than to pull from one of several", "repository:library/nginx:pull repository:secret:delete"],
    ["a catalogue", "registry:catalog:*"],
    ["junk", "*"],
    ["nothing", ""],
  ])("asks for no scope of %s", async (_, scope) => {
    const server = await serve(
      proxy(
        [scope].filter((each) => !each.includes("hub/")),
        denies(401),
        scope,
      ),
    );

    expect(await failOnce(`${server.host}/hub/library/nginx:1`)).toMatchObject({ code: "unauthorized" });
    expect(queryOf(server).map((query) => query.scope)).toEqual(["repository:hub/library/nginx:pull"]);
  });

  test("does not ask for it where ours is good", async () => {
    const server = await serve(proxy(["repository:hub/library/nginx:pull"], denies(401)));

    expect(await resolveOnce(`${server.host}/hub/library/nginx:1`)).toBe(INDEX_DIGEST);
    expect(queryOf(server)).toHaveLength(1);
  });

  test("says what was refused first where neither is good", async () => {
    const server = await serve(proxy([], denies(403)));

    expect(await failOnce(`${server.host}/hub/library/nginx:1`)).toMatchObject({ code: "forbidden" });
    expect(queryOf(server)).toHaveLength(2);
  });

  test("asks for no scope of the realm's own address beside it", async () => {
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"good"}' });
      else if (request.headers.authorization === "Bearer good") answerIndex(response);
      else {
        const realm = `http://${request.headers.host}/token?scope=repository:other:pull&tenant=1`;
        answer(response, 401, { headers: { "www-authenticate": `Bearer realm="${realm}"` } });
      }
    });
    const credential = { kind: "identity-token", token: "refresh" } as const;
    const keychain = keychainOf([{ source: "identity", credential }]);

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain })).toBe(INDEX_DIGEST);
    expect(server.requests.find(({ method }) => method === "POST")?.url).toBe("/token?tenant=1");
  });
});

describe("lookUp on a token registry", () => {
  test.each([
    ["a junk scope (Gitea)", ',scope="*"'],
    ["the scope that Oracle refuses", ',scope="::"'],
    ["no scope (Artifactory, Google)", ""],
    ["an empty scope", ',scope=""'],
    ["a scope of other repositories (GitLab)", ',scope="repository:other:pull repository:more:push"'],
  ])("asks for its own scope whatever the challenge says: %s", async (_, extra) => {
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"t"}' });
      else if (request.headers.authorization === "Bearer t") answerIndex(response);
      else challengeBearer(request, response, extra);
    });

    expect(await resolveOnce(`${server.host}/team/app:v1`)).toBe(INDEX_DIGEST);
    expect(queryOf(server)).toEqual([
      { service: "quirk", scope: "repository:team/app:pull", client_id: "pin-digests" },
    ]);
  });

  test.each([
    [
      "a relative realm",
      'Bearer realm="/token?account=x",service="quirk"',
      { account: "x", service: "quirk" },
    ],
    ["no service", 'Bearer realm="/token"', {}],
    ["an empty service", 'Bearer realm="/token",service=""', {}],
    ["values without quotes", "bearer realm=/token,service=quirk", { service: "quirk" }],
    [
      "two challenges, bearer last",
      'Basic realm="x", Bearer realm="/token",service="quirk"',
      { service: "quirk" },
    ],
    [
      "a login in the realm",
      'Bearer realm="http://evil:evil@HOST/token",service="quirk"',
      { service: "quirk" },
    ],
  ])("understands %s", async (_, header, query) => {
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token"))
        answer(response, 200, { body: '{"access_token":"t","token":"u"}' });
      else if (request.headers.authorization === "Bearer t") answerIndex(response);
      else
        answer(response, 401, {
          headers: { "www-authenticate": header.replace("HOST", request.headers.host ?? "") },
        });
    });

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
    expect(queryOf(server)).toEqual([{ ...query, scope: "repository:app:pull", client_id: "pin-digests" }]);
    expect(server.requests[1]?.headers.authorization).toBeUndefined();
  });

  test("understands two challenge headers (Gitea)", async () => {
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"t"}' });
      else if (request.headers.authorization === "Bearer t") answerIndex(response);
      else
        answer(response, 401, {
          headers: { "www-authenticate": ['Basic realm="g"', 'Bearer realm="/token"'] },
        });
    });

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test("takes a token for each repository, and none for two", async () => {
    let count = 0;
    const server = await serve(tokenRegistry(() => `t${count++}`));
    const { resolve } = client();

    await Promise.all(["a:1", "a:2", "b:1"].map((image) => resolve(`${server.host}/${image}`)));

    expect(
      queryOf(server)
        .map(({ scope }) => scope)
        .sort(),
    ).toEqual(["repository:a:pull", "repository:b:pull"]);
  });

  test("takes a new token where the old one has ended early", async () => {
    let current = "";
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token")) {
        current = `t${server.lines.length}`;
        answer(response, 200, { body: JSON.stringify({ token: current, expires_in: 3_600 }) });
      } else if (request.headers.authorization === `Bearer ${current}`) answerIndex(response);
      else challengeBearer(request, response);
    });
    const { resolve } = client();
    await resolve(`${server.host}/app:v1`);
    current = "revoked";

    expect(await resolve(`${server.host}/app:v2`)).toBe(INDEX_DIGEST);
    expect(paths(server).slice(3)).toEqual([
      "HEAD /v2/app/manifests/v2",
      "GET /token",
      "HEAD /v2/app/manifests/v2",
    ]);
  });

  test.each([
    ["as long as the realm says", 300, [280, 15]],
    ["for a minute at least", 1, [45, 10]],
    ["for a minute where the realm does not say", undefined, [45, 10]],
  ])("keeps a token %s, less ten seconds", async (_, expiresIn, [kept = 0, ended = 0]) => {
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token")) {
        answer(response, 200, { body: JSON.stringify({ token: "t", expires_in: expiresIn }) });
      } else if (request.headers.authorization === "Bearer t") answerIndex(response);
      else challengeBearer(request, response);
    });
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(async () => {
      vi.useRealTimers();
    });
    const { resolve } = client({ network: { deadline: 1_000_000 } });

    await resolve(`${server.host}/app:v1`);
    vi.advanceTimersByTime(kept * 1_000);
    await resolve(`${server.host}/app:v2`);
    expect(queryOf(server)).toHaveLength(1);
    vi.advanceTimersByTime(ended * 1_000);
    await resolve(`${server.host}/app:v3`);
    expect(queryOf(server)).toHaveLength(2);
  });

  test.each([
    ["no JSON", "hello"],
    ["no token", "{}"],
    ["a token that is no text", '{"token":7}'],
    ["a token that would break the header", '{"token":"a\\r\\nHost: evil"}'],
    ["a token that is empty", '{"token":""}'],
  ])("refuses an answer of the realm with %s", async (_, body) => {
    const server = await serve((request, response) =>
      request.url.startsWith("/token") ? answer(response, 200, { body }) : challengeBearer(request, response),
    );

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "realm" });
  });

  test("asks again without a token where another repository's realm does not serve this one (Artifactory)", async () => {
    const server = await serve((request, response) => {
      const [, repository = ""] = /(?:\/v2\/|\/token\/)(\w+)/.exec(request.url) ?? [];
      const mine =
        request.url.startsWith("/token/") && request.url.includes(`scope=repository%3A${repository}%3A`);
      if (mine) answer(response, 200, { body: JSON.stringify({ token: repository }) });
      else if (request.url.startsWith("/token/")) answerError(response, 404, "NOT_FOUND");
      else if (request.headers.authorization === `Bearer ${repository}`) answerIndex(response);
      else answer(response, 401, { headers: { "www-authenticate": `Bearer realm="/token/${repository}"` } });
    });
    const { resolve, warnings } = client({ keychain: keychainOf([ADA]) });
    await resolve(`${server.host}/one:v1`);

    expect(await resolve(`${server.host}/two:v1`)).toBe(INDEX_DIGEST);
    expect(warnings()).toEqual([]);
  });

  test.each([
    ["names no address", 'Bearer realm="file:///etc/passwd"'],
    ["is not there", 'Bearer realm="http://127.0.0.1:1/token"'],
    ["gives no token", 'Bearer realm="/token/empty"'],
  ])("asks as nobody where another repository's realm %s", async (_, challenge) => {
    const server = await serve((request, response) => {
      if (request.url.includes("/odd/"))
        answer(response, 401, { headers: { "www-authenticate": challenge } });
      else if (request.url.startsWith("/token/")) answer(response, 200, { body: "{}" });
      else answerIndex(response);
    });
    const { resolve } = client({ keychain: keychainOf([ADA]) });
    await expect(resolve(`${server.host}/odd:v1`)).rejects.toMatchObject({ name: "RegistryError" });

    expect(await resolve(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test("says the same of a refusal without a challenge, whatever another repository's challenge leads to", async () => {
    const server = await serve((request, response) => {
      const headers = request.url.includes("/odd/")
        ? { "www-authenticate": 'Bearer realm="file:///etc/passwd"' }
        : {};
      answer(response, 401, { headers });
    });
    const said = (resolve: (image: string) => Promise<unknown>, name: string): Promise<string> =>
      resolve(`${server.host}/${name}:v1`).then(String, (error: Error) => error.message);
    const [alone, after] = [client(), client()];

    const first = await said(alone.resolve, "app");
    await said(after.resolve, "odd");

    expect(first).toContain("answered HTTP 401");
    expect(await said(after.resolve, "app")).toBe(first);
  });

  test.each([418, 403, 404, 429])(
    "says the same of %i to a login, whether the challenge was known or not",
    async (status) => {
      const server = await serve((request, response) => {
        if (request.headers.authorization === undefined) challengeBasic(response);
        else answer(response, status, { headers: { "retry-after": "3600" } });
      });
      const { resolve } = client({ keychain: keychainOf([ADA]), network: { retries: 0 } });

      const first = await message("one");

      expect(await message("two")).toBe(first);

      async function message(name: string): Promise<string> {
        const error: unknown = await resolve(`${server.host}/${name}:v1`).catch((error: unknown) => error);
        return String(error).replaceAll(`/${name}:`, "/x:");
      }
    },
  );

  test("remembers the bearer challenge where a request with a login gets a basic one (Harbor)", async () => {
    const server = await serve((request, response) => {
      const { authorization } = request.headers;
      if (request.url.startsWith("/token")) {
        const token =
          authorization === encoded("ada:secret") && request.url.includes("private") ? "good" : "weak";
        answer(response, 200, { body: JSON.stringify({ token }) });
      } else if (authorization === "Bearer good") answerIndex(response);
      else if (authorization === "Bearer weak" && request.url.includes("public")) answerIndex(response);
      else if (authorization !== undefined)
        answerError(response, 401, "UNAUTHORIZED", { "www-authenticate": 'Basic realm="harbor"' });
      else challengeBearer(request, response);
    });
    const { resolve } = client({ keychain: keychainOf([OLD, ADA]) });

    expect(await resolve(`${server.host}/private:v1`)).toBe(INDEX_DIGEST);
    expect(await resolve(`${server.host}/public:v1`)).toBe(INDEX_DIGEST);
    expect(authorizations(server)).not.toContain(encoded("ada:secret").replace("Basic", "Bearer"));
    expect(
      server.requests.filter(
        ({ url, headers }) => url.startsWith("/v2") && headers.authorization?.startsWith("Basic"),
      ),
    ).toEqual([]);
  });
});

describe("lookUp takes logins", () => {
  test("in turn, and warns of each that was refused", async () => {
    const server = await serve(privateRegistry("ada:secret"));
    const { resolve, warnings } = client({ keychain: keychainOf([OLD, ADA]) });

    expect(await resolve(`${server.host}/private:v1`)).toBe(INDEX_DIGEST);
    expect(warnings()).toEqual([
      `${server.host} refused the login from login of old (HTTP 401), and was asked with login of ada instead: renew that login, or remove it`,
    ]);
  });

  test.each([401, 403])(
    "and goes on anonymously where the realm says %i to a stale one (GHCR, Docker Hub)",
    async (status) => {
      const server = await serve(privateRegistry("ada:secret", status));
      const { resolve, warnings } = client({ keychain: keychainOf([OLD]) });

      expect(await resolve(`${server.host}/public:v1`)).toBe(INDEX_DIGEST);
      expect(await resolve(`${server.host}/public:v2`)).toBe(INDEX_DIGEST);
      expect(warnings()).toEqual([
        `${server.host} refused the login from login of old (HTTP ${status}), and was asked anonymously instead: renew that login, or remove it`,
      ]);
      expect(paths(server)).toHaveLength(1 + 2 + 1 + 1);
    },
  );

  test("and goes on anonymously where the realm breaks on a stale one (Artifactory)", async () => {
    const server = await serve(privateRegistry("ada:secret", 500));
    const keychain = keychainOf([OLD]);

    expect(await resolveOnce(`${server.host}/public:v1`, { keychain, network: { retries: 0 } })).toBe(
      INDEX_DIGEST,
    );
  });

  test("and takes a page that comes instead of the manifest for no refusal", async () => {
    const good = privateRegistry("ada:secret");
    const server = await serve((request, response) => {
      if (request.headers.authorization?.startsWith("Bearer") !== true) return good(request, response);
      answer(response, 200, { headers: { "content-type": "text/html" }, body: "<html>" });
    });

    expect(await failOnce(`${server.host}/app:v1`, { keychain: keychainOf([ADA]) })).toMatchObject({
      code: "not-a-registry",
      status: 200,
    });
  });

  test("and not the machine's identity where anonymous will do", async () => {
    const keychain = keychainOf([], { candidate: ROBOT });
    const server = await serve(privateRegistry("robot:cloud"));

    await resolveOnce(`${server.host}/public:v1`, { keychain });

    expect(keychain.asked.filter((line) => line.startsWith("ambient"))).toEqual([]);
  });

  test("and the machine's identity last, and at once for the next repository", async () => {
    const server = await serve(privateRegistry("robot:cloud"));
    const { resolve, warnings } = client({ keychain: keychainOf([], { candidate: ROBOT }) });

    expect(await resolve(`${server.host}/one:v1`)).toBe(INDEX_DIGEST);
    expect(paths(server)).toHaveLength(4);
    expect(await resolve(`${server.host}/two:v1`)).toBe(INDEX_DIGEST);
    expect(paths(server)).toHaveLength(6);
    expect(warnings()).toEqual([]);
  });

  test("and the machine's identity where strangers are told that nothing is there (404)", async () => {
    const server = await serve((request, response) => {
      const { authorization } = request.headers;
      if (request.url.startsWith("/token")) {
        answer(response, 200, {
          body: JSON.stringify({ token: authorization === undefined ? "stranger" : "robot" }),
        });
      } else if (authorization === "Bearer robot") answerIndex(response);
      else if (authorization === "Bearer stranger") answerError(response, 404, "NAME_UNKNOWN");
      else challengeBearer(request, response);
    });

    expect(
      await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([], { candidate: ROBOT }) }),
    ).toBe(INDEX_DIGEST);
    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "repository-not-found" });
  });

  test("and the machine's identity in the first request where nobody else is served (private ECR)", async () => {
    const server = await serve((request, response) =>
      request.headers.authorization === encoded("AWS:cloud")
        ? answerIndex(response)
        : challengeBasic(response),
    );
    const candidate = basicLogin("AWS", "cloud");

    await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([], { candidate, preferred: true }) });

    expect(server.lines).toHaveLength(1);
  });

  test("and says as whom it was asked where none is served", async () => {
    const server = await serve(privateRegistry("nobody:at all"));
    const keychain = keychainOf([OLD, ADA], { candidate: ROBOT });

    const error = await failOnce(`${server.host}/private:v1`, { keychain });

    expect(error).toMatchObject({ code: "unauthorized", status: 401 });
    expect(error.message).toBe(
      `can't resolve "${server.host}/private:v1": ${server.host} answered HTTP 401 ("DENIED: denied"), asked with login of old, ` +
        `then with login of ada, then anonymously, then with the machine's identity; check the name of the image, renew that login, and make sure that it may pull from ${server.host}`,
    );
  });

  test("for the host that the image names, and no other", async () => {
    const keychain = keychainOf({ "other.example": [ADA] });
    const server = await serve(privateRegistry("ada:secret"));

    await failOnce(`${server.host}/private:v1`, { keychain });

    expect(authorizations(server).filter((value) => value !== undefined)).toEqual([]);
    expect(keychain.asked[0]).toBe(`configured ${server.host}/private`);
  });
});

describe("lookUp on a basic registry", () => {
  const basic =
    (good: string): Quirk =>
    (request, response) =>
      request.headers.authorization === encoded(good) ? answerIndex(response) : challengeBasic(response);

  test("sends the login with the first request of the next repository", async () => {
    const server = await serve(basic("ada:secret"));
    const { resolve } = client({ keychain: keychainOf([ADA]) });

    await resolve(`${server.host}/one:v1`);
    await resolve(`${server.host}/two:v1`);

    expect(authorizations(server)).toEqual([undefined, encoded("ada:secret"), encoded("ada:secret")]);
  });

  test("understands the scheme in upper case (Nexus)", async () => {
    const server = await serve((request, response) =>
      request.headers.authorization === undefined
        ? answer(response, 401, { headers: { "www-authenticate": 'BASIC realm="Sonatype Nexus"' } })
        : answerIndex(response),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([ADA]) })).toBe(INDEX_DIGEST);
  });

  test("asks without a login where none serves a repository that is open", async () => {
    const server = await serve((request, response) =>
      request.url.includes("open") && request.headers.authorization === undefined
        ? answerIndex(response)
        : basic("ada:secret")(request, response),
    );
    const { resolve } = client();
    await expect(resolve(`${server.host}/closed:v1`)).rejects.toMatchObject({ code: "unauthorized" });

    expect(await resolve(`${server.host}/open:v1`)).toBe(INDEX_DIGEST);
  });

  test("has no use for an identity token", async () => {
    const server = await serve(basic("ada:secret"));
    const token = {
      source: "identity",
      credential: { kind: "identity-token", token: "refresh" } as Credential,
    };

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([token, ADA]) })).toBe(
      INDEX_DIGEST,
    );
    expect(server.lines).toHaveLength(2);
  });
});

describe("lookUp where a refusal means: log in", () => {
  const behind =
    (status: number): Quirk =>
    (request, response) => {
      if (request.headers.authorization === encoded("ada:secret")) answerIndex(response);
      else if (request.url === "/v2/") challengeBasic(response);
      else answer(response, status);
    };

  test.each([401, 403, 404, 400])("asks /v2/ after a %i without a challenge", async (status) => {
    const server = await serve(behind(status));

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([ADA]) })).toBe(INDEX_DIGEST);
    expect(server.lines).toContain("GET /v2/");
  });

  test("does not ask /v2/ after a 404 where there is no login", async () => {
    const server = await serve(behind(404));

    expect(await failOnce(`${server.host}/app:v1`)).toMatchObject({ code: "tag-not-found" });
    expect(server.lines).not.toContain("GET /v2/");
  });

  test("believes no other host that /v2/ redirects to", async () => {
    const evil = await serve((request, response) => {
      if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"t"}' });
      else challengeBearer(request, response);
    });
    const server = await serve((request, response) => {
      if (request.url === "/v2/") answer(response, 307, { headers: { location: `http://${evil.host}/v2/` } });
      else answer(response, 404);
    });

    await failOnce(`${server.host}/app:v1`, { keychain: keychainOf([ADA]) });

    expect(evil.lines).toEqual(["GET /v2/"]);
  });

  test("finds a realm at /v2/ for strangers, too (old Google registries)", async () => {
    const good = tokenRegistry(() => "t");
    const server = await serve((request, response) => {
      if (request.url.startsWith("/v2/app") && request.headers.authorization === undefined)
        answer(response, 401);
      else good(request, response);
    });

    expect(await resolveOnce(`${server.host}/app:v1`)).toBe(INDEX_DIGEST);
  });

  test("tries the login after a 401 that never says how", async () => {
    const server = await serve((request, response) =>
      request.headers.authorization === encoded("ada:secret") ? answerIndex(response) : answer(response, 401),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([ADA]) })).toBe(INDEX_DIGEST);
  });
});

describe("lookUp with tokens for a login", () => {
  const identity = {
    source: "identity",
    credential: { kind: "identity-token", token: "refresh me" } as Credential,
  };

  function realm(
    post: (request: SeenRequest, response: ServerResponse) => void,
    get: (request: SeenRequest) => boolean,
  ): Quirk {
    return (request, response) => {
      if (request.url.startsWith("/token") && request.method === "POST") post(request, response);
      else if (request.url.startsWith("/token")) {
        if (get(request)) answer(response, 200, { body: '{"token":"t"}' });
        else answerError(response, 401, "UNAUTHORIZED");
      } else if (request.headers.authorization === "Bearer t") answerIndex(response);
      else challengeBearer(request, response);
    };
  }

  test("posts an identity token", async () => {
    const server = await serve(
      realm(
        (_, response) => answer(response, 200, { body: '{"access_token":"t"}' }),
        () => false,
      ),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([identity]) })).toBe(
      INDEX_DIGEST,
    );
    const post = server.requests.find(({ method }) => method === "POST");
    expect(post?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(Object.fromEntries(new URLSearchParams(post?.body))).toEqual({
      grant_type: "refresh_token",
      service: "quirk",
      scope: "repository:app:pull",
      client_id: "pin-digests",
      refresh_token: "refresh me",
    });
  });

  test.each([400, 401, 404, 405])(
    "falls back to GET where POST gives %i (ACR, Artifactory, Google, Harbor)",
    async (status) => {
      const server = await serve(
        realm(
          (_, response) => answer(response, status),
          ({ headers }) => headers.authorization === encoded("<token>:refresh me"),
        ),
      );

      expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([identity]) })).toBe(
        INDEX_DIGEST,
      );
    },
  );

  test("gets with the username that stands beside an identity token", async () => {
    const { credential, source } = identity;
    const named = { source, credential: { ...credential, username: "0000" } as Credential };
    const server = await serve(
      realm(
        (_, response) => answer(response, 405),
        ({ headers }) => headers.authorization === encoded("0000:refresh me"),
      ),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([named]) })).toBe(INDEX_DIGEST);
  });

  test("sends a registry token as it is", async () => {
    const ready = { source: "ready", credential: { kind: "registry-token", token: "t" } as Credential };
    const server = await serve(
      realm(
        (_, response) => answer(response, 500),
        () => false,
      ),
    );

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain: keychainOf([ready]) })).toBe(INDEX_DIGEST);
    expect(paths(server)).toEqual(["HEAD /v2/app/manifests/v1", "HEAD /v2/app/manifests/v1"]);
  });

  test("shows no secret that a server sends back", async () => {
    const server = await serve((request, response) => {
      if (!request.url.startsWith("/token")) return challengeBearer(request, response);
      const { authorization = "" } = request.headers;
      answer(response, 403, {
        body: `no: ${authorization} ${Buffer.from(authorization.slice(6), "base64")}`,
      });
    });

    // In no path of a stack.
    const candidate = basicLogin("ada", "Tr0ub4dor&3");

    const error = await failOnce(`${server.host}/app:v1`, { keychain: keychainOf([], { candidate }) });

    const shown = `${error.message} ${String(error.cause)} ${error.stack}`;
    expect(shown).toContain("no: Basic …");
    expect(shown).not.toContain("Tr0ub4dor");
    expect(shown).not.toContain(encoded("ada:Tr0ub4dor&3").slice(6));
  });
});
