/**
 * Files of other machines and of programs: NFS, SMB, FUSE. One that hangs keeps its reader for ever, which no signal ends
 * and for which Node waits at its end. A process that does nothing else can be left behind, so it goes first.
 */
import type { ChildProcess, spawn } from "node:child_process";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";

/**
 * Waits until what lies at a path has answered to another process; not at all where it lies on this machine. Rejects with an
 * error as the system's own where that takes more than so many milliseconds.
 */
export async function untilAnswered(path: string, patience: number = PATIENCE): Promise<void> {
  if (!isRemote(path, mountedRemotely())) return;
  // It loads what knows of sockets, and few have such a file.
  const { spawn } = await import("node:child_process");
  scout ??= startScout(spawn);
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(path)), Math.min(patience, PATIENCE));
  });
  try {
    await Promise.race([scout.visit(resolve(path)), silence]);
  } finally {
    clearTimeout(timer);
  }
}

// A machine that is asleep, or a mount that is made when it is used, takes less.
const PATIENCE = 60_000;

function timedOut(path: string): Error {
  const message = `ETIMEDOUT: ${JSON.stringify(path)} lies on another machine, or a program makes it, and none has answered`;
  return Object.assign(new Error(message), { code: "ETIMEDOUT" });
}

/** Tells whether a path leads to one of these mounts, without asking any of them. */
export function isRemote(path: string, mounts: readonly string[]): boolean {
  if (mounts.length === 0) return false;
  let rest = resolve(path).split(sep).filter(Boolean);
  let at: string = sep;
  for (let links = 0; rest.length > 0; ) {
    const [name = "", ...further] = rest;
    at = resolve(at, name);
    rest = further;
    if (mounts.includes(at)) return true;
    const link = linkAt(at);
    if (link === undefined) continue;
    links += 1;
    if (links > LINKS_MAX) return false;
    rest = [...resolve(dirname(at), link).split(sep).filter(Boolean), ...rest];
    at = sep;
  }
  return false;
}

/** The mounts of a list of them in the form of Linux that are on other machines, or made by programs. */
export function remoteMounts(mountinfo: string): readonly string[] {
  return mountinfo.split("\n").flatMap((line) => {
    const { place, type = "" } = MOUNT.exec(line)?.groups ?? {};
    // Where that of the root hangs, nothing runs.
    if (place === undefined || place === "/" || !REMOTE.test(type)) return [];
    return [
      place.replace(/\\(?<code>[0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
    ];
  });
}

// 36 35 98:0 /root /place rw,noatime master:1 - ext3 /dev/root rw,errors=continue
// https://www.kernel.org/doc/html/latest/filesystems/proc.html#proc-pid-mountinfo-information-about-mounts
const MOUNT = /^\d+ \d+ \S+ \S+ (?<place>\S+) .*? - (?<type>\S+) /;

const REMOTE =
  /^(?:nfs4?|cifs|smb3|smbfs|ncpfs|9p|virtiofs|ceph|glusterfs|lustre|afs|coda|beegfs|gpfs|orangefs|autofs|fuse(?:blk|\..+)?)$/;

const LINKS_MAX = 40;

function mountedRemotely(): readonly string[] {
  try {
    return remoteMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    // Not Linux: nobody says what hangs.
    return [];
  }
}

function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    // What is not there leads nowhere.
    return undefined;
  }
}

/** Looks at what may hang. */
interface Scout {
  /** Resolves when it has come back, or is no more. */
  visit(path: string): Promise<void>;
}

/** The one that is at work; there is none while nobody waits for it. */
let scout: Scout | undefined;

function startScout(start: typeof spawn): Scout {
  const waiting = new Map<number, () => void>();
  let visits = 0;
  const child = spawnScout(start);
  const release = () => {
    scout = undefined;
    for (const back of waiting.values()) back();
    waiting.clear();
  };
  child.on("error", release).on("exit", release);
  child.stdin?.on("error", release);
  child.stdout?.setEncoding("utf8").on("data", (lines: string) => {
    for (const line of lines.split("\n")) {
      waiting.get(Number(line))?.();
      waiting.delete(Number(line));
    }
    if (waiting.size > 0) return;
    scout = undefined;
    child.stdin?.end();
  });
  return {
    visit: (path) =>
      new Promise((back) => {
        visits += 1;
        waiting.set(visits, back);
        child.stdin?.write(`${JSON.stringify([visits, path])}\n`);
      }),
  };
}

function spawnScout(start: typeof spawn): ChildProcess {
  return start("/proc/self/exe", ["-e", SCOUT], {
    cwd: "/",
    // One that hangs must not keep the others.
    env: { UV_THREADPOOL_SIZE: "64" },
    stdio: ["pipe", "pipe", "ignore"],
  });
}

// What is read twice is read from memory the second time, so that the reader does not hang any more. It is killed at the end
// of its input, which is also that of this process, since it would wait for its own threads.
const SCOUT = `
const fs = require("node:fs");
const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("close", () => process.kill(process.pid, "SIGKILL"));
lines.on("line", (line) => {
  const [visit, path] = JSON.parse(line);
  const back = () => process.stdout.write(visit + "\\n");
  fs.stat(path, (error, stats) => {
    if (error) back();
    else if (stats.isDirectory()) fs.readdir(path, back);
    else if (!stats.isFile()) back();
    else fs.open(path, (error, file) => {
      if (error) back();
      else fs.read(file, Buffer.alloc(1), 0, 1, 0, () => fs.close(file, back));
    });
  });
});`;
