// Loaded before dist/main.js by the build: writes V8's code cache of each file that a run has loaded beside it.
const { writeFileSync } = require("node:fs");
const { fileURLToPath } = require("node:url");
const { setFlagsFromString } = require("node:v8");
const vm = require("node:vm");

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    scripts.set(options.filename, this);
  }
};
process.on("exit", () => {
  // A cache holds for the flags that it was made with: those of the start, which undici's parts change on Node 20.
  if (process.versions.v8.startsWith("11.")) setFlagsFromString("--wasm-tiering-budget=1800000");
  for (const [url, script] of scripts)
    writeFileSync(`${fileURLToPath(url)}.cache`, script.createCachedData());
});
