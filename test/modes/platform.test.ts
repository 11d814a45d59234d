import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PinOptions, pinDigests } from "../../src/pin-digests.ts";
import { runExecutable } from "../conformance/executable.ts";
import { answerListed } from "../support/manifests.ts";
import { startRegistry } from "../support/registry.mjs";
import { fakeRegistry, itemsOf, list, lock, messages, one, pod, run, three, two } from "./support.ts";

const IMAGE = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";

const digestOf = (content: string): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const digests = (digit: string): string => `sha256:${digit.repeat(64)}`;

interface Child {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly "os.version"?: string;
}

const child = (digit: string, platform: Child, annotations = {}) => ({
  mediaType: IMAGE,
  digest: digests(digit),
  size: 1,
  platform,
  annotations,
});

const index = (...manifests: readonly object[]): string => JSON.stringify({ schemaVersion: 2, manifests });

const attestation = child(
  "f",
  { os: "unknown", architecture: "unknown" },
  { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digests("1") },
);
// BuildKit writes `unknown`; others describe the platform that they attest.
const signature = child(
  "e",
  { os: "linux", architecture: "s390x" },
  { "vnd.docker.reference.type": "attestation-manifest" },
);

const whole = index(
  child("1", { os: "linux", architecture: "amd64" }),
  attestation,
  signature,
  child("2", { os: "linux", architecture: "arm64", variant: "v8" }),
  child("3", { os: "linux", architecture: "arm", variant: "v6" }),
  child("4", { os: "linux", architecture: "arm", variant: "v5" }),
);
const windows = index(
  child("5", { os: "windows", architecture: "amd64", "os.version": "10.0.17763.6414" }),
  child("6", { os: "windows", architecture: "amd64", "os.version": "10.0.17763.6659" }),
  child("7", { os: "windows", architecture: "amd64", "os.version": "10.0.20348.2700" }),
);
const config = JSON.stringify({ os: "linux", architecture: "arm64", rootfs: {} });
const single = JSON.stringify({
  schemaVersion: 2,
  config: { mediaType: CONFIG, digest: digestOf(config), size: config.length },
  layers: [],
});

let registry: Awaited<ReturnType<typeof startRegistry>>;

beforeEach(async () => {
  registry = await startRegistry({
    images: {
      "app:whole": { manifest: whole },
      "app:windows": { manifest: windows },
      "app:single": { manifest: single, mediaType: IMAGE },
    },
    onRequest: (request, response) => {
      if (answerListed(request, response)) return true;
      const { url = "" } = request;
      if (url !== `/v2/app/blobs/${digestOf(config)}`) return false;
      response.writeHead(200).end(config);
      return true;
    },
  });
});
afterEach(() => registry.close());

const paths = (): readonly string[] => registry.requests.map(({ method, path }) => `${method} ${path}`);

async function pin(text: string, literals: Readonly<Record<string, string>>, options: PinOptions = {}) {
  return pinDigests(text, { overrides: new Map(Object.entries(literals)), environment: {}, ...options });
}

