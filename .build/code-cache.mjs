import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";

/**
 * Makes V8's code cache of the executable, for the Node that runs this. V8 compiles what is called, so the executable does
 * what most runs do: it asks, and looks into a lock.
 */
export async function makeCodeCache() {
  const registry = createServer((_, response) => {
    const digest = `sha256:${"0".repeat(64)}`;
    const mediaType = "application/vnd.oci.image.index.v1+json";
    response.writeHead(200, { "content-type": mediaType, "docker-content-digest": digest }).end();
  });
  await once(registry.listen(0, "127.0.0.1"), "listening");
  const asked = `127.0.0.1:${registry.address().port}/app:1`;
  await run(listOf([asked, `"nginx:1.27@sha256:${"1".repeat(64)}"`]));
  await run(`${listOf(["redis:7"])}${lock}`, "-d", "lock=frozen");
  registry.close();
  if (!existsSync("dist/bundled/cache")) throw new Error("the runs that make the code cache must leave one");
}

function listOf(images) {
  const containers = images.map(
    (image, at) => `        - name: c${at}\n          image: ${image} # as written\n`,
  );
  return `apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    annotations: { config.kubernetes.io/path: web.yaml, config.kubernetes.io/index: "0" }
  spec:
    template:
      spec:
        containers:
${containers.join("")}`;
}

const lock = `- apiVersion: fn.kpt.dev/v1alpha1
  kind: ImageLock
  metadata:
    name: image-lock
    annotations: { config.kubernetes.io/local-config: "true", config.kubernetes.io/path: image-lock.yaml }
  images:
    redis:7:
      digest: sha256:${"1".repeat(64)}
`;

/** Runs what was built; what it compiles is added to the cache. */
async function run(input, ...args) {
  // By the seed, two builds make the same cache. It is no flag for which alone a cache holds.
  const flags = ["--random-seed=1", "--require", "./.build/write-code-cache.cjs"];
  const child = spawn(process.execPath, [...flags, "dist/main.js", ...args], {
    env: {},
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(input);
  const [code] = await once(child, "close");
  if (code !== 0)
    throw new Error(`the run that makes the code cache must succeed, but it ended with ${code}`);
}
