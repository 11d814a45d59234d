import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { pinDigests } from "../../src/pin-digests.ts";
import { type Run, runExecutable } from "../conformance/executable.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { createSignatureStore } from "../support/signature-store.ts";
import { createSigner } from "../support/signer.ts";

const spdx = "https://spdx.dev/Document";
const signer = createSigner();
const store = createSignatureStore({ referrers: "api" });

let registry: Registry;
let image: string;
let digest: string;
let folder: string;

beforeAll(async () => {
  registry = await startRegistry({ onRequest: store.onRequest });
  image = `${registry.host}/app:1`;
});

beforeEach(() => {
  store.clear();
  digest = registry.push("app", "1");
  folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
  const rule = { images: ["*"], keys: [signer.publicKey], tlog: "optional", attestations: [spdx] };
  writeFileSync(join(folder, "config.yaml"), config(rule));
});

afterEach(() => rmSync(folder, { recursive: true }));

afterAll(async () => {
  await registry.close();
});

function config(rule: object, more = ""): string {
  return `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\n${more}\nsignatures: [${JSON.stringify(rule)}]\n`;
}

function pod(reference: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: c\n    image: ${reference}\n`;
}

/** Lets an image have a bill of materials of so many characters. */
function attest(of: string, length = 200_000): void {
  store.refer("app", of, signer.bundle(of, spdx, { comment: "it's long".repeat(length / 9) }));
}

function run(args: readonly string[], input = ""): Promise<Run> {
  return runExecutable(input, { args: ["-f", "config.yaml", ...args], cwd: folder });
}

const update = ["--lock", "lock.yaml", "--update-lock"];
const frozen = ["--lock", "lock.yaml", "-d", "lock=frozen"];

function read(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

/** The files of evidence, of which there is to be one. */
function besides(): readonly string[] {
  return readdirSync(folder).filter((name) => name.includes("sha256-"));
}

describe("evidence that is large", () => {
  test("is in a file beside the lock, named by its digest, and proves as much without a request", async () => {
    attest(digest);

    const first = await run(update, pod(image));
    const asked = registry.requests.length;
    const second = await run(frozen, pod(image));

    expect(first).toMatchObject({ code: 0, stdout: pod(`${image}@${digest}`) });
    const [name = "", other] = besides();
    const { kind, evidence } = parse(read(name));
    const hash = createHash("sha256").update(evidence).digest("hex");
    expect([name, other]).toEqual([`lock.sha256-${hash}.yaml`, undefined]);
    expect(kind).toBe("ImageEvidence");
    expect(read("lock.yaml")).toContain(`evidence: [ { "sha256": "${hash}" } ]`);
    expect(read("lock.yaml").length).toBeLessThan(1000);
    expect(second).toMatchObject({ code: 0, stdout: first.stdout });
    expect(registry.requests.length).toBe(asked);
    expect(await run(update, pod(image))).toMatchObject({ code: 0 });
    expect(registry.requests.length).toBe(asked);
  });

  test("is small where it fits in the lock", async () => {
    attest(digest, 900);

    await run(update, pod(image));

    expect(besides()).toEqual([]);
    expect(read("lock.yaml")).toContain('"bundle"');
  });

  test.each<[string, (path: string) => void]>([
    ["is not there", (path) => unlinkSync(path)],
    [
      "was changed",
      (path) => writeFileSync(path, readFileSync(path, "utf8").replace('"sig":"ME', '"sig":"MF')),
    ],
    ["is no YAML", (path) => writeFileSync(path, "{")],
    [
      "is a folder",
      (path) => {
        unlinkSync(path);
        mkdirSync(path);
      },
    ],
  ])("is missed where its file %s, until `mode: update` writes it anew", async (_, spoil) => {
    attest(digest);
    await run(update, pod(image));
    const [name = ""] = besides();
    const path = join(folder, name);
    const [lock, text] = [read("lock.yaml"), read(name)];
    spoil(path);

    for (const args of [frozen, update])
      expect(await run(args, pod(image))).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining("which is not there or was changed: `mode: update` asks for it anew"),
      });
    rmSync(path, { recursive: true, force: true });
    expect(await run([...update, "-d", "mode=update"], pod(image))).toMatchObject({ code: 0 });
    expect([read("lock.yaml"), read(name)]).toEqual([lock, text]);
  });

  test("goes with the digest that it is for", async () => {
    attest(digest);
    await run(update, pod(image));
    const [old] = besides();
    const moved = registry.move("app", "1");
    attest(moved);

    const result = await run([...update, "-d", "mode=update"], pod(image));

    expect(result).toMatchObject({ code: 0, stdout: pod(`${image}@${moved}`) });
    expect(besides()).toHaveLength(1);
    expect(besides()).not.toContain(old);
    expect(await run(frozen, pod(image))).toMatchObject({ code: 0 });
  });

  test("is not written where the run fails", async () => {
    attest(digest);

    const result = await run(update, `${pod(image)}---\n${pod(`${registry.host}/app:absent`)}`);

    expect(result.code).toBe(1);
    expect(readdirSync(folder)).toEqual(["config.yaml"]);
  });

  test("is not written through a link", async () => {
    attest(digest);
    await run(update, pod(image));
    const [name = ""] = besides();
    const text = read(name);
    unlinkSync(join(folder, name));
    unlinkSync(join(folder, "lock.yaml"));
    writeFileSync(join(folder, "precious"), "precious");
    symlinkSync("precious", join(folder, name));

    expect(await run(update, pod(image))).toMatchObject({ code: 0 });
    expect([read("precious"), read(name)]).toEqual(["precious", text]);
  });

  test("fails the run where a folder is in its way, and leaves the lock as it was", async () => {
    attest(digest);
    await run(update, pod(image));
    const [name = ""] = besides();
    unlinkSync(join(folder, "lock.yaml"));
    unlinkSync(join(folder, name));
    mkdirSync(join(folder, name));

    expect(await run(update, pod(image))).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/`--lock` "lock.yaml" could not be written: /),
    });
    expect(besides()).toEqual([name]);
    expect(readdirSync(folder)).not.toContain("lock.yaml");
  });

  test("is shown by `--diff` as a new file", async () => {
    attest(digest);
    writeFileSync(join(folder, "pod.yaml"), pod(image));

    const { stdout } = await run(["pin", ".", "--diff", "-d", "lock=create"]);

    expect(stdout).toMatch(/^--- \/dev\/null\n\+\+\+ b\/image-lock\.sha256-[0-9a-f]{64}\.yaml$/m);
    expect(readdirSync(folder).toSorted()).toEqual(["config.yaml", "pod.yaml"]);
  });

  test("lies beside a lock that is found among files, and beside one that is made", async () => {
    attest(digest);
    writeFileSync(join(folder, "pod.yaml"), pod(image));

    const first = await run(["pin", ".", "-d", "lock=create"]);
    const asked = registry.requests.length;
    writeFileSync(join(folder, "pod.yaml"), pod(image));
    const second = await run(["pin", ".", "-d", "lock=frozen"]);

    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0]);
    expect(besides()).toEqual([expect.stringMatching(/^image-lock\.sha256-[0-9a-f]{64}\.yaml$/)]);
    expect(read("pod.yaml")).toBe(pod(`${image}@${digest}`));
    expect(registry.requests.length).toBe(asked);
  });

  test("travels with a package that a function is sent", async () => {
    attest(digest);
    writeFileSync(join(folder, "pod.yaml"), pod(image));
    await run(["pin", ".", "-d", "lock=create"]);
    const item = (path: string, text: string): string => {
      const object = parse(text);
      const annotations = {
        ...object.metadata.annotations,
        "config.kubernetes.io/path": path,
        "config.kubernetes.io/index": "0",
      };
      return `- ${JSON.stringify({ ...object, metadata: { ...object.metadata, annotations } })}\n`;
    };
    const [name = ""] = besides();
    const lock = item("image-lock.yaml", read("image-lock.yaml"));
    const evidence = item(name, read(name));
    const list = (items: string): string =>
      `kind: ResourceList\nitems:\n${item("pod.yaml", pod(image))}${items}`;
    const rule = { images: ["*"], keys: [signer.publicKey], tlog: "optional", attestations: [spdx] };
    const options = { environment: {}, functionConfig: config(rule, "lock: frozen") };
    const asked = registry.requests.length;

    expect(await pinDigests(list(lock + evidence), options)).toMatchObject({ ok: true, changes: 1 });
    expect(await pinDigests(list(lock), options)).toMatchObject({ ok: false });
    expect(
      await pinDigests(list(lock + evidence.replace(/\\"sig\\":\\"ME/, '\\"sig\\":\\"MF')), options),
    ).toMatchObject({ ok: false });
    expect(registry.requests.length).toBe(asked);
  });

  test("is whole in a lock among the items of a list", async () => {
    attest(digest);
    const list = `kind: ResourceList\nitems:\n- ${JSON.stringify({ ...parse(pod(image)), metadata: { name: "web", annotations: { "config.kubernetes.io/path": "pod.yaml", "config.kubernetes.io/index": "0" } } })}\n`;
    const rule = { images: ["*"], keys: [signer.publicKey], tlog: "optional", attestations: [spdx] };

    const { text } = await pinDigests(list, {
      environment: {},
      functionConfig: config(rule, "lock: create"),
    });
    const asked = registry.requests.length;

    expect(
      await pinDigests(text, { environment: {}, functionConfig: config(rule, "lock: frozen") }),
    ).toMatchObject({
      ok: true,
    });
    expect(registry.requests.length).toBe(asked);
  });
});
