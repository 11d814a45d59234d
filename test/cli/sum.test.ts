import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executable, runExecutable } from "../conformance/executable.ts";
import { list, one, pod } from "../modes/support.ts";
import { isMissing } from "../support/missing.ts";
import { type Registry, startRegistry } from "../support/registry.mjs";

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ any: true });
});
afterAll(() => registry.close());

/** An image as it is, and with a digest that it no longer has. */
function images() {
  const [fresh, stale] = [`${registry.host}/fresh:1`, `${registry.host}/stale:1`];
  return [`${fresh}@${registry.digestOf("fresh", "1")}`, `${stale}@${one}`] as const;
}

describe("a sum", () => {
  test("ends what a check of a stream tells, also where all is well", async () => {
    const [fresh, stale] = images();
    const moved = ["check", "--check-gone", "off"];

    const well = await runExecutable(pod(fresh), { args: ["check"] });
    const mixed = await runExecutable([pod(fresh), pod(stale)].join("---\n"), { args: moved });

    expect(well).toMatchObject({
      code: 0,
      stderr: "pin-digests: 1 image checked: 1 pinned, 0 moved\n",
    });
    expect(mixed.stderr).toMatch(
      /^line \d+: \[warning\] .*\npin-digests: 2 images checked: 1 pinned, 1 moved\n$/,
    );
  });

  test("ends what an update of a stream tells", async () => {
    const [fresh, stale] = images();

    const { code, stderr } = await runExecutable([pod(fresh), pod(stale)].join("---\n"), {
      args: ["update"],
    });

    expect(code).toBe(0);
    expect(stderr).toMatch(/\npin-digests: 2 images looked up: 1 moved, 1 unchanged\n$/);
  });

  test("is told of no list, since kpt keeps what is told in the Kptfile", async () => {
    const [fresh, stale] = images();
    const args = ["check", "--check-gone", "off", "--check-drift", "error"];

    expect(await runExecutable(list(pod(fresh)), { args })).toMatchObject({ code: 0, stderr: "" });
    expect((await runExecutable(list(pod(stale)), { args })).stderr).toMatch(/^\[error\] [^\n]*\n$/);
  });
});

describe("a machine that is in the way", () => {
  test.skipIf(isMissing("/dev/full", existsSync("/dev/full")))(
    "is told of in one line where stdout is full, and nothing is said to be changed",
    () => {
      const [, stale] = images();
      const command = `exec "$0" "$1" -d tag=drop > /dev/full`;
      const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, executable], {
        input: pod(stale),
        encoding: "utf8",
      });

      expect(status).toBe(1);
      expect(stderr).toBe(
        "pin-digests: standard output could not be written: ENOSPC: no space left on device\n",
      );
    },
  );

  test.skipIf(isMissing("/dev/full", existsSync("/dev/full")))(
    "does not change how a run ends where nobody can be told",
    () => {
      const [, stale] = images();
      const command = `exec "$0" "$1" -d tag=drop 2> /dev/full`;
      const { status, stdout } = spawnSync("sh", ["-c", command, process.execPath, executable], {
        input: pod(stale),
        encoding: "utf8",
      });

      expect({ status, stdout }).toEqual({ status: 0, stdout: pod(stale.replace(":1@", "@")) });
    },
  );

  test("is told of in one line where the input is longer than a text can be", () => {
    const command = `yes 0123456789abcdef0123456789abcdef | head -c 537000000 | "$0" "$1"`;
    const { stderr } = spawnSync("sh", ["-c", command, process.execPath, executable], { encoding: "utf8" });

    expect(stderr).toBe("pin-digests: the input must be smaller than 512 MiB: split it\n");
  });
});
