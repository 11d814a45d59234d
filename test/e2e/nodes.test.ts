import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { checkOut } from "./checkout.ts";
import { executable, repository, run } from "./command.ts";
import { describeWith, isAvailable, nodes, oldNodes } from "./tools.ts";

const versions = isAvailable("nodes") ? nodes.map((node) => [versionOf(node), node] as const) : [];

describeWith(["nodes"], "what one Node has built", () => {
  let folder: string;
  let registry: Registry;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "e2e-"));
    registry = await startRegistry({ images: { "acme/app:1": {} } });
    for (const [version, node] of versions) {
      const root = join(folder, version);
      checkOut(root);
      symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
      execFileSync(node, [".build/build.mjs"], { cwd: root });
    }
  });

  afterAll(async () => {
    await registry.close();
    rmSync(folder, { recursive: true });
  });

  const pairs = versions.flatMap(([builder]) =>
    versions.map(([runner, node]) => [builder, runner, node] as const),
  );

  test.each(pairs)("%s runs on Node %s, and is not changed by that", async (builder, _, node) => {
    const main = join(folder, builder, "dist/main.js");
    const [cache = ""] = readdirSync(join(folder, builder, "dist/bundled/cache"));
    const image = `${registry.host}/acme/app:1`;
    const pinned = `${image}@${registry.digestOf("acme/app", "1")}`;

    const told = await run(node, [main, "--version"]);
    const asked = await run(node, [main], { input: pod(image) });
    const again = await run(node, [main], { input: pod(pinned) });
    const tolerant = await run(node, [main], { input: flow(pinned) });
    const explained = await run(node, [main, "--explain", "--output", "-"], { input: pod(pinned) });

    expect(told).toStrictEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
    expect([asked.code, asked.stdout]).toEqual([0, pod(pinned)]);
    expect(again).toStrictEqual({ code: 0, stdout: pod(pinned), stderr: "" });
    expect(tolerant).toStrictEqual({ code: 0, stdout: flow(pinned), stderr: "" });
    expect([explained.code, explained.stdout]).toEqual([
      0,
      expect.stringContaining("spec.containers[0].image"),
    ]);
    expect(readdirSync(join(folder, builder, "dist/bundled/cache"))).toEqual([cache]);
  });
});

describeWith(["nodes"], "a Node that is too old", () => {
  test.each(oldNodes)("%s is told which one is needed, and nothing is written", async (node) => {
    const ended = await run(node, [executable], { input: pod("nginx:1") });

    const stderr = `pin-digests needs Node 20.19 or later, but this is Node ${versionOf(node)}\n`;
    expect(ended).toStrictEqual({ code: 1, stdout: "", stderr });
  });
});

function versionOf(node: string): string {
  return execFileSync(node, ["--version"], { encoding: "utf8" }).trim().slice(1);
}

function pod(image: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: ${image}
`;
}

/** A form that needs the second reader of YAML. */
function flow(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {\n  name: web\n}\nspec: {containers: [{name: web, image: "${image}"}]}\n`;
}
