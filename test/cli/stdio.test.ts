/** Writing to descriptors. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { write } from "../../src/cli/stdio.ts";

/** A pipe with a reader, by the descriptors of both ends; neither blocks. */
function openPipe(): { readonly reader: number; readonly writer: number } {
  const folder = mkdtempSync(join(tmpdir(), "stdio-"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const [reader, writer] = [constants.O_RDONLY, constants.O_WRONLY].map((flags) =>
    openSync(join(folder, "pipe"), flags | constants.O_NONBLOCK),
  );
  if (reader === undefined || writer === undefined) throw new Error("a pipe has two ends");
  onTestFinished(() => {
    for (const each of [reader, writer]) closeSync(each);
    rmSync(folder, { recursive: true });
  });
  return { reader, writer };
}

describe("write", () => {
  test("writes all that a pipe takes", () => {
    const { reader, writer } = openPipe();
    const read = Buffer.alloc(10);

    write(writer, "some text", 0);

    expect(readSync(reader, read)).toBe(9);
  });

  test("gives up on a pipe whose reader takes nothing", () => {
    const { writer } = openPipe();

    expect(() => write(writer, "x".repeat(1 << 20), 1)).toThrow(expect.objectContaining({ code: "EAGAIN" }));
  });
});
