import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";

/** What a suite may need besides Node; `kubernetes` is the cluster that `.ci/tools` builds, with etcd; `image` is a container runtime with the base image to build on. */
export type Tool =
  | "kpt"
  | "kustomize"
  | "kustomize5"
  | "helm"
  | "helm4"
  | "kubectl"
  | "kubernetes"
  | "cosign2"
  | "cosign3"
  | "docker-registry"
  | "skopeo"
  | "jq"
  | "image"
  | "corpus"
  | "nodes"
  | "npm-registry";

/** The image of the function, named as every document names it. */
export const pinImage = "localhost/pin-digests:v0.1.0";

/** The image of a function that changes nothing. */
export const identityImage = "localhost/identity:v1";

/** The image that the others are built on. */
export const nodeImage: string = process.env.E2E_NODE_IMAGE ?? "localhost/node:24";

/** Further Nodes that the function runs on, and some that are too old for it. */
export const nodes: readonly string[] = (process.env.E2E_NODES ?? "").split(":");
export const oldNodes: readonly string[] = (process.env.E2E_OLD_NODES ?? "").split(":");

/** Real manifests of others; they lie beside the repository. */
export const corpus: string = fileURLToPath(new URL("../../../shared/corpus", import.meta.url));

/**
 * Describes a suite that needs tools. Where one is missing the suite is skipped, which a line says; or it fails, where
 * E2E_REQUIRE names that tool, since a suite that nobody runs proves nothing.
 */
export function describeWith(tools: readonly Tool[], name: string, body: () => void): void {
  const missing = tools.filter((tool) => !isAvailable(tool));
  const wanted = missing.filter((tool) => required.has(tool));
  if (wanted.length > 0)
    throw new Error(`${name}: E2E_REQUIRE names ${wanted.join(", ")}, but it is missing`);
  if (missing.length === 0) {
    describe(name, body);
  } else {
    console.warn(`skipped: ${name} (there is no ${missing.join(", ")})`);
    test.skip(name, () => {});
  }
}

/** Whether a tool is there and works. */
export function isAvailable(tool: Tool): boolean {
  const known = availability.get(tool) ?? probes[tool]();
  availability.set(tool, known);
  return known;
}

const required = new Set((process.env.E2E_REQUIRE ?? "").split(",").filter((tool) => tool !== ""));

const availability = new Map<Tool, boolean>();

const probes = {
  kpt: () => works("kpt", ["version"]),
  kustomize: () => works("kustomize", ["version"]),
  kustomize5: () => works("kustomize5", ["version"]),
  kubectl: () => works("kubectl", ["version", "--client"]),
  kubernetes: () =>
    works("kube-apiserver", ["--version"]) &&
    works("kube-controller-manager", ["--version"]) &&
    works("kubectl136", ["version", "--client"]) &&
    works("etcd", ["--version"]),
  helm: () => works("helm", ["version"]),
  cosign2: () => works("cosign2", ["version"]),
  cosign3: () => works("cosign3", ["version"]),
  helm4: () => works("helm4", ["version"]),
  "docker-registry": () => works("docker-registry", ["--version"]),
  skopeo: () => works("skopeo", ["--version"]),
  jq: () => works("jq", ["--version"]),
  image: () => works("buildah", ["--version"]) && works("podman", ["run", "--rm", nodeImage, "true"]),
  corpus: () => existsSync(corpus),
  nodes: () => [...nodes, ...oldNodes].every((node) => works(node, ["--version"])),
  "npm-registry": () => works("npm", ["view", "esbuild", "version"]),
} as const satisfies Record<Tool, () => boolean>;

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
