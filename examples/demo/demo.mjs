// Runs the built program over a copy of ./package, in place and as a KRM function, against a registry of its own on
// loopback, and shows what it did. Needs Node and the installed dependencies; no cluster, no container, no network.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { startRegistry } from "../../test/support/registry.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const PACKAGE = fileURLToPath(new URL("package", import.meta.url));

const IMAGES = [
  "acme/shop:v2.4.1",
  "library/nginx:1.27",
  "library/postgres:16-alpine",
  "tools/upload:latest",
];

/** The one that has its digest in the package. */
const PINNED = "library/redis:7";

try {
  await demonstrate();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function demonstrate() {
  if (!existsSync(MAIN)) build();
  const images = Object.fromEntries([...IMAGES, PINNED].map((image) => [image, {}]));
  const registry = await startRegistry({ images });
  const folder = mkdtempSync(join(tmpdir(), "pin-digests-demo-"));
  try {
    await pinFiles(registry, folder);
    await pinList(registry);
  } finally {
    rmSync(folder, { recursive: true });
    await registry.close();
  }
}

function build() {
  console.error("building dist with npm run build …");
  const { status, stdout } = spawnSync("npm", ["run", "build"], { cwd: ROOT, encoding: "utf8" });
  mustHold(status === 0, `npm run build succeeds\n${stdout}`);
}

/**
 * Files in place, as in a clone.
 * @type {(registry: import("../../test/support/registry.mjs").Registry, folder: string) => Promise<void>}
 */
async function pinFiles(registry, folder) {
  const shop = join(folder, "shop");
  cpSync(PACKAGE, shop, { recursive: true });
  const options = join(folder, "options.yaml");
  writeFileSync(options, configOf(registry.url));
  const onFiles = (/** @type {string[]} */ ...args) =>
    run([...args, "-f", options, "."], { cwd: shop, env: { NO_COLOR: "1" } });

  console.log("== files: a copy of examples/demo/package ==\n\n$ pin-digests check .");
  const before = await onFiles("check");
  console.log(before.stderr);
  mustHold(before.code === 1, "check fails while something is not pinned");

  console.log("$ pin-digests --diff .");
  const { stdout: diff } = await onFiles("--diff");
  console.log(diff);

  console.log("$ pin-digests .");
  const pinned = await onFiles();
  console.log(pinned.stderr);
  mustHold(pinned.code === 0, "all images of the files are pinned");

  console.log("$ pin-digests check .");
  const after = await onFiles("check");
  console.log(after.stderr);
  mustHold(after.code === 0, "check finds nothing when all is pinned");
  const texts = readdirSync(shop).map((path) => readFileSync(join(shop, path), "utf8"));
  for (const image of IMAGES)
    mustHold(
      texts.some((each) => each.includes(digestOf(registry, image))),
      `${image} is pinned in its file`,
    );
}

/**
 * The same files as a ResourceList, which is what kpt and kustomize send.
 * @type {(registry: import("../../test/support/registry.mjs").Registry) => Promise<void>}
 */
async function pinList(registry) {
  const earlier = registry.requests.length;
  const { stdout: output } = await run([], { input: listOf(registry.url) });
  console.log("== a KRM function: the same package as kpt sends it ==\n\nresults, as kpt prints them:");
  for (const result of parse(output).results) console.log(`  ${formatResult(result)}`);
  const requests = registry.requests.slice(earlier);
  console.log(`\n${requests.length} requests to the embedded registry, which stands in for all others:`);
  // Sorted: they are sent at the same time and come in any order.
  console.log(
    requests
      .map(({ method, path }) => `  ${method} ${path}`)
      .sort()
      .join("\n"),
  );
  for (const image of IMAGES) mustHold(output.includes(digestOf(registry, image)), `${image} is pinned`);
  const again = await run([], { input: output });
  mustHold(again.stdout === output, "the second run changes nothing");
  mustHold(registry.requests.length === earlier + requests.length, "the second run asks nothing");
  console.log("\nrun again over its own output: no change, no request");
}

/**
 * The ResourceList that kpt sends for the package, with its functionConfig.
 * @type {(mirror: string) => string}
 */
function listOf(mirror) {
  const items = readdirSync(PACKAGE)
    .sort()
    .map((path) => itemOf(path, readFileSync(join(PACKAGE, path), "utf8").trimEnd().split("\n")));
  return `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
${items.join("\n")}
functionConfig:
${configOf(mirror).replaceAll(/^(?=.)/gm, "  ")}`;
}

/**
 * A configuration that turns every look-up to one address.
 * @type {(mirror: string) => string}
 */
function configOf(mirror) {
  return `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata: {name: pin-digests}
registries:
- {prefix: "*", mirrors: ["${mirror}"], only: true}
`;
}

/** @type {(path: string, lines: readonly string[]) => string} */
function itemOf(path, lines) {
  const annotations = [
    "annotations:",
    "  config.kubernetes.io/index: '0'",
    `  config.kubernetes.io/path: '${path}'`,
    "  internal.config.kubernetes.io/index: '0'",
    `  internal.config.kubernetes.io/path: '${path}'`,
  ];
  return lines
    .flatMap((line) => (line === "metadata:" ? [line, ...annotations.map((each) => `  ${each}`)] : [line]))
    .map((line, at) => (at === 0 ? "- " : "  ") + line)
    .join("\n");
}

/**
 * @typedef {object} Options
 * @property {string} [input]
 * @property {string} [cwd]
 * @property {Record<string, string>} [env]
 */

/** @type {(args: readonly string[], options: Options) => Promise<{ code: number, stdout: string, stderr: string }>} */
async function run(args, { input = "", cwd, env = {} }) {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, timeout: 60_000 });
  child.stdin.on("error", () => {}); // Where it ends before it has read all, its exit code says more.
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  mustHold(code === 0 || code === 1, `the program ends with 0 or 1, not ${code}\n${stderr}`);
  return { code, stdout, stderr };
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
