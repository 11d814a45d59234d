// Bundles the executable and the library into dist: what a run does not use is in files of its own, loaded when needed.
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const bundled = ["js-yaml", "undici", "yaml"];

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: ["src/main.ts", "src/pin-digests.ts", "src/kpt-func.ts"],
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  // undici is CommonJS, which asks for Node's modules by require.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
});
chmodSync("dist/main.js", 0o755);

const licenses = bundled.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`);
writeFileSync("dist/THIRD-PARTY-LICENSES", licenses.join(`\n${"-".repeat(80)}\n\n`));
