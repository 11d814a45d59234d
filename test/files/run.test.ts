/** The executable over files: what it writes, what it says, and its exit code. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunOptions, runExecutable } from "../conformance/executable.ts";
import { isMissing } from "../support/missing.ts";
import { copyProgram, nobody, publicFolder } from "../support/nobody.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";
import { makeTree, pod, readTree } from "./tree.ts";

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ any: true });
});

afterAll(() => registry.close());

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly lines: readonly string[];
}

function run(folder: string, ...args: readonly string[]): Promise<Ran> {
  return runWith({}, folder, ...args);
}

async function runWith(
  runner: Pick<RunOptions, "program" | "env" | "uid" | "gid">,
  folder: string,
  ...args: readonly string[]
): Promise<Ran> {
  const { code, stdout, stderr } = await runExecutable("", { ...runner, args, cwd: folder });
  return { code, stdout, lines: stderr.split("\n").filter(Boolean) };
}

function digestOf(repository: string, tag: string): string {
  return registry.digestOf(repository, tag);
}

describe("pin-digests PATH", () => {
  test("pins files, says where and what all came to, and writes nothing to stdout", async () => {
    const image = `${registry.host}/app:v1`;
    const folder = makeTree({ "a.yaml": pod(image), "b/c.yaml": pod(image), "d.json": "{}" });

    const { code, stdout, lines } = await run(folder, ".");

    const pinned = pod(`${image}@${digestOf("app", "v1")}`);
    expect({ code, stdout, lines }).toEqual({
      code: 0,
      stdout: "",
      lines: [
        expect.stringMatching(/^a\.yaml:7:12: \[info\] v1\/Pod\/web spec\.containers\[0\]\.image: pinned /),
        expect.stringMatching(/^b\/c\.yaml:7:12: \[info\] /),
        "pin-digests: 2 images changed in 2 of 2 files; skipped: 1 file without Kubernetes objects",
      ],
    });
    expect(readTree(folder)).toEqual({ "a.yaml": pinned, "b/c.yaml": pinned, "d.json": "{}" });
  });

  test("checks files, and fails at the place of what has no digest", async () => {
    const image = `${registry.host}/app:v1`;
    const files = { "a.yaml": pod(image), "b.yaml": pod(`${image}@${digestOf("app", "v1")}`) };
    const folder = makeTree(files);

    const { code, lines } = await run(folder, "check", ".");

    expect({ code, lines }).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(/^a\.yaml:7:12: \[error\] .* has no digest/),
        "pin-digests: 2 images checked in 2 files: 1 pinned, 0 moved, 1 unpinned, 1 error",
      ],
    });
    expect(readTree(folder)).toEqual(files);
  });

  test("shows a diff that git takes, and writes nothing", async () => {
    const image = `${registry.host}/app:v1`;
    const files = {
      "a b.yaml": pod(image),
      "c/d.json": JSON.stringify({ apiVersion: "v1", kind: "Pod", spec: { containers: [{ image }] } }),
    };
    const folder = makeTree(files);

    const { code, stdout } = await run(folder, "--diff", "--lock-mode", "create", ".");

    expect(code).toBe(0);
    expect(readTree(folder)).toEqual(files);
    const applied = spawnSync("git", ["apply", "-"], { cwd: folder, input: stdout, encoding: "utf8" });
    expect(applied.stderr).toBe("");
    const other = makeTree(files);
    await run(other, "--lock-mode", "create", ".");
    expect(readTree(folder)).toEqual(readTree(other));
  });

  test("writes a diff as it is, but for what a CI system would take for its commands", async () => {
    const image = `${registry.host}/app:v1`;
    const odd = "# caf\u00e9 \u26a0\ufe0f \u001b[1m\r\n";
    const folder = makeTree({
      "x.yaml": `${pod(image)}${odd}#\n  ::error::x\n`.replace("  ::", "# ##[group] ::"),
    });
    const command = "# ##[group] ::error::x";

    const plain = await run(folder, "--diff", ".");
    const inCI = await runWith({ env: { CI: "true" } }, folder, "--diff", ".");

    expect(plain.stdout).toContain(` ${odd}`);
    expect(plain.stdout).toContain(command);
    expect(inCI.stdout).toBe(plain.stdout.replace(command, command.replace("##", "\\u0023#")));
  });

  test("writes the difference or a report, not both", async () => {
    const folder = makeTree({ "x.yaml": pod("nginx:1") });

    const { code, stdout, lines } = await run(folder, "--diff", "--format", "json", ".");

    expect({ code, stdout, lines }).toEqual({
      code: 2,
      stdout: "",
      lines: [expect.stringContaining("`--diff` writes the difference and no report: leave out one of them")],
    });
  });

  test("takes values by globs, not through links, and tells of a glob that names none", async () => {
    const values = `image: ${registry.host}/app:v1\n`;
    const outside = makeTree({ "values-x.yaml": values });
    const folder = makeTree({ "values-a.yaml": values, "node_modules/m/values-m.yaml": values });
    symlinkSync(outside, join(folder, "out"));

    const { code, lines } = await run(folder, "--values", "**/values-*.yaml", "--values", "vlaues.yaml", ".");

    expect(code).toBe(0);
    expect(lines.filter((line) => !line.includes("[info]"))).toEqual([
      expect.stringContaining(
        '[warning] `--values` "vlaues.yaml" names no file that is looked into: globs begin at the working directory',
      ),
      expect.stringMatching(/^pin-digests: 1 image changed in 1 of 1 file, 1 warning/),
    ]);
    expect(readTree(outside)["values-x.yaml"]).toBe(values);
  });

  test("says how much it explains, and asks nobody", async () => {
    const folder = makeTree({ "x.yaml": pod(`${registry.host}/app:v1`) });
    const before = registry.requests.length;

    const { code, lines } = await run(folder, "explain", ".");

    expect({ code, lines }).toEqual({ code: 0, lines: ["pin-digests: 1 field explained in 1 file"] });
    expect(registry.requests.length).toBe(before);
  });

  test("tells no digest that is not written, since another image has none", async () => {
    const folder = makeTree({
      "a.yaml": pod(`${registry.host}/app:v1`),
      "b.yaml": pod("127.0.0.1:1/gone:1"),
    });

    const { code, lines } = await run(folder, ".");

    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^b\.yaml:7:12: \[error\] /),
      "pin-digests: nothing was changed in 2 files, 1 error",
    ]);
  });

  test.each([
    ["a manifest", "a.yaml"],
    ["a lock", "image-lock.yaml"],
    ["a manifest by a link", "link.txt"],
  ])("writes no report in the place of %s", async (_, output) => {
    const image = `${registry.host}/app:v1`;
    const folder = makeTree({ "a.yaml": pod(image) });
    await run(folder, "--lock-mode", "create", ".");
    symlinkSync("a.yaml", join(folder, "link.txt"));
    const before = readTree(folder);

    const { code, lines } = await run(folder, "--format", "markdown", "--output", output, ".");

    expect({ code, lines }).toEqual({
      code: 2,
      lines: [
        expect.stringContaining(`\`--output\` "${output}" is a file that this run reads: name another`),
      ],
    });
    expect(readTree(folder)).toEqual(before);
  });

  test.each(["a b", 'we"ird', "back\\slash", "tab\there", "line\nbreak", "\u00e9\u2028"])(
    "shows a diff that git takes of a folder with an odd name: %j",
    async (name) => {
      const files = { [`${name}/x.yaml`]: pod(`${registry.host}/app:v1`) };
      const folder = makeTree(files);

      const { stdout } = await run(folder, "--diff", ".");

      const applied = spawnSync("git", ["apply", "-"], { cwd: folder, input: stdout, encoding: "utf8" });
      expect(applied.stderr).toBe("");
      expect(readTree(folder)[`${name}/x.yaml`]).toContain("@sha256:");
    },
  );

  test("writes reports to stdout, with places", async () => {
    const folder = makeTree({ "a/b.yaml": pod(`${registry.host}/app:v1`) });

    const github = await run(folder, "check", "--format", "github", ".");
    const sarif = await run(folder, "check", "--format", "sarif", ".");
    const images = await run(folder, "images", "--format", "json", "a");
    const explained = await run(folder, "explain", "a/b.yaml");

    expect(github.stdout).toMatch(/^::error file=a\/b\.yaml,line=7,col=12,title=/);
    expect(JSON.parse(sarif.stdout).runs[0].results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "a/b.yaml", uriBaseId: "%SRCROOT%" },
      region: { startLine: 7, startColumn: 12 },
    });
    expect(JSON.parse(images.stdout).images[0].digest).toBe(digestOf("app", "v1"));
    expect(images.lines.at(-1)).toBe("pin-digests: 1 image in 1 file");
    expect(explained.stdout).toContain("v1/Pod/web (a/b.yaml)");
    expect([github, sarif, images, explained].map(({ code }) => code)).toEqual([1, 1, 0, 0]);
    expect(readTree(folder)).toEqual({ "a/b.yaml": pod(`${registry.host}/app:v1`) });
  });

  test("may run many times at once, and all end well", async () => {
    const image = `${registry.host}/app:v1`;
    const names = Array.from({ length: 100 }, (_, n) => `p${n}.yaml`);
    const folder = makeTree(Object.fromEntries(names.map((name) => [name, pod(image)])));

    const runs = await Promise.all([1, 2, 3].map(() => run(folder, "--lock-mode", "create", ".")));

    expect(runs.map(({ code, lines }) => [code, lines.filter((line) => line.includes("[error]"))])).toEqual(
      runs.map(() => [0, []]),
    );
    const { "image-lock.yaml": lock, ...files } = readTree(folder);
    expect(files).toEqual(
      Object.fromEntries(names.map((name) => [name, pod(`${image}@${digestOf("app", "v1")}`)])),
    );
    expect(lock).toContain(digestOf("app", "v1"));
  });

  test("refuses a path that is not there", async () => {
    const { code, lines } = await run(makeTree({}), "nowhere.yaml");

    expect({ code, lines }).toEqual({
      code: 2,
      lines: ['pin-digests: "nowhere.yaml" is not there: see `pin-digests --help`'],
    });
  });

  test("removes what runs that were killed have left, and no draft of one that is alive", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const drafts = [dead, process.pid].map((pid) => `a/.x.yaml.pin-digests-${pid}.tmp`);
    const folder = makeTree({
      "a/x.yaml": pod(`${registry.host}/app:v1`),
      "a/.mine.tmp": "",
      ...Object.fromEntries(drafts.map((path) => [path, "torso"])),
    });

    await run(folder, "check", ".");
    expect(readdirSync(join(folder, "a")).length).toBe(4);
    await run(folder, ".");

    expect(readdirSync(join(folder, "a")).sort()).toEqual([
      ".mine.tmp",
      `.x.yaml.pin-digests-${process.pid}.tmp`,
      "x.yaml",
    ]);
  });

  describe.skipIf(
    isMissing("root to become nobody, or Node that nobody may run", publicFolder !== undefined),
  )("of a user who may not write all", () => {
    /** Runs in a folder as nobody, with a copy of the program that nobody may read. */
    const runAsNobody = (folder: string): Promise<Ran> => {
      const place = makeTree({}, publicFolder);
      chmodSync(place, 0o755);
      return runWith({ program: copyProgram(place), ...nobody }, folder, ".");
    };

    test("writes nothing at all where one folder can't be written, and says which", async () => {
      const image = `${registry.host}/app:v1`;
      const files = { "a/x.yaml": pod(image), "b/x.yaml": pod(image), "c/x.yaml": pod(image) };
      const folder = makeTree(files, publicFolder);
      for (const path of ["", "a", "b", "c", "a/x.yaml", "b/x.yaml", "c/x.yaml"])
        chmodSync(join(folder, path), path === "b" ? 0o555 : 0o777);

      const { code, lines } = await runAsNobody(folder);

      expect(code).toBe(1);
      expect(lines.at(-1)).toMatch(/^pin-digests: "b\/x\.yaml" could not be written, so nothing was: EACCES/);
      expect(readTree(folder)).toEqual(files);
    });

    test("fails where a folder that is named can't be looked into", async () => {
      const folder = makeTree({ "a/x.yaml": pod("nginx:1") }, publicFolder);
      chmodSync(folder, 0o755);
      chmodSync(join(folder, "a"), 0o700);

      const place = makeTree({}, publicFolder);
      chmodSync(place, 0o755);
      const { code, lines } = await runWith({ program: copyProgram(place), ...nobody }, folder, "a");

      expect(code).toBe(1);
      expect(lines[0]).toMatch(/^a:1:1: \[error\] can't be read, so no image in it is found: EACCES/);
    });

    test("says so of a file of which the owner can't be kept", async () => {
      const folder = makeTree({ "x.yaml": pod(`${registry.host}/app:v1`) }, publicFolder);
      chmodSync(folder, 0o777);
      chmodSync(join(folder, "x.yaml"), 0o666);

      const { code, lines } = await runAsNobody(folder);

      expect(code).toBe(0);
      expect(lines).toContain(
        "x.yaml:1:1: [warning] the file belonged to user 0 and group 0, and now belongs to user 65534 and group 65534, since nobody but root may give files away",
      );
    });

    test("respects a file that its owner has made read-only", async () => {
      const folder = makeTree({ "x.yaml": pod(`${registry.host}/app:v1`) }, publicFolder);
      chmodSync(folder, 0o777);
      chmodSync(join(folder, "x.yaml"), 0o444);

      const { code, lines } = await runAsNobody(folder);

      expect(code).toBe(1);
      expect(lines.at(-1)).toMatch(/^pin-digests: "x\.yaml" is read-only, so nothing was written: /);
    });
  });
});

