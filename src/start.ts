#!/usr/bin/env node
/**
 * Starts the program from V8's code cache, made when it was built, which saves half of the time that a small list takes.
 * V8 refuses a cache that another version of Node made, and then compiles as ever.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { delayOptimizing, keepParserPlain } from "./tiering.ts";

/** A module of CommonJS: it fills its exports. */
type Module = (module: { exports: object }, exports: object, require: (name: string) => unknown) => void;

/** The file to begin with. The names hold a hash of what is in the files, so a cache is never that of another version. */
declare const PROGRAM: string;

const late: ReadonlySet<string> = new Set([
  "node:child_process",
  "node:crypto",
  "node:dns",
  "node:fs/promises",
  "node:os",
  "node:timers/promises",
  "node:util",
  "node:zlib",
]);

const loaded = new Map<string, object>();

// It holds what others are made from as well: its exports are modules, by their names.
for (const [name, exports] of Object.entries(load(PROGRAM))) loaded.set(name, exports);

function load(name: string): Readonly<Record<string, object>> {
  if (name !== PROGRAM) {
    delayOptimizing(process);
    keepParserPlain(process);
  }
  const module = { exports: {} };
  readModule(join(__dirname, "executable", name))(module, module.exports, (other) => {
    if (!other.startsWith("./")) return builtIn(other);
    const file = other.slice(2);
    const exports = loaded.get(file) ?? load(file);
    loaded.set(file, exports);
    return exports;
  });
  return module.exports;
}

/** Of Node's own modules, those that take long to load and that many runs never use: loaded by the first use. */
function builtIn(name: string): unknown {
  if (!late.has(name)) return require(name);
  let real: object | undefined;
  const module = () => {
    real ??= require(name) as object;
    return real;
  };
  return new Proxy(() => undefined, {
    get: (_, key) => Reflect.get(module(), key),
  });
}

function readModule(file: string): Module {
  const cachedData = readCache(`${file}.cache`);
  // esbuild writes ASCII.
  const script = new Script(readFileSync(file, "latin1"), {
    filename: pathToFileURL(file).href,
    ...(cachedData && { cachedData }),
  });
  return script.runInThisContext();
}

function readCache(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
