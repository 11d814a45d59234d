import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isMissing } from "../support/missing.ts";
import { copyProgram, nobody, publicFolder } from "../support/nobody.ts";
import { useBench } from "./bench.ts";
import { executable, type Run, startExecutable } from "./executable.ts";
import { list, pod } from "./manifests.ts";
import {
  expectFailed,
  expectPinned,
  expectReadableStderr,
  expectRefused,
  readOne,
  withoutNewDigests,
} from "./reading.ts";

const bench = useBench();
const unshare = "/usr/bin/unshare";
const isRoot = process.getuid?.() === 0;
const canUnshare = isRoot && spawnSync(unshare, ["--net", "true"]).status === 0;

/** A list of six megabytes. */
function largeList(image: string): string {
  return list(
    ...Array.from({ length: 600 }, (_, index) =>
      pod(`image: ${image}`, `args: ["${index}${"x".repeat(10_000)}"]`),
    ),
  );
}

function configured(input: string, ...lines: readonly string[]): string {
  return `${input}functionConfig:\n  ${bench
    .config(...lines)
    .trimEnd()
    .replaceAll("\n", "\n  ")}\n`;
}

describe("the process", () => {
  test("case 59: six megabytes arrive whole at a slow reader", async () => {
    const input = configured(largeList("nginx:1.27"), "report: problems");
    const child = startExecutable();
    const closed = once(child, "close");
    child.stdin.end(input);

    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) {
      chunks.push(chunk);
      await delay(chunks.length % 4 === 0 ? 1 : 0);
    }
    const stdout = Buffer.concat(chunks);
    const [code] = await closed;

    expect(code).toBe(0);
    expect(stdout.length).toBe(Buffer.byteLength(input) + 600 * "@sha256:".length + 600 * 64);
    expect(withoutNewDigests({ input, code, stdout: stdout.toString(), stderr: "" })).toBe(input);
  });

  test("case 60: a reader that goes away is a failure", async () => {
    const child = startExecutable();
    const closed = once(child, "close");
    child.stdin.on("error", () => undefined);
    child.stdout.once("data", () => child.stdout.destroy());
    child.stdin.end(configured(largeList("nginx:1.27")));

    const [code] = await closed;

    expect(code).not.toBe(0);
  });

  test("case 60: a reader that was never there is a failure", async () => {
    const child = startExecutable();
    const closed = once(child, "close");
    child.stdout.destroy();
    child.stdin.end(configured(list(pod("image: nginx:1.27"))));

    const [code] = await closed;

    expect(code).not.toBe(0);
  });

  test.each(["problems", "changes", "all"])(
    "case 61: a second run with report: %s changes nothing and asks nobody",
    async (report) => {
      const first = await bench.pin(
        list(pod("image: nginx:1.27"), pod("image: '{{ x }}'")),
        `report: ${report}`,
      );
      const requests = bench.requests().length;

      const second = await bench.pin(first.stdout, `report: ${report}`);

      expect(first.code).toBe(0);
      expect(requests).toBe(1);
      const third = await bench.pin(second.stdout, `report: ${report}`);
      expect(third.stdout).toBe(second.stdout);
      if (report !== "all") {
        expect(second.stdout).toBe(first.stdout);
      }
      expect(bench.requests()).toHaveLength(1);
    },
  );

  test.skipIf(isMissing("right to make a network of its own (unshare, as root)", canUnshare))(
    "case 62: without a network, each reference is an error",
    async () => {
      const images = ["nginx:1.27", "ghcr.io/acme/app:2", "registry.example.com:5000/x:1"];
      const input = list(...images.map((image) => pod(`image: ${image}`)), pod("image: nginx:1.27"));

      const run = await unshared(input);

      const errors = expectFailed(run).filter(({ severity }) => severity === "error");
      expect(new Set(errors.map(({ field }) => field?.currentValue))).toEqual(new Set(images));
      expect(errors[0]?.message).toMatch(/--network|--allow-network/);
    },
  );

  test("case 62: a registry that refuses connections is an error", async () => {
    const input = list(pod(`image: 127.0.0.1:${await closedPort()}/app:1`));

    const run = await bench.run(input);

    const [{ message } = { message: "" }, ...others] = expectFailed(run);
    expect(others).toEqual([]);
    expect(message).toContain("refused");
  });

  test.skipIf(isMissing("root to become nobody, or Node that nobody may run", publicFolder !== undefined))(
    "case 63: nobody, without home, in a directory that cannot be written, can run it",
    async () => {
      const cwd = await mkdtemp(join(publicFolder ?? "", "read-only-"));
      const program = copyProgram(cwd);
      await chmod(cwd, 0o555);

      const run = await bench.run(configured(list(pod("image: nginx:1.27"))), { program, cwd, ...nobody });

      await rm(cwd, { recursive: true });
      expectPinned(run, ["nginx:1.27"]);
      expect(run.stderr).toBe("");
    },
  );

  test("case 63: without any environment it runs", async () => {
    const child = spawn(process.execPath, [executable], { env: {}, stdio: "pipe", cwd: "/" });
    const input = configured(list(pod("image: nginx:1.27")));
    child.stdin.end(input);
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });

    const [code] = await once(child, "close");

    expectPinned({ input, code, stdout, stderr: "" }, ["nginx:1.27"]);
  });

  test("case 63: the built file is executable and names its interpreter", async () => {
    expect((await stat(executable)).mode & 0o111).toBe(0o111);
    const child = spawn(executable, ["--version"], { stdio: "pipe" });

    const [code] = await once(child, "close");

    expect(code).toBe(0);
  });

  test("case 64: one image that cannot be resolved keeps all others unpinned", async () => {
    const run = await bench.pin(
      list(pod("image: nginx:1.27"), pod("image: acme/absent:1"), pod("image: redis:7")),
    );

    const results = expectFailed(run);
    expect(results.filter(({ severity }) => severity === "error")).toMatchObject([
      { field: { currentValue: "acme/absent:1" }, message: expect.stringContaining("404") },
    ]);
    expect(results.filter(({ field }) => field?.proposedValue !== undefined)).toEqual([]);
  });

  test("case 64: with onError: warn, the others are pinned", async () => {
    const input = list(pod("image: nginx:1.27"), pod("image: acme/absent:1"), pod("image: Invalid:1"));

    const run = await bench.pin(input, "onError: warn");

    const results = expectPinned(run, ["nginx:1.27"]);
    expect(results.map(({ severity }) => severity)).toEqual(["warning", "warning", "info"]);
    expect(run.stderr).not.toBe("");
  });

  test("case 64: in a stream, one image that cannot be resolved leaves stdout empty", async () => {
    const run = await bench.pin(`${pod("image: nginx:1.27")}---\n${pod("image: acme/absent:1")}`);

    expectRefused(run);
    expect(run.stderr).toContain("acme/absent:1");
  });

  test("case 65: the deadline ends a run whose registry never answers", async () => {
    const run = await bench.pin(
      list(pod("image: silent:1"), pod("image: nginx:1.27")),
      "network: {deadline: 3s, timeout: 2m}",
    );

    const errors = expectFailed(run).filter(({ severity }) => severity === "error");
    expect(errors[0]).toMatchObject({ field: { currentValue: "silent:1" } });
  });

  test("case 65: the timeout ends a look-up that gets no answer", async () => {
    const run = await bench.pin(list(pod("image: silent:1")), "network: {timeout: 300ms, retries: 0}");

    expect(expectFailed(run)[0]?.message).toContain("network.timeout");
  });

  test.each([
    ["an invalid reference", "image: https://example.com/app:1"],
    ["an upper-case repository", "image: Nginx:1.27"],
    ["a tag that is too long", `image: nginx:${"t".repeat(129)}`],
    ["a digest that is too short", "image: nginx@sha256:1234"],
    ["an empty domain", "image: registry_example.com/a/b"],
  ])("case 66: %s is an error result on its field, and exit 1", async (_, line) => {
    const run = await bench.pin(list(pod(line), pod("image: nginx:1.27")));

    const errors = expectFailed(run).filter(({ severity }) => severity === "error");
    expect(errors).toMatchObject([
      {
        resourceRef: { kind: "Pod", name: "web" },
        field: { path: "spec.containers[0].image", currentValue: line.slice(7) },
      },
    ]);
  });

  test("case 67: results and stderr are the same in two runs, errors first", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `i${index}:1`);
    const input = list(
      pod("image: 12"),
      ...names.map((name) => pod(`image: ${name}`)),
      pod("image: b/absent:1"),
      pod("image: a/absent:1"),
    );

    const [first, second] = [await bench.pin(input), await bench.pin(input)];

    expect({ ...second }).toEqual({ ...first });
    const severities = expectFailed(first).map(({ severity }) => severity);
    expect(severities.slice(0, 3)).toEqual(["error", "error", "warning"]);
    const lines = first.stderr.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines[0]).toMatch(/\b2\b/);
  });

  test("case 67: no line of stderr is so long that kpt cuts off the rest", async () => {
    const run = await bench.pin(
      list(pod(`image: "${"A".repeat(200_000)}"`), pod(`image: "a\\nb${"x".repeat(70_000)}"`)),
    );

    expectFailed(run);
    expectReadableStderr(run);
  });

  test("case 67: an invalid reference cannot forge lines of stderr", async () => {
    const run = await bench.pin(list(pod(String.raw`image: "a\n${"0".repeat(64)}\nx: Waiting\r\e[2J"`)));

    expectFailed(run);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(run.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test("case 68: LOG_TO_STDERR brings the changes to stderr too", async () => {
    const input = configured(list(pod("image: nginx:1.27")));

    const run = await bench.run(input, { env: { LOG_TO_STDERR: "true", STRUCTURED_RESULTS: "true" } });

    expectPinned(run, ["nginx:1.27"]);
    expect(run.stderr).toContain("nginx:1.27");
  });

  test("case 69: --help prints the usage on stdout without reading stdin", async () => {
    const child = startExecutable({ args: ["--help"] });
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });

    // stdin stays open: a program that read it would not end.
    const [code] = await once(child, "close");
    child.stdin.destroy();

    expect(code).toBe(0);
    expect(stdout).toMatch(/usage/i);
    expect(stdout).toContain("--function-config");
  });

  test.each([
    ["--nonsense"],
    ["-x"],
    ["--functionconfig", "a.yaml"],
    ["-f"],
    ["file.yaml"],
    ["-d", "novalue"],
  ])(
    "case 69: the wrong arguments %s %s are exit 2 and one line that says what is right",
    async (...args) => {
      const child = startExecutable({ args: args.filter((arg) => typeof arg === "string") });
      let stderr = "";
      child.stderr.on("data", (chunk) => {
        stderr += chunk;
      });

      const [code] = await once(child, "close");
      child.stdin.destroy();

      expect(code).toBe(2);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    },
  );

  test("case 69: -f beside a functionConfig in the list is exit 2", async () => {
    const run = await bench.pin(configured(list(pod("image: nginx:1.27"))));

    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).not.toBe("");
  });

  test("case 70: what a dependency logs does not reach stdout", async () => {
    const preload = [
      'import net from "node:net";',
      "const connect = net.Socket.prototype.connect;",
      'net.Socket.prototype.connect = function (...args) { console.log("stray"); console.info("stray"); return connect.apply(this, args); };',
    ].join("\n");
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(preload)}` };

    const run = await bench.run(configured(list(pod("image: nginx:1.27"))), { env });

    expect(run.stderr).toContain("stray");
    expect(run.stdout).not.toContain("stray");
    expect(readOne(run.stdout)).toMatchObject({ kind: "ResourceList" });
  });
});

/** Runs the executable in a network namespace that has no network. */
async function unshared(input: string): Promise<Run> {
  const child = spawn(unshare, ["--net", process.execPath, executable], {
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent" },
    stdio: "pipe",
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { input, code, stdout, stderr };
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
