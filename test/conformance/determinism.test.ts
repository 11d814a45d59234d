import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startRegistry } from "../support/registry.mjs";
import { runExecutable } from "./executable.ts";

type Registry = Awaited<ReturnType<typeof startRegistry>>;

let registries: readonly Registry[] = [];
let folder = "";
/** Changed from run to run: the order in which answers arrive. */
let seed = 0;
let requests = 0;

beforeAll(async () => {
  registries = await Promise.all([
    startRegistry({ any: true, onRequest: answer }),
    startRegistry({ any: true, onRequest: answer }),
    startRegistry({ any: true, onRequest: answer }),
  ]);
});
afterAll(() => Promise.all(registries.map((registry) => registry.close())));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "determinism-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function answer({ url = "", socket }: IncomingMessage, response: ServerResponse): Promise<boolean> {
  requests += 1;
  const hash = createHash("sha256").update(`${seed} ${url}`).digest();
  await pause((hash[0] ?? 0) / 10);
  if (url.includes("/hangs-up/")) {
    if ((hash[1] ?? 0) % 2 === 0) socket.destroy();
    else socket.resetAndDestroy();
    return true;
  }
  if (!url.includes("/refused/")) return false;
  // As Azure's registries do.
  const id = `${hash.toString("hex", 0, 4)}-1111-4222-8333-${hash.toString("hex", 4, 10)}`;
  const message = `authentication required, CorrelationId: ${id}, Timestamp: 2026-01-0${1 + (requests % 9)} 10:00:00Z`;
  response.writeHead(403, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code: "DENIED", message }] }));
  return true;
}

describe("two runs of equal sources", () => {
  test.each([
    ["pin", ["onError=warn", "lock=create", "report=all"]],
    ["pin", ["report=problems"]],
    ["update", ["onError=warn"]],
    ["check", ["check.drift=error"]],
  ])("write the same bytes with mode %s and %s, in whatever order answers come", async (mode, options) => {
    const input = list();
    const args = [`mode=${mode}`, "network.retries=0", ...options].flatMap((option) => ["-d", option]);

    const runs = [];
    for (seed = 0; seed < 3; seed++) runs.push(await runExecutable(input, { args }));

    const [first, ...others] = runs;
    expect(first?.stdout).not.toBe("");
    for (const other of others) expect(other).toStrictEqual(first);
  });

  test.each([
    ["--inventory", "lock"],
    ["--format", "sarif"],
  ])("write the same lock, and with %s %s the same report", async (flag, form) => {
    const lock = join(folder, "image-lock.yaml");
    const report = join(folder, "report");
    const args = ["-d", "onError=warn", "-d", "network.retries=0", "--lock", lock, "--update-lock"];

    const runs = [];
    for (seed = 0; seed < 3; seed++) {
      rmSync(lock, { force: true });
      const ended = await runExecutable(stream(), { args: [...args, flag, form, "--output", report] });
      runs.push({ ended, lock: readFileSync(lock, "utf8"), report: readFileSync(report, "utf8") });
    }

    const [first, ...others] = runs;
    expect(first?.ended.code).toBe(0);
    for (const other of others) expect(other).toStrictEqual(first);
  });
});

/** Images of all registries in turn: most are there, some hang up, some are refused; some are written twice. */
function images(): readonly string[] {
  return Array.from({ length: 24 }, (_, index) => {
    const { host = "" } = registries[index % registries.length] ?? {};
    const folder = index % 8 === 3 ? "hangs-up" : index % 8 === 5 ? "refused" : "site";
    const digest = index % 4 === 2 ? `@sha256:${"1".repeat(64)}` : "";
    return `${host}/${folder}/app-${index % 20}:1${digest}`;
  });
}

function pods(annotations: (index: number) => string): readonly string[] {
  return images().map(
    (image, index) => `apiVersion: v1
kind: Pod
metadata: {name: web-${index}${annotations(index)}}
spec:
  containers:
  - {name: web, image: "${image}"}
`,
  );
}

function stream(): string {
  return pods(() => "").join("---\n");
}

function list(): string {
  const items = pods((index) => `, annotations: {config.kubernetes.io/path: web-${index}.yaml}`);
  const texts = items.map((item) => `- ${item.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${texts.join("")}`;
}
