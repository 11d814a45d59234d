import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isRemote, remoteMounts } from "../../src/fs/remote.ts";

describe("remoteMounts", () => {
  test("names those that are on other machines, or made by programs", () => {
    const mounts = [
      "22 27 0:21 / /proc rw,relatime - proc proc rw",
      "28 27 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
      "40 28 0:45 / /home rw,relatime shared:20 - nfs4 server:/home rw,vers=4.2",
      "41 28 0:46 / /mnt/my\\040share rw - cifs //server/share rw",
      "42 28 0:47 / /mnt/s3 rw,nosuid master:7 propagate_from:2 - fuse.s3fs s3fs rw",
      "43 28 0:48 / /sys/fs/fuse/connections rw - fusectl fusectl rw",
      "44 28 0:49 / /run/lock rw - tmpfs tmpfs rw",
    ];

    expect(remoteMounts(`${mounts.join("\n")}\n`)).toEqual(["/home", "/mnt/my share", "/mnt/s3"]);
  });

  test("leaves the root out, without which nothing runs", () => {
    expect(remoteMounts("28 27 0:30 / / rw,relatime - virtiofs kataShared rw\n")).toEqual([]);
  });
});

describe("isRemote", () => {
  function makeFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "remote-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  }

  test.each([
    ["/home", true],
    ["/home/me/.docker/config.json", true],
    ["/home/../home/me", true],
    ["/homeless/config.json", false],
    ["/etc/ssl/ca.pem", false],
    ["/", false],
  ])("%s: %s", (path, remote) => {
    expect(isRemote(path, ["/home"])).toBe(remote);
  });

  test("follows links on the way", () => {
    const folder = makeFolder();
    mkdirSync(join(folder, "here"));
    symlinkSync("/nonexistent/far", join(folder, "there"));
    symlinkSync(join("..", "there"), join(folder, "here", "link"));

    expect(isRemote(join(folder, "here", "link", "ca.pem"), ["/nonexistent/far"])).toBe(true);
    expect(isRemote(join(folder, "here", "ca.pem"), ["/nonexistent/far"])).toBe(false);
  });

  test("goes round no circle of links", () => {
    const folder = makeFolder();
    symlinkSync("one", join(folder, "other"));
    symlinkSync("other", join(folder, "one"));

    expect(isRemote(join(folder, "one", "ca.pem"), ["/nonexistent/far"])).toBe(false);
  });
});
