import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import { fakeDns } from "../support/fake-dns.ts";
import { answer, answerError, answerIndex, challengeBearer, INDEX_DIGEST } from "../support/manifests.ts";
import { type Quirk, type QuirkServer, serve } from "../support/quirk-server.ts";
import {
  basicLogin,
  digestOf,
  failOnce,
  keychainOf,
  makeClient,
  resolveOnce,
} from "../support/registry-client.ts";

const encoded = (login: string) => `Basic ${Buffer.from(login).toString("base64")}`;
const authorizations = ({ requests }: QuirkServer) => requests.map(({ headers }) => headers.authorization);

/** Sends everybody on. */
const vanity =
  (url: string): Quirk =>
  (request, response) =>
    answer(response, 307, { headers: { location: `${url}${request.url}` } });

/** Answers those who have a login, by the Basic scheme. */
const basic =
  (login: string, then: Quirk = (_, response) => answerIndex(response)): Quirk =>
  (request, response) =>
    request.headers.authorization === encoded(login)
      ? then(request, response)
      : answerError(response, 401, "UNAUTHORIZED", { "www-authenticate": "Basic realm=x" });

/** Answers those who have a token, which its realm gives to one login. */
const bearer =
  (login: string): Quirk =>
  (request, response) => {
    const { authorization } = request.headers;
    if (request.url.startsWith("/token")) {
      if (authorization === encoded(login)) answer(response, 200, { body: '{"token":"theirs"}' });
      else answerError(response, 401, "DENIED");
    } else if (authorization === "Bearer theirs") answerIndex(response);
    else challengeBearer(request, response);
  };

const OURS = basicLogin("ours", "1");
const THEIRS = basicLogin("theirs", "2");

