import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type PinOptions, type PinResult, pinDigests } from "../../src/pin-digests.ts";
import { makeReport } from "../../src/report/report.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { createSignatureStore } from "../support/signature-store.ts";
import { createSigner, type KeyKind, simpleSigning } from "../support/signer.ts";

const signer = createSigner();
const other = createSigner();
const store = createSignatureStore({ referrers: "api" });

let registry: Registry;
let image: string;
let digest: string;
let asked: number;

beforeAll(async () => {
  registry = await startRegistry({ onRequest: store.onRequest });
  image = `${registry.host}/app:1`;
  digest = registry.push("app", "1");
});

beforeEach(() => {
  store.clear();
  asked = registry.requests.length;
});

afterAll(async () => {
  await registry.close();
});

/** What the registry was asked for in this test. */
function requests(): readonly string[] {
  return registry.requests.slice(asked).map(({ method, path }) => `${method} ${path.split("/").at(-2)}`);
}

const sha = (): string => digest.replace(":", "-");

function pod(reference: string, metadata = ""): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web${metadata}}\nspec:\n  containers:\n  - name: c\n    image: ${reference}\n`;
}

function config(options: string, keys: readonly string[] = [signer.publicKey], more = ""): string {
  const rule = { images: ["*"], keys, tlog: "optional", ...JSON.parse(options) };
  return `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\n${more}\nsignatures: [${JSON.stringify(rule)}]\n`;
}

function pin(text: string, functionConfig = config("{}"), options: PinOptions = {}): Promise<PinResult> {
  return pinDigests(text, { functionConfig, environment: {}, ...options });
}

function refused(reason: RegExp): object {
  const message = expect.stringMatching(reason);
  return { ok: false, text: "", results: [{ severity: "error", message, tags: { class: "unsigned" } }] };
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("nobody is to ask"));
}

describe("a signature by a key pair", () => {
  test.each<[string, () => void]>([
    ["under the tag of cosign 1 and 2", () => store.tag("app", `${sha()}.sig`, [signer.signature(digest)])],
    ["in a bundle that refers to the image", () => store.refer("app", digest, signer.bundle(digest))],
  ])("lets the digest be written that it names: %s", async (_, put) => {
    put();

    const result = await pin(pod(image));

    expect(result.results).toMatchObject([{ severity: "info" }]);
    expect(result).toMatchObject({ ok: true, text: pod(`${image}@${digest}`) });
  });

  test.each<KeyKind>(["ecdsa", "ecdsa-384", "ed25519", "rsa"])("may be by %s", async (kind) => {
    const own = createSigner(kind);
    store.tag("app", `${sha()}.sig`, [own.signature(digest)]);
    expect(await pin(pod(image), config("{}", [own.publicKey]))).toMatchObject({ ok: true });

    store.clear();
    store.refer("app", digest, own.bundle(digest));
    expect(await pin(pod(image), config("{}", [other.publicKey, own.publicKey]))).toMatchObject({ ok: true });
  });

  test("is refused where there is none", async () => {
    expect(await pin(pod(image))).toMatchObject(
      refused(/must have a signature that `signatures\[0\]` accepts/),
    );
  });

  test.each<[string, () => void, RegExp]>([
    ["another key", () => store.tag("app", `${sha()}.sig`, [other.signature(digest)]), /by none of the keys/],
    [
      "another digest",
      () => store.tag("app", `${sha()}.sig`, [signer.signature(`sha256:${"1".repeat(64)}`)]),
      /of another digest/,
    ],
    [
      "another digest, in a bundle",
      () => store.refer("app", digest, signer.bundle(`sha256:${"1".repeat(64)}`)),
      /of another digest/,
    ],
    [
      "a payload of two kinds",
      () =>
        store.tag("app", `${sha()}.sig`, [
          signer.signature(digest, { _type: "https://in-toto.io/Statement/v1" }),
        ]),
      /two kinds/,
    ],
    [
      "an attestation alone",
      () => store.refer("app", digest, signer.bundle(digest, "https://slsa.dev/provenance/v1")),
      /of 1 found, none counts/,
    ],
    [
      "a signature of something else than was signed",
      () => {
        const layer = signer.signature(digest);
        store.tag("app", `${sha()}.sig`, [
          { ...layer, body: simpleSigning(digest, { optional: { a: "b" } }) },
        ]);
      },
      /by none of the keys/,
    ],
    [
      "GPG",
      () => {
        const critical = {
          type: "atomic container signature",
          image: { "docker-manifest-digest": digest },
          identity: {},
        };
        store.tag("app", `${sha()}.sig`, [signer.signature(digest, { critical })]);
      },
      /GPG/,
    ],
    [
      "Notation",
      () => {
        const body = "x";
        store.refer(
          "app",
          digest,
          { mediaType: "application/jose+json", body },
          "application/vnd.cncf.notary.signature",
        );
      },
      /Notation/,
    ],
  ])("is refused where there is only one of %s", async (_, put, reason) => {
    put();

    expect(await pin(pod(image))).toMatchObject(refused(reason));
  });

  test("is found behind a hundred that are no good", async () => {
    const bad = Array.from({ length: 100 }, (_, at) => other.signature(digest, { optional: { at } }));
    store.tag("app", `${sha()}.sig`, [...bad, signer.signature(digest)]);
    expect(await pin(pod(image))).toMatchObject({ ok: true });

    store.clear();
    for (let at = 0; at < 100; at++) store.refer("app", digest, other.bundle(digest));
    store.refer("app", digest, signer.bundle(digest));
    expect(await pin(pod(image))).toMatchObject({ ok: true });
  });

  test.each<[string, () => void]>([
    [
      "has a layer that another body is sent for",
      () => {
        store.refer("app", digest, { ...signer.bundle(digest, "x"), spoilt: true });
        store.refer("app", digest, signer.bundle(digest));
      },
    ],
    [
      "is a payload whose type is an object with a `toString`",
      () => {
        const critical = { type: { toString: 1 }, image: { "docker-manifest-digest": digest } };
        store.tag("app", `${sha()}.sig`, [signer.signature(digest, { critical }), signer.signature(digest)]);
      },
    ],
    [
      "is a statement whose type is an object with a `toString`",
      () => {
        const payload = Buffer.from(JSON.stringify({ _type: { toString: 1 }, predicateType: "x" }));
        const bundle = JSON.parse(signer.bundle(digest).body.toString());
        bundle.dsseEnvelope.payload = payload.toString("base64");
        store.refer("app", digest, { ...signer.bundle(digest), body: JSON.stringify(bundle) });
        store.refer("app", digest, signer.bundle(digest));
      },
    ],
    [
      "is a bundle whose log entry is an object with a `toString`",
      () => {
        const bundle = JSON.parse(signer.bundle(digest).body.toString());
        bundle.verificationMaterial.tlogEntries = [{ canonicalizedBody: { toString: 1 } }];
        store.refer("app", digest, { ...signer.bundle(digest), body: JSON.stringify(bundle) });
        store.refer("app", digest, signer.bundle(digest));
      },
    ],
    [
      "has annotations whose log index is an object with a `toString`",
      () => {
        const layer = signer.signature(digest);
        const entry = { body: "e30=", integratedTime: {}, logIndex: { toString: 1 }, logID: "00" };
        const bundle = JSON.stringify({ SignedEntryTimestamp: "x", Payload: entry });
        const annotations = { ...layer.annotations, "dev.sigstore.cosign/bundle": bundle };
        store.tag("app", `${sha()}.sig`, [{ ...layer, annotations }, signer.signature(digest)]);
      },
    ],
  ])("counts beside one that %s", async (_, put) => {
    put();

    expect(await pin(pod(image))).toMatchObject({ ok: true });
  });

  test("counts under its tag where the list of referrers can't be read", async () => {
    const own = createSignatureStore({ referrers: "api" });
    const broken = await startRegistry({
      onRequest: (request, response) => {
        if (!/referrers/.test(request.url ?? "")) return own.onRequest(request, response);
        response.writeHead(418).end();
        return true;
      },
    });
    onTestFinished(broken.close);
    const its = broken.push("app", "1");
    const layer = signer.signature(its);
    own.tag("app", `${its.replace(":", "-")}.sig`, [layer]);

    expect(await pin(pod(`${broken.host}/app:1`))).toMatchObject({ ok: true });
    own.clear();
    expect(await pin(pod(`${broken.host}/app:1`))).toMatchObject(refused(/can't be read.*418/));
  });

  test("costs two requests more where it refers to the image, and asks for nothing twice", async () => {
    store.refer("app", digest, signer.bundle(digest));

    await pin(`${pod(image)}---\n${pod(image)}`);

    expect(requests()).toEqual(["HEAD manifests", "GET referrers", "GET manifests", "GET blobs"]);
  });

  test("costs three requests more under a tag, whose payload is known", async () => {
    const identity = { "docker-reference": `${registry.host}/app` };
    const critical = {
      identity,
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    };
    store.tag("app", `${sha()}.sig`, [signer.signature(digest, { critical })]);

    expect(await pin(pod(image))).toMatchObject({ ok: true });
    expect(requests()).toEqual(["HEAD manifests", "GET referrers", "GET manifests"]);
  });

  test("is looked for by the index that stands in for the referrers API", async () => {
    const own = createSignatureStore({ referrers: "tag" });
    const old = await startRegistry({ onRequest: own.onRequest });
    onTestFinished(old.close);
    const oldDigest = old.push("app", "1");
    own.refer("app", oldDigest, signer.bundle(oldDigest));

    expect(await pin(pod(`${old.host}/app:1`))).toMatchObject({ ok: true });
  });

  test("is looked for on all pages of the referrers", async () => {
    const own = createSignatureStore({ referrers: "pages" });
    const paged = await startRegistry({ onRequest: own.onRequest });
    onTestFinished(paged.close);
    const its = paged.push("app", "1");
    for (let at = 0; at < 3; at++) own.refer("app", its, other.bundle(its));
    own.refer("app", its, signer.bundle(its));

    expect(await pin(pod(`${paged.host}/app:1`))).toMatchObject({ ok: true });
  });

  test("is looked for at a mirror, and at the registry where the mirror has none", async () => {
    const [held, lacking] = [
      createSignatureStore({ referrers: "api" }),
      createSignatureStore({ referrers: "api" }),
    ];
    const [mirror, home] = await Promise.all([
      startRegistry({ onRequest: lacking.onRequest }),
      startRegistry({ onRequest: held.onRequest }),
    ]);
    onTestFinished(async () => {
      await Promise.all([mirror.close(), home.close()]);
    });
    const its = home.push("app", "1");
    mirror.push("app", "1");
    held.refer("app", its, signer.bundle(its));
    const mirrors = `registries: [{prefix: "${home.host}", mirrors: ["http://${mirror.host}"]}]`;
    const mirrored = config("{}", [signer.publicKey], mirrors);

    expect(await pin(pod(`${home.host}/app:1`), mirrored)).toMatchObject({ ok: true });

    lacking.refer("app", its, signer.bundle(its));
    const before = home.requests.length;
    expect(await pin(pod(`${home.host}/app:1`), mirrored)).toMatchObject({ ok: true });
    expect(home.requests.length).toBe(before);
  });

  test("is looked for in so many manifests and no more", async () => {
    const own = createSignatureStore({ referrers: "api" });
    let manifests = 0;
    const endless = await startRegistry({
      onRequest: (request, response) => {
        if (/manifests\/sha256:/.test(request.url ?? "")) manifests++;
        return own.onRequest(request, response);
      },
    });
    onTestFinished(endless.close);
    const its = endless.push("app", "1");
    for (let at = 0; at < 700; at++) own.refer("app", its, other.bundle(its, `type:${at}`));

    expect(await pin(pod(`${endless.host}/app:1`))).toMatchObject(
      refused(/of more than 504 found, none counts/),
    );
    expect(manifests).toBeLessThan(600);
  });

  test("is asked for with the login of the image", async () => {
    const own = createSignatureStore({ referrers: "api" });
    const seen: (string | undefined)[] = [];
    const closed = await startRegistry({
      auth: { basic: { username: "user", password: "secret" } },
      onRequest: (request, response) => {
        if (/referrers/.test(request.url ?? "")) seen.push(request.headers.authorization?.split(" ")[0]);
        return request.headers.authorization !== undefined && own.onRequest(request, response);
      },
    });
    onTestFinished(closed.close);
    const environment = {
      PIN_DIGESTS_REGISTRY_HOSTNAME: closed.host,
      PIN_DIGESTS_REGISTRY_USERNAME: "user",
      PIN_DIGESTS_REGISTRY_PASSWORD: "secret",
    };
    const its = closed.push("app", "1");
    own.refer("app", its, signer.bundle(its));

    const result = await pin(pod(`${closed.host}/app:1`), config("{}"), { environment });

    expect(result.results).toMatchObject([{ severity: "info" }]);
    expect(seen).toEqual(["Basic"]);
  });

  test.each([
    ["pinned", (): string => pod(`${image}@${digest}`)],
    ["opted out by a comment", (): string => pod(`${image} # pin-digests: skip`)],
    [
      "opted out by an annotation",
      (): string => pod(image, ', annotations: {pin-digests.fn.kpt.dev/skip: "true"}'),
    ],
    ["opted out and pinned", (): string => pod(`${image}@${digest} # pin-digests: skip`)],
  ])("is wanted of what is %s", async (_, text) => {
    expect(await pin(text())).toMatchObject({ ok: false, results: [{ tags: { class: "unsigned" } }] });

    store.refer("app", digest, signer.bundle(digest));
    expect(await pin(text())).toMatchObject({ ok: true, text: text(), changes: 0 });
  });

  test("is wanted of what the tag of an image that is opted out means now, whatever a lock says", async () => {
    const moving = `${registry.host}/opted:1`;
    const first = registry.push("opted", "1");
    store.refer("opted", first, signer.bundle(first));
    const { lock: text = "" } = await pin(pod(moving), config("{}"), { lock: { text: "", update: true } });
    registry.move("opted", "1");
    const lock = { text, update: false };

    for (const mode of ["pin", "update", "check"]) {
      const result = await pin(
        pod(`${moving} # pin-digests: skip`),
        config("{}", [signer.publicKey], `mode: ${mode}`),
        { lock },
      );
      expect(result).toMatchObject({ ok: false, text: "" });
      const errors = result.results.filter(({ severity }) => severity === "error");
      expect(errors.map(({ tags }) => tags?.class)).toEqual(["unsigned"]);
    }
    expect(await pin(pod(moving), config("{}"), { lock })).toMatchObject({ ok: true });
    const frozen = config("{}", [signer.publicKey], "lock: frozen");
    expect(await pin(pod(`${moving} # pin-digests: skip`), frozen, { lock })).toMatchObject({ ok: true });
  });

  test.each([`\${IMAGE:=evil.io/x:1}`, "'{{ .image }}'", "Evil.io/X:1", "!!binary ZXZpbC5pby94OjE="])(
    "is wanted of what can't be read as an image: %s",
    async (reference) => {
      for (const text of [pod(reference), pod(`${reference} # pin-digests: skip`)])
        expect(await pin(text, config("{}", [signer.publicKey], "onError: warn"))).toMatchObject(
          refused(/can't be read as one/),
        );
      const elsewhere = config('{"images": ["ghcr.io/*"]}', [signer.publicKey], "onError: warn");
      expect(await pin(pod("$(params.image)"), elsewhere)).toMatchObject({ ok: true });
    },
  );

  test("is wanted by whatever name the registry has", async () => {
    const functionConfig = config('{"images": ["ghcr.io/acme/*", "docker.io/acme/*"]}');
    const names = ["ghcr.io:443/acme/app", "GHCR.io/acme/app", "registry-1.docker.io/acme/app"];

    for (const name of names)
      expect(
        await pin(pod(`${name}@${digest}`), functionConfig, {
          registry: { inspect: refuse, hasDigest: refuse, read: async () => undefined },
        }),
      ).toMatchObject(refused(/there is none/));
  });

  test("is wanted of images alone that a rule names, and by all rules that do", async () => {
    const rule = (images: string, key: string): object => ({
      images: [images],
      keys: [key],
      tlog: "optional",
    });
    const rules = [rule("*/app:*", signer.publicKey), rule("*", other.publicKey)];
    const functionConfig = config("{}").replace(/signatures: .*/, `signatures: ${JSON.stringify(rules)}`);
    store.tag("app", `${sha()}.sig`, [signer.signature(digest)]);

    expect(await pin(pod(image), config('{"images": ["ghcr.io/*"]}', [other.publicKey]))).toMatchObject({
      ok: true,
    });
    expect(await pin(pod(image), functionConfig)).toMatchObject(refused(/signatures\[1\]/));
  });

  test("that is missing is a warning and leaves the tag where `onError` says so", async () => {
    const result = await pin(pod(image), config('{"onError": "warn"}'));

    expect(result).toMatchObject({ ok: true, text: pod(image), results: [{ severity: "warning" }] });
  });

  test("is not made up for by the `onError` of the run", async () => {
    const result = await pin(pod(image), config("{}", [signer.publicKey], "onError: warn"));

    expect(result).toMatchObject(refused(/signature/));
  });

  test("is wanted where the registry is down and `onError` leaves its images as they are", async () => {
    const result = await pin(pod("127.0.0.1:1/app:1"), config("{}", [signer.publicKey], "onError: warn"));

    expect(result).toMatchObject({ ok: false, text: "" });
  });

  test("leaves what is only likely an image alone, with a warning", async () => {
    const text = `apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\nspec: {workerImage: "${image}"}\n`;
    store.refer("app", digest, signer.bundle(digest));

    const result = await pin(text);

    expect(result).toMatchObject({ ok: true, text, results: [{ severity: "warning" }] });
  });

  test("may be that of the index which lists the platform's manifest", async () => {
    const platform = "platform: linux/arm64";
    store.refer("app", digest, signer.bundle(digest));

    const result = await pin(pod(image), config("{}", [signer.publicKey], platform));

    expect(result).toMatchObject({ ok: true, changes: 1 });
    expect(result.text).not.toContain(digest);
    expect(await pin(result.text, config("{}", [signer.publicKey], platform))).toMatchObject({
      ok: true,
      changes: 0,
    });
  });

  test("may be that of the platform's manifest alone", async () => {
    const platform = "platform: linux/arm64";
    const { text } = await pinDigests(pod(image), {
      functionConfig: config("{}", [], platform).replace(/signatures: .*/, ""),
      environment: {},
    });
    const child = /sha256:\w+/.exec(text)?.[0] ?? "";
    store.refer("app", child, signer.bundle(child));

    expect(await pin(pod(image), config("{}", [signer.publicKey], platform))).toMatchObject({
      ok: true,
      text,
    });
  });
});

