import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ending, exit } from "../../src/cli/exit.ts";
import { hangLimit } from "../support/time-limit.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "exit-"));
  const outfile = join(folder, "exit.mjs");
  buildSync({ entryPoints: ["src/cli/exit.ts"], outfile, bundle: true, format: "esm", platform: "node" });
  execFileSync("mkfifo", [join(folder, "pipe")]);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script in a process that can exit as the program does, and says how it ended. */
async function end(
  script: string,
): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  const program = `
    import { readFile } from "node:fs";
    import { exit } from "./exit.mjs";
    ${script}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder,
    stdio: "inherit",
    timeout: hangLimit,
  });
  const [code, signal] = await once(child, "exit");
  return { code, signal };
}

// From Node 22.15 on another program can take the place of this one.
const canReplaceItself = "execve" in process;

describe("exit", () => {
  test.each([0, 1, 2])("ends with the code %d", async (code) => {
    expect(await end(`await exit(process, ${code});`)).toEqual({ code, signal: null });
  });

  test("ends though a thread waits for a file that never comes", async () => {
    const ended = await end(`readFile("pipe", () => {}); await exit(process, 2);`);

    expect(ended).toEqual(canReplaceItself ? { code: 2, signal: null } : { code: null, signal: "SIGKILL" });
  });

  test("waits for what a thread has nearly done", async () => {
    const atWork = [["FSReqCallback"], ["GetAddrInfoReqWrap", "TCPSocketWrap"], ["TCPSocketWrap"]];
    const done: string[] = [];
    const ending: Ending = {
      execPath: "",
      pid: 0,
      execve: () => done.push("execve"),
      getActiveResourcesInfo: () => atWork.shift() ?? [],
      kill: () => done.push("kill"),
      exit: (code) => {
        done.push(`exit ${code}`);
        throw new Error("the end");
      },
    };

    await expect(exit(ending, 2)).rejects.toThrow("the end");

    expect(done).toEqual(["exit 2"]);
    expect(atWork).toEqual([]);
  });
});
