import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PinOptions, type PinResult, pinDigests } from "../../src/pin-digests.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { createSignatureStore } from "../support/signature-store.ts";
import { createSigner } from "../support/signer.ts";

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

function pod(reference: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: c\n    image: ${reference}\n`;
}

function config(more = "", key = signer.publicKey): string {
  const rule = { images: ["*"], keys: [key], tlog: "optional" };
  return `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\n${more}\nsignatures: [${JSON.stringify(rule)}]\n`;
}

function pin(text: string, lock: string, options: PinOptions = {}): Promise<PinResult> {
  return pinDigests(text, {
    functionConfig: config(),
    environment: {},
    lock: { text: lock, update: true },
    ...options,
  });
}

/** What a run makes of the lock of a signed image. */
async function lockedImage(layer = signer.bundle(digest)): Promise<string> {
  store.refer("app", digest, layer);
  const { lock = "" } = await pin(pod(image), "");
  return lock;
}

const frozen = (key?: string): PinOptions => ({
  functionConfig: config("lock: frozen", key),
  lock: { text: "", update: false },
});

describe("the evidence in a lock", () => {
  test("is what was verified, and is verified again without a request", async () => {
    const lock = await lockedImage();
    const before = registry.requests.length;

    const again = await pin(pod(image), lock);

    expect(lock).toMatch(/^ {4}evidence: \[ \{ "bundle": \{ "mediaType"/m);
    expect(again).toMatchObject({ ok: true, text: pod(`${image}@${digest}`) });
    expect(again.lock).toBeUndefined();
    expect(registry.requests.length).toBe(before);
  });

  test("keeps the payload of a simple signature", async () => {
    store.tag("app", `${digest.replace(":", "-")}.sig`, [signer.signature(digest)]);
    const { lock = "" } = await pin(pod(image), "");
    const before = registry.requests.length;

    expect(await pin(pod(`${image}@${digest}`), lock)).toMatchObject({ ok: true });
    expect(registry.requests.length).toBe(before);
  });

  test("is enough for a frozen lock", async () => {
    const lock = await lockedImage();
    const before = registry.requests.length;

    for (const reference of [image, `${image}@${digest}`, `${image} # pin-digests: skip`]) {
      const result = await pin(pod(reference), "", { ...frozen(), lock: { text: lock, update: false } });
      expect(result).toMatchObject({ ok: true });
    }
    expect(registry.requests.length).toBe(before);
  });

  test.each([
    ["has none", (lock: string): string => lock.replace(/^ *evidence:.*\n/m, "")],
    ["has one that was changed", (lock: string): string => lock.replace(/"sig": "ME/, '"sig": "MF')],
    [
      "has it beside another digest",
      (lock: string): string => lock.replaceAll(/digest: sha256:\w+/g, `digest: sha256:${"1".repeat(64)}`),
    ],
  ])("is missed by a frozen lock that %s", async (_, change) => {
    const lock = change(await lockedImage());
    const before = registry.requests.length;

    const result = await pin(pod(image), "", { ...frozen(), lock: { text: lock, update: false } });

    expect(result).toMatchObject({ ok: false, text: "", results: [{ tags: { class: "unsigned" } }] });
    expect(registry.requests.length).toBe(before);
  });

  test("is held against the rules of today", async () => {
    const lock = await lockedImage();

    const result = await pin(pod(image), "", {
      ...frozen(other.publicKey),
      lock: { text: lock, update: false },
    });

    expect(result).toMatchObject({
      ok: false,
      results: [{ message: expect.stringContaining("by none of the keys") }],
    });
  });

  test("that is forged is refused though the registry could prove the digest, until `mode: update`", async () => {
    const lock = (await lockedImage()).replace(/"sig": "ME/, '"sig": "MF');

    expect(await pin(pod(image), lock)).toMatchObject({ ok: false, text: "" });

    const updated = await pin(pod(image), lock, { functionConfig: config("mode: update") });
    expect(updated).toMatchObject({ ok: true });
    expect(await pin(pod(image), updated.lock ?? "")).toMatchObject({ ok: true });
  });

  test("that is forged is refused though an index that lists the digest is signed", async () => {
    const options = { functionConfig: config("platform: linux/arm64") };
    store.refer("app", digest, signer.bundle(digest));
    const { lock = "", text } = await pin(pod(image), "", options);
    const forged = lock.replace(/"sig": "ME/, '"sig": "MF');

    expect(forged).not.toBe(lock);
    expect(await pin(text, lock, options)).toMatchObject({ ok: true });
    for (const reference of [text, pod(image)])
      expect(await pin(reference, forged, options)).toMatchObject({
        ok: false,
        text: "",
        results: [{ message: expect.stringContaining("the evidence in the lock") }],
      });
  });

  test("is refused where a digest was forged that nobody signed", async () => {
    const forged = registry.push("app", "2");
    const lock = (await lockedImage()).replaceAll(digest, forged);

    expect(await pin(pod(image), lock)).toMatchObject({ ok: false, text: "" });
    expect(await pin(pod(image), lock.replace(/^ *evidence:.*\n/m, ""))).toMatchObject({
      ok: false,
      text: "",
    });
  });

  test("is asked for and added where a lock of before has none", async () => {
    const bare = (await lockedImage()).replace(/^ *evidence:.*\n/m, "");

    const result = await pin(pod(`${image}@${digest}`), bare);

    expect(result).toMatchObject({ ok: true, changes: 0 });
    expect(result.lock).toMatch(/^ {4}evidence: \[/m);
  });

  test("goes with its digest, and comes with the next one", async () => {
    const moving = `${registry.host}/moving:1`;
    const first = registry.push("moving", "1");
    store.refer("moving", first, signer.bundle(first));
    const { lock = "" } = await pin(pod(moving), "");
    const moved = registry.move("moving", "1");
    store.refer("moving", moved, signer.bundle(moved));

    const result = await pin(pod(moving), lock, { functionConfig: config("mode: update") });

    expect(result).toMatchObject({ ok: true });
    expect(result.lock).toContain(`digest: ${moved}`);
    expect(result.lock?.match(/evidence:/g)).toHaveLength(1);
    expect(await pin(pod(moving), result.lock ?? "")).toMatchObject({ text: pod(`${moving}@${moved}`) });
  });

  test("of several tags that mean one digest is no more than that of one", async () => {
    store.refer("app", digest, other.bundle(digest));
    const lock = await lockedImage();
    const entry = lock.slice(lock.indexOf(`  "${image}"`));
    const twice = lock + entry.replace("app:1", "app:2");
    const rules = [signer, other].map(({ publicKey }) => ({
      images: ["*"],
      keys: [publicKey],
      tlog: "optional",
    }));
    const functionConfig = config().replace(/signatures: .*/, `signatures: ${JSON.stringify(rules)}`);

    expect(await pin(pod(`${image}@${digest}`), twice, { functionConfig })).toMatchObject({ ok: true });
  });

  test.each([
    ["two repositories", "copy", "1", "*/app:*", "*/copy:*"],
    ["two tags", "app", "2", "*/app:1*", "*/app:2*"],
  ])(
    "of %s that have one digest is that which the rules of each want",
    async (_, repository, tag, images, otherImages) => {
      const content = { manifest: JSON.stringify({ schemaVersion: 2, manifests: [] }) };
      const shared = registry.push("shared/app", "1", content);
      registry.push(`shared/${repository}`, tag, content);
      store.refer("shared/app", shared, signer.bundle(shared));
      store.refer(`shared/${repository}`, shared, other.bundle(shared));
      const rules = [
        { images: [images], keys: [signer.publicKey], tlog: "optional" },
        { images: [otherImages], keys: [other.publicKey], tlog: "optional" },
      ];
      const functionConfig = config().replace(/signatures: .*/, `signatures: ${JSON.stringify(rules)}`);
      const [textOfOne, textOfOther] = [
        pod(`${registry.host}/shared/app:1`),
        pod(`${registry.host}/shared/${repository}:${tag}`),
      ];
      const texts = `${textOfOne}---\n${textOfOther}`;

      const together = await pin(texts, "", { functionConfig });
      const first = await pin(textOfOne, "", { functionConfig });
      const added = await pin(textOfOther, first.lock ?? "", { functionConfig });
      const before = registry.requests.length;

      expect([together.ok, first.ok, added.ok]).toEqual([true, true, true]);
      for (const lock of [together.lock, added.lock]) {
        const again = await pin(texts, lock ?? "", { functionConfig });
        expect(again).toMatchObject({ ok: true, text: together.text });
        expect(again.lock).toBeUndefined();
      }
      expect(registry.requests.length).toBe(before);
      expect(together.images.map(({ vouchers }) => vouchers?.length)).toEqual([1, 1]);
      expect(together.images[0]?.vouchers).not.toEqual(together.images[1]?.vouchers);
    },
  );

  test("has nothing in it that was not verified", async () => {
    const junk = "SlVOSw==";
    const layer = signer.signature(digest);
    const bundle = {
      SignedEntryTimestamp: junk,
      Payload: { body: junk, integratedTime: 1, logIndex: 1, logID: "00" },
    };
    const annotations = {
      ...layer.annotations,
      "dev.sigstore.cosign/bundle": JSON.stringify(bundle),
      "dev.sigstore.cosign/rfc3161timestamp": JSON.stringify({ SignedRFC3161Timestamp: junk }),
    };
    store.tag("app", `${digest.replace(":", "-")}.sig`, [{ ...layer, annotations }]);

    const { ok, lock = "" } = await pin(pod(image), "");

    expect(ok).toBe(true);
    expect(lock).toContain("evidence: [");
    expect(lock).not.toContain(junk);
    expect(await pin(pod(image), lock)).toMatchObject({ ok: true });
  });

  test("is read where another tool has written it on lines of its own", async () => {
    const lock = await lockedImage();
    const { parse, stringify } = await import("yaml");
    const rewritten = stringify(parse(lock));

    expect(await pin(pod(image), rewritten)).toMatchObject({ ok: true });

    const forged = rewritten.replace(/sig: ME/, "sig: MF");
    const updated = await pin(pod(image), forged, { functionConfig: config("mode: update") });
    expect(updated).toMatchObject({ ok: true });
    expect(parse(updated.lock ?? "")).toEqual(parse(rewritten));
  });

  test("travels with a package", async () => {
    store.refer("app", digest, signer.bundle(digest));
    const item = pod(image)
      .replaceAll(/^(?=.)/gm, "  ")
      .replace("  apiVersion", "- apiVersion");
    const list = `kind: ResourceList\nitems:\n${item.replace("{name: web}", '{name: web, annotations: {config.kubernetes.io/path: pod.yaml, config.kubernetes.io/index: "0"}}')}`;
    const options = { environment: {}, functionConfig: config("lock: create") };

    const first = await pinDigests(list, options);
    asked = registry.requests.length;
    const second = await pinDigests(first.text, options);

    expect(first).toMatchObject({ ok: true });
    expect(first.text).toContain("evidence: [");
    expect(second).toMatchObject({ ok: true, text: first.text });
    expect(registry.requests.length).toBe(asked);
  });

  test("is that of each package, whose locks have one name in a render", async () => {
    store.refer("app", digest, signer.bundle(digest));
    const item = (object: object, path: string, folder: string, index: number): string => {
      const annotations = {
        "internal.config.kubernetes.io/package-path": folder,
        "internal.config.kubernetes.io/path": path,
        "config.kubernetes.io/path": path,
        "internal.config.kubernetes.io/index": `${index}`,
      };
      return `- ${JSON.stringify({ ...object, metadata: { name: "x", annotations } })}\n`;
    };
    const web = {
      apiVersion: "v1",
      kind: "Pod",
      spec: { containers: [{ name: "c", image }] },
    };
    const lock = (images: object): object => ({
      apiVersion: "fn.kpt.dev/v1alpha1",
      kind: "ImageLock",
      images,
    });
    const items = ["/a", "/b"].map(
      (folder, at) =>
        item(web, "pod.yaml", folder, 0) +
        item(lock(at === 0 ? {} : { [image]: { digest } }), "image-lock.yaml", folder, 0),
    );

    const { ok, text } = await pinDigests(`kind: ResourceList\nitems:\n${items.join("")}`, {
      functionConfig: config(),
      environment: {},
    });

    expect(ok).toBe(true);
    expect(text.match(/"evidence": ?\[/g)).toHaveLength(2);
  });

  test.each(["evidence: x", "evidence: [x]", "evidence: [{bundle: x}]", "evidence: [{bundle: {}, more: 1}]"])(
    "is refused as %s",
    async (evidence) => {
      const lock = (await lockedImage()).replace(/evidence:.*/, evidence);

      await expect(pin(pod(image), lock)).rejects.toThrow(/evidence.*must be a list of bundles/);
    },
  );
});
