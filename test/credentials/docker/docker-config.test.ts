import { describe, expect, test } from "vitest";
import {
  type ConfigDocument,
  parseDockerConfig,
  readAuthEntry,
} from "../../../src/credentials/docker/docker-config.ts";

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

function parse(document: Omit<ConfigDocument, "source">) {
  const warnings: string[] = [];
  const config = parseDockerConfig({ source: "/home/me/config.json", ...document }, (message) =>
    warnings.push(message),
  );
  return { config, warnings };
}

describe("readAuthEntry", () => {
  test.each([
    {
      name: "decodes auth",
      entry: { auth: encode("me:secret") },
      credential: { kind: "basic", username: "me", password: "secret" },
    },
    {
      name: "decodes auth without padding",
      entry: { auth: "bWU6c2VjcmV0cw" },
      credential: { kind: "basic", username: "me", password: "secrets" },
    },
    {
      name: "keeps colons of a password",
      entry: { auth: encode("me:a:b:c") },
      credential: { kind: "basic", username: "me", password: "a:b:c" },
    },
    {
      name: "drops the NUL characters around a password",
      entry: { auth: encode("me:secret\0\0") },
      credential: { kind: "basic", username: "me", password: "secret" },
    },
    {
      name: "keeps a password that is not ASCII",
      entry: { auth: encode("me:pässwörd✓") },
      credential: { kind: "basic", username: "me", password: "pässwörd✓" },
    },
    {
      name: "takes username and password without auth",
      entry: { username: "me", password: "secret" },
      credential: { kind: "basic", username: "me", password: "secret" },
    },
    {
      name: "prefers auth to username and password",
      entry: { auth: encode("me:secret"), username: "other", password: "old" },
      credential: { kind: "basic", username: "me", password: "secret" },
    },
    {
      name: "prefers an identity token to a login, and keeps its user",
      entry: { auth: encode("me:"), identitytoken: "id" },
      credential: { kind: "identity-token", token: "id", username: "me" },
    },
    {
      name: "takes an identity token alone",
      entry: { identitytoken: "id" },
      credential: { kind: "identity-token", token: "id" },
    },
    {
      name: "takes a registry token before all else",
      entry: { auth: encode("me:secret"), identitytoken: "id", registrytoken: "bearer" },
      credential: { kind: "registry-token", token: "bearer" },
    },
  ])("$name", ({ entry, credential }) => {
    expect(readAuthEntry(entry)).toEqual({ kind: "login", credential });
  });

  test("takes no registry token that no header can hold", () => {
    expect(readAuthEntry({ registrytoken: "hush\nhush" })).toEqual({
      kind: "invalid",
      reason: '"registrytoken" holds characters that no header can hold',
    });
  });

  test.each([
    [{}],
    [{ auth: "" }],
    [{ email: "me@example.com" }],
    [{ username: "me" }],
    [{ auth: encode("me:") }],
  ])("finds no login in %j", (entry) => {
    expect(readAuthEntry(entry)).toEqual({ kind: "empty" });
  });

  test.each([[{ auth: "bWU6c2Vj cmV0!" }], [{ auth: encode("no colon") }], [null], ["text"]])(
    "calls %j invalid",
    (entry) => {
      expect(readAuthEntry(entry)).toMatchObject({ kind: "invalid" });
    },
  );
});

describe("parseDockerConfig", () => {
  test("reads logins, helpers and the store", () => {
    const text =
      '{"auths":{"ghcr.io":{}},"credHelpers":{"gcr.io":"gcloud"},"credsStore":"desktop","HttpHeaders":{}}';

    expect(parse({ text })).toEqual({
      config: {
        source: "/home/me/config.json",
        auths: [["ghcr.io", {}]],
        credHelpers: [["gcr.io", "gcloud"]],
        credsStore: "desktop",
      },
      warnings: [],
    });
  });

  test("reads the bare map of a .dockercfg", () => {
    const { config } = parse({ text: '{"ghcr.io":{"auth":"eDp5"}}', bare: true });

    expect(config?.auths).toEqual([["ghcr.io", { auth: "eDp5" }]]);
  });

  test("accepts a byte order mark", () => {
    expect(parse({ text: '\uFEFF{"auths":{"ghcr.io":{}}}' }).config?.auths).toHaveLength(1);
  });

  test("keeps an entry named __proto__ from becoming a prototype", () => {
    const { config } = parse({ text: '{"__proto__":{"credsStore":"evil"}}' });

    expect(config?.credsStore).toBe("");
  });

  test.each(['{"auths": {"ghcr.io": {"auth": "c2VjcmV0"}}', "[]", "null", '"text"', "", "not json c2VjcmV0"])(
    "takes nothing from %j and says so without quoting it",
    (text) => {
      expect(parse({ text })).toEqual({
        config: undefined,
        warnings: [
          "wanted a Docker configuration in /home/me/config.json: not a JSON object, so no login is taken from it",
        ],
      });
    },
  );

  test("leaves out a part of another type with a warning", () => {
    const { config, warnings } = parse({
      text: '{"auths":["ghcr.io"],"credHelpers":{"a":1,"b":"c"},"credsStore":7}',
    });

    expect(config).toMatchObject({ auths: [], credHelpers: [["b", "c"]], credsStore: "" });
    expect(warnings).toEqual([
      'wanted an object for "auths" in /home/me/config.json: it is of another type, and is ignored',
    ]);
  });
});
