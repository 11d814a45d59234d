import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import { parsePlatform } from "../../src/image/platform.ts";
import { parseReference } from "../../src/image/reference.ts";
import type { RegistryClient } from "../../src/registry/client.ts";
import { RegistryError } from "../../src/registry/errors.ts";
import { inspect } from "../../src/registry/platforms.ts";
import { answerListed } from "../support/manifests.ts";
import { startRegistry } from "../support/registry.mjs";
import {
  basicLogin,
  digestOf,
  keychainOf,
  makeClient,
  type TestClientOptions,
} from "../support/registry-client.ts";

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** What digests are made of that its registry does not have, be they listed by an index. */
const LOST = "39";

const shaOf = (content: string) =>
  parseDigest(`sha256:${createHash("sha256").update(content).digest("hex")}`);

const IMAGE = "application/vnd.oci.image.manifest.v1+json";
const missing = parseDigest(`sha256:${"9".repeat(64)}`);

const child = (character: string, platform?: object, annotations?: object) => ({
  mediaType: IMAGE,
  digest: `sha256:${character.repeat(64)}`,
  size: 1,
  ...(platform && { platform }),
  ...(annotations && { annotations }),
});

const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [
    child("1", { os: "linux", architecture: "amd64" }),
    child("2", { os: "linux", architecture: "arm64", variant: "v8" }),
    child("3", { os: "linux", architecture: "arm", variant: "v6" }),
    child(
      "4",
      { os: "unknown", architecture: "unknown" },
      { "vnd.docker.reference.type": "attestation-manifest" },
    ),
  ],
});

const windows = JSON.stringify({
  schemaVersion: 2,
  manifests: ["10.0.17763.6414", "10.0.20348.2700"].map((version, number) =>
    child(String(number), { os: "windows", architecture: "amd64", "os.version": version }),
  ),
});

const config = JSON.stringify({ os: "linux", architecture: "arm64", rootfs: {} });
const manifestFor = (content: string, mediaType = "application/vnd.oci.image.config.v1+json") =>
  JSON.stringify({
    schemaVersion: 2,
    config: { mediaType, digest: shaOf(content), size: 1 },
    layers: [],
  });

/** A registry with an index, a single image, and that image's configuration. */
async function start(options: Parameters<typeof startRegistry>[0] & { readonly blob?: string } = {}) {
  const registry = await startRegistry({
    images: {
      "app:index": { manifest: index },
      "app:single": { manifest: manifestFor(config), mediaType: IMAGE },
      "app:windows": { manifest: windows },
      "app:chart": {
        manifest: manifestFor(config, "application/vnd.cncf.helm.config.v1+json"),
        mediaType: IMAGE,
      },
    },
    ...options,
    onRequest: (request, response) => {
      const { url = "", headers } = request;
      if (options.auth === undefined && answerListed(request, response, LOST)) return true;
      if (!url.startsWith("/v2/app/blobs/")) return false;
      if (options.auth !== undefined && headers.authorization === undefined) return false;
      const found = url === `/v2/app/blobs/${shaOf(config)}`;
      response.writeHead(found ? 200 : 404).end(found ? (options.blob ?? config) : "{}");
      return true;
    },
  });
  open.push(registry.close);
  return registry;
}

function client(options: TestClientOptions = {}): RegistryClient {
  const made = makeClient(options);
  open.push(made.close);
  return made;
}

async function failure(asked: Promise<unknown>): Promise<RegistryError> {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RegistryError) return error;
  throw new Error("it should have failed");
}

const lines = (registry: { readonly requests: readonly { method: string; path: string }[] }) =>
  registry.requests.map(({ method, path }) => `${method} ${path}`);

const platform = parsePlatform("linux/arm64");

