import { describe, expect, onTestFinished, test } from "vitest";
import type { Credential } from "../../src/credentials/credential.ts";
import { parsePlatform } from "../../src/image/platform.ts";
import { parseReference } from "../../src/image/reference.ts";
import { answer, challengeBearer } from "../support/manifests.ts";
import { serve } from "../support/quirk-server.ts";
import { basicLogin, failOnce, keychainOf, makeClient } from "../support/registry-client.ts";
import { secretForms } from "../support/secret-forms.ts";

// Such as no path of a stack, and no word of a message, has in it.
const PASSWORD = `Tr0u/b4"d&r<3>+zürich%41`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** All that a program or a person may see of a failure. */
async function shown(...options: Parameters<typeof failOnce>): Promise<string> {
  const error = await failOnce(...options);
  const causes = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    causes.push(`${cause.message} ${cause.stack} ${JSON.stringify(cause)}`);
  }
  return causes.join(" ");
}

function expectNone(text: string, ...secrets: readonly string[]): void {
  for (const secret of secrets) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
}

describe("what a server sends back", () => {
  test.each(secretForms)("is shown without the password %s", async (_, write) => {
    const server = await serve((request, response) => {
      if (request.headers.authorization === undefined)
        answer(response, 401, { headers: { "www-authenticate": "Basic" } });
      else
        answer(response, 403, {
          headers: { "content-type": "text/plain" },
          body: `no: ${write(PASSWORD)}, sorry`,
        });
    });

    const text = await shown(`${server.host}/app:v1`, {
      keychain: keychainOf([basicLogin("ada", PASSWORD)]),
    });

    expect(text).toContain("no: …, sorry");
    expectNone(text, write(PASSWORD), PASSWORD);
  });

  test.each(secretForms)("in an error of the API is shown without the password %s", async (_, write) => {
    const server = await serve((request, response) => {
      const body = JSON.stringify({ errors: [{ code: "DENIED", message: `no: ${write(PASSWORD)}, sorry` }] });
      if (request.headers.authorization === undefined)
        answer(response, 401, { headers: { "www-authenticate": "Basic" } });
      else answer(response, 403, { body });
    });

    const text = await shown(`${server.host}/app:v1`, {
      keychain: keychainOf([basicLogin("ada", PASSWORD)]),
    });

    expect(text).toContain("DENIED: no: …, sorry");
    expectNone(text, write(PASSWORD), PASSWORD);
  });

  test.each<readonly [string, Credential]>([
    ["a password", { kind: "basic", username: "ada", password: PASSWORD }],
    [
      "a password that looks like the id of a request",
      { kind: "basic", username: "ada", password: "pre-3ff7c94e-1111-4222-8333-5f0a8b7c6d5e-post" },
    ],
    [
      "a password with a time in it",
      { kind: "basic", username: "ada", password: "pre 2026-01-02T03:04:05Z post" },
    ],
    ["a refresh token", { kind: "identity-token", token: "refresh-0123456789" }],
    ["a refresh token with a user", { kind: "identity-token", token: "refresh-0123456789", username: "ada" }],
  ])("by a token service is shown without %s", async (_, credential) => {
    let sent = "";
    const server = await serve((request, response) => {
      if (!request.url.startsWith("/token")) return challengeBearer(request, response);
      const { authorization } = request.headers;
      if (authorization !== undefined)
        sent = `${authorization} ${Buffer.from(authorization.slice(6), "base64")}`;
      if (request.body !== "") sent = request.body;
      // Whoever comes without a login at the end gets to hear of the one before.
      answer(response, 403, { headers: { "content-type": "text/plain" }, body: `no: ${sent}!` });
    });
    const secret = credential.kind === "basic" ? credential.password : credential.token;

    const text = await shown(`${server.host}/app:v1`, {
      keychain: keychainOf([{ source: "a file", credential }]),
    });

    expect(text).toMatch(/no: (?:Basic …|.*refresh_token=…)/);
    expectNone(text, secret, base64(secret).slice(2, -4), "pre-", "-post", "pre …", "refresh-0");
  });

  test("is shown without a token that was had for the registry", async () => {
    const server = await serve((request, response) => {
      if (request.url.startsWith("/token"))
        return answer(response, 200, { body: '{"token": "Tok3n-abc.def"}' });
      if (request.headers.authorization === undefined) return challengeBearer(request, response);
      answer(response, 403, {
        headers: { "content-type": "text/plain" },
        body: `no: ${request.headers.authorization}!`,
      });
    });

    const text = await shown(`${server.host}/app:v1`);

    expect(text).toContain("no: Bearer …!");
    expectNone(text, "Tok3n");
  });

  test("in the place of a platform is shown without the password", async () => {
    const server = await serve((request, response) => {
      const { authorization = "" } = request.headers;
      if (authorization === "") return answer(response, 401, { headers: { "www-authenticate": "Basic" } });
      const [, password = ""] = Buffer.from(authorization.slice(6), "base64").toString().split(":");
      const platform = { os: "linux", architecture: password };
      const body = { schemaVersion: 2, manifests: [{ digest: `sha256:${"1".repeat(64)}`, platform }] };
      answer(response, 200, { body: JSON.stringify(body) });
    });
    const client = makeClient({ keychain: keychainOf([basicLogin("ada", "Tr0ub4dor-3")]) });
    onTestFinished(client.close);
    const demand = { requirePlatforms: [parsePlatform("linux/arm64")] };

    const asked = client.inspect(parseReference(`${server.host}/app:v1`), demand);

    await expect(asked).rejects.toThrow("it is for the single platform linux/…, not for linux/arm64");
  });

  test("is shown without the login of a proxy", async () => {
    const proxy = await serve((request, response) => {
      const login = request.headers["proxy-authorization"] ?? "";
      answer(response, 403, {
        headers: { "content-type": "text/html+x" },
        body: `no: ${login} ${Buffer.from(login.slice(6), "base64")}!`,
      });
    });
    const proxies = { httpProxy: `http://ada:${encodeURIComponent(PASSWORD)}@${proxy.host}` };
    const registries = [{ prefix: "registry.example", plainHTTP: true }];

    const text = await shown("registry.example/app:v1", { proxies, registries });

    expect(text).toContain("no: Basic … …!");
    expectNone(text, PASSWORD, base64(`ada:${PASSWORD}`));
  });

  test.each([60, 280, 298, 4_080, 4_094, 65_530])(
    "is shown without the half of a password, cut after %i characters",
    async (length) => {
      const server = await serve((request, response) => {
        if (request.headers.authorization === undefined)
          return answer(response, 401, { headers: { "www-authenticate": "Basic" } });
        // White space that is collapsed brings what stands far behind to the front.
        const body = `no: ${" ".repeat(length)}${PASSWORD}${"x".repeat(400)}`;
        answer(response, 403, { headers: { "content-type": "text/plain" }, body });
      });

      const text = await shown(`${server.host}/app:v1`, {
        keychain: keychainOf([basicLogin("ada", PASSWORD)]),
      });

      expectNone(text, "Tr0u");
    },
  );

  test("names no host that it made of a token", async () => {
    const server = await serve((request, response) => {
      if (request.headers.authorization === undefined)
        return answer(response, 401, { headers: { "www-authenticate": "Basic" } });
      answer(response, 307, { headers: { location: "http://tr0ubad0r.invalid/" } });
    });

    const text = await shown(`${server.host}/app:v1`, {
      keychain: keychainOf([basicLogin("ada", "Tr0ubad0r")]),
    });

    expectNone(text, "tr0ubad0r");
  });

  test("in the place of a digest is shown without the password", async () => {
    const server = await serve((request, response) => {
      if (request.headers.authorization === undefined)
        return answer(response, 401, { headers: { "www-authenticate": "Basic" } });
      const headers = { "docker-content-digest": `sha256:${"1".repeat(100)}Tr0ubad0r` };
      answer(response, 200, { headers, body: '{"schemaVersion": 2}' });
    });

    const text = await shown(`${server.host}/app:v1`, {
      keychain: keychainOf([basicLogin("ada", "Tr0ubad0r")]),
      verify: "get",
    });

    expectNone(text, "Tr0u");
  });
});
