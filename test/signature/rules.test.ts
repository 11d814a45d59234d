import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PinOptions, type PinResult, pinDigests } from "../../src/pin-digests.ts";
import { createSigner } from "../support/signer.ts";

const { publicKey } = createSigner();

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
  mkdirSync(join(folder, "keys"));
  writeFileSync(join(folder, "keys/cosign.pub"), publicKey);
  writeFileSync(join(folder, "not-a-root.json"), "{}");
  const mediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
  writeFileSync(join(folder, "broken-root.json"), JSON.stringify({ mediaType, tlogs: [{ publicKey: {} }] }));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: c\n    image: ${image}\n`;
}

function object(signatures: unknown): string {
  return `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nsignatures: ${JSON.stringify(signatures)}\n`;
}

/** A run in which no image is named by the rule, so that only the rule itself can be wrong. */
function read(rule: object, options: PinOptions = {}): Promise<PinResult> {
  const own = { images: ["ghcr.io/acme/*"], tlog: "optional", ...rule };
  return pinDigests(pod("$(X)"), {
    functionConfig: object([own]),
    functionConfigFolder: folder,
    environment: {},
    ...options,
  });
}

function pem(type: "x25519" | "rsa"): string {
  const { publicKey: key } =
    type === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 1024 }) : generateKeyPairSync("x25519");
  return key.export({ type: "spki", format: "pem" }).toString();
}

describe("signatures", () => {
  test.each<[string, object]>([
    ["a key in PEM", { keys: [publicKey] }],
    ["a file beside the configuration", { keys: ["keys/cosign.pub"] }],
    ["a file by its whole path", { keys: ["FOLDER/keys/cosign.pub"] }],
  ])("take %s", async (_, rule) => {
    const own = JSON.parse(JSON.stringify(rule).replace("FOLDER", folder));

    expect((await read(own)).ok).toBe(true);
  });

  test.each<[string, object, RegExp]>([
    ["no signer", {}, /must have `keys` or `keyless`/],
    ["no key", { keys: [] }, /at least one of `keys`/],
    ["two kinds of signers", { keys: [publicKey], keyless: { issuer: "a", subject: "b" } }, /has both/],
    ["no images", { keys: [publicKey], images: [] }, /must name its `images`/],
    ["a log by nobody", { keys: [publicKey], tlog: "required" }, /`trustedRoot`.*`tlog: optional`/],
    ["certificates by nobody", { keyless: { issuer: "a", subject: "b" } }, /`trustedRoot`/],
    [
      "an identity without an issuer",
      { keyless: { subject: "b" }, trustedRoot: "x" },
      /`signatures\[0\].keyless.issuer`/,
    ],
    ["a file that is not there", { keys: ["absent.pub"] }, /`keys\[0\]` must name a file.*absent\.pub/],
    ["a folder", { keys: ["keys"] }, /a directory, not a regular file/],
    [
      "a root that is none",
      { keys: [publicKey], trustedRoot: "not-a-root.json" },
      /`trustedRoot`.*trusted root/,
    ],
    [
      "a root whose key is none",
      { keys: [publicKey], trustedRoot: "broken-root.json" },
      /`trustedRoot`.*trusted root/,
    ],
    [
      "a key that is none",
      { keys: ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] },
      /can't be read/,
    ],
    ["a key of GPG", { keys: ["-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx"] }, /GPG/],
    ["a certificate", { keys: ["-----BEGIN CERTIFICATE-----\nx"] }, /Notation/],
    ["a key for something else", { keys: [pem("x25519")] }, /for ECDSA, Ed25519 or RSA, but is for x25519/],
    ["a key that is too short", { keys: [pem("rsa")] }, /at least 2048 bits/],
    ["another word", { keys: [publicKey], tlog: "maybe" }, /must be "required" or "optional"/],
    ["an unknown option", { keys: [publicKey], notation: true }, /unknown field `notation`/],
  ])("refuse %s", async (_, rule, message) => {
    const result = await read(rule);

    expect(result).toMatchObject({ ok: false, text: "" });
    expect(result.results.map((each) => each.message).join("\n")).toMatch(message);
  });

  const body = "U0VDUkVUU0VDUkVUU0VDUkVU";
  const lines = `-----BEGIN EC PRIVATE KEY-----\n${body}\n-----END EC PRIVATE KEY-----\n`;
  const misplaced = [lines, `\n${lines}`, `x ${lines}`, lines.replaceAll("\n", " ")];

  test.each<[string, (key: string) => unknown]>([
    ["an element of `keys`", (key) => ({ signatures: [{ images: ["*"], tlog: "optional", keys: [key] }] })],
    ["`keys`", (key) => ({ signatures: [{ images: ["*"], keys: key }] })],
    ["`trustedRoot`", (key) => ({ signatures: [{ images: ["*"], keys: [publicKey], trustedRoot: key }] })],
    ["`keyless`", (key) => ({ signatures: [{ images: ["*"], keyless: key, trustedRoot: "x" }] })],
    ["`issuer`", (key) => ({ signatures: [{ images: ["*"], keyless: { issuer: key }, trustedRoot: "x" }] })],
    ["`images`", (key) => ({ signatures: [{ images: [key], keys: [publicKey] }] })],
    ["the name of an option", (key) => ({ signatures: [{ images: ["*"], [key]: 1 }] })],
    ["`signatures`", (key) => ({ signatures: key })],
    ["`tlog`", (key) => ({ signatures: [{ images: ["*"], keys: [publicKey], tlog: key }] })],
    ["`keyFile`", (key) => ({ registries: [{ certFile: key, keyFile: key }] })],
    ["`minAge`", (key) => ({ minAge: key })],
    ["`platform`", (key) => ({ platform: key })],
    ["the path of a field", (key) => ({ fieldSpecs: [{ kind: "X", path: `[${key}` }] })],
  ])("never quote a key that stands as %s", async (_, options) => {
    for (const key of misplaced) {
      const written = Object.entries(options(key) as object).map(
        ([name, value]) => `${name}: ${JSON.stringify(value)}\n`,
      );
      const { results } = await pinDigests(pod("127.0.0.1:1/app:1"), {
        functionConfig: object([]).replace(/signatures.*\n/, written.join("")),
        functionConfigFolder: folder,
        environment: {},
      });

      expect(results).not.toEqual([]);
      expect(JSON.stringify(results)).not.toContain(body);
    }
  });

  test("never quote a private key", async () => {
    const key =
      "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----";

    const result = await read({ keys: [key] });

    expect(result).toMatchObject({ ok: false });
    expect(JSON.stringify(result.results)).not.toContain("c2VjcmV0");
  });

  test("name no files where a package brings them", async () => {
    const list = `kind: ResourceList\nfunctionConfig:\n${object([{ images: ["*"], tlog: "optional", keys: ["keys/cosign.pub"] }]).replaceAll(/^(?=.)/gm, "  ")}items: []\n`;

    const result = await pinDigests(list, { environment: {} });

    expect(result).toMatchObject({
      ok: false,
      results: [{ message: expect.stringContaining("names a file") }],
    });
  });

  test("of a policy name files beside it", async () => {
    const policy = join(folder, "policy.yaml");
    writeFileSync(policy, object([{ images: ["x.io/*"], tlog: "optional", keys: ["keys/cosign.pub"] }]));

    const result = await pinDigests(pod("$(X)"), { environment: { PIN_DIGESTS_POLICY: policy } });

    expect(result).toMatchObject({ ok: true });
  });

  test("of a policy hold whatever `check.unsigned` says", async () => {
    const policy = join(folder, "policy.yaml");
    writeFileSync(policy, object([{ images: ["127.0.0.1*"], tlog: "optional", keys: ["keys/cosign.pub"] }]));
    const functionConfig = `${object([])}mode: check\ncheck: {unsigned: "off", unreachable: "off"}\n`;

    const result = await pinDigests(pod(`127.0.0.1:1/app@sha256:${"1".repeat(64)}`), {
      functionConfig,
      environment: { PIN_DIGESTS_POLICY: policy },
    });

    expect(result).toMatchObject({ ok: false, results: [{ tags: { class: "unsigned" } }] });
  });
});
