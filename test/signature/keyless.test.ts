import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PinResult, pinDigests } from "../../src/pin-digests.ts";
import { lockText } from "../support/lock-text.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { createSignatureStore, type Layer } from "../support/signature-store.ts";
import { createSigstore, type SigstoreInstance } from "../support/sigstore-instance.ts";

const github = {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1",
};
const store = createSignatureStore({ referrers: "api" });

let folder: string;
let registry: Registry;
let image: string;
let digest: string;
let sigstore: SigstoreInstance;
let stranger: SigstoreInstance;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
  registry = await startRegistry({ onRequest: store.onRequest });
  image = `${registry.host}/app:1`;
  digest = registry.push("app", "1");
  [sigstore, stranger] = await Promise.all([createSigstore(), createSigstore()]);
  writeFileSync(join(folder, "root.json"), sigstore.trustedRoot);
});

beforeEach(() => store.clear());

afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true });
});

function pod(reference: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: c\n    image: ${reference}\n`;
}

const rule = {
  images: ["*"],
  trustedRoot: "root.json",
  keyless: { issuer: github.issuer, subject: "https://github.com/acme/*" },
};

function pin(more: object = {}, text = pod(image), lock = ""): Promise<PinResult> {
  const signatures = JSON.stringify([{ ...rule, ...more }]);
  return pinDigests(text, {
    functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nsignatures: ${signatures}\n`,
    functionConfigFolder: folder,
    environment: {},
    lock: { text: lock, update: true },
  });
}

function tag(layer: Layer): void {
  store.tag("app", `${digest.replace(":", "-")}.sig`, [layer]);
}

/** A bundle with something in it changed. */
function changed(layer: Layer, change: (bundle: Bundle) => void): Layer {
  const bundle = JSON.parse(layer.body.toString());
  change(bundle);
  return { ...layer, body: JSON.stringify(bundle) };
}

interface Bundle {
  readonly dsseEnvelope: { readonly signatures: readonly { readonly sig: string }[] };
  readonly verificationMaterial: {
    timestampVerificationData?: { rfc3161Timestamps: { signedTimestamp: string }[] };
    tlogEntries: {
      inclusionPromise?: { signedEntryTimestamp: string };
      inclusionProof?: { checkpoint: { envelope: string } };
      integratedTime: string;
      logIndex: string;
    }[];
  };
}

