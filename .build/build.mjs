// Makes dist: the executable, in the form that the package has and in one that starts faster.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { makeCodeCache } from "./code-cache.mjs";

const [esbuild, { rolldown }] = await Promise.all([import("esbuild"), import("rolldown")]).catch(() => {
  console.error("pin-digests is built with its development dependencies: run `npm ci` first");
  process.exit(1);
});
const dependencies = dependenciesOf("package.json");
// What few runs need; last, what @sigstore/verify imports beside the package itself.
const late = [...dependencies.filter((name) => name !== "js-yaml"), "@sigstore/protobuf-specs/rekor/v2"];
const target = "node20.19";
const getter = /Object\.defineProperty\(exports, (.+?), \{[^{}]+\{\s+return ([\w$]+);\s+\}\s+\}\);/g;
const options = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target,
  external: ["./program.js", ...late],
};

rmSync("dist", { recursive: true, force: true });
// What the package holds.
await esbuild.build({ ...options, entryPoints: { main: "src/start.ts" }, outdir: "dist" });
chmodSync("dist/main.js", 0o755);
await buildProgram(dependencies, { dir: "dist" });
writeFileSync("dist/package.json", '{ "type": "commonjs" }\n');
// What editors check a configuration and a lock by.
mkdirSync("dist/schema");
for (const name of ["PinDigests", "ImageLock"]) {
  writeFileSync(`dist/schema/${name}.json`, execFileSync(process.execPath, ["dist/main.js", "schema", name]));
}
mkdirSync("dist/library");
writeFileSync("dist/library/package.json", '{ "type": "module" }\n');

// What runs in a clone and in the image, called by src/start.ts: the same with its dependencies, those of few runs apart.
const [opening, end] = ["(function (module, exports, require) {", "})"];
await esbuild.build({
  ...options,
  entryPoints: Object.fromEntries(late.map((name) => [name, createRequire(import.meta.url).resolve(name)])),
  banner: { js: opening },
  footer: { js: end },
  minify: true,
  legalComments: "external",
  outdir: "dist/bundled",
});
await buildProgram(late, { dir: "dist/bundled", minify: true, postBanner: opening, postFooter: end });
const theirs = dependencies.flatMap((name) => dependenciesOf(`node_modules/${name}/package.json`));
const licenses = [...new Set([...dependencies, ...theirs])].map(licenseOf);
writeFileSync("dist/bundled/LICENSE", licenses.join(`\n${"-".repeat(80)}\n\n`));
await makeCodeCache();

/** Builds the program in parts: what every run needs is one, and what is imported later is in others. */
async function buildProgram(external, output) {
  // V8 11, of Node 20, gives each object that is made by spreading a shape of its own, and js-yaml's parser works on one.
  const supported = { "object-rest-spread": false };
  const handler = async (code) => (await esbuild.transform(code, { supported })).code;
  // Nothing that is exported changes later, and to define a getter for each takes V8 most of a millisecond.
  const renderChunk = (code) => code.replaceAll(getter, "exports[$1] = $2;");
  const plain = { name: "plain", transform: { filter: { id: /js-yaml/ }, handler }, renderChunk };
  // What is small and shared: each would be a file of its own.
  const share = (name, test) => ({ name, test, minShareCount: 2 });
  const shared = [share("texts", /src.(text|registry)/), share("options", /src.(config|krm)/)];
  const by = { platform: "node", plugins: [plain], transform: { target } };
  const bundle = await rolldown({ input: { program: "src/main.ts" }, external, ...by });
  await bundle.write({
    ...output,
    format: "cjs",
    exports: "named",
    chunkFileNames: "[name].js",
    // src/start.ts reads ASCII, and what Node has not loaded itself can't import.
    charset: "ascii",
    dynamicImportInCjs: false,
    codeSplitting: { groups: [{ name: "every-run", tags: ["$initial"] }, ...shared] },
  });
}

function licenseOf(name) {
  // Its authors ship no text of it with this one, but with all others of theirs.
  const shipper = name === "@sigstore/verify" ? "@sigstore/core" : name;
  const file = readdirSync(`node_modules/${shipper}`).find((each) => each.startsWith("LICENSE"));
  return `${name}\n\n${readFileSync(`node_modules/${shipper}/${file}`, "utf8")}`;
}

function dependenciesOf(file) {
  return Object.keys(JSON.parse(readFileSync(file, "utf8")).dependencies ?? {});
}
