import { describe, expect, test } from "vitest";
import { parsePullSecret, type SecretContent } from "../../src/credentials/pull-secret.ts";

const type = "kubernetes.io/dockerconfigjson";

function parse(secret: Partial<SecretContent>) {
  const warnings: string[] = [];
  const content = { source: "Secret prod/pull", type, data: {}, stringData: {}, ...secret };
  const config = parsePullSecret(content, (message) => warnings.push(message));
  return { config, warnings };
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

const ghcr = '{"auths":{"ghcr.io":{"auth":"bWU6c2VjcmV0"}}}';

describe("parsePullSecret", () => {
  test.each([
    { name: "data", secret: { data: { ".dockerconfigjson": encode(ghcr) } } },
    {
      name: "data over several lines",
      secret: { data: { ".dockerconfigjson": encode(ghcr).replace(/.{20}/g, "$&\n") } },
    },
    { name: "stringData", secret: { stringData: { ".dockerconfigjson": ghcr } } },
    {
      name: "stringData before data",
      secret: { data: { ".dockerconfigjson": encode("{}") }, stringData: { ".dockerconfigjson": ghcr } },
    },
    {
      name: "a dockercfg",
      secret: {
        type: "kubernetes.io/dockercfg",
        data: { ".dockercfg": encode('{"ghcr.io":{"auth":"bWU6c2VjcmV0"}}') },
      },
    },
  ])("reads $name", ({ secret }) => {
    expect(parse(secret)).toEqual({
      config: {
        source: "Secret prod/pull",
        auths: [["ghcr.io", { auth: "bWU6c2VjcmV0" }]],
        credHelpers: [],
        credsStore: "",
      },
      warnings: [],
    });
  });

  test("drops helpers, since a package must start no program", () => {
    const text = '{"auths":{},"credHelpers":{"ghcr.io":"evil"},"credsStore":"evil"}';

    expect(parse({ stringData: { ".dockerconfigjson": text } }).config).toMatchObject({
      credHelpers: [],
      credsStore: "",
    });
  });

  test("ignores a Secret of another type", () => {
    expect(parse({ type: "Opaque", stringData: { ".dockerconfigjson": ghcr } })).toEqual({
      config: undefined,
      warnings: [],
    });
  });

  test.each([{}, { data: { ".dockerconfigjson": "<pull secret>" } }])(
    "warns of a Secret without logins: %j",
    (secret) => {
      expect(parse(secret).warnings).toEqual([
        'wanted logins from Secret prod/pull: it has no ".dockerconfigjson" in base64',
      ]);
    },
  );

  test("warns of a configuration that is no JSON without quoting it", () => {
    expect(parse({ stringData: { ".dockerconfigjson": "s3cret" } }).warnings).toEqual([
      "wanted a Docker configuration in Secret prod/pull: not a JSON object, so no login is taken from it",
    ]);
  });
});
