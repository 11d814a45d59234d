// Loaded before dist/main.js by the build: writes V8's code cache of each file that a run has loaded beside it.
const { writeFileSync } = require("node:fs");
const { fileURLToPath } = require("node:url");
const vm = require("node:vm");

const scripts = new Map();
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    scripts.set(options.filename, this);
  }
};
process.on("exit", () => {
  for (const [url, script] of scripts)
    writeFileSync(`${fileURLToPath(url)}.cache`, script.createCachedData());
});
