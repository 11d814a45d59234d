// Makes dist: the executable, each of its dependencies in a file of its own, and V8's code cache of all of them.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { makeCodeCache } from "./code-cache.mjs";

const { build } = await import("esbuild").catch(() => {
  console.error("pin-digests is built with its development dependencies: run `npm ci` first");
  process.exit(1);
});
const { resolve } = createRequire(import.meta.url);
const dependencies = Object.keys(JSON.parse(readFileSync("package.json", "utf8")).dependencies);
const options = { bundle: true, platform: "node", format: "cjs", target: "node20.19", outdir: "dist" };

rmSync("dist", { recursive: true, force: true });
await build({ ...options, entryPoints: { main: "src/start.ts" } });
await build({
  ...options,
  entryPoints: {
    program: "src/main.ts",
    ...Object.fromEntries(dependencies.map((name) => [`dependencies/${name}`, resolve(name)])),
  },
  external: dependencies,
  // What src/start.ts calls.
  banner: { js: "(function (module, exports, require) {" },
  footer: { js: "})" },
  supported: {
    // A script that Node has not loaded itself can't import.
    "dynamic-import": false,
    // V8 11, of Node 20, gives each object that is made by spreading a shape of its own, as js-yaml makes its parser's state.
    "object-rest-spread": false,
  },
  // The names stay, for whoever reports a fault with its stack.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200,
});
chmodSync("dist/main.js", 0o755);
writeFileSync("dist/package.json", '{ "type": "commonjs" }\n');
// The compiler writes the rest of the library.
mkdirSync("dist/library");
writeFileSync("dist/library/package.json", '{ "type": "module" }\n');
writeFileSync("dist/dependencies/LICENSE", dependencies.map(licenseOf).join(`\n${"-".repeat(80)}\n\n`));
await makeCodeCache();

function licenseOf(name) {
  return `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`;
}
