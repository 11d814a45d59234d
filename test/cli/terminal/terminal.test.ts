import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { widthOf } from "../../../src/cli/terminal/width.ts";
import { runExecutable } from "../../conformance/executable.ts";
import { one, pod } from "../../modes/support.ts";
import { isMissing } from "../../support/missing.ts";
import { runInTerminal, type TerminalOptions } from "../../support/pseudo-terminal.ts";
import { type Registry, startRegistry } from "../../support/registry.mjs";

const hasScript = spawnSync("script", ["--version"]).status === 0;

let registry: Registry;
let folder: string;

beforeAll(async () => {
  registry = await startRegistry({ any: true });
});
afterAll(() => registry.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "terminal-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a person has seen of a run over pods with these images, in the end and before. */
async function show(images: readonly string[], flags: string, options: TerminalOptions = {}) {
  writeFileSync(join(folder, "in.yaml"), images.map((image) => pod(image)).join("---\n"));
  const { code, text } = await runInTerminal(`$PIN ${flags} < in.yaml > out.yaml`, {
    cwd: folder,
    ...options,
  });
  const seen = text.split(erased);
  return { code, lines: (seen.at(-1) ?? "").split("\n").slice(0, -1), progress: seen.slice(1, -1) };
}

const erased = "\r\u001b[2K";
// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours are made of.
const escapes = /\u001b\[[0-9;]*m/g;

describe.skipIf(isMissing("script, of util-linux", hasScript))("a terminal", () => {
  test("shows a row for each image, however many objects have it", async () => {
    const images = Array.from({ length: 300 }, (_, at) => `${registry.host}/app${at % 20}:1`);

    const { code, lines } = await show(images, "pin --color never");

    expect(code).toBe(0);
    expect(lines).toHaveLength(21);
    expect(lines[0]).toMatch(/^127\.0\.0\.1:\d+\/app0:1 {3}→ sha256:[0-9a-f]{8}… {2}15 places$/);
    expect(lines.at(-1)).toBe("pin-digests: 300 images changed");
  });

  test("shows what moved as old and new, and what failed last, with what to do", async () => {
    const moved = `${registry.host}/app:1@${one}`;

    const { lines } = await show(["Nginx:1", moved, moved], "update --color never -d onError=warn");

    expect(lines[0]).toMatch(/\/app:1 {2}sha256:1{8}… → sha256:[0-9a-f]{8}… {2}2 places$/);
    expect(lines.slice(1)).toEqual([
      'warning: "Nginx:1" must be an image reference: invalid reference format:',
      '  repository name (library/Nginx) must be lowercase: write "nginx:1"',
      expect.stringMatching(/^ {2}at line \d+, v1\/Pod\/\w+ spec\.containers\[0\]\.image$/),
      "pin-digests: 1 image looked up: 1 moved, 0 unchanged",
    ]);
  });

  test.each([80, 40, 20])("has no line of more than its %i columns", async (columns) => {
    const images = [
      `${registry.host}/${"long-name-".repeat(12)}x:1`,
      `${registry.host}/app:1@${one}`,
      "registry.example/网络网络网络网络网络网络网络网络网络网络网络网络网络/图像:1",
      "Nginx:1",
    ];

    const { lines } = await show(images, "update -d onError=warn", { columns });

    const widths = lines.map((line) => widthOf(line.replaceAll(escapes, "")));
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    expect(lines.join("")).toMatch(escapes);
  });

  test("has no wider line below files either", async () => {
    writeFileSync(join(folder, "a.yaml"), pod(`${registry.host}/app:1`));
    writeFileSync(join(folder, "b.json"), "{}");

    const { code, text } = await runInTerminal("$PIN --color never .", { cwd: folder, columns: 40 });

    expect(code).toBe(0);
    expect(text.split(erased).at(-1)?.split("\n").slice(-4)).toEqual([
      "pin-digests: 1 image changed in 1 of 1",
      "  file; skipped: 1 file without",
      "  Kubernetes objects",
      "",
    ]);
  });

  test.each<[string, string, TerminalOptions]>([
    ["NO_COLOR", "pin", { env: { NO_COLOR: "1" } }],
    ["--color never", "pin --color never", {}],
    ["a terminal that can't", "pin", { env: { TERM: "dumb" } }],
  ])("has no colours with %s", async (_, flags, options) => {
    const { lines } = await show([`${registry.host}/app:1`, "$(IMAGE)"], flags, options);

    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join("")).not.toContain("\u001b");
  });

  test("shows how far a run is while a registry is slow, and takes that away", async () => {
    const slow = await startRegistry({
      any: true,
      // As long as a person waits before anything is to be seen; an answer that comes later changes nothing.
      onRequest: () => new Promise((resolve) => setTimeout(() => resolve(false), 1_500)),
    });

    const { code, lines, progress } = await show([`${slow.host}/app:1`], "pin --color never");
    await slow.close();

    expect(code).toBe(0);
    expect(progress[0]).toBe("0 of 1 image looked up");
    expect(lines).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+\/app:1 {2}→ sha256:/),
      "pin-digests: 1 image changed",
    ]);
  });

  test("is clean after a person ends a run that waits", async () => {
    const silent = await startRegistry({ onRequest: () => true });
    writeFileSync(join(folder, "in.yaml"), pod(`${silent.host}/app:1`));

    const { code, text } = await runInTerminal("exec $PIN in.yaml", {
      cwd: folder,
      keys: (seen) => (seen.includes("looked up") ? "\u0003" : undefined),
    });
    await silent.close();

    expect(code).toBe(130);
    expect(text.split(erased).at(-1)).toBe("");
  });
});

describe("what is no terminal", () => {
  test("gets one line a field, without colours unless they are asked for", async () => {
    const input = [pod(`${registry.host}/app:1`), pod("$(IMAGE)")].join("---\n");

    const plain = await runExecutable(input, { args: ["pin"] });
    const forced = await runExecutable(input, { args: ["pin", "--color", "always"] });

    expect(plain.stderr).not.toContain("\u001b");
    expect(forced.stderr).toContain("\u001b[1;33m[warning]\u001b[0m");
    expect(forced.stderr.replaceAll(escapes, "")).toBe(plain.stderr);
  });
});