describe("platform", () => {
  test.each([
    ["whole", "linux/amd64", digests("1")],
    ["whole", "linux/x86_64", digests("1")],
    ["whole", "linux/arm64", digests("2")],
    ["whole", "linux/arm64/v8", digests("2")],
    ["whole", "linux/aarch64", digests("2")],
    ["whole", "linux/arm/v7", digests("3")],
    ["whole", "linux/arm", digests("3")],
    ["whole", "linux/arm/v5", digests("4")],
    ["windows", "windows(10.0.17763)/amd64", digests("6")],
    ["windows", "windows(10.0.17763.6414)/amd64", digests("5")],
    ["windows", "windows(10.0.20348)/amd64", digests("7")],
    ["single", "linux/arm64", digestOf(single)],
  ])("of the image %s for %s is the manifest that runs there", async (tag, platform, digest) => {
    const image = `${registry.host}/app:${tag}`;

    const { text, ok } = await pin(pod(image), { platform });

    expect(ok).toBe(true);
    expect(text).toBe(pod(`${image}@${digest}`));
  });

  test.each([
    [
      "whole",
      "linux/s390x",
      "it has linux/amd64, linux/arm64, linux/arm/v6, linux/arm/v5, but not linux/s390x",
    ],
    ["windows", "windows/amd64", "it has several for windows/amd64, and none is named"],
    [
      "windows",
      "windows(10.0.26100)/amd64",
      "windows(10.0.20348.2700)/amd64, but not windows(10.0.26100)/amd64",
    ],
    ["single", "linux/amd64", "it is for the single platform linux/arm64, not for linux/amd64"],
  ])("that the image %s lacks, %s, fails it and says which there are", async (tag, platform, message) => {
    const { results, text } = await pin(pod(`${registry.host}/app:${tag}`), { platform });

    expect(messages(results)).toEqual([expect.stringContaining(message)]);
    expect(text).toBe("");
  });

  test("costs two requests of an index, and of a single image too", async () => {
    await pin(pod(`${registry.host}/app:whole`), { platform: "linux/arm64" });
    await pin(pod(`${registry.host}/app:single`), { platform: "linux/arm64" });

    expect(paths()).toEqual([
      "GET /v2/app/manifests/whole",
      `HEAD /v2/app/manifests/${digests("2")}`,
      "GET /v2/app/manifests/single",
      `GET /v2/app/blobs/${digestOf(config)}`,
    ]);
  });

  test("is what the executable pins and locks, and then asks nobody", async () => {
    const image = `${registry.host}/app:whole`;
    const input = list(pod(image, "a.yaml"), lock({}, "lock.yaml"));
    const args = ["-d", "platform=linux/arm/v7"];

    const first = await runExecutable(input, { args });
    const locked = itemsOf(first.stdout).replace(`@${digests("3")}\n`, "\n");
    const asked = registry.requests.length;
    const frozen = await runExecutable(locked, { args: [...args, "-d", "lock=frozen"] });

    expect(first.code).toBe(0);
    expect(itemsOf(first.stdout)).toBe(
      list(
        pod(`${image}@${digests("3")}`, "a.yaml"),
        lock(
          {
            [`"${image}"`]: `${digests("3")}\n    platform: linux/arm/v7\n    platforms: [linux/amd64, linux/arm64, linux/arm/v6, linux/arm/v5]`,
          },
          "lock.yaml",
        ),
      ),
    );
    expect(frozen.code).toBe(0);
    expect(itemsOf(frozen.stdout)).toBe(itemsOf(first.stdout));
    expect(registry.requests).toHaveLength(asked);
  });

  test("is compared in a check with what was pinned for it, and the index is right for all", async () => {
    const [image, literals] = [`${registry.host}/app:whole`, { mode: "check", platform: "linux/arm64" }];

    const same = await pin(pod(`${image}@${digests("2")}`), literals);
    const ofIndex = await pin(pod(`${image}@${registry.digestOf("app", "whole")}`), literals);
    const other = await pin(pod(`${image}@${digests("1")}`), { ...literals, "check.gone": "off" });

    expect(messages([...same.results, ...ofIndex.results])).toEqual([]);
    expect(messages(other.results)).toEqual([
      `warning: "${image}": the tag now means ${digests("2")}, not ${digests("1")}`,
    ]);
  });
});

describe("requirePlatforms", () => {
  test.each([
    ["whole", "linux/amd64,linux/arm64/v8,linux/arm/v7", undefined],
    ["whole", "linux/amd64,linux/s390x", "but not linux/s390x"],
    ["whole", "unknown/unknown", "but not unknown/unknown"],
    ["single", "linux/arm64", undefined],
    ["single", "linux/amd64,linux/arm64", "it is for the single platform linux/arm64, not for linux/amd64"],
  ])("of the image %s: %s", async (tag, requirePlatforms, message) => {
    const image = `${registry.host}/app:${tag}`;

    const { text, results } = await pin(pod(image), { requirePlatforms, report: "problems" });

    // The digest stays that of the index.
    const digest = registry.digestOf("app", tag);
    expect(text).toBe(message === undefined ? pod(`${image}@${digest}`) : "");
    expect(messages(results)).toEqual(message === undefined ? [] : [expect.stringContaining(message)]);
  });

  const nginx = "docker.io/library/nginx:1.27 linux/arm64";
  const literals = { platform: "linux/arm64", requirePlatforms: "linux/amd64,linux/arm64" };
  const entry = { "nginx:1.27": `${one}\n    platform: linux/arm64` };
  const input = list(pod("nginx:1.27", "a.yaml"), lock(entry, "lock.yaml"));

  test("are recorded beside what is locked for one platform, whose tag is asked", async () => {
    const asked = fakeRegistry({ [nginx]: one });

    const { text } = await run(input, asked, literals);

    expect(asked.asked).toEqual([nginx]);
    const recorded = {
      "nginx:1.27": `${one}\n    platforms: [linux/amd64, linux/arm64]\n    platform: linux/arm64`,
    };
    expect(itemsOf(text)).toBe(list(pod(`nginx:1.27@${one}`, "a.yaml"), lock(recorded, "lock.yaml")));
  });

  test.each(["fail", "warn"])(
    "move nothing where that tag has moved, with `onError: %s`",
    async (onError) => {
      const { text, results, ok } = await run(input, fakeRegistry({ [nginx]: two }), {
        ...literals,
        onError,
      });

      expect(ok).toBe(onError === "warn");
      expect(itemsOf(text)).toBe(input);
      expect(messages(results)).toEqual([
        expect.stringMatching(
          /its platforms are not recorded in the lock "lock.yaml", and can't be learned any more.*`mode: update`/,
        ),
      ]);
    },
  );

  test("that are not recorded fail a frozen run with the command that records them", async () => {
    const { results } = await run(input, fakeRegistry({}), { ...literals, lock: "frozen" });

    expect(messages(results)).toEqual([
      'error: the lock lacks 1 image for linux/arm64: "nginx:1.27"; add it with `kpt fn eval PACKAGE --image IMAGE --network -- lock=create platform=linux/arm64 requirePlatforms=linux/amd64,linux/arm64`',
      'error: "nginx:1.27": its platforms are not recorded in the lock "lock.yaml", and `lock: frozen` forbids asking',
    ]);
  });
});

