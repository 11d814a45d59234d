// Makes dist: the executable, in the form that the package has and in one that starts faster.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { makeCodeCache } from "./code-cache.mjs";

const { build } = await import("esbuild").catch(() => {
  console.error("pin-digests is built with its development dependencies: run `npm ci` first");
  process.exit(1);
});
const dependencies = dependenciesOf("package.json");
const options = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  // A script that Node has not loaded itself can't import.
  supported: { "dynamic-import": false },
};

rmSync("dist", { recursive: true, force: true });

// What the package holds: npm installs its dependencies.
await build({
  ...options,
  entryPoints: { main: "src/start.ts", program: "src/main.ts" },
  external: ["./program.js", ...dependencies],
  outdir: "dist",
});
chmodSync("dist/main.js", 0o755);
writeFileSync("dist/package.json", '{ "type": "commonjs" }\n');
// What editors check a configuration and a lock by.
mkdirSync("dist/schema");
for (const name of ["PinDigests", "ImageLock"]) {
  writeFileSync(`dist/schema/${name}.json`, execFileSync(process.execPath, ["dist/main.js", "schema", name]));
}
// The compiler writes the rest of the library.
mkdirSync("dist/library");
writeFileSync("dist/library/package.json", '{ "type": "module" }\n');

// What runs in a clone and in the image: the same with its dependencies, those that few runs need in files of their own.
const late = [
  ...dependencies.filter((name) => name !== "js-yaml"),
  // What @sigstore/verify imports beside the package itself.
  "@sigstore/protobuf-specs/rekor/v2",
];
const { resolve } = createRequire(import.meta.url);
await build({
  ...options,
  entryPoints: { program: "src/main.ts", ...Object.fromEntries(late.map((name) => [name, resolve(name)])) },
  external: late,
  // What src/start.ts calls.
  banner: { js: "(function (module, exports, require) {" },
  footer: { js: "})" },
  // V8 11, of Node 20, gives each object that is made by spreading a shape of its own, and js-yaml's parser works on one.
  supported: { ...options.supported, "object-rest-spread": false },
  // What is shorter starts faster.
  minify: true,
  legalComments: "external",
  outdir: "dist/bundled",
});
const theirs = dependencies.flatMap((name) => dependenciesOf(`node_modules/${name}/package.json`));
writeFileSync(
  "dist/bundled/LICENSE",
  [...new Set([...dependencies, ...theirs])].map(licenseOf).join(`\n${"-".repeat(80)}\n\n`),
);
await makeCodeCache();

function licenseOf(name) {
  // Its authors ship no text of it with this one, but with all others of theirs.
  const shipper = name === "@sigstore/verify" ? "@sigstore/core" : name;
  const file = readdirSync(`node_modules/${shipper}`).find((each) => each.startsWith("LICENSE"));
  return `${name}\n\n${readFileSync(`node_modules/${shipper}/${file}`, "utf8")}`;
}

function dependenciesOf(file) {
  return Object.keys(JSON.parse(readFileSync(file, "utf8")).dependencies ?? {});
}
