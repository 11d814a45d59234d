#!/usr/bin/env node
/**
 * What runs as `pin-digests`: loads the program, with the code cache of V8 that the build has made for this very Node.
 * That saves half of the time that a small list takes.
 */
import "./cli/node-version.ts";
import { closeSync, existsSync, fstatSync, openSync, readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";

// Not in the package, where npm installs the dependencies.
const bundled = join(__dirname, "bundled");

/** What has been loaded of it, by name: the build makes caches from these. */
export const scripts = new Map<string, Script>();

const modules = new Map<string, { readonly exports: unknown }>();

/** Where the caches lie, once that was asked for. */
let cacheFolder: string | undefined;

const program = existsSync(bundled) ? load("program") : require("./program.js");
// Checked: this is what src/main.ts exports.
(program as { readonly runProcess: () => void }).runProcess();

/** Loads a file, which is a function as Node would make it of a module of CommonJS. */
function load(name: string): unknown {
  const loaded = modules.get(name);
  if (loaded !== undefined) return loaded.exports;
  const filename = join(bundled, `${name}.js`);
  // It is ASCII.
  const text = readFileSync(filename, "latin1");
  const cachedData = readCache(name, statSync(filename));
  const script = new Script(text, cachedData === undefined ? { filename } : { filename, cachedData });
  const module = { exports: {} };
  scripts.set(name, script);
  modules.set(name, module);
  script.runInThisContext()(module, module.exports, loadImport);
  return module.exports;
}

function loadImport(name: string): unknown {
  // Its own parts are imported by their file names, and dependencies by what they are called.
  if (name.startsWith("./")) return load(name.slice(2, -3));
  const isBundled = !name.startsWith("node:") && existsSync(join(bundled, `${name}.js`));
  return isBundled ? load(name) : require(name);
}

/** The cache of a file; without one, or with one that may not be what the build wrote, the file is compiled as ever. */
function readCache(name: string, text: Stats): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    // Where others may write, there may be a pipe that opening waits for.
    if (!isTrusted(statSync(folderOfCaches()))) return undefined;
    descriptor = openSync(cacheFile(name), "r");
    const cache = fstatSync(descriptor);
    if (!isTrusted(cache) || cache.mtimeMs < text.mtimeMs) return undefined;
    // It holds everything twice: V8 does not notice what is missing or wrong, and crashes.
    const content = readFileSync(descriptor);
    const data = content.subarray(0, content.length / 2);
    return content.subarray(data.length).equals(data) ? data : undefined;
  } catch {
    // There is none for this Node, or it can't be read.
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Where the cache of a file lies. */
export function cacheFile(name: string): string {
  return join(folderOfCaches(), name);
}

function folderOfCaches(): string {
  cacheFolder ??= folderOfNode();
  return cacheFolder;
}

/** V8 takes a cache from any build of its version, and crashes where that build was another, so each Node has a folder. */
function folderOfNode(): string {
  const { size, mtimeMs } = statSync(process.execPath);
  const node = [process.version, process.arch, size, Math.floor(mtimeMs / 1_000)];
  return join(bundled, "cache", node.join("-"));
}

/** Who can write a cache can have any code run. */
function isTrusted({ uid, mode }: Stats): boolean {
  const isOwn = process.geteuid !== undefined && uid === process.geteuid();
  return (uid === 0 || isOwn) && (mode & 0o022) === 0;
}
