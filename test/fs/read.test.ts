import { execFileSync } from "node:child_process";
import fs, {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { LARGE_FILE_MAX, readNamedFile, readTextFile, SMALL_FILE_MAX } from "../../src/fs/read.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "read-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function makePipe(name: string): string {
  const path = join(folder, name);
  execFileSync("mkfifo", [path]);
  return path;
}

async function makeSocket(name: string): Promise<string> {
  const path = join(folder, name);
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

/** A file that takes no room: it has one size, and no contents. */
function makeLarge(name: string, size: number): string {
  const path = join(folder, name);
  writeFileSync(path, "");
  truncateSync(path, size);
  return path;
}

function filesOpenAt(path: string): number {
  return readdirSync("/proc/self/fd").filter((file) => linkOf(`/proc/self/fd/${file}`) === path).length;
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    // It was closed meanwhile.
    return "";
  }
}

/** Reads and writes a pipe, so that nobody waits for either. */
function hold(pipe: string): void {
  const file = openSync(pipe, constants.O_RDWR);
  onTestFinished(() => closeSync(file));
}

/** Lets a look at a path find what lies at another. Returns how to undo it. */
function lookAt(path: string, instead: string): () => void {
  const { stat, statSync } = fs;
  const place = (asked: unknown) => (asked === path ? instead : asked);
  Object.assign(fs, {
    stat: (asked: string, ...rest: [() => void]) => stat(place(asked) as string, ...rest),
    statSync: (asked: string, ...rest: []) => statSync(place(asked) as string, ...rest),
  });
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { stat, statSync });
    syncBuiltinESMExports();
  };
}

/** Both ways to read, so that none takes what the other refuses. */
const readers = [
  { name: "readTextFile", read: readTextFile, sizeMax: SMALL_FILE_MAX },
  {
    name: "readNamedFile",
    read: async (path: string) => readNamedFile(path).toString("utf8"),
    sizeMax: LARGE_FILE_MAX,
  },
];

describe.each(readers)("$name", ({ read, sizeMax }) => {
  test("reads a file whole", async () => {
    const text = "ä".repeat(300_000);
    const path = join(folder, "text");
    writeFileSync(path, text);

    expect(await read(path)).toBe(text);
  });

  test.runIf(process.platform === "linux")("reads a file that says that it is empty", async () => {
    expect(await read("/proc/self/limits")).toContain("Max open files");
  });

  test("refuses a pipe without waiting for its writer", async () => {
    const path = makePipe(`pipe-${sizeMax}`);

    await expect(read(path)).rejects.toThrow(`${JSON.stringify(path)} is a pipe, not a regular file`);
  });

  test("refuses what has become a pipe since it was looked at", async () => {
    const path = makePipe(`late-${sizeMax}`);
    const before = join(folder, "before");
    writeFileSync(before, "a: 1");
    // Where that would wait for a writer, no time limit ends what is not asynchronous.
    if (read !== readTextFile) hold(path);
    onTestFinished(lookAt(path, before));

    await expect(read(path)).rejects.toThrow(`${JSON.stringify(path)} is a pipe, not a regular file`);
  });

  test("refuses a device that never ends", async () => {
    await expect(read("/dev/zero")).rejects.toThrow('"/dev/zero" is a device, not a regular file');
  });

  test("refuses a folder", async () => {
    await expect(read(folder)).rejects.toThrow(
      `${JSON.stringify(folder)} is a directory, not a regular file`,
    );
  });

  test("refuses a socket", async () => {
    const path = await makeSocket(`socket-${sizeMax}`);

    await expect(read(path)).rejects.toThrow(`${JSON.stringify(path)} is a socket, not a regular file`);
  });

  test("reads as much as such a file can hold, and no more", async () => {
    expect(await read(makeLarge("largest", sizeMax))).toHaveLength(sizeMax);

    const path = makeLarge("larger", sizeMax + 1);
    await expect(read(path)).rejects.toThrow(
      `${JSON.stringify(path)} holds more than ${sizeMax / 1_048_576} MiB`,
    );
  });

  test.runIf(process.platform === "linux")("leaves no file open", async () => {
    const path = join(folder, `once-${sizeMax}`);
    writeFileSync(path, "a: 1");

    await read(path);

    await expect.poll(() => filesOpenAt(path)).toBe(0);
  });

  test("passes the system's error on", async () => {
    await expect(read(join(folder, "absent"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
