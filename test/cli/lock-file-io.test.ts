import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LockWriteError, readLockText, writeLockText } from "../../src/cli/lock-file-io.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lock-disk-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function at(name: string): string {
  return join(folder, name);
}

describe("readLockText", () => {
  test("gives nothing where there is no file", () => {
    expect(readLockText(at("absent.yaml"))).toBeUndefined();
  });
});

describe("writeLockText", () => {
  test.each(["600", "640", "664", "666"])("keeps the mode %s", (octal) => {
    const mode = Number.parseInt(octal, 8);
    writeFileSync(at("lock.yaml"), "old");
    chmodSync(at("lock.yaml"), mode);

    expect(writeLockText(at("lock.yaml"), { before: "old", text: "new" })).toBe(true);

    expect(readFileSync(at("lock.yaml"), "utf8")).toBe("new");
    expect(statSync(at("lock.yaml")).mode & 0o777).toBe(mode);
  });

  test.runIf(process.getuid?.() === 0)("keeps the owner where it may", () => {
    writeFileSync(at("lock.yaml"), "old");
    chownSync(at("lock.yaml"), 65534, 65534);

    writeLockText(at("lock.yaml"), { before: "old", text: "new" });

    expect(statSync(at("lock.yaml"))).toMatchObject({ uid: 65534, gid: 65534 });
  });

  test.each([
    ["beside it", "real.yaml", "real.yaml"],
    ["in another folder", "other/real.yaml", "other/real.yaml"],
    ["by way of another link", "second.yaml", "other/real.yaml"],
  ])("writes through a link to what is not there yet, %s", (_, link, real) => {
    mkdirSync(at("other"));
    symlinkSync("other/real.yaml", at("second.yaml"));
    symlinkSync(link, at("lock.yaml"));

    writeLockText(at("lock.yaml"), { before: "", text: "new" });

    expect(readlinkSync(at("lock.yaml"))).toBe(link);
    expect(lstatSync(at(real)).isFile()).toBe(true);
    expect(readFileSync(at(real), "utf8")).toBe("new");
  });

  test.each([
    ["a missing folder", "no/such/lock.yaml", () => `there is no folder "${at("no/such")}"`],
    ["a folder that is a file", "file/lock.yaml", () => "ENOTDIR: not a directory"],
    ["a link to a missing folder", "link.yaml", () => `there is no folder "${at("no")}"`],
    ["links in a ring", "ring.yaml", () => "ELOOP: too many symbolic links encountered"],
    ["a folder", "folder", () => `"${at("folder")}" is no file`],
    ["a pipe", "pipe", () => `"${at("pipe")}" is no file`],
  ])("refuses %s, and says no name that is another each time", (_, name, reason) => {
    writeFileSync(at("file"), "");
    mkdirSync(at("folder"));
    symlinkSync("no/lock.yaml", at("link.yaml"));
    symlinkSync("ring.yaml", at("ring.yaml"));
    execFileSync("mkfifo", [at("pipe")]);
    const before = readdirSync(folder);

    const write = () => writeLockText(at(name), { before: "", text: "new" });

    expect(write).toThrow(new LockWriteError(`\`--lock\` could not be written: ${reason()}`));
    expect(readdirSync(folder)).toEqual(before);
  });

  test("writes nothing over what another has written meanwhile", () => {
    writeFileSync(at("lock.yaml"), "theirs");

    expect(writeLockText(at("lock.yaml"), { before: "old", text: "new" })).toBe(false);

    expect(readFileSync(at("lock.yaml"), "utf8")).toBe("theirs");
    expect(readdirSync(folder)).toEqual(["lock.yaml"]);
  });

  test("has nothing to write where another has written the same", () => {
    writeFileSync(at("lock.yaml"), "new");

    expect(writeLockText(at("lock.yaml"), { before: "old", text: "new" })).toBe(true);

    expect(readdirSync(folder)).toEqual(["lock.yaml"]);
  });
});
