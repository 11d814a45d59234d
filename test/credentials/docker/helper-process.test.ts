import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createHelperRunner } from "../../../src/credentials/docker/helper-process.ts";
import { hangLimit } from "../../support/time-limit.ts";
import { createWorkspace, type Workspace } from "../workspace.ts";

interface RunnerOptions {
  readonly searchPath?: string;
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

function createRunner(
  workspace: Workspace,
  { searchPath = workspace.searchPath, timeout = hangLimit, signal }: RunnerOptions = {},
) {
  return createHelperRunner({
    environment: {
      PATH: searchPath,
      EXTRA: "extra",
      PIN_DIGESTS_REGISTRY_PASSWORD: "s3cret",
      PIN_DIGESTS_POLICY: "policy.yaml",
      // As Windows has them, where names are the same in capitals.
      Pin_Digests_Registry_Token: "s3cret",
      DOCKER_AUTH_CONFIG: '{"auths":{}}',
      DOCKER_CONFIG: "/nonexistent",
    },
    platform: "linux",
    timeout,
    ...(signal && { signal }),
  });
}

describe("createHelperRunner", () => {
  test("passes the host on standard input, get as the argument, and the environment", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", 'echo "$# $1 $EXTRA $(cat)"; echo "complaint" >&2; exit 3');

    const run = await createRunner(workspace)("fake", "ghcr.io");

    expect(run).toEqual({ kind: "exited", code: 3, stdout: "1 get extra ghcr.io\n", stderr: "complaint\n" });
  });

  test("gives it none of the logins that the environment holds for this program", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", "env | grep -iE '^(PIN_DIGESTS_|DOCKER_)'");

    expect(await createRunner(workspace)("fake", "ghcr.io")).toMatchObject({
      stdout: "DOCKER_CONFIG=/nonexistent\n",
    });
  });

