import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executable, runExecutable } from "./conformance/executable.ts";
import { type Registry, startRegistry } from "./support/registry.mjs";

const digest = `sha256:${"1".repeat(64)}`;

/** Notes what is loaded, and whether V8 took the cache. */
const observer = `
  const vm = require("node:vm");
  const scripts = [];
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      const name = options.filename.replace(/.*\\/([\\w-]+)-\\w+\\.js$/, "$1");
      scripts.push(name + (this.cachedDataRejected === false ? " cached" : " compiled"));
    }
  };
  process.on("exit", () => {
    const node = process.moduleLoadList.map((each) => each.replace("NativeModule ", "node:"));
    const late = ["node:assert", "node:child_process", "node:crypto", "node:http", "node:http2", "node:perf_hooks", "node:tls"];
    const seen = [...scripts, ...late.filter((name) => node.includes(name))];
    require("node:fs").writeFileSync(process.env.SCRIPTS, seen.join("\\n"));
  });
`;

let folder: string;
let registry: Registry;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
  writeFileSync(join(folder, "observer.cjs"), observer);
  registry = await startRegistry({ any: true });
});

afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true });
});

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{image: "${image}"}]}\n`;
}

async function scriptsOf(input: string, args: readonly string[] = []): Promise<readonly string[]> {
  const scripts = join(folder, "scripts");
  const { code } = await runExecutable(input, {
    args,
    env: { SCRIPTS: scripts, NODE_OPTIONS: `--require ${join(folder, "observer.cjs")}` },
  });
  expect(code).toBe(0);
  return readFileSync(scripts, "utf8").split("\n");
}

describe("start", () => {
  test("loads one file, from V8's cache, where nobody is to be asked", async () => {
    expect(await scriptsOf(pod(`nginx:1@${digest}`))).toEqual(["program cached"]);
  });

  test("loads the HTTP client, from V8's cache, where there is an image to ask for", async () => {
    expect(await scriptsOf(pod(`${registry.host}/app:1`))).toEqual([
      "program cached",
      "connect cached",
      "undici cached",
    ]);
  });

  test("takes V8's cache where a long list changes when V8 optimises", async () => {
    const long = `# ${"-".repeat(40_000)}\n${pod(`${registry.host}/app:1`)}`;

    expect(await scriptsOf(long)).toEqual(["program cached", "connect cached", "undici cached"]);
  });

  test.each([
    [
      "the second reader of YAML",
      `metadata: {\n  name: web\n}\n${pod(`nginx:1@${digest}`).replace(/metadata.*\n/, "")}`,
      [],
      "fallback-parser compiled",
    ],
    [
      "what makes a report",
      pod(`nginx:1@${digest}`),
      ["--inventory", "json", "--output", "-"],
      "report compiled",
    ],
    [
      "what makes an explanation",
      pod(`nginx:1@${digest}`),
      ["--explain", "--output", "-"],
      "explain compiled",
    ],
  ])("loads %s where it is needed", async (_, input, args, script) => {
    expect(await scriptsOf(input, args)).toEqual(["program cached", script]);
  });

  test.each([
    ["without a cache", (file: string) => rmSync(file)],
    ["with the cache of another version of Node", (file: string) => writeFileSync(file, Buffer.alloc(100))],
    ["with an empty cache", (file: string) => writeFileSync(file, "")],
  ])("runs as well %s", async (_, spoil) => {
    const copy = mkdtempSync(join(folder, "copy-"));
    cpSync(dirname(executable), copy, { recursive: true });
    const caches = readdirSync(join(copy, "executable")).filter((name) => name.endsWith(".cache"));
    expect(caches).not.toHaveLength(0);
    for (const name of caches) spoil(join(copy, "executable", name));

    const run = await runExecutable(pod(`${registry.host}/app:1`), { program: join(copy, "main.js") });

    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("/app:1@sha256:") });
  });
});