describe("inspect", () => {
  test("asks once for an image of which nothing is wanted of platforms", async () => {
    const registry = await start();
    const asking = client();
    const image = parseReference(`${registry.host}/app:index`);

    const inspection = await asking.inspect(image, {});
    const digest = await digestOf(asking, image);

    expect(inspection).toEqual({ digest: shaOf(index) });
    expect(digest).toBe(shaOf(index));
    expect(lines(registry)).toEqual(["HEAD /v2/app/manifests/index"]);
  });

  test("gives the manifest for a platform, and what else there is, for one GET and a HEAD", async () => {
    const registry = await start();
    const asking = client();

    const inspection = await asking.inspect(parseReference(`${registry.host}/app:index`), { platform });

    expect(inspection).toEqual({
      digest: `sha256:${"2".repeat(64)}`,
      index: registry.digestOf("app", "index"),
      platforms: ["linux/amd64", "linux/arm64", "linux/arm/v6"],
    });
    expect(lines(registry)).toEqual([
      "GET /v2/app/manifests/index",
      `HEAD /v2/app/manifests/sha256:${"2".repeat(64)}`,
    ]);
  });

  test("refuses a manifest for a platform that the index lists and the registry has lost", async () => {
    const registry = await start();
    const demand = { platform: parsePlatform("linux/arm/v6") };

    const error = await failure(client().inspect(parseReference(`${registry.host}/app:index`), demand));

    expect(error.code).toBe("platform");
    expect(error.message).toContain(
      `its index lists sha256:${"3".repeat(64)} for it, which ${registry.host} does not have`,
    );
  });

  test("gives the index's own digest where platforms are only required", async () => {
    const registry = await start();
    const requirePlatforms = ["linux/amd64", "linux/arm/v7"].map(parsePlatform);

    const inspection = await client().inspect(parseReference(`${registry.host}/app:index`), {
      requirePlatforms,
    });

    expect(inspection.digest).toBe(shaOf(index));
    expect(lines(registry)).toEqual(["GET /v2/app/manifests/index"]);
  });

  test("gives the build of Windows that is named", async () => {
    const registry = await start();
    const demand = {
      platform: parsePlatform("windows(10.0.20348)/amd64"),
      requirePlatforms: [parsePlatform("windows/amd64")],
    };

    const inspection = await client().inspect(parseReference(`${registry.host}/app:windows`), demand);

    expect(inspection.digest).toBe(`sha256:${"1".repeat(64)}`);
  });

  test("asks once for what is wanted of one image twice", async () => {
    const registry = await start();
    const asking = client();
    const image = parseReference(`${registry.host}/app:index`);

    await Promise.all([asking.inspect(image, { platform }), asking.inspect(image, { platform })]);

    expect(registry.requests).toHaveLength(2);
  });

  test("asks an image that is no index for its configuration", async () => {
    const registry = await start();

    const inspection = await client().inspect(parseReference(`${registry.host}/app:single`), { platform });

    expect(inspection).toEqual({ digest: shaOf(manifestFor(config)), platforms: ["linux/arm64"] });
    expect(lines(registry)).toEqual(["GET /v2/app/manifests/single", `GET /v2/app/blobs/${shaOf(config)}`]);
  });

  test("asks for the configuration with the login that the image needed", async () => {
    const registry = await start({ auth: { basic: { username: "ada", password: "secret" } } });
    const asking = client({ keychain: keychainOf([basicLogin("ada", "secret")]) });

    const inspection = await asking.inspect(parseReference(`${registry.host}/app:single`), { platform });

    expect(inspection.platforms).toEqual(["linux/arm64"]);
    expect(registry.requests).toHaveLength(3);
  });

  test("follows a configuration to the store that has it, without the login", async () => {
    const seen: (string | undefined)[] = [];
    const store = await startRegistry({
      onRequest: ({ headers }, response) => {
        seen.push(headers.authorization);
        response.writeHead(200).end(config);
        return true;
      },
    });
    const registry = await startRegistry({
      images: { "app:single": { manifest: manifestFor(config), mediaType: IMAGE } },
      auth: { basic: { username: "ada", password: "secret" } },
      onRequest: ({ url = "", headers }, response) => {
        if (!url.startsWith("/v2/app/blobs/") || headers.authorization === undefined) return false;
        response.writeHead(307, { location: `http://${store.host}/store/1` }).end();
        return true;
      },
    });
    open.push(store.close, registry.close);
    const asking = client({ keychain: keychainOf([basicLogin("ada", "secret")]) });

    const inspection = await asking.inspect(parseReference(`${registry.host}/app:single`), { platform });

    expect(inspection.platforms).toEqual(["linux/arm64"]);
    expect(seen).toEqual([undefined]);
  });

  test.each([
    {
      what: "an index without the platform",
      tag: "index",
      demand: { platform: parsePlatform("linux/s390x") },
      says: "it has linux/amd64, linux/arm64, linux/arm/v6, but not linux/s390x",
    },
    {
      what: "an index that lacks two of three",
      tag: "index",
      demand: { requirePlatforms: ["linux/amd64", "linux/s390x", "windows/amd64"].map(parsePlatform) },
      says: "it has linux/amd64, linux/arm64, linux/arm/v6, but not linux/s390x, windows/amd64",
    },
    {
      what: "a single image for another platform",
      tag: "single",
      demand: { platform: parsePlatform("linux/amd64") },
      says: "it is for the single platform linux/arm64, not for linux/amd64",
    },
    {
      what: "builds of Windows of which none is named",
      tag: "windows",
      demand: { platform: parsePlatform("windows/amd64") },
      says: "it has several for windows/amd64, and none is named: windows(10.0.17763.6414)/amd64, windows(10.0.20348.2700)/amd64",
    },
    {
      what: "a chart",
      tag: "chart",
      demand: { platform },
      says: "it is neither an index nor an image for a platform",
    },
  ])("refuses $what, and says what there is", async ({ tag, demand, says }) => {
    const registry = await start();
    const image = `${registry.host}/app:${tag}`;

    const error = await failure(client().inspect(parseReference(image), demand));

    const reason = `${says}; use an image that has it, or change \`platform\` and \`requirePlatforms\``;
    expect(error.code).toBe("platform");
    expect(error.reason).toBe(reason);
    expect(error.message).toBe(`can't resolve "${image}": ${reason}`);
  });

  test("refuses a configuration that has not the digest that the manifest names", async () => {
    const registry = await start({ blob: config.replace("arm64", "amd64") });

    const error = await failure(
      client().inspect(parseReference(`${registry.host}/app:single`), { platform }),
    );

    expect(error.code).toBe("bad-digest");
  });

  test("refuses an index that has not the digest that is asked for", async () => {
    const registry = await start({ images: { "app:index": { manifest: index } } });
    const forger = await startRegistry({
      onRequest: (_, response) => {
        response.writeHead(200, { "content-type": "application/vnd.oci.image.index.v1+json" });
        response.end(index.replace("arm64", "arm65"));
        return true;
      },
    });
    open.push(forger.close);
    const image = parseReference(`${forger.host}/app@${registry.digestOf("app", "index")}`);

    const error = await failure(client().inspect(image, { platform }));

    expect(error.code).toBe("bad-digest");
  });

  test("looks through a mirror, at the mirror's configuration too", async () => {
    const registry = await start();
    const asking = client({
      registries: [{ prefix: "docker.io/library", mirrors: [`http://${registry.host}`] }],
    });

    const inspection = await asking.inspect(parseReference("app:single"), { platform });

    expect(inspection.platforms).toEqual(["linux/arm64"]);
  });

  test("takes no platform that could not be written into a lock", async () => {
    const odd = JSON.stringify({
      schemaVersion: 2,
      manifests: [child("1", { os: "linux\nimages: {}", architecture: "amd64" }), child("2", { os: 1 }), 7],
    });
    const registry = await start({ images: { "app:odd": { manifest: odd } } });

    const error = await failure(client().inspect(parseReference(`${registry.host}/app:odd`), { platform }));

    expect(error.message).toContain("it names no platform, and so not linux/arm64");
  });
});