describe("a run over files that don't fit", () => {
  test("says so of a file of 200 MB, and pins the others", async () => {
    const image = `${registry.host}/app:v1`;
    const folder = makeTree({ "a.yaml": pod(image), "large.yaml": "" });
    truncateSync(join(folder, "large.yaml"), 200_000_000);

    const { code, lines } = await run(folder, ".");

    expect(code).toBe(0);
    expect(lines[0]).toBe(
      "large.yaml:1:1: [warning] can't be read, so no image in it is found: holds more than 64 MiB",
    );
    expect(readFileSync(join(folder, "a.yaml"), "utf8")).toContain("@sha256:");
  });

  const full = mountSmallDisk();

  test.skipIf(isMissing("right to mount a small disk", full !== undefined))(
    "changes nothing where the disk is full, and says which file had no room",
    async () => {
      const folder = full ?? "";
      const padding = `# ${"x".repeat(9_000)}\n`;
      const files = Object.fromEntries(
        Array.from({ length: 6 }, (_, at) => [`p${at}.yaml`, pod(`${registry.host}/app:v1`) + padding]),
      );
      for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
      writeFileSync(join(folder, "rest"), "x".repeat(30_000));

      const { code, lines } = await run(folder, ".");

      expect(code).toBe(1);
      expect(lines.at(-1)).toMatch(/^pin-digests: "p\d\.yaml" could not be written, so nothing was: ENOSPC/);
      expect(readTree(folder)).toEqual({ ...files, rest: "x".repeat(30_000) });
    },
  );
});