describe("attestations", () => {
  const slsa = "https://slsa.dev/provenance/v1";
  const spdx = "https://spdx.dev/Document";
  const both = config(JSON.stringify({ attestations: [slsa, spdx] }));

  test("are looked for in bundles and under the tag of cosign 2", async () => {
    store.refer("app", digest, signer.bundle(digest, slsa));
    store.tag("app", `${sha()}.att`, [signer.envelope(digest, spdx)]);

    expect(await pin(pod(image), both)).toMatchObject({ ok: true });
  });

  test("must be there of each type", async () => {
    store.refer("app", digest, signer.bundle(digest, slsa));
    store.refer("app", digest, signer.bundle(digest));

    expect(await pin(pod(image), both)).toMatchObject(refused(/an attestation of "https:\/\/spdx/));
  });

  test("must be by the key, and of the digest", async () => {
    store.refer("app", digest, other.bundle(digest, slsa));
    store.refer("app", digest, signer.bundle(`sha256:${"1".repeat(64)}`, slsa));

    expect(await pin(pod(image), config(JSON.stringify({ attestations: [slsa] })))).toMatchObject(
      refused(/of another digest/),
    );
  });
});

describe("mode check", () => {
  const check = (more = ""): string =>
    config("{}", [signer.publicKey], `mode: check\ncheck: {unpinned: "off"${more}}`);

  test("finds what is unsigned, pinned or not", async () => {
    const result = await pin(pod(`${image}@${digest}`), check());

    expect(result).toMatchObject({
      ok: false,
      results: [{ severity: "error", tags: { class: "unsigned" } }],
    });
  });

  test.each([
    ["warning", ["warning"]],
    ["off", []],
  ])("makes of it what `unsigned: %s` says", async (word, severities) => {
    const result = await pin(pod(`${image}@${digest}`), check(`, unsigned: "${word}"`));

    expect(result.ok).toBe(true);
    expect(result.results.map(({ severity }) => severity)).toEqual(severities);
  });

  test("is content with what is signed", async () => {
    store.refer("app", digest, signer.bundle(digest));

    expect(await pin(pod(`${image}@${digest}`), check())).toMatchObject({ ok: true, results: [] });
  });
});

describe("who vouches for an image", () => {
  test("is told where it is pinned, and in inventories", async () => {
    store.refer("app", digest, signer.bundle(digest));

    const result = await pin(pod(image));

    const by = expect.stringMatching(/^key SHA256:[0-9a-f]{64}$/);
    expect(result.results).toMatchObject([
      { message: expect.stringMatching(/: signed by key SHA256:[0-9a-f]{64}$/) },
    ]);
    expect(result.images).toMatchObject([{ vouchers: [{ signer: by }] }]);
    const [row] = JSON.parse(makeReport("json", { ...result, version: "0" }).text).images;
    expect(row).toMatchObject({ reference: `${registry.host}/app@${digest}`, vouchers: [{ signer: by }] });
  });
});
