// Bundles the executable and the library into dist: what a run does not use is in files of its own, loaded when needed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";
import { build } from "esbuild";

const bundled = ["js-yaml", "undici", "yaml"];
const target = "node20.19";
const options = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target,
  chunkNames: "[name]-[hash]",
  plugins: [{ name: "parser-state", setup: giveParserOneShape }],
};

rmSync("dist", { recursive: true, force: true });
await buildLibrary();
await buildExecutable();
await makeCodeCache();
const licenses = bundled.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`);
writeFileSync("dist/THIRD-PARTY-LICENSES", licenses.join(`\n${"-".repeat(80)}\n\n`));

/**
 * js-yaml makes the state of a parser by spreading options, and V8 11, of Node 20, gives such an object a new shape each
 * time from the tenth text on: all that reads it is then compiled again and again, and takes twice as long.
 */
function giveParserOneShape({ onLoad }) {
  onLoad({ filter: /[\\/]js-yaml\.mjs$/ }, ({ path }) => {
    const text = readFileSync(path, "utf8");
    const contents = text.replace(
      /\.\.\.DEFAULT_PARSER_OPTIONS,\s*\.\.\.options,\s*input:/,
      'filename: options?.filename ?? "", maxDepth: options?.maxDepth ?? 100, input:',
    );
    if (contents === text)
      throw new Error("js-yaml's parser has another state: look whether it still needs this");
    return { contents, loader: "js" };
  });
}

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
 * The files that dist/main.js loads, each a function of CommonJS. esbuild splits ES modules alone, so each is made one
 * afterwards; what the program always needs is put together again, since calls from file to file go through getters.
 */
async function buildExecutable() {
  writeFileSync("dist/package.json", '{ "type": "commonjs" }\n');
  const { metafile } = await build({
    ...options,
    entryPoints: { program: "src/main.ts" },
    entryNames: "[name]-[hash]",
    outdir: "dist/executable",
    metafile: true,
    plugins: [...options.plugins, { name: "what-undici-never-does", setup: leaveOutOfUndici }],
    inject: [".build/clock.js"],
    define: { "performance.now": "monotonicNow" },
    alias: {
      undici: "./.build/undici.cjs",
      "node:http": "./.build/http.cjs",
      "node:http2": "./.build/http2.cjs",
      "node:assert": "./.build/assert.cjs",
    },
  });
  const imports = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [basename(path), staticImports(output)]),
  );
  const program = [...imports.keys()].find((name) => name.startsWith("program-"));
  const core = closure(program, imports);
  const rest = [...imports.keys()].filter((name) => !core.has(name));
  const contents = [...core].map((name) => `export * as "${name}" from "./${name}";`).join("\n");
  const functions = new Map([
    [program, await bundle({ stdin: { contents, resolveDir: "dist/executable" }, external: pathsOf(rest) })],
  ]);
  for (const name of rest) {
    const external = pathsOf([...imports.keys()].filter((each) => each !== name));
    functions.set(name, await bundle({ entryPoints: [`dist/executable/${name}`], external }));
  }
  rmSync("dist/executable", { recursive: true });
  mkdirSync("dist/executable");
  for (const [name, text] of functions)
    writeFileSync(`dist/executable/${name}`, `(function (module, exports, require) {\n${text}})\n`);
  await build({
    entryPoints: { main: "src/start.ts" },
    bundle: true,
    define: { PROGRAM: JSON.stringify(program) },
    platform: "node",
    format: "cjs",
    target,
    outdir: "dist",
  });
  writeFileSync("dist/library/package.json", '{ "type": "module" }\n');
  chmodSync("dist/main.js", 0o755);
}

/** HTTP/2, and the bodies of forms: nothing here asks for them. */
function leaveOutOfUndici({ onLoad }) {
  const filter = /[\\/]undici[\\/]lib[\\/](?:dispatcher[\\/]client-h2|web[\\/]fetch[\\/]body)\.js$/;
  onLoad({ filter }, () => ({ contents: "module.exports = {};" }));
}

async function bundle(input) {
  const { outputFiles } = await build({
    ...input,
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target,
    supported: { "dynamic-import": false },
    // The names stay, for whoever reports a fault with its stack.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
  });
  return outputFiles[0].text;
}

function pathsOf(names) {
  return names.map((name) => `./${name}`);
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

/**
 * V8 compiles a function when it is first called, so the cache is made behind runs that do what most runs do: ask, and look
 * into a lock. What is in it takes time to load as well, so nothing else is.
 */
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
  const asked = `127.0.0.1:${registry.address().port}/app:1`;
  await runWithCache(listOf([`${asked} # by its tag`, `"nginx:1.27@sha256:${"1".repeat(64)}"`]));
  await runWithCache(
    `${listOf(["redis:7"])}
- apiVersion: fn.kpt.dev/v1alpha1
  kind: ImageLock
  metadata:
    name: image-lock
    annotations: { config.kubernetes.io/local-config: "true", config.kubernetes.io/path: image-lock.yaml }
  images:
    redis:7:
      digest: sha256:${"1".repeat(64)}
`,
    ["-d", "lock=frozen"],
  );
  registry.close();
}

function listOf(images) {
  return `
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
        containers:${images.map((image, at) => `\n        - name: c${at}\n          image: ${image}`).join("")}`;
}

/** Adds what a run compiles to the cache. */
async function runWithCache(input, args = []) {
  const child = spawn(process.execPath, ["--require", "./.build/code-cache.cjs", "dist/main.js", ...args], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(input);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error("the run that makes the code cache must succeed");
}