/** A disk of 128 KiB, which only some may mount. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "pin-digests-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", folder]);
  afterAll(() => {
    if (status === 0) spawnSync("umount", [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return status === 0 ? folder : undefined;
}

describe("a lock of a folder", () => {
  test("is the nearest, is added to, and answers the next run", async () => {
    const [one, two] = [`${registry.host}/one:v1`, `${registry.host}/two:v1`];
    const folder = makeTree({ "a/x.yaml": pod(one), "a/b/y.yaml": pod(two), "z.yaml": pod(two) });
    const lock = (path: string): string => readFileSync(join(folder, path, "image-lock.yaml"), "utf8");

    await run(folder, "--lock-mode", "create", "a/b");
    expect(lock("a/b")).toContain(digestOf("two", "v1"));
    await run(folder, "--lock-mode", "create", ".");
    expect(lock("")).toContain(digestOf("one", "v1"));
    expect(lock("")).toContain(digestOf("two", "v1"));

    writeFileSync(join(folder, "a/b/y.yaml"), pod(two));
    writeFileSync(join(folder, "a/b/w.yaml"), pod(one));
    const before = registry.requests.length;
    const frozen = await run(folder, "--lock-mode", "frozen", ".");
    expect(frozen.code).toBe(1);
    expect(registry.requests.length).toBe(before);
    expect(frozen.lines.join("\n")).toContain("the lock lacks 1 image");
    expect((await run(folder, ".")).code).toBe(0);
    expect(lock("a/b")).toContain(digestOf("one", "v1"));
  });

  test("may have another name, by which `--lock` names it", async () => {
    const folder = makeTree({ "x.yaml": pod(`${registry.host}/app:v1`) });
    const flags = ["--lock", "./locks.yaml", "--update-lock", "."];

    await run(folder, ...flags);
    const again = await run(folder, ...flags);
    const without = await run(folder, ".");

    expect(again.lines).toEqual([expect.stringMatching(/^pin-digests: 0 images changed/)]);
    expect(without.lines[0]).toMatch(/^locks\.yaml:1:1: \[warning\] .*does not count as a lock/);
  });

  test("that can't be read stops the run", async () => {
    const folder = makeTree({ "x.yaml": pod(`${registry.host}/app:v1`), "image-lock.yaml": "kind: x\n" });

    const { code, lines } = await run(folder, ".");

    expect(code).toBe(1);
    expect(lines[0]).toMatch(/^image-lock\.yaml:1:1: \[error\] .*a lock must be an ImageLock/);
    expect(existsSync(join(folder, "x.yaml"))).toBe(true);
    expect(readTree(folder)["x.yaml"]).toBe(pod(`${registry.host}/app:v1`));
  });
});
