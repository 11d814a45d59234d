import { describe, expect, onTestFinished, test } from "vitest";
import { parsePlatform } from "../../src/image/platform.ts";
import { parseReference } from "../../src/image/reference.ts";
import { answer, answerError, answerIndex, INDEX_DIGEST, INDEX_TYPE } from "../support/manifests.ts";
import { type Quirk, type QuirkServer, serve, startQuirkServer } from "../support/quirk-server.ts";
import {
  basicLogin,
  digestOf,
  failOnce,
  keychainOf,
  makeClient,
  resolveOnce,
} from "../support/registry-client.ts";

/** A mirror that has every image. */
const serveIndex = (): Promise<QuirkServer> => serve((_, response) => answerIndex(response));

const fail =
  (status: number): Quirk =>
  (_, response) =>
    answerError(response, status, "NO");

describe("resolveDigest through mirrors", () => {
  test("asks the mirror for what is left of the name, with a path before it", async () => {
    const mirror = await serveIndex();
    const registries = [{ prefix: "docker.io", mirrors: [`http://${mirror.host}/hub`], only: true }];

    expect(await resolveOnce("nginx:1.27", { registries })).toBe(INDEX_DIGEST);
    expect(mirror.lines).toEqual(["HEAD /v2/hub/library/nginx/manifests/1.27"]);
  });

  test("sends every registry to the one mirror of *", async () => {
    const mirror = await serveIndex();
    const registries = [{ prefix: "*", mirrors: [`http://${mirror.host}`], only: true }];
    const client = makeClient({ registries });
    onTestFinished(client.close);

    for (const image of ["nginx", "ghcr.io/acme/app:v1"]) await digestOf(client, parseReference(image));

    expect(mirror.lines).toEqual([
      "HEAD /v2/library/nginx/manifests/latest",
      "HEAD /v2/acme/app/manifests/v1",
    ]);
  });

  test.each([404, 401, 403, 500])("moves on to the next after a %i", async (status) => {
    const [first, second] = [await serve(fail(status)), await serveIndex()];
    const mirrors = [`http://${first.host}`, `http://${second.host}`];
    const client = makeClient({
      registries: [{ prefix: "docker.io", mirrors, only: true }],
      network: { retries: 0 },
    });
    onTestFinished(client.close);

    expect(await digestOf(client, parseReference("nginx"))).toBe(INDEX_DIGEST);
    // That a mirror lacks an image is what the next is for.
    expect(client.warnings()).toHaveLength(status === 404 ? 0 : 1);
  });

  test("moves on to the registry itself where the mirror can't be reached, and says so once", async () => {
    const gone = await startQuirkServer(() => {});
    await gone.close();
    const server = await serveIndex();
    const registries = [{ prefix: server.host, mirrors: [`http://${gone.host}`], plainHTTP: true }];
    const client = makeClient({ registries });
    onTestFinished(client.close);

    for (const tag of ["v1", "v2"]) await digestOf(client, parseReference(`${server.host}/app:${tag}`));

    expect(client.warnings()).toEqual([
      {
        registry: `http://${gone.host}`,
        message: `the mirror http://${gone.host} was passed over: ${gone.host} refused the connection`,
      },
    ]);
  });

  test("tells of all that were asked in vain", async () => {
    const [first, second] = [await serve(fail(404)), await serve(fail(403))];
    const mirrors = [`http://${first.host}`, `http://${second.host}`];

    const error = await failOnce("nginx:1.27", { registries: [{ prefix: "*", mirrors, only: true }] });

    expect(error).toMatchObject({ code: "forbidden", registry: `http://${second.host}` });
    expect(error.message).toContain(
      `(before that, http://${first.host}: ${first.host} answered HTTP 404 ("NO: no"))`,
    );
  });

  test("asks no registry but the mirrors with only", async () => {
    const [mirror, server] = [await serve(fail(404)), await serveIndex()];
    const registries = [
      { prefix: server.host, mirrors: [`http://${mirror.host}`], only: true, plainHTTP: true },
    ];

    expect(await failOnce(`${server.host}/app:v1`, { registries })).toMatchObject({ code: "tag-not-found" });
    expect(server.lines).toEqual([]);
  });

  test("takes the mirror's own login", async () => {
    const mirror = await serve((request, response) =>
      request.headers.authorization === "Basic bTpt"
        ? answerIndex(response)
        : answer(response, 401, { headers: { "www-authenticate": "Basic realm=m" } }),
    );
    const keychain = keychainOf({
      [mirror.host]: [basicLogin("m", "m")],
      "docker.io": [basicLogin("hub", "hub")],
    });
    const registries = [{ prefix: "docker.io", mirrors: [`http://${mirror.host}/hub`], only: true }];

    expect(await resolveOnce("nginx", { registries, keychain })).toBe(INDEX_DIGEST);
    expect(keychain.asked).toEqual([`configured ${mirror.host}/hub/library/nginx`]);
  });

  test("names the image as it was written", async () => {
    const mirror = await serve(fail(404));
    const registries = [{ prefix: "*", mirrors: [`http://${mirror.host}`], only: true }];

    expect((await failOnce("nginx:1.27", { registries })).message).toContain('can\'t resolve "nginx:1.27": ');
  });

  test("fails where no mirror has a place for the image", async () => {
    const registries = [{ prefix: "docker.io/library/nginx", mirrors: ["mirror.example"], only: true }];

    expect(await failOnce("nginx", { registries })).toMatchObject({ code: "address" });
  });
});

