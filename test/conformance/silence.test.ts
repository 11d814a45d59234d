import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Run, runExecutable } from "./executable.ts";
import { list, pod } from "./manifests.ts";
import { expectFailed } from "./reading.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "silence-"));
  return () => rmSync(folder, { recursive: true });
});

/** Whether this is root on a Linux where a process may have mounts of its own. */
const mayMount = canRun("unshare", "--mount", "true") && existsSync("/etc/resolv.conf");

function canRun(file: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(file, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

interface Circumstances {
  /** A script of the shell that mounts what the run is to find. */
  readonly mounts: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs with a deadline of two seconds over a list with an image of a registry whose name nobody knows. */
async function pin({ mounts, args = [], env = {} }: Circumstances): Promise<Run> {
  const script = `set -e\n${mounts}\nexec "$0" "$@"`;
  return runExecutable(list(pod("image: registry.example/app:1")), {
    args: ["-d", "network.deadline=2s", "-d", "network.timeout=2m", ...args],
    env,
    node: ["unshare", "--mount", "sh", "-c", script, process.execPath],
  });
}

describe.runIf(mayMount)("a run ends with 1, and not by a signal,", () => {
  test("where the DNS says nothing", async () => {
    // One for each process, since a server of the DNS must have the port 53.
    const address = `127.${[process.pid >> 16, process.pid >> 8, process.pid].map((part) => part & 255).join(".")}`;
    const server = createSocket("udp4").bind(53, address);
    onTestFinished(() => {
      server.close();
    });
    await once(server, "listening");
    const configuration = join(folder, "resolv.conf");
    writeFileSync(configuration, `nameserver ${address}\n`);

    const run = await pin({ mounts: `mount --bind ${configuration} /etc/resolv.conf` });

    expectFailed(run);
    expect(run.stderr).toContain("the time for the whole run ended while registry.example was asked");
  });
});

describe.runIf(mayMount && existsSync("/dev/fuse"))("a file system that says nothing", () => {
  /** The file system of a program that takes no request. */
  function silentFiles(): { readonly place: string; readonly mounts: string } {
    const place = join(folder, "silent");
    mkdirSync(place);
    const options = "fd=3,rootmode=40000,user_id=0,group_id=0";
    return { place, mounts: `exec 3<>/dev/fuse\nmount -i -t fuse.silent -o ${options} silent ${place}` };
  }

  test.each([
    ["--lock", "image-lock.yaml"],
    ["--function-config", "config.yaml"],
  ])("ends a run that reads %s from it", async (flag, name) => {
    const { place, mounts } = silentFiles();

    const run = await pin({ mounts, args: [flag, join(place, name)] });

    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(
      `\`${flag}\` must name a file that can be read: ETIMEDOUT: ${JSON.stringify(join(place, name))} lies on another machine`,
    );
  });

  test("ends a run that looks for logins on it", async () => {
    const { place, mounts } = silentFiles();

    const run = await pin({ mounts, env: { DOCKER_CONFIG: place, SSL_CERT_FILE: join(place, "ca.pem") } });

    expectFailed(run);
    expect(run.stderr).toContain("the time for the whole run ended while registry.example was asked");
  });
});
