// Runs the built function over ./package against a registry of its own on loopback, and shows what it did.
// Needs Node and the installed dependencies; no cluster, no container, no network.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { startRegistry } from "../../test/support/registry.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const PACKAGE = new URL("package/", import.meta.url);

const IMAGES = [
  "acme/shop:v2.4.1",
  "library/nginx:1.27",
  "library/postgres:16-alpine",
  "tools/upload:latest",
];

try {
  await demonstrate();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function demonstrate() {
  if (!existsSync(MAIN)) build();
  const registry = await startRegistry({ images: Object.fromEntries(IMAGES.map((image) => [image, {}])) });
  try {
    console.log(
      "pin-digests over examples/demo/package: its diff, its results, and what it asked the registry\n",
    );
    const lines = wrap(readPackage(), registry.url);
    const output = await pin(lines.map((line) => line.text).join("\n"));
    printDiff(diff(lines, output.split("\n")));
    console.log("\nresults, as kpt prints them:");
    for (const result of parse(output).results) console.log(`  ${formatResult(result)}`);
    const asked = registry.requests.length;
    console.log(`\n${asked} requests to the embedded registry, which stands in for all others:`);
    // Sorted: they are sent at the same time and come in any order.
    const paths = registry.requests.map(({ method, path }) => `  ${method} ${path}`).sort();
    console.log(paths.join("\n"));
    for (const image of IMAGES) mustHold(output.includes(digestOf(registry, image)), `${image} is pinned`);
    mustHold((await pin(output)) === output, "the second run changes nothing");
    mustHold(registry.requests.length === asked, "the second run asks nothing");
    console.log("\nrun again over its own output: no change, no request");
  } finally {
    await registry.close();
  }
}

function build() {
  console.error("building dist with npm run build …");
  const { status, stdout } = spawnSync("npm", ["run", "build"], { cwd: ROOT, encoding: "utf8" });
  mustHold(status === 0, `npm run build succeeds\n${stdout}`);
}

/**
 * @typedef {object} PackageFile
 * @property {string} path
 * @property {readonly string[]} lines
 */

/** @returns {readonly PackageFile[]} */
function readPackage() {
  return readdirSync(PACKAGE)
    .sort()
    .map((path) => ({ path, lines: readFileSync(new URL(path, PACKAGE), "utf8").trimEnd().split("\n") }));
}

/**
 * A line of the ResourceList, and where it comes from in the package.
 * @typedef {object} Line
 * @property {string} text
 * @property {string} [path]
 * @property {number} [number]
 */

/**
 * The ResourceList that kpt sends for a package, with a functionConfig that turns every look-up to one address.
 * @type {(files: readonly PackageFile[], mirror: string) => readonly Line[]}
 */
function wrap(files, mirror) {
  const head = ["apiVersion: config.kubernetes.io/v1", "kind: ResourceList", "items:"];
  const functionConfig = [
    "functionConfig:",
    "  apiVersion: fn.kpt.dev/v1alpha1",
    "  kind: PinDigests",
    "  metadata: {name: pin-digests}",
    "  registries:",
    `  - {prefix: "*", mirrors: ["${mirror}"], only: true}`,
    "",
  ];
  return [...head.map(toLine), ...files.flatMap(wrapFile), ...functionConfig.map(toLine)];
}

/** @type {(text: string) => Line} */
function toLine(text) {
  return { text };
}

/** @type {(file: PackageFile) => readonly Line[]} */
function wrapFile({ path, lines }) {
  return lines.flatMap((line, index) => {
    const own = { text: (index === 0 ? "- " : "  ") + line, path, number: index + 1 };
    return line === "metadata:" ? [own, ...annotations(path).map(toLine)] : [own];
  });
}

/** @type {(path: string) => readonly string[]} */
function annotations(path) {
  return [
    "    annotations:",
    "      config.kubernetes.io/index: '0'",
    `      config.kubernetes.io/path: '${path}'`,
    "      internal.config.kubernetes.io/index: '0'",
    `      internal.config.kubernetes.io/path: '${path}'`,
  ];
}

/** @type {(list: string) => Promise<string>} */
async function pin(list) {
  const child = spawn(process.execPath, [MAIN], { env: {}, timeout: 60_000 });
  child.stdin.on("error", () => {}); // Where it ends before it has read all, its exit code says more.
  child.stdin.end(list);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  mustHold(code === 0, `the function exits with 0, not ${code}\n${stderr}`);
  return stdout;
}

/**
 * @typedef {object} Change
 * @property {string} path
 * @property {number} number
 * @property {string} before
 * @property {string} after
 */

/**
 * Line by line, since the function writes into lines and adds none before the results.
 * @type {(lines: readonly Line[], output: readonly string[]) => readonly Change[]}
 */
function diff(lines, output) {
  return lines.flatMap(({ text: before, path, number }, index) => {
    const after = output[index] ?? "";
    if (before === after || before === "") return []; // The results begin where the input ends.
    if (path === undefined || number === undefined)
      throw new Error(`demo: expected no change of ${before}, not ${after}`);
    return [{ path, number, before: before.slice(2), after: after.slice(2) }];
  });
}

/** @type {(changes: readonly Change[]) => void} */
function printDiff(changes) {
  let shown = "";
  for (const { path, number, before, after } of changes) {
    if (path !== shown) console.log(`--- a/${path}\n+++ b/${path}`);
    console.log(`@@ -${number} +${number} @@\n-${before}\n+${after}`);
    shown = path;
  }
}

/**
 * @typedef {object} Result
 * @property {string} message
 * @property {string} severity
 * @property {{ apiVersion: string, kind: string, namespace?: string, name: string }} [resourceRef]
 * @property {{ path: string }} [field]
 */

/** @type {(result: Result) => string} */
function formatResult({ severity, resourceRef, field, message }) {
  const { apiVersion, kind, namespace, name } = resourceRef ?? {};
  const resource = [apiVersion, kind, namespace, name].filter((part) => part !== undefined).join("/");
  return `[${severity}] ${[resource, field?.path].filter(Boolean).join(" ")}: ${message}`;
}

/** @type {(registry: import("../../test/support/registry.mjs").Registry, image: string) => string} */
function digestOf(registry, image) {
  const [repository = "", tag = ""] = image.split(":");
  return registry.digestOf(repository, tag);
}

/** @type {(condition: boolean, claim: string) => void} */
function mustHold(condition, claim) {
  if (!condition) throw new Error(`demo: expected that ${claim}`);
}