describe("a redirect to another registry that wants a login", () => {
  test.each([
    ["Basic", basic("theirs:2")],
    ["a token", bearer("theirs:2")],
  ])("is answered with the login for that registry: %s", async (_, quirk) => {
    const target = await serve(quirk);
    const server = await serve(vanity(`http://${target.host}`));
    const keychain = keychainOf({ [server.host]: [OURS], [target.host]: [THEIRS] });

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain })).toBe(INDEX_DIGEST);
    expect(authorizations(server)).toEqual([undefined]);
    expect(authorizations(target)).not.toContain(encoded("ours:1"));
  });

  test("is answered after the login that the first wants itself", async () => {
    const target = await serve(bearer("theirs:2"));
    const server = await serve(basic("ours:1", vanity(`http://${target.host}`)));
    const keychain = keychainOf({ [server.host]: [OURS], [target.host]: [THEIRS] });

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain })).toBe(INDEX_DIGEST);
    expect(authorizations(server)).not.toContain(encoded("theirs:2"));
    expect(authorizations(target)).not.toContain(encoded("ours:1"));
  });

  test("is answered with an identity of the cloud, too", async () => {
    const target = await serve(bearer("theirs:2"));
    const server = await serve(vanity(`http://${target.host}`));

    const keychain = keychainOf({}, { candidate: THEIRS });

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain })).toBe(INDEX_DIGEST);
  });

  test("asks for each image of that registry as if it were named", async () => {
    const target = await serve(bearer("theirs:2"));
    const server = await serve(vanity(`http://${target.host}`));
    const client = makeClient({ keychain: keychainOf({ [target.host]: [THEIRS] }) });

    for (const tag of ["v1", "v2"]) await digestOf(client, parseReference(`${server.host}/app:${tag}`));
    await client.close();

    expect(target.lines.filter((line) => line.includes("/token"))).toHaveLength(1);
  });

  test("finds a login that is wanted in no words (404 for strangers)", async () => {
    const target = await serve((request, response) => {
      if (request.headers.authorization === encoded("theirs:2")) answerIndex(response);
      else if (request.url === "/v2/")
        answer(response, 401, { headers: { "www-authenticate": "Basic realm=x" } });
      else answerError(response, 404, "MANIFEST_UNKNOWN");
    });
    const server = await serve(vanity(`http://${target.host}`));
    const ask = (login: (typeof THEIRS)[]) => ({ keychain: keychainOf({ [target.host]: login }) });

    expect(await resolveOnce(`${server.host}/app:v1`, ask([THEIRS]))).toBe(INDEX_DIGEST);
    const before = target.lines.length;
    expect(await failOnce(`${server.host}/app:v1`, ask([]))).toMatchObject({ code: "tag-not-found" });
    expect(target.lines.slice(before)).toEqual(["HEAD /v2/app/manifests/v1", "GET /v2/app/manifests/v1"]);
  });

  test("ends where registries send each other those who are logged in", async () => {
    const hosts: string[] = [];
    const toOther =
      (login: string, other: number): Quirk =>
      (request, response) =>
        basic(login, vanity(`http://${hosts[other]}`))(request, response);
    const [one, two] = [await serve(toOther("ours:1", 1)), await serve(toOther("theirs:2", 0))];
    hosts.push(one.host, two.host);
    const keychain = keychainOf({ [one.host]: [OURS], [two.host]: [THEIRS] });

    const error = await failOnce(`${one.host}/app:v1`, { keychain });

    expect(error).toMatchObject({ code: "redirect" });
    expect(error.message).toMatch(/more than \d+ registries/);
  });

  test("says which registry refused, and where to log in", async () => {
    const target = await serve(bearer("theirs:2"));
    const server = await serve(vanity(`http://${target.host}`));

    const error = await failOnce(`${server.host}/app:v1`, {
      keychain: keychainOf({ [server.host]: [OURS] }),
    });

    expect(error).toMatchObject({ code: "unauthorized", registry: server.host });
    expect(error.message).toContain(
      `${server.host} redirects to ${target.host}: ${target.host} answered HTTP 401`,
    );
    expect(error.message).toContain(`log in to ${target.host} if it is private`);
  });

  test("warns of the login that the other registry refused where it serves everybody", async () => {
    const target = await serve((request, response) => {
      const { authorization } = request.headers;
      if (request.url.startsWith("/token") && authorization !== undefined)
        answerError(response, 401, "DENIED");
      else if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"all"}' });
      else if (authorization === "Bearer all") answerIndex(response);
      else challengeBearer(request, response);
    });
    const server = await serve(vanity(`http://${target.host}`));
    const client = makeClient({ keychain: keychainOf({ [target.host]: [THEIRS] }) });

    await digestOf(client, parseReference(`${server.host}/app:v1`));
    await client.close();

    expect(client.warnings().map(({ message }) => message)).toEqual([
      `${target.host} refused the login from login of theirs (HTTP 401), and was asked anonymously instead: renew that login, or remove it`,
    ]);
  });

  test("takes no other digest than the one that was asked for", async () => {
    const other = `sha256:${"1".repeat(64)}`;
    const target = await serve(bearer("theirs:2"));
    const server = await serve((_, response) =>
      answer(response, 307, { headers: { location: `http://${target.host}/v2/app/manifests/v1` } }),
    );
    const keychain = keychainOf({ [target.host]: [THEIRS] });

    expect(await failOnce(`${server.host}/app@${other}`, { keychain })).toMatchObject({ code: "bad-digest" });
  });

  test("leads on to a third", async () => {
    const third = await serve(bearer("third:3"));
    const second = await serve(basic("theirs:2", vanity(`http://${third.host}`)));
    const server = await serve(vanity(`http://${second.host}`));
    const keychain = keychainOf({ [second.host]: [THEIRS], [third.host]: [basicLogin("third", "3")] });

    expect(await resolveOnce(`${server.host}/app:v1`, { keychain })).toBe(INDEX_DIGEST);
    expect(authorizations(third)).not.toContain(encoded("theirs:2"));
  });

  test("does not lead round and round", async () => {
    let back = "";
    const second = await serve(basic("theirs:2", (request, response) => vanity(back)(request, response)));
    const server = await serve(basic("ours:1", vanity(`http://${second.host}`)));
    back = `http://${server.host}`;
    const keychain = keychainOf({ [server.host]: [OURS], [second.host]: [THEIRS] });

    expect(await failOnce(`${server.host}/app:v1`, { keychain })).toMatchObject({ code: "redirect" });
  });

  test("gets no login over plain HTTP, unless the entry for that host says so", async () => {
    onTestFinished(fakeDns({ "registry.example": ["127.0.0.1"] }).restore);
    const target = await serve(basic("theirs:2"));
    const host = `registry.example:${target.port}`;
    const server = await serve(vanity(`http://${host}`));
    const keychain = keychainOf({ [host]: [THEIRS] });

    const error = await failOnce(`${server.host}/app:v1`, { keychain });
    expect(error).toMatchObject({ code: "plain-login" });
    expect(error.message).toContain(`set plainHTTP: true for ${host}`);
    expect(authorizations(target)).not.toContain(encoded("theirs:2"));
    const registries = [{ prefix: host, plainHTTP: true }];
    expect(await resolveOnce(`${server.host}/app:v1`, { keychain, registries })).toBe(INDEX_DIGEST);
  });

  test("names no realm that lies nearer than it does", async () => {
    const target = await serve((_, response) =>
      answer(response, 401, {
        headers: { "www-authenticate": 'Bearer realm="http://169.254.169.254/token"' },
      }),
    );
    const server = await serve(vanity(`http://${target.host}`));
    const keychain = keychainOf({ [target.host]: [THEIRS] });

    expect(await failOnce(`${server.host}/app:v1`, { keychain })).toMatchObject({ code: "realm" });
  });

  test("keeps to its guard when its name means a nearer address by the time of the login", async () => {
    const names = fakeDns({ "registry.example": ["127.0.0.1", "169.254.169.254"] });
    onTestFinished(names.restore);
    const target = await serve((request, response) => {
      // A new connection is needed for the next request, and so a new look-up.
      response.shouldKeepAlive = false;
      basic("theirs:2")(request, response);
    });
    const host = `registry.example:${target.port}`;
    const server = await serve(vanity(`http://${host}`));
    const registries = [{ prefix: host, plainHTTP: true }];

    expect(
      await failOnce(`${server.host}/app:v1`, { registries, keychain: keychainOf({ [host]: [THEIRS] }) }),
    ).toMatchObject({ code: "redirect" });
    expect(names.lookups).toHaveLength(2);
  });
});
