import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { executable, type Run, runExecutable } from "../conformance/executable.ts";
import { sarifFaults } from "../report/sarif-rules.ts";
import { startRegistry } from "../support/registry.mjs";
import { list, lock, one, pod } from "./support.ts";

type Registry = Awaited<ReturnType<typeof startRegistry>>;

let registry: Registry;
let folder = "";

beforeAll(async () => {
  registry = await startRegistry({ any: true });
});
afterAll(() => registry.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(input: string, ...args: readonly string[]): Promise<Run> {
  return runExecutable(input, { args, cwd: folder });
}

/** Runs the executable, `"$0" "$1"`, by a command line of a shell. */
async function inShell(
  command: string,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn("sh", ["-c", command, process.execPath, executable], { cwd: folder });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function read(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

describe("--lock", () => {
  test("with --update-lock makes a lock, and leaves one alone that lacks nothing", async () => {
    const image = `${registry.host}/app:1`;

    const first = await run(pod(image), "--lock", "image-lock.yaml", "--update-lock");
    utimesSync(join(folder, "image-lock.yaml"), 1, 1);
    const second = await run(pod(image), "--lock", "image-lock.yaml", "--update-lock");

    expect(first).toMatchObject({ code: 0, stdout: pod(`${image}@${registry.digestOf("app", "1")}`) });
    expect(second.stdout).toBe(first.stdout);
    expect(read("image-lock.yaml")).toContain(
      `  "${image}":\n    digest: ${registry.digestOf("app", "1")}\n`,
    );
    expect(statSync(join(folder, "image-lock.yaml")).mtimeMs).toBe(1000);
    expect(readdirSync(folder)).toEqual(["image-lock.yaml"]);
  });

  test("writes through a link, which stays one", async () => {
    write("real.yaml", lock({}));
    symlinkSync("real.yaml", join(folder, "link.yaml"));

    await run(pod(`${registry.host}/app:1`), "--lock", "link.yaml", "--update-lock");

    expect(read("real.yaml")).toContain("digest: sha256:");
    expect(
      readdirSync(folder, { withFileTypes: true })
        .find(({ name }) => name === "link.yaml")
        ?.isSymbolicLink(),
    ).toBe(true);
  });

  test("keeps the old lock where the new one can't be written in full", async () => {
    const old = `# ${"x".repeat(20_000)}\n${lock({ "nginx:1.27": one })}`;
    write("big.yaml", old);

    const args = ["-c", `ulimit -f 8; exec "$0" "$@"`, process.execPath, executable];
    const child = spawn("sh", [...args, "--lock", "big.yaml", "--update-lock"], {
      cwd: folder,
      stdio: "pipe",
    });
    child.stdin.end(pod(`${registry.host}/app:1`));
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^pin-digests: `--lock` "big.yaml" could not be written: EFBIG/);
    expect(read("big.yaml")).toBe(old);
    expect(readdirSync(folder)).toEqual(["big.yaml"]);
  });

  test("says what is in the way, the same each time, and writes nothing to stdout", async () => {
    const runs = [];
    for (let count = 0; count < 2; count++)
      runs.push(await run(pod(`${registry.host}/app:1`), "--lock", "no/lock.yaml", "--update-lock"));

    expect(runs[0]).toMatchObject({
      code: 1,
      stdout: "",
      stderr: 'pin-digests: `--lock` "no/lock.yaml" could not be written: there is no folder "no"\n',
    });
    expect(runs[1]).toStrictEqual(runs[0]);
  });

  test("keeps what two runs add at once", async () => {
    const events = new EventEmitter();
    const [secondAsks, firstIsDone] = [once(events, "second asks"), once(events, "first is done")];
    // Who asks has read the lock. The second is answered when the first has written it.
    const gate = await startRegistry({
      any: true,
      onRequest: async ({ url }) => {
        if (url?.includes("/second/")) events.emit("second asks");
        await (url?.includes("/second/") ? firstIsDone : secondAsks);
        return false;
      },
    });
    write("image-lock.yaml", lock({ "nginx:1.27": one }));
    const update = (image: string) =>
      run(pod(`${gate.host}/${image}`), "--lock", "image-lock.yaml", "--update-lock");

    const [first, second] = [update("first:1"), update("second:1")];
    expect(await first).toMatchObject({ code: 0 });
    events.emit("first is done");
    expect(await second).toMatchObject({ code: 0 });
    await gate.close();

    const written = read("image-lock.yaml");
    for (const name of ["nginx:1.27", "/first:1", "/second:1"]) expect(written).toContain(name);
    expect(readdirSync(folder)).toEqual(["image-lock.yaml"]);
  });

  test.each([
    [["--update-lock"], /`--update-lock` must say which/],
    [["--lock", "absent.yaml"], /`--lock` must name a file that can be read/],
    [["--lock", "", "--update-lock"], /`--lock` must name a file/],
    [
      ["--lock", "pod.yaml"],
      /^pin-digests: `--lock` "pod.yaml", line 1, column 1: a lock must be an ImageLock/,
    ],
    [
      ["--lock", "."],
      /^pin-digests: `--lock` must name a file that can be read: "." is a directory, not a regular file/,
    ],
    [
      ["--lock", "lock.yaml", "-d", "lock=off"],
      /the lock "lock.yaml", and `lock: off` ignores all: use one of them/,
    ],
    [
      ["--lock", "lock.yaml", "--update-lock", "-d", "mode=check"],
      /`--update-lock` writes the lock "lock.yaml", and `mode: check`/,
    ],
    [["--inventory", "json"], /needs `--output FILE`/],
    [["--inventory", "xml", "--output", "x"], /must be lock or kustomize or json or .*, but is "xml"/],
    [["--inventory", "json", "--format", "sarif", "--output", "x"], /one report/],
    [["--output", "x"], /must go with a report/],
    [
      ["--format", "sarif", "--output", "x".repeat(300), "-d", "mode=unpin"],
      /can be written, but "x+" can't: ENAMETOOLONG/,
    ],
  ])("refuses %j with exit code 2", async (args, message) => {
    write("pod.yaml", pod("a"));
    write("lock.yaml", lock({}));

    const { code, stdout, stderr } = await run(pod("nginx:1"), ...args);

    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  });
});

describe("--lock and a stream of the process", () => {
  // What is written to it would go into the file that the new lock takes the place of, and be lost.
  test.each([
    ["stdout", ">"],
    ["stdout", ">>"],
    ["stderr", "2>>"],
  ])("are not the same file: %s by %s", async (stream, redirection) => {
    write("pod.yaml", pod(`${registry.host}/app:1`));
    const text = redirection === ">" ? "" : lock({});
    write("l.yaml", text);

    for (const update of ["--update-lock", ""]) {
      const options = `--lock l.yaml ${update} < pod.yaml`;
      const { code } = await inShell(`exec "$0" "$1" ${options} ${redirection} l.yaml`);

      expect(code).toBe(2);
      const told = `pin-digests: \`--lock\` "l.yaml" is the file that ${stream} goes to: name another`;
      expect(read("l.yaml").startsWith(text + (stream === "stderr" ? told : ""))).toBe(true);
      expect(read("l.yaml")).not.toMatch(/app:1/);
      write("l.yaml", text);
    }
  });
});

describe("a complete lock", () => {
  test("keeps the HTTP client from being loaded, which a missing image loads", async () => {
    const image = `${registry.host}/app:1`;
    const loadsClient = async (input: string): Promise<boolean> => {
      const coverage = mkdtempSync(join(folder, "coverage-"));
      await runExecutable(input, { env: { NODE_V8_COVERAGE: coverage } });
      const seen = readdirSync(coverage).map((file) => readFileSync(join(coverage, file), "utf8"));
      expect(seen.join("")).toContain("/program.js");
      return /\/undici\.js|node:net/.test(seen.join(""));
    };

    expect(await loadsClient(list(pod(image), lock({ [image]: one })))).toBe(false);
    expect(await loadsClient(list(pod(image), lock({})))).toBe(true);
  });
});

describe("--inventory and --format", () => {
  const pinned = pod(`nginx:1@${one}`);

  test("write a report beside the list", async () => {
    const input = list(pinned);

    const { code, stdout } = await run(input, "--inventory", "json", "--output", "images.json");

    expect([code, stdout]).toEqual([0, input]);
    expect(JSON.parse(read("images.json")).images).toMatchObject([{ image: `nginx:1@${one}` }]);
  });

  test("take the place of a stream with `--output -`, and of no list", async () => {
    const stream = await run(pinned, "--inventory", "kustomize", "--output", "-");
    const listed = await run(list(pinned), "--inventory", "kustomize", "--output", "-");

    const note = "# v1/Pod/web spec.containers[0].image";
    expect(stream.stdout).toBe(`images:\n${note}\n- name: nginx\n  digest: ${one}\n`);
    expect([listed.code, listed.stdout]).toEqual([2, ""]);
  });

  test.each(["/dev/stdout", "/proc/self/fd/1", "out"])(
    "know stdout as %s: they take a stream's place, and no list's",
    async (output) => {
      const [stream, listed] = [join(folder, "stream"), join(folder, "list")];
      write("stream", pinned);
      write("list", list(pinned));
      // As a shell has it: what stands in the file is what was written to stdout.
      const report = async (input: string) => {
        const command = `exec "$0" "$1" --inventory json --output ${output} < ${input} > out`;
        const { code } = await inShell(command);
        return { code, stdout: read("out") };
      };

      const taken = await report(stream);
      const refused = await report(listed);

      expect(taken.code).toBe(0);
      expect(JSON.parse(taken.stdout).images).toHaveLength(1);
      expect(refused).toEqual({ code: 2, stdout: "" });
    },
  );

  test.each([
    ["the configuration", "-f c.yaml --output c.yaml", "c.yaml"],
    ["the configuration, by a link", "-f c.yaml --output link", "link"],
    ["stdin", "--output pod.yaml", "pod.yaml"],
    ["a lock that is only read", "--lock l.yaml --output l.yaml", "l.yaml"],
  ])("take the place of no file that is read: %s", async (_, options, named) => {
    const files = {
      "c.yaml": "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\n",
      "pod.yaml": pinned,
      "l.yaml": lock({}),
    };
    for (const [name, text] of Object.entries(files)) write(name, text);
    symlinkSync("c.yaml", join(folder, "link"));

    for (const report of ["--inventory json", "--explain"]) {
      const ended = await inShell(`exec "$0" "$1" ${report} ${options} < pod.yaml`);

      expect(ended).toEqual({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining(
          `\`--output\` "${named}" is a file that this run reads: name another`,
        ),
      });
    }
    for (const [name, text] of Object.entries(files)) expect(read(name)).toBe(text);
  });

  test.each(["/dev/stderr", "/dev/fd/2", "log"])(
    "write to stderr as %s behind what is there",
    async (output) => {
      write("pod.yaml", pod("nginx:1"));
      const options = "-d mode=check -d lock=frozen --format github";
      const command = `exec "$0" "$1" ${options} --output ${output} < pod.yaml 2>> log`;
      write("log", "before\n");

      const child = spawn("sh", ["-c", command, process.execPath, executable], { cwd: folder });
      await once(child, "close");

      expect(read("log")).toMatch(
        /^before\nline 6: \[error\] [\s\S]*\npin-digests: 1 image checked: 0 pinned, 0 moved, 1 unpinned\n::error /,
      );
    },
  );

  test("report a run that failed too", async () => {
    const { code, stdout } = await run(
      pod("nginx:1"),
      "-d",
      "mode=check",
      "-d",
      "lock=frozen",
      "--format",
      "sarif",
      "--output",
      "out.sarif",
    );

    expect([code, stdout]).toEqual([1, ""]);
    expect(sarifFaults(read("out.sarif"))).toEqual([]);
    expect(JSON.parse(read("out.sarif")).runs[0].results).toMatchObject([
      { ruleId: "unpinned" },
      { ruleId: "unlocked" },
    ]);
  });

  test("report what concerns no file at one that the list has", async () => {
    const input = list(pod("nginx:1", "deploy/web.yaml"), lock({}, "image-lock.yaml"));

    const { code } = await run(input, "-d", "lock=frozen", "--format", "sarif", "--output", "out.sarif");

    expect(code).toBe(1);
    expect(sarifFaults(read("out.sarif"))).toEqual([]);
    expect(JSON.parse(read("out.sarif")).runs[0].results).toMatchObject([
      {
        message: { text: expect.stringContaining("the lock lacks 1 image") },
        locations: [{ physicalLocation: { artifactLocation: { uri: "deploy/web.yaml" } } }],
      },
      {},
    ]);
  });

  test.each([
    [["tag=keep"]],
    [["tag=drop"]],
    [["requirePlatforms=linux/amd64,linux/arm64"]],
    [["platform=linux/arm64"]],
    [["platform=linux/arm64", "requirePlatforms=linux/amd64"]],
  ])("write a lock that gives the same digests again, with %j", async (options) => {
    const source = list(pod(`${registry.host}/app`), pod(`${registry.host}/app:2`));
    const args = [...options, "report=problems"].flatMap((option) => ["-d", option]);
    const pinned = await run(source, ...args, "--inventory", "lock", "--output", "used.yaml");
    registry.move("app", "2");

    const again = await run(source, ...args, "-d", "lock=frozen", "--lock", "used.yaml");

    expect(pinned.code).toBe(0);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout.match(/image: .*/g)).toEqual(pinned.stdout.match(/image: .*/g));
  });
});
