// Bundles the executable and the library into dist: what a run does not use is in files of its own, loaded when needed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";
import { build, transform } from "esbuild";

const bundled = ["js-yaml", "undici", "yaml"];
const target = "node20.19";
const options = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target,
  chunkNames: "[name]-[hash]",
};

rmSync("dist", { recursive: true, force: true });
await buildLibrary();
await buildExecutable();
await makeCodeCache();
const licenses = bundled.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`);
writeFileSync("dist/THIRD-PARTY-LICENSES", licenses.join(`\n${"-".repeat(80)}\n\n`));

async function buildLibrary() {
  await build({
    ...options,
    entryPoints: ["src/pin-digests.ts", "src/kpt-func.ts"],
    outdir: "dist/library",
    // undici is CommonJS, which asks for Node's modules by require.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
}

/**
 * The files that dist/main.js loads, each a list of modules. What the program imports is in one file with it.
 * esbuild splits ES modules alone, so each is made CommonJS afterwards.
 */
async function buildExecutable() {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: { program: "src/main.ts" },
    entryNames: "[name]-[hash]",
    outdir: "dist/executable",
    write: false,
    metafile: true,
    alias: {
      undici: "./.build/undici.cjs",
      "node:http2": "./.build/http2.cjs",
      "node:assert": "./.build/assert.cjs",
    },
  });
  const modules = new Map();
  for (const { path, text } of outputFiles) modules.set(basename(path), await moduleFunction(text));
  const imports = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [basename(path), staticImports(output)]),
  );
  const [program] = [...modules.keys()].filter((name) => name.startsWith("program-"));
  const core = closure(program, imports);
  mkdirSync("dist/executable");
  for (const name of modules.keys()) {
    if (name !== program && core.has(name)) continue;
    const members = name === program ? [...core] : [name];
    const text = members.map((member) => `${JSON.stringify(member)}: ${modules.get(member)}`).join(",\n");
    writeFileSync(`dist/executable/${name}`, `({\n${text}\n})\n`);
  }
  await build({
    entryPoints: { main: "src/start.ts" },
    define: { PROGRAM: JSON.stringify(program) },
    platform: "node",
    format: "cjs",
    target,
    outdir: "dist",
  });
  writeFileSync("dist/package.json", '{ "type": "commonjs" }\n');
  writeFileSync("dist/library/package.json", '{ "type": "module" }\n');
  chmodSync("dist/main.js", 0o755);
}

async function moduleFunction(text) {
  const { code } = await transform(text, {
    format: "cjs",
    platform: "node",
    target,
    supported: { "dynamic-import": false },
  });
  return `function (module, exports, require) {\n${code}}`;
}

function staticImports({ imports }) {
  return imports
    .filter(({ kind, external }) => kind === "import-statement" && !external)
    .map(({ path }) => basename(path));
}

function closure(name, imports, seen = new Set()) {
  seen.add(name);
  for (const each of imports.get(name)) if (!seen.has(each)) closure(each, imports, seen);
  return seen;
}

/** V8 compiles a function when it is first called, so the cache is made behind a run that asks a registry. */
async function makeCodeCache() {
  const registry = createServer((_, response) => {
    response.writeHead(200, {
      "content-type": "application/vnd.oci.image.index.v1+json",
      "docker-content-digest": `sha256:${"0".repeat(64)}`,
    });
    response.end();
  });
  registry.listen(0, "127.0.0.1");
  await once(registry, "listening");
  const child = spawn(process.execPath, ["--require", "./.build/code-cache.cjs", "dist/main.js"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(`
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    annotations: { config.kubernetes.io/path: web.yaml, config.kubernetes.io/index: "0" }
  spec:
    template:
      spec:
        containers:
        - name: asked
          image: 127.0.0.1:${registry.address().port}/app:1 # by its tag
        - name: pinned
          image: "nginx:1.27@sha256:${"1".repeat(64)}"
`);
  const [code] = await once(child, "close");
  registry.close();
  if (code !== 0) throw new Error("the run that makes the code cache must succeed");
}