describe("holds", () => {
  test("says yes for one HEAD by digest, and asks once", async () => {
    const registry = await start();
    const asking = client();
    const image = parseReference(`${registry.host}/app:gone`);

    expect(await asking.hasDigest(image, shaOf(index))).toBe(true);
    expect(await asking.hasDigest(parseReference(`${registry.host}/app`), shaOf(index))).toBe(true);
    expect(lines(registry)).toEqual([`HEAD /v2/app/manifests/${shaOf(index)}`]);
  });

  test("says no where the repository has not the digest", async () => {
    const registry = await start();

    expect(await client().hasDigest(parseReference(`${registry.host}/app:index`), missing)).toBe(false);
  });

  test("says no of a digest that another repository has", async () => {
    const registry = await start();

    expect(await client().hasDigest(parseReference(`${registry.host}/other:index`), shaOf(index))).toBe(
      false,
    );
  });

  test.each([403, 500])(
    "fails where the registry answers %i, which says nothing about it",
    async (status) => {
      const registry = await startRegistry({
        onRequest: (_, response) => {
          response.writeHead(status).end();
          return true;
        },
      });
      open.push(registry.close);
      const asking = client({ network: { retries: 0 } });

      const error = await failure(asking.hasDigest(parseReference(`${registry.host}/app:v1`), missing));

      expect(error.status).toBe(status);
    },
  );

  test("does not take a mirror's word where another mirror gave none", async () => {
    const empty = await startRegistry();
    const broken = await startRegistry({
      onRequest: (_, response) => {
        response.writeHead(500).end();
        return true;
      },
    });
    open.push(empty.close, broken.close);
    const mirrors = [`http://${broken.host}`, `http://${empty.host}`];
    const asking = client({
      network: { retries: 0 },
      registries: [{ prefix: "docker.io", mirrors, only: true }],
    });

    const error = await failure(asking.hasDigest(parseReference("app:v1"), missing));

    expect(error.code).toBe("tag-not-found");
  });

  test("finds it at the registry where the mirror lacks it", async () => {
    const empty = await startRegistry();
    open.push(empty.close);
    const registry = await start();
    const asking = client({ registries: [{ prefix: registry.host, mirrors: [`http://${empty.host}`] }] });

    expect(await asking.hasDigest(parseReference(`${registry.host}/app:v1`), shaOf(index))).toBe(true);
  });
});

describe("inspect, of long indexes", () => {
  test("takes no more platforms than a thousand images have", () => {
    const manifests = Array.from({ length: 10_000 }, (_, i) => ({
      digest: missing,
      platform: { os: `os${i}`, architecture: "amd64" },
    }));

    expect(() => inspect(manifests, missing, {})).toThrow(
      expect.objectContaining({ code: "too-large", detail: "more than 32768 characters of platforms" }),
    );
  });
});