describe("requirePlatforms in a check", () => {
  const nginx = "docker.io/library/nginx:1.27";
  const literals = { mode: "check", requirePlatforms: "linux/amd64,linux/arm64", "check.unpinned": "off" };
  const recorded = (...platforms: readonly string[]) =>
    lock({ "nginx:1.27": `${one}\n    platforms: [${platforms.join(", ")}]` });
  const lacking = expect.stringMatching(
    /^error: "nginx:1.27[^"]*" must be there for linux\/arm64, but the lock "image-lock" says that it is for linux\/amd64/,
  );

  test.each(["nginx:1.27", `nginx:1.27@${one}`])(
    "goes by the record for %s where it is frozen",
    async (image) => {
      const frozen = { ...literals, lock: "frozen" };
      const both = list(pod(image), recorded("linux/amd64", "linux/arm64"));

      const lacks = await run(list(pod(image), recorded("linux/amd64")), fakeRegistry({}), frozen);
      const has = await run(both, fakeRegistry({}), frozen);

      expect(messages(lacks.results)).toEqual([lacking]);
      expect(messages(has.results)).toEqual([]);
    },
  );

  test.each(["nginx:1.27", `nginx:1.27@${one}`])(
    "asks the registry of %s, and tells it once",
    async (image) => {
      const input = list(pod(image), recorded("linux/amd64"));

      const { results } = await run(input, fakeRegistry({ [nginx]: "platform" }, [one]), literals);

      expect(results.map(({ severity, tags }) => `${severity} ${tags?.class}`)).toEqual(["error platform"]);
    },
  );
});

describe("two platforms in one lock", () => {
  const nginx = "docker.io/library/nginx:1.27";
  const registry = () =>
    fakeRegistry({ [`${nginx} linux/amd64`]: one, [`${nginx} linux/arm64`]: two, [nginx]: three });
  const entries = { "nginx:1.27": `${one}\n    platform: linux/amd64` };

  test.each([
    ["linux/arm64", two, "\n    platform: linux/arm64"],
    ["", three, ""],
  ])("drive each other out of a key, with a warning: %s", async (platform, digest, more) => {
    const input = list(pod("nginx:1.27", "a.yaml"), lock(entries, "lock.yaml"));
    const literals = platform === "" ? {} : { platform };

    for (const mode of ["pin", "update"]) {
      const { text, results } = await run(input, registry(), { ...literals, mode, report: "problems" });

      expect(itemsOf(text)).toBe(
        list(pod(`nginx:1.27@${digest}`, "a.yaml"), lock({ "nginx:1.27": digest + more }, "lock.yaml")),
      );
      expect(messages(results)).toEqual([
        expect.stringMatching(
          /^warning: replaced what was locked for linux\/amd64 by .*: "nginx:1.27"; .*--lock/,
        ),
      ]);
    }
  });

  test("stand under two spellings, and are updated each for itself", async () => {
    const both = (amd64: string, arm64: string) =>
      lock(
        {
          "docker.io/library/nginx:1.27": `${amd64}\n    platform: linux/amd64`,
          "nginx:1.27": `${arm64}\n    platform: linux/arm64`,
        },
        "lock.yaml",
      );
    const asked = registry();

    const { text, results } = await run(list(pod("nginx:1.27", "a.yaml"), both(three, three)), asked, {
      mode: "update",
      platform: "linux/arm64",
      report: "problems",
    });

    expect(asked.asked.toSorted()).toEqual([`${nginx} linux/amd64`, `${nginx} linux/arm64`]);
    expect(itemsOf(text)).toBe(list(pod(`nginx:1.27@${two}`, "a.yaml"), both(one, two)));
    expect(messages(results)).toEqual([]);
  });

  test("are told apart in a text that has the digest of the other one", async () => {
    const input = list(pod(`nginx:1.27@${one}`, "a.yaml"), lock(entries, "lock.yaml"));
    const message = expect.stringMatching(
      /has the digest that the lock "lock.yaml" records for linux\/amd64, not for linux\/arm64/,
    );
    const literals = { platform: "linux/arm64", report: "problems" };

    const pinned = await run(input, registry(), literals);
    const checked = await run(input, registry(), { ...literals, mode: "check", lock: "frozen" });
    const updated = await run(input, registry(), { ...literals, mode: "update" });

    expect(itemsOf(pinned.text)).toBe(input);
    expect(messages(pinned.results)).toEqual([message]);
    expect(messages(checked.results)).toEqual([message]);
    expect(updated.text).toContain(`image: nginx:1.27@${two}\n`);
  });

  test("name the one that is locked where a frozen run wants the other", async () => {
    const { results } = await run(list(pod("nginx:1.27"), lock(entries)), registry(), {
      platform: "linux/arm64",
      lock: "frozen",
      report: "problems",
    });

    expect(messages(results)).toContain(
      'error: "nginx:1.27" is in the lock "image-lock" for linux/amd64, not for linux/arm64, and `lock: frozen` forbids asking',
    );
  });
});
