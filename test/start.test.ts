import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executable, type RunOptions, runExecutable } from "./conformance/executable.ts";
import { isMissing } from "./support/missing.ts";
import { type Registry, startRegistry } from "./support/registry.mjs";
import { createSigner } from "./support/signer.ts";

const digest = `sha256:${"1".repeat(64)}`;

/** What each run loads of the program, and what a run loads that asks a registry. */
const everyRun = ["program.js", "every-run.js", "rolldown-runtime.js"];
/** What else those load that are given options. */
const whatOptionsTake = ["options.js", "read-arguments.js", "texts.js", "verbs.js"];
const askingRun = [...everyRun, "connect.js", "texts.js", "undici.js"];

/** Notes which files are compiled and which come from a cache, and which of Node's modules are loaded. */
const observer = `
  const vm = require("node:vm");
  const seen = { cached: [], compiled: [] };
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      seen[this.cachedDataRejected === false ? "cached" : "compiled"].push(require("node:path").basename(options.filename));
    }
  };
  process.on("exit", () => {
    const modules = process.moduleLoadList.map((each) => each.replace("NativeModule ", "node:"));
    require("node:fs").writeFileSync(process.env.SEEN, JSON.stringify({ ...seen, modules }));
  });
`;

/** What a run has loaded. */
interface Seen {
  readonly cached: readonly string[];
  readonly compiled: readonly string[];
  readonly modules: readonly string[];
}

const nobody = { uid: 65_534, gid: 65_534 };

let folder: string;
let registry: Registry;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
  // For users who are not the one that runs the tests, too.
  chmodSync(folder, 0o755);
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

/** Runs the executable to a good end, and says what it loaded for that. */
async function load(input: string, options: RunOptions = {}): Promise<Seen> {
  const own = mkdtempSync(join(folder, "seen-"));
  chmodSync(own, 0o777);
  const seen = join(own, "seen.json");
  const env = { SEEN: seen, NODE_OPTIONS: `--require ${join(folder, "observer.cjs")}` };
  const run = await runExecutable(input, { ...options, env });
  expect(run.code, run.stderr).toBe(0);
  return JSON.parse(readFileSync(seen, "utf8"));
}

describe("the executable", () => {
  test("loads nothing of the network where nobody is to be asked", async () => {
    const { cached, compiled, modules } = await load(pod(`nginx:1@${digest}`));

    expect(cached).toEqual(everyRun);
    expect(compiled).toEqual([]);
    expect(modules).not.toContain("node:net");
  });

  test("compiles nothing where there is an image to ask for", async () => {
    const { cached, compiled } = await load(pod(`${registry.host}/app:1`));

    expect(cached).toEqual(askingRun);
    expect(compiled).toEqual([]);
  });
});

test("says what is missing where Node has no WebAssembly, which HTTP needs", async () => {
  const node = [process.execPath, "--jitless"] as const;

  const asking = await runExecutable(pod(`${registry.host}/app:1`), { node });
  const pinned = await runExecutable(pod(`nginx:1@${digest}`), { node });

  expect(asking).toMatchObject({ code: 1, stdout: "" });
  expect(asking.stderr).toContain(
    "this Node has no WebAssembly, which it needs to ask registries: start it without `--jitless` and `--no-expose-wasm`",
  );
  expect(pinned.code).toBe(0);
});

describe("rules of trust", () => {
  const config = "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\n";
  const rule = { images: ["ghcr.io/*"], keys: [createSigner().publicKey], tlog: "optional" };

  test.each([
    ["nothing where there are none", "", []],
    [
      "what decides alone for a list of images that may be used",
      'allow: ["docker.io/*"]',
      ["judgement.js", "voucher.js"],
    ],
    [
      "what verifies signatures where some are wanted",
      `signatures: ${JSON.stringify([rule])}`,
      [
        "bundle.js",
        "judgement.js",
        "protobuf-specs.js",
        "rule.js",
        "v2.js",
        "verify.js",
        "vouch.js",
        "voucher.js",
      ],
    ],
  ])("load %s", async (_, options, files) => {
    const file = join(folder, "rules.yaml");
    writeFileSync(file, config + options);

    const { cached, compiled } = await load(pod(`nginx:1@${digest}`), { args: ["-f", file] });

    // Flags are read in most runs, and files that they name in few.
    expect(cached.toSorted()).toEqual([...everyRun, ...whatOptionsTake].sort());
    expect(compiled.toSorted()).toEqual(["lock-file-io.js", "named-files.js", ...files].sort());
  });

  test("take no code from a folder that stands where everybody may put another", async () => {
    const { program, cache } = copyProgram();
    const source = join(dirname(program), "bundled/@sigstore/verify.js");
    const code = new Script(readFileSync(source, "latin1"), { filename: source }).createCachedData();
    mkdirSync(join(cache, "@sigstore"));
    writeFileSync(join(cache, "@sigstore/verify"), Buffer.concat([code, code]));
    chmodSync(cache, 0o777);
    const file = join(folder, "signatures.yaml");
    writeFileSync(file, `${config}signatures: ${JSON.stringify([rule])}`);

    const { cached, compiled } = await load(pod(`nginx:1@${digest}`), { args: ["-f", file], program });

    expect(cached).toEqual([]);
    expect(compiled).toContain("verify.js");
  });
});