  test("takes its answer at its end, and ends what it leaves behind", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", "sleep 600 & echo $!");

    const run = await createRunner(workspace)("fake", "ghcr.io");

    expect(run).toMatchObject({ kind: "exited", code: 0 });
    const leftBehind = run.kind === "exited" ? Number(run.stdout) : 0;
    expect(leftBehind).toBeGreaterThan(1);
    await expect.poll(() => isRunning(leftBehind)).toBe(false);
  });

  test("takes its answer though a daemon that it has started holds the pipe", async () => {
    const workspace = createWorkspace();
    const ready = join(workspace.path, "ready");
    execFileSync("mkfifo", [ready]);
    workspace.writeHelper(
      "fake",
      `setsid sh -c 'echo $$; echo >${ready}; exec sleep 600' &\nread line <${ready}`,
    );
    const pipes = countPipes();

    const run = await createRunner(workspace)("fake", "ghcr.io");

    const daemon = run.kind === "exited" ? Number(run.stdout) : 0;
    onTestFinished(() => void process.kill(daemon));
    expect(run).toMatchObject({ kind: "exited", code: 0 });
    await expect.poll(countPipes).toBe(pipes);
  });

  test("runs it in the root directory, not in the package", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", "pwd");

    expect(await createRunner(workspace)("fake", "ghcr.io")).toMatchObject({ stdout: "/\n" });
  });

  test("passes a host to no shell", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", "cat");
    const marker = join(workspace.path, "marker");

    const run = await createRunner(workspace)("fake", `a; touch ${marker} $(touch ${marker})`);

    expect(run).toMatchObject({ code: 0 });
    expect(existsSync(marker)).toBe(false);
  });

  test.each(["", "../evil", "a/b", "a b", "a;b", "$(a)", "a\nb", "ä"])(
    "refuses the name %j",
    async (name) => {
      const workspace = createWorkspace();
      workspace.write("evil", "#!/bin/sh\n");

      expect(await createRunner(workspace)(name, "ghcr.io")).toEqual({
        kind: "failed",
        reason: "its name is not one of a credential helper",
      });
    },
  );

  test("does not look in relative entries of PATH", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", "echo found");
    const up = "../../".repeat(process.cwd().split("/").length);
    const searchPath = `${join(up, workspace.path, "bin")}::.:bin`;
    expect(existsSync(join(searchPath.split(":")[0] ?? "", "docker-credential-fake"))).toBe(true);

    const run = await createRunner(workspace, { searchPath })("fake", "ghcr.io");

    expect(run).toEqual({ kind: "failed", reason: "it is not in PATH" });
  });

  test("passes over a file that is not executable", async () => {
    const workspace = createWorkspace();
    workspace.write("first/docker-credential-fake", "#!/bin/sh\necho first\n");
    workspace.writeHelper("fake", "echo second");
    const searchPath = `${join(workspace.path, "first")}:${workspace.searchPath}`;

    expect(await createRunner(workspace, { searchPath })("fake", "ghcr.io")).toMatchObject({
      stdout: "second\n",
    });
  });

  test.each([
    ["a process that holds the pipe", ""],
    ["one that has left its group", "setsid "],
  ])("ends a helper that does not answer, though it started %s", async (_, way) => {
    const workspace = createWorkspace();
    const pidFile = join(workspace.path, "pids");
    workspace.writeHelper(
      "fake",
      `${way}sleep 600 &\necho $$ $! > ${pidFile}.new\nmv ${pidFile}.new ${pidFile}\nwait`,
    );

    const pipes = countPipes();

    // On a busy machine it may not even have begun by then.
    let timeout = 500;
    let run = await createRunner(workspace, { timeout })("fake", "ghcr.io");
    while (!existsSync(pidFile)) {
      timeout *= 2;
      run = await createRunner(workspace, { timeout })("fake", "ghcr.io");
    }

    const [helper = 0, leftBehind = 0] = readFileSync(pidFile, "utf8").split(" ").map(Number);
    expect(run).toEqual({ kind: "failed", reason: `it did not answer within ${timeout / 1_000} s` });
    await expect.poll(() => isRunning(helper)).toBe(false);
    await expect.poll(() => isRunning(leftBehind)).toBe(false);
    await expect.poll(countPipes).toBe(pipes);
  });

  test("ends a helper that writes without end", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", "exec yes");

    expect(await createRunner(workspace)("fake", "ghcr.io")).toEqual({
      kind: "failed",
      reason: "it wrote more than 65536 bytes",
    });
  });

  test("starts none when the run is over", async () => {
    const workspace = createWorkspace();
    const marker = join(workspace.path, "marker");
    workspace.writeHelper("fake", `echo >${marker}`);
    const run = createRunner(workspace, { signal: AbortSignal.abort() });

    expect(await run("fake", "ghcr.io")).toEqual({ kind: "failed", reason: "the run is over" });
    expect(existsSync(marker)).toBe(false);
  });

  test("ends the one that is at work when the run is over", async () => {
    const workspace = createWorkspace();
    const pidFile = join(workspace.path, "pid");
    workspace.writeHelper("fake", `echo $$ >${pidFile}.new; mv ${pidFile}.new ${pidFile}; sleep 600`);
    const controller = new AbortController();
    const run = createRunner(workspace, { signal: controller.signal })("fake", "ghcr.io");
    await expect.poll(() => existsSync(pidFile)).toBe(true);

    controller.abort();

    expect(await run).toEqual({ kind: "failed", reason: "the run is over" });
    await expect.poll(() => isRunning(Number(readFileSync(pidFile, "utf8")))).toBe(false);
  });

  test("tells of a helper that was killed", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", "kill -9 $$");

    expect(await createRunner(workspace)("fake", "ghcr.io")).toEqual({
      kind: "failed",
      reason: "it was ended by SIGKILL",
    });
  });

  test("tells of a helper that can't be started", async () => {
    const workspace = createWorkspace();
    const path = workspace.write("bin/docker-credential-fake", "#!/nonexistent/interpreter\n");
    chmodSync(path, 0o755);

    expect(await createRunner(workspace)("fake", "ghcr.io")).toEqual({
      kind: "failed",
      reason: "it could not be started: ENOENT",
    });
  });

  test("takes the answer of a helper that does not read its input", async () => {
    const workspace = createWorkspace();
    workspace.writeHelper("fake", "exec <&-; echo done");

    expect(await createRunner(workspace)("fake", "ghcr.io".repeat(100_000))).toMatchObject({
      stdout: "done\n",
    });
  });
});

/** Pipes that would keep this process from its end. */
function countPipes(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: there is no such process.
    return false;
  }
}
