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
  const write = ([url, script]) => writeFileSync(`${fileURLToPath(url)}.cache`, script.createCachedData());
  const [program, ...others] = scripts;
  others.forEach(write);
  // A cache holds for the flags that it was made with: those of the start, which src/tiering.ts has changed.
  const version = Number.parseInt(process.versions.v8, 10);
  if (version <= 13)
    for (const flag of ["--no-liftoff-only", "--wasm-tier-up", "--wasm-dynamic-tiering"])
      setFlagsFromString(flag);
  if (version === 11) setFlagsFromString("--interrupt-budget=67584");
  write(program);
});
