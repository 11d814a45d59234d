import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { version } from "../src/version.ts";
import { executable, runExecutable } from "./conformance/executable.ts";

const digest = `sha256:${"1".repeat(64)}`;
const pinned = `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{image: "nginx:1@${digest}"}]}\n`;
const dropped = pinned.replace("nginx:1@", "nginx@");
const list = `kind: ResourceList\nitems:\n- ${pinned.trimEnd().replaceAll("\n", "\n  ")}\n`;

function linesOf(levels: number): string {
  return Array.from({ length: levels }, (_, level) => `\n${" ".repeat(level + 1)}a:`).join("");
}

interface Pipe {
  readonly reader: number;
  readonly writer: number;
}

function pipeWithoutBlocking(path: string): Pipe {
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

/** How many bytes were transferred, as soon as it is possible. */
async function transfer(attempt: () => number): Promise<number> {
  while (true) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await setImmediate();
    }
  }
}

describe("main", () => {
  test("prints its version", async () => {
    expect(await runExecutable("", { args: ["--version"] })).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });

  test.each([
    [["--frobnicate"], "unknown option '--frobnicate'"],
    [["-x"], "unknown option '-x'"],
    [["-f"], "option '-f, --function-config <value>' argument missing"],
    [["--help=yes"], "option '-h, --help' does not take an argument"],
    [["-d", "tag"], '`-d` must be followed by key=value, but is "tag"'],
    [["-d", "=drop"], '`-d` must be followed by key=value, but is "=drop"'],
    [["--tag", "nonsense"], '`--tag` must be "keep" or "drop", but is "nonsense"'],
    [["--network-timeout=soon"], "`--network-timeout` must be a duration of at most 2m"],
    [["--lock-mode", "x"], '`--lock-mode` must be "auto", "create", "frozen" or "off", but is "x"'],
    [["--platform", "a/b/c/d"], '`--platform`: "a/b/c/d" is not a platform: '],
    [["--exclude", "a b", "--exclude", "'"], "`--exclude`"],
    [["update", "--lock-mode", "frozen"], "`lock: frozen` forbids asking"],
    [
      ["--lock", "-", "--update-lock"],
      "`--lock` must name a file, such as image-lock.yaml, since stdin and stdout carry the resources",
    ],
    [["-f", "/nonexistent/a.yaml"], "`--function-config` must name a file that can be read: ENOENT"],
  ])("refuses %j with one line that says what is right", async (args, message) => {
    const run = await runExecutable(pinned, { args });

    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/^pin-digests: [^\n]+: see `pin-digests --help`\n$/);
    expect(run.stderr).toContain(message);
  });

  test("takes options as literals, the last of a name counting", async () => {
    const run = await runExecutable(pinned, {
      args: ["-d", "tag=keep", "--function-config-literal", "tag=drop"],
    });

    expect(run).toMatchObject({ code: 0, stdout: dropped });
  });

  test("takes a value with an equals sign", async () => {
    const run = await runExecutable(pinned, { args: ["-d", "include=a=b", "-d", "report=all"] });

    expect(run).toMatchObject({
      code: 0,
      stdout: pinned,
      stderr: expect.stringContaining("matches nothing of `include`"),
    });
  });

  test("takes options from a file, below the literals", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
    try {
      const file = join(folder, "config.yaml");
      writeFileSync(
        file,
        "\ufeffapiVersion: fn.kpt.dev/v1alpha1\r\nkind: PinDigests\r\ntag: drop\r\nreport: all\r\n",
      );

      const run = await runExecutable(pinned, { args: ["-f", file, "-d", "report=problems"] });

      expect(run).toMatchObject({ code: 0, stdout: dropped, stderr: "" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("writes an option that is wrong into the list, and says so on stderr", async () => {
    const run = await runExecutable(list, { args: ["-d", "tags=drop"] });

    expect(run).toMatchObject({
      code: 1,
      stdout: `${list}results:\n- message: 'unknown field \`tags\`: did you mean \`tag\`?'\n  severity: error\n`,
      stderr:
        "pin-digests: nothing was changed: 1 error\n[error] unknown field `tags`: did you mean `tag`?\n",
    });
  });

  test("sums up a stream on the first line of stderr", async () => {
    const run = await runExecutable(`${pinned}---\n${pinned.replaceAll(/"nginx.*"/g, "$(IMAGE)")}`, {
      args: ["-d", "tag=drop"],
    });

    expect(run.code).toBe(0);
    expect(run.stderr.split("\n")[0]).toBe("pin-digests: 1 image changed, 1 warning");
  });

  test.each(["---\n", "---\n# Source: web/templates/pod.yaml\n", "null\n"])(
    "gives back %j, which holds no object, with a warning",
    async (text) => {
      expect(await runExecutable(text)).toMatchObject({
        code: 0,
        stdout: text,
        stderr:
          "pin-digests: 0 images changed, 1 warning\n[warning] the input holds no object, so nothing was pinned\n",
      });
    },
  );

  test("says nothing where there is nothing to say", async () => {
    expect(await runExecutable(list)).toMatchObject({ code: 0, stdout: list, stderr: "" });
    expect(await runExecutable(pinned)).toMatchObject({ code: 0, stdout: pinned, stderr: "" });
  });

  test.each([
    ["empty", "", "the input must hold a ResourceList or manifests, but it is empty"],
    ["foreign", "<html>\n", "line 1, column 1: each document must be a Kubernetes object"],
    ["not UTF-8", Buffer.from([0x61, 0xff]), "the input must be UTF-8, but it holds bytes that are not"],
    [
      "cut",
      Buffer.concat([Buffer.alloc((1 << 16) - 2, "#"), Buffer.from("€").subarray(0, 2)]),
      "the input must be UTF-8, but it holds bytes that are not",
    ],
  ])("refuses %s input on one line", async (_, input, message) => {
    const run = await runExecutable(input);

    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toMatch(/^pin-digests: [^\n]+\n$/);
    expect(run.stderr).toContain(message);
  });

  test.each(["", "#", "##", "###"])("reads letters of many bytes whole behind %j", async (start) => {
    const text = `${start}# ${"ä€😀".repeat(300_000)}\n${pinned}`;

    expect(await runExecutable(text)).toMatchObject({ code: 0, stdout: text });
  });

  test.each(["#", "# "])(
    "writes characters of two UTF-16 units whole behind %j, wherever a part of the text ends",
    async (start) => {
      const text = `${start}${"😀".repeat(1_100_000)}\n${pinned}`;
      const run = await runExecutable(text);

      expect(run.code).toBe(0);
      expect(run.stdout === text).toBe(true);
    },
  );

  test("says that it can't read a folder", () => {
    const folder = openSync(tmpdir(), "r");
    const { status, stdout, stderr } = spawnSync(process.execPath, [executable], {
      stdio: [folder, "pipe", "pipe"],
      encoding: "utf8",
    });
    closeSync(folder);

    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^pin-digests: standard input must be a file or a pipe [^\n]*EISDIR[^\n]*\n$/);
  });

  // kpt and kustomize read 10,000 levels.
  test.each([
    ["brackets", 600, (levels: number) => ` ${"[".repeat(levels)}${"]".repeat(levels)}`],
    ["brackets", 9_990, (levels: number) => ` ${"[".repeat(levels)}${"]".repeat(levels)}`],
    ["lines", 2_000, linesOf],
  ])("pins beside %s that nest %i levels deep", async (_, levels, nest) => {
    const text = `${pinned}---\napiVersion: acme.io/v1\nkind: Deep\nmetadata: {name: deep}\nspec:${nest(levels)}\n`;

    const run = await runExecutable(text, { args: ["-d", "tag=drop"] });

    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining("1 image changed") });
    expect(run.stdout).toBe(text.replace("nginx:1@", "nginx@"));
  });

  test("refuses what nests more deeply", async () => {
    const text = `kind: Deep\nspec: ${"[".repeat(10_100)}${"]".repeat(10_100)}\n`;

    expect(await runExecutable(text)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^pin-digests: [^\n]*line 2, column \d+: nesting exceeded[^\n]*\n$/),
    });
  });

  test("waits for pipes that do not block, as some parents leave them", async () => {
    const text = `# ${"x".repeat(1_000_000)}\n${pinned}`;
    const folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
    const input = pipeWithoutBlocking(join(folder, "in"));
    const output = pipeWithoutBlocking(join(folder, "out"));
    try {
      // Node makes the first three descriptors of a child block.
      const child = spawn("sh", ["-c", 'exec "$0" "$1" <&3 >&4', process.execPath, executable], {
        stdio: ["ignore", "ignore", "inherit", input.reader, output.writer],
      });
      const closed = once(child, "close");
      closeSync(input.reader);
      closeSync(output.writer);

      const written = (async () => {
        for (let at = 0; at < text.length; )
          at += await transfer(() => writeSync(input.writer, text.slice(at, at + 50_000)));
        closeSync(input.writer);
      })();
      const chunks: Buffer[] = [];
      const buffer = Buffer.alloc(20_000);
      while (true) {
        const length = await transfer(() => readSync(output.reader, buffer));
        if (length === 0) break;
        chunks.push(Buffer.from(buffer.subarray(0, length)));
      }
      closeSync(output.reader);
      await written;

      expect(await closed).toEqual([0, null]);
      expect(Buffer.concat(chunks).toString()).toBe(text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
