import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test } from "vitest";
import { FunctionConfigError } from "../src/config/config-sources.ts";
import { type Digest, parseDigest } from "../src/image/digest.ts";
import { InputError } from "../src/krm/input-error.ts";
import { type PinOptions, pinDigests } from "../src/pin-digests.ts";
import { startRegistry } from "./support/registry.mjs";

const digest = parseDigest(`sha256:${"1".repeat(64)}`);
const resolveDigest = async (): Promise<Digest> => digest;
const unasked = (): Promise<Digest> => Promise.reject(new Error("asked"));

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - image: ${image}\n`;
}

function list(...pods: readonly string[]): string {
  const items = pods.map((each) => `- ${each.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `kind: ResourceList\nitems:\n${items.join("")}`;
}

/** The bytes that are in use when all garbage is collected. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCPSocket")).length;
}

function countListeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

// The environment is empty, and nothing listens on port 1: a test that asks a registry fails at once.
const nowhere = new Map([["network.retries", "0"]]);

describe("pinDigests", () => {
  test("gives text, results, and what came in", async () => {
    const result = await pinDigests(pod("nginx"), { resolveDigest });

    expect(result).toMatchObject({ text: pod(`nginx@${digest}`), ok: true, input: "stream" });
    expect(result.results).toMatchObject([{ severity: "info", field: { proposedValue: `nginx@${digest}` } }]);
  });

  test("puts the same results into a list as it gives", async () => {
    const result = await pinDigests(list(pod("nginx"), pod("$(X)")), { resolveDigest });

    expect(result.input).toBe("ResourceList");
    expect(result.results.map(({ severity }) => severity)).toEqual(["warning", "info"]);
    expect(result.text.match(/^ {2}severity: .*$/gm)).toEqual(["  severity: warning", "  severity: info"]);
  });

  test("asks nobody where nothing is to be asked", async () => {
    const text = list(pod(`nginx:1@${digest}`));

    expect(await pinDigests(text, { resolveDigest: unasked })).toMatchObject({
      text,
      results: [],
      ok: true,
      changes: 0,
      input: "ResourceList",
    });
    expect((await pinDigests(text)).ok).toBe(true);
  });

  test("pins nothing of a list where one image fails, and says only what failed", async () => {
    const text = list(pod("nginx"), pod("NGINX"));

    const result = await pinDigests(text, { resolveDigest });

    expect(result.ok).toBe(false);
    expect(result.results.map(({ severity }) => severity)).toEqual(["error"]);
    expect(result.text.startsWith(text)).toBe(true);
    expect(result.text).not.toContain(digest);
  });

  test("gives nothing of a stream where one image fails", async () => {
    const result = await pinDigests(`${pod("nginx")}---\n${pod("NGINX")}`, { resolveDigest });

    expect(result).toMatchObject({ text: "", ok: false, results: [{ severity: "error" }] });
  });

  test("pins the rest where a failure only warns", async () => {
    const result = await pinDigests(`${pod("nginx")}---\n${pod("NGINX")}`, {
      resolveDigest,
      overrides: new Map([["onError", "warn"]]),
    });

    expect(result).toMatchObject({ text: `${pod(`nginx@${digest}`)}---\n${pod("NGINX")}`, ok: true });
    expect(result.results.map(({ severity }) => severity)).toEqual(["warning", "info"]);
  });

  test("asks nobody where the configuration is wrong", async () => {
    const result = await pinDigests(list(pod("nginx")), {
      resolveDigest: unasked,
      overrides: new Map([["tags", "drop"]]),
    });

    expect(result).toMatchObject({
      ok: false,
      results: [{ severity: "error", message: expect.stringContaining("tags") }],
    });
    expect(result.text.startsWith(list(pod("nginx")))).toBe(true);
  });

  test("asks the registries itself where no resolver is given", async () => {
    const result = await pinDigests(pod("127.0.0.1:1/app:v1"), { overrides: nowhere });

    expect(result).toMatchObject({ ok: false, text: "", results: [{ severity: "error" }] });
    expect(result.results[0]?.message).toMatch(/127\.0\.0\.1:1 refused the connection; check the name[^;]*$/);
  });

  test("says how a function gets a network, once, and to those alone who may have none", async () => {
    const pods = [pod("127.0.0.1:1/app:v1"), pod("127.0.0.1:2/app:v1"), pod("127.0.0.1:2/app:v2")];
    const messagesOf = async (input: string, options: PinOptions = {}) => {
      const { results } = await pinDigests(input, { overrides: nowhere, ...options });
      return results.map(({ message }) => message);
    };

    const told = [
      expect.stringMatching(/^can't resolve "127\.0\.0\.1:1\/app:v1": .*--allow-network/),
      expect.stringMatching(/^can't resolve "127\.0\.0\.1:2\/app:v1": .*machine can reach it$/),
      expect.stringMatching(/^can't resolve "127\.0\.0\.1:2\/app:v2": .*machine can reach it$/),
    ];
    expect(await messagesOf(list(...pods))).toEqual(told);
    expect(await messagesOf(pods.join("---\n"), { isContained: () => true })).toEqual(told);
    expect((await messagesOf(pods.join("---\n"))).join()).not.toContain("--allow-network");
  });

  test("leaves nothing open and nobody listening, however often it runs", async () => {
    const registry = await startRegistry({ any: true, auth: { bearer: {} } });
    onTestFinished(registry.close);
    const environment = { HOME: "/nonexistent" };
    const text = list(pod(`${registry.host}/app:v1`), pod(`${registry.host}/proxy:v2`));
    const before = { sockets: countSockets(), listeners: countListeners() };

    for (let run = 0; run < 200; run += 1) {
      expect((await pinDigests(text, { environment })).ok).toBe(true);
    }

    // A socket that is destroyed is gone a turn later.
    await expect.poll(countSockets).toBeLessThanOrEqual(before.sockets);
    expect(countListeners()).toBe(before.listeners);
  });

  test("keeps nothing of what it has read", async () => {
    const run = async (number: number) => {
      const image = `registry.example/team/app-${number}:v1`;
      const text = `${list(pod(image))}# ${"-".repeat(1_000_000)}\n`;
      const { changes } = await pinDigests(text, { resolveDigest });
      expect(changes).toBe(1);
    };
    await run(0);
    const before = heapUsed();

    for (let number = 1; number <= 40; number += 1) await run(number);

    // Each text has a million characters.
    expect(heapUsed() - before).toBeLessThan(10_000_000);
  });

  test("keeps no long keys", async () => {
    const run = async (length: number) => {
      const keys = Array.from({ length: 20 }, (_, at) => `k${at}${"-".repeat(length)}`);
      const spec = Object.fromEntries(keys.map((key) => [key, { image: "ghcr.io/a/b:1" }]));
      const text = JSON.stringify({ apiVersion: "a.example/v1", kind: "A", metadata: { name: "a" }, spec });
      expect((await pinDigests(text, { resolveDigest })).results).toHaveLength(20);
    };
    await run(0);
    const before = heapUsed();

    await run(1_000_000);

    expect(heapUsed() - before).toBeLessThan(10_000_000);
  });

  test("reports an image that several containers share once", async () => {
    const text = list(pod("nginx\n    name: &c a")).replace(
      "- image: nginx",
      "- &c\n      image: nginx\n    - *c\n    - <<: *c",
    );

    const result = await pinDigests(text.replace("name: &c a", ""), { resolveDigest });

    expect(result.results).toHaveLength(1);
    expect(result.text.split(`nginx@${digest}`)).toHaveLength(3);
  });

  test.each([["<html>"], [""], ["a: 1\n"]])("throws for the foreign text %j", async (text) => {
    await expect(pinDigests(text, { resolveDigest })).rejects.toThrow(InputError);
  });

  test("throws for two configurations", async () => {
    const text = `${list(pod("nginx"))}functionConfig: {apiVersion: v1, kind: ConfigMap, data: {tag: drop}}\n`;

    await expect(pinDigests(text, { resolveDigest, overrides: new Map([["tag", "keep"]]) })).rejects.toThrow(
      FunctionConfigError,
    );
  });
});

describe("PinResult.changes", () => {
  const digest = parseDigest(`sha256:${"1".repeat(64)}`);

  test("counts the fields that changed, also where results don't name them", async () => {
    const pods =
      "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\nspec: {containers: [{image: a}, {image: b}]}\n";
    const functionConfig = "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nreport: problems\n";

    const { changes, results } = await pinDigests(pods, {
      functionConfig,
      resolveDigest: async () => digest,
    });

    expect({ changes, results }).toEqual({ changes: 2, results: [] });
  });
});

describe("a resolver that gives no digest", () => {
  test.each(["", "sha256:1234", `SHA256:${"1".repeat(64)}`, `sha256:${"1".repeat(64)}\n`])(
    "fails the image: %j",
    async (answer) => {
      const { ok, results } = await pinDigests(pod("nginx"), { resolveDigest: async () => answer });

      expect({ ok, severities: results.map(({ severity }) => severity) }).toEqual({
        ok: false,
        severities: ["error"],
      });
    },
  );
});