describe("a signature without a key pair", () => {
  test("counts in a bundle and in the form of cosign 2", async () => {
    store.refer("app", digest, await sigstore.bundle(digest, github));
    expect(await pin()).toMatchObject({ ok: true, text: pod(`${image}@${digest}`) });

    store.clear();
    tag(await sigstore.signature(digest, github));
    expect(await pin()).toMatchObject({ ok: true, text: pod(`${image}@${digest}`) });
  });

  test("is verified again from the lock", async () => {
    store.refer("app", digest, await sigstore.bundle(digest, github));
    const { lock } = await pin();
    store.clear();
    const before = registry.requests.length;

    expect(await pin({}, pod(image), lock)).toMatchObject({ ok: true });
    expect(registry.requests.length).toBe(before);
  });

  test("counts where its certificate was valid when a log saw it, whenever that was", async () => {
    const old = await createSigstore({ clock: new Date(Date.now() + 5 * 86_400_000) });
    writeFileSync(join(folder, "old.json"), old.trustedRoot);
    store.refer("app", digest, await old.bundle(digest, github));

    expect(await pin({ trustedRoot: "old.json" })).toMatchObject({ ok: true });
  });

  describe("that no log says the time of", () => {
    const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

    /** A bundle without the promise of a log, which alone says when, and with a timestamp in its place. */
    async function stamped(by: SigstoreInstance, from = by, of?: string): Promise<Layer> {
      const layer = await by.bundle(digest, github);
      const { dsseEnvelope }: Bundle = JSON.parse(layer.body.toString());
      const signedTimestamp = await from.timestamp(of ?? dsseEnvelope.signatures[0]?.sig ?? "");
      return changed(layer, ({ verificationMaterial }) => {
        for (const entry of verificationMaterial.tlogEntries) delete entry.inclusionPromise;
        verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] };
      });
    }

    test("counts by a timestamp, which the lock keeps", async () => {
      store.refer("app", digest, await stamped(sigstore));

      const first = await pin();
      store.clear();
      const second = await pin({}, pod(image), first.lock);

      expect(first).toMatchObject({ ok: true, text: pod(`${image}@${digest}`) });
      expect(first.images[0]?.vouchers?.[0]?.at).toBeGreaterThan(0);
      expect(first.lock).toContain("rfc3161Timestamps");
      expect(second).toMatchObject({ ok: true, text: first.text });
    });

    test("counts by a timestamp in the form of cosign 2", async () => {
      const layer = await sigstore.signature(digest, github);
      const signature = layer.annotations?.["dev.cosignproject.cosign/signature"] ?? "";
      const { "dev.sigstore.cosign/bundle": _, ...annotations } = layer.annotations ?? {};
      const stamp = JSON.stringify({ SignedRFC3161Timestamp: await sigstore.timestamp(signature) });
      tag({ ...layer, annotations: { ...annotations, "dev.sigstore.cosign/rfc3161timestamp": stamp } });

      expect(await pin({ tlog: "optional" })).toMatchObject({ ok: true });
      expect(await pin()).toMatchObject({ ok: false });
    });

    test.each<[string, () => Promise<Layer>]>([
      [
        "no timestamp",
        async () =>
          changed(await stamped(sigstore), ({ verificationMaterial }) => {
            delete verificationMaterial.timestampVerificationData;
          }),
      ],
      ["a timestamp of another signature", () => stamped(sigstore, sigstore, "AAAA")],
      ["a timestamp of another instance", () => stamped(sigstore, stranger)],
      [
        "bytes that are no timestamp",
        async () =>
          changed(await stamped(sigstore), ({ verificationMaterial }) => {
            verificationMaterial.timestampVerificationData = {
              rfc3161Timestamps: [{ signedTimestamp: "AAAA" }],
            };
          }),
      ],
    ])("is refused with %s", async (_, make) => {
      store.refer("app", digest, await make());

      expect(await pin()).toMatchObject({ ok: false, text: "", results: [{ tags: { class: "unsigned" } }] });
    });

    test("is refused with a timestamp of when its certificate had ended", async () => {
      const late = await createSigstore({ timestampClock: minutes(20) });
      writeFileSync(join(folder, "late.json"), late.trustedRoot);
      store.refer("app", digest, await stamped(late));

      expect(await pin({ trustedRoot: "late.json" })).toMatchObject({
        ok: false,
        text: "",
        results: [{ message: expect.stringContaining("does not count") }],
      });
    });
  });

  test.each([20, -20])("is refused where a log saw it %i minutes beside its certificate's", async (count) => {
    const late = await createSigstore({ logClock: new Date(Date.now() + count * 60_000) });
    writeFileSync(join(folder, "late.json"), late.trustedRoot);

    for (const put of [
      async () => store.refer("app", digest, await late.bundle(digest, github)),
      async () => tag(await late.signature(digest, github)),
    ]) {
      store.clear();
      await put();
      expect(await pin({ trustedRoot: "late.json" })).toMatchObject({ ok: false, text: "" });
    }
  });

  test.each<[string, () => Promise<void>, RegExp]>([
    [
      "another subject",
      async () =>
        tag(await sigstore.signature(digest, { ...github, subject: "https://github.com/evil/app" })),
      /has a certificate for "https:\/\/github.com\/evil\/app"/,
    ],
    [
      "a subject that only holds the right one",
      async () =>
        tag(
          await sigstore.signature(digest, {
            ...github,
            subject: "https://evil.io/?https://github.com/acme/",
          }),
        ),
      /has a certificate for/,
    ],
    [
      "another issuer",
      async () => tag(await sigstore.signature(digest, { ...github, issuer: "https://evil.io" })),
      /of the issuer "https:\/\/evil.io"/,
    ],
    ["another instance", async () => tag(await stranger.signature(digest, github)), /does not count/],
    [
      "another instance, in a bundle",
      async () => store.refer("app", digest, await stranger.bundle(digest, github)),
      /does not count/,
    ],
    [
      "another digest",
      async () => tag(await sigstore.signature(`sha256:${"1".repeat(64)}`, github)),
      /of another digest/,
    ],
    [
      "a log that is not asked",
      async () => {
        const { annotations = {}, ...layer } = await sigstore.signature(digest, github);
        const { "dev.sigstore.cosign/bundle": _, ...stripped } = annotations;
        tag({ ...layer, annotations: stripped });
      },
      /does not count/,
    ],
    [
      "no log entry",
      async () => {
        const layer = await sigstore.bundle(digest, github);
        store.refer(
          "app",
          digest,
          changed(layer, ({ verificationMaterial }) => {
            verificationMaterial.tlogEntries = [];
          }),
        );
      },
      /does not count/,
    ],
    [
      "no proof of a log entry",
      async () => {
        const layer = await sigstore.bundle(digest, github);
        store.refer(
          "app",
          digest,
          changed(layer, ({ verificationMaterial: { tlogEntries } }) => {
            delete tlogEntries[0]?.inclusionPromise;
            delete tlogEntries[0]?.inclusionProof;
          }),
        );
      },
      /can't be read|does not count/,
    ],
    [
      "another time than the log has promised",
      async () => {
        const layer = await sigstore.bundle(digest, github);
        store.refer(
          "app",
          digest,
          changed(layer, ({ verificationMaterial: { tlogEntries } }) => {
            for (const entry of tlogEntries) entry.integratedTime = String(Number(entry.integratedTime) + 1);
          }),
        );
      },
      /does not count/,
    ],
    [
      "the log entry of another signature",
      async () => {
        const [layer, other] = [await sigstore.bundle(digest, github), await sigstore.bundle(digest, github)];
        const entries = JSON.parse(other.body.toString()).verificationMaterial.tlogEntries;
        store.refer(
          "app",
          digest,
          changed(layer, ({ verificationMaterial }) => {
            verificationMaterial.tlogEntries = entries;
          }),
        );
      },
      /does not count/,
    ],
    [
      "a certificate that no log has",
      async () => {
        const unlogged = await createSigstore({ noCertificateLog: true });
        writeFileSync(join(folder, "root.json"), unlogged.trustedRoot);
        tag(await unlogged.signature(digest, github));
      },
      /does not count/,
    ],
  ])("is refused where there is one of %s", async (_, put, reason) => {
    await put();

    const result = await pin();

    writeFileSync(join(folder, "root.json"), sigstore.trustedRoot);
    expect(result).toMatchObject({
      ok: false,
      text: "",
      results: [{ message: expect.stringMatching(reason), tags: { class: "unsigned" } }],
    });
  });

  test("needs somebody who says when, though no log is required", async () => {
    const { annotations = {}, ...layer } = await sigstore.signature(digest, github);
    const { "dev.sigstore.cosign/bundle": _, ...stripped } = annotations;
    tag({ ...layer, annotations: stripped });

    expect(await pin({ tlog: "optional" })).toMatchObject({ ok: false });
  });

  test.each([
    [10, 1],
    [1, 0],
  ])("lets `minAge` count by the time of its log: %i days later %i image changes", async (days, changes) => {
    const old = `sha256:${"1".repeat(64)}`;
    const lock = lockText({ [image]: old });
    store.refer("app", digest, await sigstore.bundle(digest, github));
    store.refer("app", old, await sigstore.bundle(old, github));

    const result = await pinDigests(pod(`${image}@${old}`), {
      functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nmode: update\nminAge: 3d\nsignatures: ${JSON.stringify([rule])}\n`,
      functionConfigFolder: folder,
      environment: {},
      lock: { text: lock, update: true },
      now: Date.now() + days * 86_400_000,
    });

    expect(result).toMatchObject({ ok: true, changes });
  });

  test("lets `minAge` count by the time of its log where the index of a platform's image is signed", async () => {
    const old = `sha256:${"1".repeat(64)}`;
    const lock = `${lockText({ [image]: old })}    platform: linux/arm64\n`;
    store.refer("app", digest, await sigstore.bundle(digest, github));

    const result = await pinDigests(pod(`${image}@${old}`), {
      functionConfig: `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nmode: update\nplatform: linux/arm64\nminAge: 3d\nsignatures: ${JSON.stringify([rule])}\n`,
      functionConfigFolder: folder,
      environment: {},
      lock: { text: lock, update: true },
      now: Date.now() + 10 * 86_400_000,
    });

    expect(result).toMatchObject({ ok: true, changes: 1 });
  });

  test.each<[string, (entry: Bundle["verificationMaterial"]["tlogEntries"][number]) => void]>([
    [
      "a name in a checkpoint that is an expression",
      (entry) => {
        const { checkpoint } = entry.inclusionProof ?? { checkpoint: { envelope: "" } };
        checkpoint.envelope = checkpoint.envelope.replace("\u2014 rekor.example", "\u2014 (([a-z.:/]+)+)+!");
      },
    ],
    [
      "a number of a million digits",
      (entry) => {
        entry.logIndex = "9".repeat(1_000_000);
      },
    ],
    [
      "a checkpoint without end",
      (entry) => {
        const { checkpoint } = entry.inclusionProof ?? { checkpoint: { envelope: "" } };
        checkpoint.envelope = checkpoint.envelope.replace("\n1\n", `\n${"1".repeat(4_000_000)}\n`);
      },
    ],
  ])("can't keep a run busy with %s", async (_, change) => {
    const layer = await sigstore.bundle(digest, github);
    store.refer(
      "app",
      digest,
      changed(layer, ({ verificationMaterial: { tlogEntries } }) => tlogEntries.forEach(change)),
    );

    expect(await pin()).toMatchObject({ ok: false, text: "" });
  });
});
