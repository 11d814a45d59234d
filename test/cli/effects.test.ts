import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { executable, type Run, runExecutable, startExecutable } from "../conformance/executable.ts";
import { aliveMark } from "../fs/holders.ts";
import { lock, one, pod, two } from "../modes/support.ts";
import { isMissing } from "../support/missing.ts";
import { copyProgram, nobody, publicFolder } from "../support/nobody.ts";
import { startRegistry } from "../support/registry.mjs";

type Registry = Awaited<ReturnType<typeof startRegistry>>;

let registry: Registry;
let folder = "";

beforeAll(async () => {
  registry = await startRegistry({ any: true });
});
afterAll(() => registry.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "effects-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(path(name), "utf8");
const image = (): string => `${registry.host}/app:1`;
const locking = ["--lock", "lock.yaml", "--update-lock"];
const reporting = ["--format", "sarif", "--output"];

function run(input: string, ...args: readonly string[]): Promise<Run> {
  return runExecutable(input, { args, cwd: folder });
}

/** A claim is a link that leads nowhere. */
async function isClaimed(name: string): Promise<void> {
  while (lstatSync(path(`.${name}.lock`), { throwIfNoEntry: false }) === undefined) await setImmediate();
}

/** Runs it in a shell, with the input in a file; `$PIN` is the program. */
async function inShell(command: string, input: string): Promise<{ code: unknown; stderr: string }> {
  writeFileSync(path("input"), input);
  const child = spawn("sh", ["-c", command], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", PIN: `${process.execPath} ${executable}` },
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  rmSync(path("input"));
  return { code, stderr };
}

describe("what can fail is tried first", () => {
  test.each([
    ["into a folder that is not there", [...reporting, "no/report"]],
    ["into what is a folder", [...reporting, "."]],
  ])("a report %s leaves lock and stdout alone", async (_, args) => {
    const ended = await run(pod(image()), ...locking, ...args);

    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(/^pin-digests: `--output` must name a file that can be written/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("an explanation into a folder that is not there leaves the lock alone", async () => {
    const ended = await run(pod(image()), ...locking, "--explain", "--output", "no/report");

    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a lock that can't be written leaves report and stdout alone", async () => {
    const ended = await run(pod(image()), "--lock", "no/lock.yaml", "--update-lock", ...reporting, "report");

    expect([ended.code, ended.stdout]).toEqual([1, ""]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["lock.yaml", "./lock.yaml"],
    ["lock.yaml", "link.yaml"],
  ])("a report into %s and a lock in %s, which is the same file, leave both alone", async (report, lock) => {
    symlinkSync("lock.yaml", path("link.yaml"));

    const ended = await run(pod(image()), "--lock", lock, "--update-lock", ...reporting, report);

    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toContain("name the same file");
    expect(readdirSync(folder)).toEqual(["link.yaml"]);
  });

  test.runIf(existsSync("/dev/full"))("a full stdout leaves report and lock alone", async () => {
    writeFileSync(path("lock.yaml"), lock({ "nginx:1": one }));

    const ended = await inShell(
      `$PIN ${[...locking, ...reporting].join(" ")} report < input > /dev/full`,
      pod(image()),
    );

    expect(ended).toEqual({
      code: 1,
      stderr: "pin-digests: standard output could not be written: ENOSPC: no space left on device\n",
    });
    expect(read("lock.yaml")).toBe(lock({ "nginx:1": one }));
    expect(readdirSync(folder)).toEqual(["lock.yaml"]);
  });

  test.each([
    ["with a lock to be written", locking.join(" "), ["lock.yaml", "out"]],
    ["with nothing else to be done", "", ["out"]],
  ])("a file for stdout that can't hold it all stays as it was, %s", async (_, args, names) => {
    if (args !== "") writeFileSync(path("lock.yaml"), lock({}));
    const input = `# ${"x".repeat(20_000)}\n${pod(image())}`;
    // ulimit counts in blocks of 512 bytes.
    const ended = await inShell(`ulimit -f 16; $PIN ${args} < input > out`, input);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("standard output could not be written: EFBIG");
    expect(read("out")).toBe("");
    if (args !== "") expect(read("lock.yaml")).toBe(lock({}));
    expect(readdirSync(folder)).toEqual(names);
  });

  test("an ordinary file for stdout holds the text once, with a lock and a report beside it", async () => {
    const command = `{ echo before; $PIN ${[...locking, ...reporting].join(" ")} report < input; echo after; } > out`;
    const appended = `$PIN ${[...locking, ...reporting].join(" ")} report < input >> out`;

    const first = await inShell(command, pod(image()));
    rmSync(path("lock.yaml"));
    const second = await inShell(appended, pod(image()));

    const pinned = pod(`${image()}@${registry.digestOf("app", "1")}`);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(read("out")).toBe(`before\n${pinned}after\n${pinned}`);
    expect(read("lock.yaml")).toContain(image());
    expect(JSON.parse(read("report")).version).toBe("2.1.0");
  });
});

/** Whether this is root on a Linux where a process may have mounts of its own. */
const mayMount = spawnSync("unshare", ["--mount", "true"]).status === 0;

describe.skipIf(isMissing("right to mount (unshare, as root)", mayMount))(
  "a file that is a mount of its own",
  () => {
    const reason = "it is mounted by itself, so it can't be replaced: mount its folder instead";

    /** Runs where files are mounted over those that are named. */
    function runMounted(names: readonly string[], input: string, args: readonly string[]): Promise<Run> {
      const mounts = names.map((name) => `mount --bind '${path("elsewhere")}' '${path(name)}'`);
      const script = [...mounts, 'exec "$0" "$@"'].join(" && ");
      writeFileSync(path("elsewhere"), lock({}));
      for (const name of names) writeFileSync(path(name), "");
      return runExecutable(input, {
        args,
        cwd: folder,
        node: ["unshare", "--mount", "sh", "-c", script, process.execPath],
      });
    }

    test("leaves report and stdout alone where it is the lock", async () => {
      const ended = await runMounted(["lock.yaml"], pod(image()), [...locking, ...reporting, "report"]);

      expect([ended.code, ended.stdout]).toEqual([1, ""]);
      expect(ended.stderr).toBe(`pin-digests: \`--lock\` "lock.yaml" could not be written: ${reason}\n`);
      expect(readdirSync(folder).sort()).toEqual(["elsewhere", "lock.yaml"]);
    });

    test("leaves lock and stdout alone where it is the report", async () => {
      const ended = await runMounted(["a report"], pod(image()), [...locking, ...reporting, "a report"]);

      expect([ended.code, ended.stdout]).toEqual([2, ""]);
      expect(ended.stderr).toContain(`but "a report" can't: ${reason}: see`);
      expect(readdirSync(folder).sort()).toEqual(["a report", "elsewhere"]);
    });

    test("is read where nothing is to be written", async () => {
      const ended = await runMounted(["lock.yaml"], pod("nginx:1"), [
        "--lock",
        "lock.yaml",
        "-d",
        "lock=frozen",
      ]);

      expect(ended.stderr).toContain('"nginx:1" is not in the lock');
    });

    test("leaves all other files alone where it is one of several", async () => {
      writeFileSync(path("a.yaml"), pod(image()));
      writeFileSync(path("elsewhere"), pod(image()));

      const script = `cp a.yaml b.yaml && mount --bind '${path("elsewhere")}' '${path("b.yaml")}' && exec "$0" "$@"`;
      const ended = await runExecutable("", {
        args: ["."],
        cwd: folder,
        node: ["unshare", "--mount", "sh", "-c", script, process.execPath],
      });

      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(`"b.yaml" could not be written, so nothing was: ${reason}`);
      expect(read("a.yaml")).toBe(pod(image()));
      expect(readdirSync(folder).sort()).toEqual(["a.yaml", "b.yaml", "elsewhere"]);
    });
  },
);

describe.skipIf(isMissing("root to become nobody, or Node that nobody may run", publicFolder !== undefined))(
  "a file of somebody else in a folder where only owners may replace",
  () => {
    let home = "";
    let program = "";

    beforeAll(() => {
      home = mkdtempSync(join(publicFolder ?? "", "effects-"));
      chmodSync(home, 0o755);
      program = copyProgram(home);
    });
    afterAll(() => rmSync(home, { recursive: true }));
    beforeEach(() => {
      rmSync(folder, { recursive: true });
      folder = mkdtempSync(join(publicFolder ?? "", "effects-"));
      mkdirSync(path("shared"));
      chmodSync(folder, 0o755);
      chmodSync(path("shared"), 0o1777);
    });

    const reason =
      "it belongs to somebody else, and in its folder (with the sticky bit) only owners replace files";

    test("leaves report and stdout alone where it is the lock", async () => {
      writeFileSync(path("shared/lock.yaml"), lock({}), { mode: 0o666 });

      const args = [...locking, ...reporting, "report"];
      const ended = await runExecutable(pod(image()), { args, cwd: path("shared"), program, ...nobody });

      expect([ended.code, ended.stdout]).toEqual([1, ""]);
      expect(ended.stderr).toBe(`pin-digests: \`--lock\` "lock.yaml" could not be written: ${reason}\n`);
      expect(readdirSync(path("shared"))).toEqual(["lock.yaml"]);
    });

    test("leaves all other files alone where it is one of several", async () => {
      writeFileSync(path("shared/a.yaml"), pod(image()));
      writeFileSync(path("shared/b.yaml"), pod(image()));
      chownSync(path("shared/a.yaml"), nobody.uid, nobody.gid);
      chmodSync(path("shared/b.yaml"), 0o666);

      const ended = await runExecutable("", { args: ["."], cwd: path("shared"), program, ...nobody });

      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(`"b.yaml" could not be written, so nothing was: ${reason}`);
      expect(read("shared/a.yaml")).toBe(pod(image()));
    });

    test("is replaced where it is one's own", async () => {
      writeFileSync(path("shared/lock.yaml"), lock({}));
      chownSync(path("shared/lock.yaml"), nobody.uid, nobody.gid);

      const ended = await runExecutable(pod(image()), {
        args: locking,
        cwd: path("shared"),
        program,
        ...nobody,
      });

      expect(ended.code, ended.stderr).toBe(0);
      expect(read("shared/lock.yaml")).toContain(image());
    });
  },
);

describe("--output", () => {
  test.runIf(existsSync("/dev/full"))("says which device can't be written", async () => {
    const ended = await run(pod(`nginx:1@${one}`), ...reporting, "/dev/full");

    expect([ended.code, ended.stdout]).toEqual([1, ""]);
    expect(ended.stderr).toBe(
      'pin-digests: `--output` "/dev/full" could not be written: ENOSPC: no space left on device\n',
    );
  });

  test("replaces a file at once and in full, with its mode, through a link", async () => {
    writeFileSync(path("real"), "old");
    chmodSync(path("real"), 0o640);
    symlinkSync("real", path("report"));
    const reader = openSync(path("real"), "r");

    const ended = await run(pod(`nginx:1@${one}`), ...reporting, "report");

    expect(ended.code).toBe(0);
    // Whoever has the old one open still reads it whole.
    expect(readFileSync(reader, "utf8")).toBe("old");
    closeSync(reader);
    expect(JSON.parse(read("real")).version).toBe("2.1.0");
    expect(statSync(path("real")).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(["real", "report"]);
  });

  test("leaves the old one where the new one can't be written in full", async () => {
    writeFileSync(path("report"), "old");

    const input = Array.from({ length: 200 }, () => pod("nginx:1")).join("---\n");
    const ended = await inShell(
      `ulimit -f 16; $PIN -d mode=check -d lock=frozen ${reporting.join(" ")} report < input`,
      input,
    );

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("EFBIG");
    expect(read("report")).toBe("old");
    expect(readdirSync(folder)).toEqual(["report"]);
  });

  test("writes into a pipe and into what the shell has open", async () => {
    writeFileSync(path("opened"), "before\n");
    const ended = await inShell(
      `mkfifo pipe; cat pipe > read & $PIN ${reporting.join(" ")} pipe < input && wait && $PIN ${reporting.join(" ")} /dev/fd/3 < input 3>> opened; rm pipe`,
      pod(`nginx:1@${one}`),
    );

    expect(ended.code).toBe(0);
    expect(JSON.parse(read("read")).version).toBe("2.1.0");
    // Behind what is there, as the shell has opened it.
    expect(read("opened")).toBe(`before\n${read("read")}`);
  });

  test("does not wait without end for somebody to read a pipe", async () => {
    const ended = await inShell(
      `mkfifo pipe; $PIN ${reporting.join(" ")} pipe < input; code=$?; rm pipe; exit $code`,
      pod(`nginx:1@${one}`),
    );

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(
      '`--output` must name a file that can be written, but "pipe" can\'t: it is a pipe that nobody reads',
    );
  });
});

describe("--lock", () => {
  test("tells of a hard link that is parted by it", async () => {
    writeFileSync(path("lock.yaml"), lock({ "nginx:1": one }));
    linkSync(path("lock.yaml"), path("other.yaml"));

    const first = await run(pod(image()), ...locking);
    const second = await run(pod(image()), ...locking);

    expect(first.code).toBe(0);
    expect(first.stderr).toContain(
      '\n[warning] `--lock` "lock.yaml": the file had 1 other name (a hard link), which keeps the old text: ',
    );
    expect(read("lock.yaml")).toContain(image());
    expect(read("other.yaml")).toBe(lock({ "nginx:1": one }));
    expect(second.stderr).not.toContain("hard link");
  });

  test.skipIf(isMissing("root to become nobody, or Node that nobody may run", publicFolder !== undefined))(
    "in a folder that can't be written is read, and not missed where it lacks nothing",
    async () => {
      const place = mkdtempSync(join(publicFolder ?? "", "effects-"));
      onTestFinished(() => rmSync(place, { recursive: true, force: true }));
      chmodSync(place, 0o755);
      const program = copyProgram(place);
      const folder = join(place, "ro");
      mkdirSync(folder);
      writeFileSync(join(folder, "lock.yaml"), lock({ [image()]: one }));
      chmodSync(folder, 0o555);
      const start = async (tag: string): Promise<Run> => {
        const args = ["--lock", join(folder, "lock.yaml"), "--update-lock"];
        return runExecutable(pod(`${registry.host}/app:${tag}`), { args, program, cwd: place, ...nobody });
      };

      const complete = await start("1");
      const lacking = await start("2");

      expect(complete).toMatchObject({ code: 0, stdout: pod(`${image()}@${one}`) });
      expect([lacking.code, lacking.stdout]).toEqual([1, ""]);
      expect(lacking.stderr).toMatch(
        /^pin-digests: `--lock` "[^"]+\/ro\/lock.yaml" could not be written: EACCES: permission denied; it is replaced as a whole, so its folder must be writable\n$/,
      );
    },
  );

  test.skipIf(isMissing("root to become nobody, or Node that nobody may run", publicFolder !== undefined))(
    "that its owner has made read-only stays as it is",
    async () => {
      const place = mkdtempSync(join(publicFolder ?? "", "effects-"));
      onTestFinished(() => rmSync(place, { recursive: true, force: true }));
      chmodSync(place, 0o777);
      const program = copyProgram(place);
      const file = join(place, "lock.yaml");
      writeFileSync(file, lock({}), { mode: 0o444 });

      const ended = await runExecutable(pod(image()), {
        args: ["--lock", file, "--update-lock"],
        program,
        cwd: place,
        ...nobody,
      });

      expect([ended.code, ended.stdout]).toEqual([1, ""]);
      expect(ended.stderr).toMatch(
        /^pin-digests: `--lock` "[^"]+\/lock.yaml" could not be written: it is read-only: allow it to be written\n$/,
      );
      expect(readFileSync(file, "utf8")).toBe(lock({}));
    },
  );

  test("waits for who has claimed it, and adds to what that one has written", async () => {
    writeFileSync(path("lock.yaml"), lock({ "nginx:1": one }));
    symlinkSync(aliveMark(), path(".lock.yaml.lock"));
    const child = startExecutable({ args: [...locking, ...reporting, "report"], cwd: folder });
    const ended = Promise.all([text(child.stdout), once(child, "close")]);
    child.stdin.end(pod(image()));
    // The report is claimed first.
    await isClaimed("report");

    writeFileSync(path("lock.yaml"), lock({ "nginx:1": one, "redis:7": two }));
    rmSync(path(".lock.yaml.lock"));
    const [stdout, [code]] = await ended;

    expect([code, stdout]).toEqual([0, pod(`${image()}@${registry.digestOf("app", "1")}`)]);
    for (const name of ["nginx:1:", "redis:7:", image()]) expect(read("lock.yaml")).toContain(name);
    expect(readdirSync(folder)).toEqual(["lock.yaml", "report"]);
  });

  test("begins anew where another run has locked another digest for its image meanwhile", async () => {
    writeFileSync(path("lock.yaml"), lock({}));
    symlinkSync(aliveMark(), path(".lock.yaml.lock"));
    const child = startExecutable({ args: [...locking, ...reporting, "report"], cwd: folder });
    const ended = Promise.all([text(child.stdout), once(child, "close")]);
    child.stdin.end(pod(image()));
    await isClaimed("report");

    const theirs = lock({}).replace("images: # by hand\n", `images:\n  "${image()}": {digest: "${two}"}\n`);
    writeFileSync(path("lock.yaml"), theirs);
    rmSync(path(".lock.yaml.lock"));
    const [stdout, [code]] = await ended;

    expect([code, stdout]).toEqual([0, pod(`${image()}@${two}`)]);
    expect(read("lock.yaml")).toBe(theirs);
  });

  test("is cleared of what a run that was killed has left, by the next one that reads it", async () => {
    writeFileSync(path("lock.yaml"), lock({ "nginx:1": one }));
    symlinkSync(aliveMark(), path(".lock.yaml.lock"));
    const child = startExecutable({ args: [...locking, ...reporting, "report"], cwd: folder });
    child.stdin.end(pod(image()));
    await isClaimed("report");
    let draft: string | undefined;
    while (draft === undefined) {
      draft = readdirSync(folder).find((name) => name.startsWith(".report.lock.pin-digests-"));
      await setImmediate();
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    rmSync(path(".lock.yaml.lock"));
    // As it would have left the lock's claim.
    spawnSync("mv", [path(".report.lock"), path(".lock.yaml.lock")]);
    spawnSync("mv", [path(draft), path(draft.replace(".report.", ".lock.yaml."))]);
    expect(readdirSync(folder)).toHaveLength(3);

    const ended = await run(pod("nginx:1"), "--lock", "lock.yaml", "-d", "lock=frozen");

    expect(ended.code).toBe(0);
    expect(readdirSync(folder)).toEqual(["lock.yaml"]);
  });
});