test("resolveDigest asks nobody after the time for the run has ended at a mirror", async () => {
  const mirror = await serve(() => {});
  const server = await serveIndex();
  const registries = [{ prefix: server.host, mirrors: [`http://${mirror.host}`] }];

  const error = await failOnce(`${server.host}/app:v1`, { registries, network: { deadline: 300 } });

  expect(error.message).toContain(`run ended while http://${mirror.host} was asked; try`);
  expect(server.lines).toEqual([]);
});

describe("resolveDigest where a registry is blocked", () => {
  test("asks nobody", async () => {
    const mirror = await serveIndex();
    const registries = [
      { prefix: "docker.io", mirrors: [`http://${mirror.host}`], blocked: true },
      { prefix: mirror.host, plainHTTP: true },
    ];

    const error = await failOnce("nginx", { registries });

    expect(error).toMatchObject({ code: "blocked", registry: "docker.io" });
    expect(error.message).toBe(
      `can't resolve "nginx": docker.io is blocked by the configuration; use another registry, or remove blocked: true`,
    );
    expect(mirror.lines).toEqual([]);
  });

  test.each([
    "index.docker.io/library/nginx",
    "registry-1.docker.io/library/nginx",
    "registry-1.docker.io:443/library/nginx",
    "registry.hub.docker.com/library/nginx",
    "Docker.io/library/nginx",
  ])("asks nobody for %s, which is Docker Hub too", async (image) => {
    const mirror = await serveIndex();
    const registries = [{ prefix: "docker.io", mirrors: [`http://${mirror.host}`], blocked: true }];

    expect(await failOnce(image, { registries })).toMatchObject({ code: "blocked" });
  });

  test("asks no mirror that is blocked by another name, and goes on to the next", async () => {
    const mirror = await serveIndex();
    const registries = [
      { prefix: "quay.io", mirrors: ["registry-1.docker.io/quay", `http://${mirror.host}`], only: true },
      { prefix: "docker.io", blocked: true },
    ];
    const client = makeClient({ registries });
    onTestFinished(client.close);

    expect(await digestOf(client, parseReference("quay.io/acme/app:v1"))).toBe(INDEX_DIGEST);
    expect(client.warnings().map(({ message }) => message)).toEqual([
      "the mirror registry-1.docker.io/quay was passed over: registry-1.docker.io is blocked by the configuration",
    ]);
  });
});

describe("concurrency", () => {
  test("of an entry bounds the requests to its registry", async () => {
    let [now, most] = [0, 0];
    const server = await serve((_, response) => {
      most = Math.max(most, ++now);
      setImmediate(() => {
        now -= 1;
        answerIndex(response);
      });
    });
    const client = makeClient({ registries: [{ prefix: server.host, plainHTTP: true, concurrency: 2 }] });
    onTestFinished(client.close);

    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        digestOf(client, parseReference(`${server.host}/app:v${index}`)),
      ),
    );

    expect(most).toBeLessThanOrEqual(2);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});

describe("a mirror that has an index alone", () => {
  const child = `sha256:${"2".repeat(64)}`;
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [
      {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: child,
        size: 1,
        platform: { os: "linux", architecture: "arm64" },
      },
    ],
  });
  const platform = parsePlatform("linux/arm64");

  /** Has the index under the tag, and what it lists or not. */
  const indexOnly =
    (hasChild: boolean): Quirk =>
    ({ url }, response) => {
      if (!url.includes("sha256:"))
        answer(response, 200, { headers: { "content-type": INDEX_TYPE }, body: index });
      else if (hasChild)
        answer(response, 200, {
          headers: {
            "docker-content-digest": child,
            "content-type": "application/vnd.oci.image.manifest.v1+json",
          },
        });
      else answerError(response, 404, "MANIFEST_UNKNOWN");
    };

  test("is passed over for a place that has the manifest of the platform too", async () => {
    const [mirror, registry] = [await serve(indexOnly(false)), await serve(indexOnly(true))];
    const mirrors = [`http://${mirror.host}`, `http://${registry.host}`];
    const client = makeClient({ registries: [{ prefix: "docker.io", mirrors, only: true }] });
    onTestFinished(client.close);

    const inspection = await client.inspect(parseReference("nginx:1"), { platform });

    expect(inspection.digest).toBe(child);
    expect(client.warnings().map(({ message }) => message)).toEqual([
      `the mirror http://${mirror.host} was passed over: its index lists ${child} for it, which http://${mirror.host} does not have`,
    ]);
  });

  test("is named beside the last place where none has it", async () => {
    const [mirror, registry] = [await serve(indexOnly(false)), await serve(fail(404))];
    const mirrors = [`http://${mirror.host}`, `http://${registry.host}`];
    const client = makeClient({ registries: [{ prefix: "docker.io", mirrors, only: true }] });
    onTestFinished(client.close);

    const looked = client.inspect(parseReference("nginx:1"), { platform });

    await expect(looked).rejects.toThrow(`before that, http://${mirror.host}: its index lists ${child}`);
  });
});
