// Loaded before dist/main.js: when the process ends, writes the code cache of each file that it has loaded.
const { mkdirSync, writeFileSync } = require("node:fs");
const { dirname } = require("node:path");
const v8 = require("node:v8");

// A cache holds for the flags of the process that made it, and the program sets some when its files have been loaded.
v8.setFlagsFromString = () => {};

process.on("exit", () => {
  const { cacheFile, scripts } = require("../dist/main.js");
  for (const [name, script] of scripts) {
    const data = script.createCachedData();
    mkdirSync(dirname(cacheFile(name)), { recursive: true, mode: 0o755 });
    // Twice, so that whoever reads it can tell that it is whole.
    writeFileSync(cacheFile(name), Buffer.concat([data, data]), { mode: 0o644 });
  }
});