test("what is read as ASCII is ASCII", () => {
  const bundled = join(dirname(executable), "bundled");
  const files = readdirSync(bundled, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );

  // A byte of more than seven bits.
  const others = files.filter((name) => /[^\0-\x7f]/.test(readFileSync(join(bundled, name), "latin1")));

  expect(files).toContain("every-run.js");
  expect(others).toEqual([]);
});

describe("V8's code cache", () => {
  test("is read by the Node that made it", async () => {
    const { program } = copyProgram();

    expect((await load(pod(`${registry.host}/app:1`), { program })).compiled).toEqual([]);
  });

  test.each<[string, (copy: Copy) => void]>([
    ["there is none", eachFile((file) => rmSync(file))],
    ["it is empty", eachFile((file) => truncateSync(file))],
    ["it is cut off", eachFile((file) => truncateSync(file, statSync(file).size - 1))],
    ["half of it is there", eachFile((file) => truncateSync(file, statSync(file).size / 2))],
    ["its folder is that of another Node", ({ cache }) => renameSync(cache, `${cache}0`)],
    ["its group may write it", eachFile((file) => chmodSync(file, 0o664))],
    ["everybody may write it", eachFile((file) => chmodSync(file, 0o646))],
    ["everybody may put another in its place", ({ cache }) => chmodSync(cache, 0o777)],
    [
      "somebody has put pipes in its place, which are not waited for",
      ({ cache, files }) => {
        chmodSync(cache, 0o777);
        for (const file of files) rmSync(file);
        execFileSync("mkfifo", files);
      },
    ],
    ["the program is newer", eachFile((file) => utimesSync(file, 1, 1))],
  ])("is not read where %s", async (_, spoil) => {
    const copy = copyProgram();
    spoil(copy);

    await expectCompiled({ program: copy.program });
  });

  test("is not read where a bit of it is wrong, wherever that is", async () => {
    const { program, files } = copyProgram();
    const [file = ""] = files.filter((each) => each.endsWith("every-run"));
    const whole = readFileSync(file);
    const bit = fc.record({
      at: fc.nat(whole.length - 1),
      mask: fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128),
    });

    await fc.assert(
      fc.asyncProperty(bit, async ({ at, mask }) => {
        const wrong = Buffer.from(whole);
        wrong[at] = (whole[at] ?? 0) ^ mask;
        writeFileSync(file, wrong);

        expect((await load(pod(`nginx:1@${digest}`), { program })).compiled).toEqual(["every-run.js"]);
      }),
      { numRuns: 12 },
    );
  });

  test("is not read by the same Node in another place and from another time", async () => {
    const { program } = copyProgram();
    const node = join(folder, "node");
    copyFileSync(process.execPath, node);

    await expectCompiled({ program, node: [node] });
  });

  test
    .skipIf(isMissing("root, or Node that others may run", canRunAs(nobody)))
    .each<[string, (copy: Copy) => void]>([
      ["somebody else owns it", eachFile((file) => chownSync(file, 12_345, 0))],
      ["somebody else owns its folder", ({ cache }) => chownSync(cache, 12_345, 0)],
      ["it can't be read", eachFile((file) => chmodSync(file, 0o600))],
    ])("is not read where %s", async (_, spoil) => {
    const copy = copyProgram();
    spoil(copy);

    await expectCompiled({ program: copy.program, ...nobody });
  });
});

/** Whether another user can run this Node. */
function canRunAs(user: { readonly uid: number; readonly gid: number }): boolean {
  return process.getuid?.() === 0 && spawnSync(process.execPath, ["--version"], user).status === 0;
}

/** A change of each file of a cache. */
function eachFile(change: (file: string) => void): (copy: Copy) => void {
  return ({ files }) => {
    for (const file of files) change(file);
  };
}

/** A copy of the executable. */
interface Copy {
  readonly program: string;
  /** The folder of its cache. */
  readonly cache: string;
  readonly files: readonly string[];
}

function copyProgram(): Copy {
  const root = mkdtempSync(join(folder, "copy-"));
  chmodSync(root, 0o755);
  cpSync(dirname(executable), root, { recursive: true, preserveTimestamps: true });
  const caches = join(root, "bundled/cache");
  const [node = ""] = readdirSync(caches);
  const cache = join(caches, node);
  return {
    program: join(root, "main.js"),
    cache,
    files: readdirSync(cache).map((name) => join(cache, name)),
  };
}

/** Runs a copy whose cache must not be read. */
async function expectCompiled(options: RunOptions): Promise<void> {
  const { cached, compiled } = await load(pod(`${registry.host}/app:1`), options);

  expect(cached).toEqual([]);
  expect(compiled).toEqual(askingRun);
}
