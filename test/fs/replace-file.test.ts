import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
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
import { claimFile, replaceReason } from "../../src/fs/replace-file.ts";
import { aliveMark } from "./holders.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "replace-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function at(name: string): string {
  return join(folder, name);
}

async function replace(name: string, text: string): Promise<void> {
  const file = await claimFile(at(name), process);
  try {
    file.stage(text);
    file.commit();
  } finally {
    file.release();
  }
}

describe("claimFile", () => {
  test.each(["600", "640", "664", "666"])("keeps the mode %s", async (octal) => {
    const mode = Number.parseInt(octal, 8);
    writeFileSync(at("lock.yaml"), "old");
    chmodSync(at("lock.yaml"), mode);

    await replace("lock.yaml", "new");

    expect(readFileSync(at("lock.yaml"), "utf8")).toBe("new");
    expect(statSync(at("lock.yaml")).mode & 0o777).toBe(mode);
    expect(readdirSync(folder)).toEqual(["lock.yaml"]);
  });

  test.runIf(process.getuid?.() === 0)("keeps the owner where it may", async () => {
    writeFileSync(at("lock.yaml"), "old");
    chownSync(at("lock.yaml"), 65534, 65534);

    await replace("lock.yaml", "new");

    expect(statSync(at("lock.yaml"))).toMatchObject({ uid: 65534, gid: 65534 });
  });

  test("shows nobody the new text before it is put in its place", async () => {
    writeFileSync(at("lock.yaml"), "old");

    const file = await claimFile(at("lock.yaml"), process);
    file.stage("new");
    const meanwhile = readFileSync(at("lock.yaml"), "utf8");
    file.release();

    expect(meanwhile).toBe("old");
    expect(readFileSync(at("lock.yaml"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["lock.yaml"]);
  });

  test("puts nothing in its place once the claim is lost", async () => {
    writeFileSync(at("lock.yaml"), "old");
    const file = await claimFile(at("lock.yaml"), process);
    file.stage("new");
    rmSync(at(".lock.yaml.lock"));
    symlinkSync(aliveMark(), at(".lock.yaml.lock"));

    const isReplaced = file.commit();

    expect(isReplaced).toBe(false);
    expect(readFileSync(at("lock.yaml"), "utf8")).toBe("old");
  });

  test("counts the other names of a file", async () => {
    writeFileSync(at("lock.yaml"), "old");
    linkSync(at("lock.yaml"), at("backup.yaml"));

    const file = await claimFile(at("lock.yaml"), process);
    file.release();

    expect(file.otherNames).toBe(1);
  });

  test.each([
    ["beside it", "real.yaml", "real.yaml"],
    ["in another folder", "other/real.yaml", "other/real.yaml"],
    ["by way of another link", "second.yaml", "other/real.yaml"],
  ])("writes through a link to what is not there yet, %s", async (_, link, real) => {
    mkdirSync(at("other"));
    symlinkSync("other/real.yaml", at("second.yaml"));
    symlinkSync(link, at("lock.yaml"));

    await replace("lock.yaml", "new");

    expect(readlinkSync(at("lock.yaml"))).toBe(link);
    expect(lstatSync(at(real)).isFile()).toBe(true);
    expect(readFileSync(at(real), "utf8")).toBe("new");
  });

  test.each([
    ["247 letters", `${"l".repeat(242)}.yaml`],
    ["fewer letters with many bytes", `${"é".repeat(120)}.yaml`],
  ])("replaces a file whose name has %s, whatever the names beside it need", async (_, name) => {
    await replace(name, "new");

    expect(readFileSync(at(name), "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual([name]);
  });

  test("claims each of two files with long names that are alike", async () => {
    const names = ["a", "b"].map((middle) => `${"l".repeat(100)}${middle}${"l".repeat(100)}.yaml`);

    const claimed = await Promise.all(names.map((name) => claimFile(at(name), process)));
    const claims = readdirSync(folder).length;
    for (const file of claimed) file.release();

    expect(claims).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("has one claim for all links to a file", async () => {
    mkdirSync(at("other"));
    writeFileSync(at("other/real.yaml"), "old");
    symlinkSync("other/real.yaml", at("lock.yaml"));

    const file = await claimFile(at("lock.yaml"), process);
    const names = readdirSync(at("other"));
    file.release();

    expect(names).toEqual([".real.yaml.lock", "real.yaml"]);
  });

  test.each([
    ["a missing folder", "no/such/lock.yaml", () => `there is no folder "${at("no/such")}"`],
    ["a folder that is a file", "file/lock.yaml", () => "ENOTDIR: not a directory"],
    ["a link to a missing folder", "link.yaml", () => `there is no folder "${at("no")}"`],
    ["links in a ring", "ring.yaml", () => "ELOOP: too many symbolic links encountered"],
    ["a folder", "folder", () => "it is not a file"],
    ["a pipe", "pipe", () => "it is not a file"],
    ["what can only be a folder", "new/", () => "a name that ends in a slash is that of a folder"],
  ])("refuses %s, and says no name that is another each time", async (_, name, reason) => {
    writeFileSync(at("file"), "");
    mkdirSync(at("folder"));
    symlinkSync("no/lock.yaml", at("link.yaml"));
    symlinkSync("ring.yaml", at("ring.yaml"));
    execFileSync("mkfifo", [at("pipe")]);
    const before = readdirSync(folder);

    const error = await claimFile(at(name), process).catch((error: unknown) => error);

    expect(replaceReason(error)).toBe(reason());
    expect(readdirSync(folder)).toEqual(before);
  });
});
