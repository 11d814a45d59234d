import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseReference } from "../../src/image/reference.ts";
import { RegistryError } from "../../src/registry/errors.ts";
import { answer, INDEX, INDEX_DIGEST, INDEX_TYPE } from "../support/manifests.ts";
import { type Quirk, type QuirkServer, serve } from "../support/quirk-server.ts";
import { makeClient } from "../support/registry-client.ts";

const ociManifest = "application/vnd.oci.image.manifest.v1+json";

function manifest(configType: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: ociManifest,
    config: { mediaType: configType },
    layers: [],
  });
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function serving(type: string, body: string): Quirk {
  return (_, response) =>
    answer(response, 200, {
      headers: { "content-type": type, "docker-content-digest": digestOf(body) },
      body,
    });
}

async function recognize(quirk: Quirk): Promise<{ readonly server: QuirkServer; readonly outcome: unknown }> {
  const server = await serve(quirk);
  const client = makeClient();
  onTestFinished(client.close);
  const outcome = await client
    .inspect(parseReference(`${server.host}/app:v1`), { mustBeImage: true })
    .catch((error: unknown) => error);
  return { server, outcome };
}

describe("inspect, of what must be an image", () => {
  test.each([
    [INDEX_TYPE, INDEX, INDEX_DIGEST],
    ["application/vnd.docker.distribution.manifest.v2+json", "{}", digestOf("{}")],
  ])("takes the word of a HEAD for %s", async (type, body, digest) => {
    const { server, outcome } = await recognize(serving(type, body));

    expect(outcome).toEqual({ digest, recognizedBy: type });
    expect(server.lines).toEqual(["HEAD /v2/app/manifests/v1"]);
  });

  test("reads the configuration's type of an OCI manifest", async () => {
    const body = manifest("application/vnd.oci.image.config.v1+json");

    const { server, outcome } = await recognize(serving(ociManifest, body));

    expect(outcome).toEqual({
      digest: digestOf(body),
      recognizedBy: "application/vnd.oci.image.config.v1+json",
    });
    expect(server.lines).toEqual(["HEAD /v2/app/manifests/v1", `GET /v2/app/manifests/${digestOf(body)}`]);
  });

  test.each([
    "application/vnd.cncf.helm.config.v1+json",
    "application/vnd.ollama.image.model",
    "application/vnd.cncf.flux.config.v1+json",
  ])("knows that %s is no image", async (type) => {
    const { outcome } = await recognize(serving(ociManifest, manifest(type)));

    expect(outcome).toBeInstanceOf(RegistryError);
    expect(outcome).toMatchObject({ code: "not-an-image", message: expect.stringContaining(type) });
  });

  test("tries nothing twice", async () => {
    const { server, outcome } = await recognize((_, response) => answer(response, 503));

    expect(outcome).toMatchObject({ code: "server" });
    expect(server.lines.filter((line) => line.startsWith("HEAD"))).toHaveLength(1);
  });

  test("does not wait for a registry that says nothing", async () => {
    const { outcome } = await recognize(() => undefined);

    expect(outcome).toMatchObject({ code: "timeout" });
  });

  test("tells no secret that the other side gives for a media type", async () => {
    const { outcome } = await recognize((request, response) => {
      const { authorization } = request.headers;
      const headers = {
        "www-authenticate": `Bearer realm="http://${request.headers.host}/token"`,
        "content-type": `application/vnd.${authorization?.slice("Bearer ".length)}+json`,
      };
      if (request.url.startsWith("/token")) answer(response, 200, { body: '{"token":"Tok3n-12345"}' });
      else answer(response, authorization === undefined ? 401 : 200, { headers, body: manifest("x") });
    });

    expect(outcome).toMatchObject({ code: "not-an-image" });
    expect(String(outcome)).not.toContain("tok3n-12345");
  });
});
