import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isMissing } from "./support/missing.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const typescript = join(repository, "node_modules/typescript/bin/tsc");
// An old compiler, where somebody has installed one.
const oldTypescript = process.env.TYPESCRIPT_5_4 ?? "";

let folder: string;
let packed: readonly string[];

// A project with the package in it and nothing else.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
  const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: repository,
  });
  packed = JSON.parse(listed.toString())[0].files.map(({ path }: { readonly path: string }) => path);
  for (const path of packed) {
    const to = join(folder, "node_modules/pin-digests", path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(repository, path), to);
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("the package", () => {
  test("holds the executable, the library and its types, and nothing that a person can't read", () => {
    const kinds = packed.map((path) => (path === "LICENSE" ? path : /(?:\.d)?\.\w+$/.exec(path)?.[0]));

    expect([...new Set(kinds)].sort()).toEqual([".d.ts", ".js", ".json", ".md", "LICENSE"]);
    const names = [
      "dist/main.js",
      "dist/program.js",
      "dist/library/library.js",
      "dist/library/kpt-func.d.ts",
    ];
    expect(packed).toEqual(expect.arrayContaining(names));
  });

  test("declares its dependencies and holds no copy of them", () => {
    const { dependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
    const executable = packed.filter((path) => /^dist\/[^/]+\.js$/.test(path));
    const program = executable.map((path) => readFileSync(join(repository, path), "utf8")).join("");

    for (const name of Object.keys(dependencies)) expect(program).toContain(`require("${name}")`);
    expect(packed.filter((path) => path.startsWith("dist/bundled/"))).toEqual([]);
  });

  test("has types for TypeScript 7 that need those of no other package", () => {
    expect(compile(typescript, { module: "nodenext" })).toEqual([0, ""]);
  });

  test.skipIf(isMissing("TypeScript 5.4, whose tsc TYPESCRIPT_5_4 names", oldTypescript)).each([
    { module: "nodenext" },
    // What it does where a project says nothing; version 7 has given it up.
    { module: "commonjs", moduleResolution: "node10" },
  ])("has types for TypeScript 5.4 that need those of no other package: %j", (project) => {
    expect(compile(oldTypescript, project)).toEqual([0, ""]);
  });

  test("changes nothing of the process that it is imported and run in", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", host], {
      cwd: repository,
    });

    expect([status, stdout.toString(), stderr.toString()]).toEqual([0, "", ""]);
  });
});

/** Compiles what a user of the package may write. */
function compile(compiler: string, project: object): readonly [number | null, string] {
  const options = { ...compilerOptions, ...project };
  writeFileSync(join(folder, "user.ts"), user);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["user.ts"] }),
  );
  const { status, stdout } = spawnSync(process.execPath, [compiler, "--project", folder]);
  return [status, stdout.toString()];
}

/** What a user of the package may write, by its README. */
const user = `
import {
  FunctionConfigError, type ImageUse, InputError, LockFileError, type PinOptions, type PinResult, parseDigest, pinDigests,
  type Registry, type ResolveDigest, type Result,
} from "pin-digests";
import { createKptFunc, pinDigests as kptFunc } from "pin-digests/kpt-func";

const resolveDigest: ResolveDigest = async ({ registry, repository, tag }) => \`\${registry}\${repository}\${tag}\`;
const registry: Registry = {
  inspect: async (image, { platform }) => ({ digest: parseDigest(image.text), platforms: platform ? [platform.os] : [] }),
  hasDigest: async (_, digest) => digest === "sha256:1",
};
const overrides = new Map([["tag", "drop"]]);
const lock = { text: "", update: true };
const options: PinOptions = { resolveDigest, registry, overrides, lock, environment: { HOME: "/" }, functionConfig: "" };
export async function pin(): Promise<string> {
  const pinned: PinResult = await pinDigests("", options);
  const results: readonly Result[] = pinned.results.filter(({ severity }) => severity !== "info");
  const uses: readonly ImageUse[] = pinned.images;
  const failed: boolean = [InputError, FunctionConfigError, LockFileError].some((kind) => results instanceof kind);
  return kptFunc.usage + createKptFunc(options).usage + uses.length + String(pinned.input === "stream") + failed;
}
`;

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  // Many projects name an old one, which knows fewer types of the language.
  target: "es2018",
  types: [],
  noEmit: true,
};

/** Looks at what a process shares with what it imports, and tells what has changed. */
const host = `
import { channel } from "node:diagnostics_channel";

const look = () => ({
  globals: Object.getOwnPropertyNames(globalThis),
  listeners: process.eventNames().map(String),
  streams: ["stdin", "stdout", "stderr"].map((name) => String(Object.getOwnPropertyDescriptor(process, name).get)),
  console: String(console.log),
  tuned: channel("undici:client:beforeConnect").hasSubscribers,
  exitCode: process.exitCode,
});
const tell = (when, before, after) => {
  for (const [what, value] of Object.entries(before))
    if (String(value) !== String(after[what])) console.log(when, what);
};
const before = look();
const { pinDigests } = await import("pin-digests");
await import("pin-digests/kpt-func");
tell("imported", before, look());
const pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: '127.0.0.1:1/app:1'}]}}";
const { ok } = await pinDigests(pod, { overrides: new Map([["network.retries", "0"]]) });
if (ok) console.log("nobody listens there");
tell("run", before, look());
`;
