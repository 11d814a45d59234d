/**
 * The right to replace a file, which one process has at a time.
 *
 * A claim is a symbolic link beside the file, `.NAME.lock` (with a short name for a long one), whose target is the mark of
 * the process that holds it. Making a link writes its text in one step and fails where there is one, on local file systems
 * and on NFS alike, and a process that is killed leaves behind who it was. Whoever comes next removes the claim of a dead
 * process. Of two that find the same dead one only one may do so, since the other would remove the first one's new claim: to
 * remove a claim takes a claim on it.
 */
import { lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { lifeOf, type OwnProcess, processMark } from "./process-mark.ts";
import { isSystemError } from "./system-error.ts";

/** A claim that is held. */
export interface Claim {
  /** A name beside the file for what is to take its place; removed with the claim, by whoever removes that. */
  readonly draft: string;
  /** False where somebody took the holder for dead: one that stood still, and that nobody could look up. */
  isHeld(): boolean;
  release(): void;
}

/** A claim that can't be had: somebody holds it and does not go on, or what stands in its place is none. */
export class ClaimError extends Error {
  override readonly name = "ClaimError";
}

/**
 * Waits until this process has the claim on a file. Rejects with the system's error where the folder can't be written.
 *
 * @throws {ClaimError}
 */
export async function claim(file: string, own: OwnProcess): Promise<Claim> {
  const path = claimPath(file);
  const mark = processMark(own);
  // Of one that has died after what it removed was gone, nobody else learns.
  clearDeadClaims(file, own);
  for (let holder = "", since = 0; !take(path, mark, own); await pause()) {
    const now = markAt(path) ?? "";
    // As long as the claim goes from one to the next, nobody gives up.
    if (now !== holder) [holder, since] = [now, performance.now()];
    else if (performance.now() - since > patience) throw new ClaimError(standstill(path, holder));
  }
  return {
    draft: draftPath(path, mark),
    isHeld: () => markAt(path) === mark,
    release() {
      rmSync(draftPath(path, mark), { force: true });
      if (markAt(path) === mark) rmSync(path, { force: true });
    },
  };
}

/** Removes what processes that are certainly dead left beside a file. */
export function clearDeadClaims(file: string, own: OwnProcess): void {
  for (let path = claimPath(file), depth = 0; depth < claimDepth; path = claimPath(path), depth++) {
    const mark = markAt(path);
    if (mark !== undefined && isDead(path, mark, own)) removeDead(path, mark, own);
  }
}

// Milliseconds between two looks at a claim that somebody else holds, which mostly takes fewer.
const pauseMin = 10;

// Milliseconds: a claim is held while one file is written, so by then its holder was stopped.
const patience = 120_000;

// Milliseconds after which a process that nobody can look up counts as dead.
const unknownMax = 30_000;

// Claims on claims on claims: each further one takes a process that died while it removed the one before.
const claimDepth = 4;

function claimPath(file: string): string {
  const name = shortened(basename(file));
  return join(dirname(file), `${name.startsWith(".") ? "" : "."}${name}.lock`);
}

/** A long name would leave no room for what is put behind it: the names of most file systems have 255 bytes. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= nameMax) return name;
  // Not by node:crypto, whose loading takes longer than all the rest of this.
  let hash = 0;
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) >>> 0;
  return `long-name-${hash.toString(16)}`;
}

// The longest name of a draft has five times ".lock", and a mark of 130 bytes.
const nameMax = 90;

/** A mark that {@link lifeOf} knows has no character that leads elsewhere. */
function draftPath(path: string, mark: string): string {
  return `${path}.${mark.replaceAll(":", "-")}`;
}

/** Not all at the same moment, or they would be in each other's way again. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, pauseMin + Math.random() * pauseMin);
  });
}

/** False where somebody has it who may be alive. */
function take(path: string, mark: string, own: OwnProcess): boolean {
  while (!place(path, mark)) {
    const holder = markAt(path);
    if (holder === undefined) continue;
    if (!isDead(path, holder, own) || !removeDead(path, holder, own)) return false;
  }
  return true;
}

/** False where somebody else removes it, or has it by now. */
function removeDead(path: string, holder: string, own: OwnProcess): boolean {
  const guard = claimPath(path);
  if (!take(guard, processMark(own), own)) return false;
  try {
    if (markAt(path) !== holder) return false;
    // In this order: once the claim is gone nobody looks for the draft.
    rmSync(draftPath(path, holder), { force: true });
    rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(guard, { force: true });
  }
}

function isDead(path: string, mark: string, own: OwnProcess): boolean {
  // A claim without a text is about to be written, on a file system without links.
  const life = mark === "" ? "unknown" : lifeOf(mark, own);
  if (life === "foreign") throw new ClaimError(`${JSON.stringify(path)} is in the way: remove it`);
  return life === "dead" || (life === "unknown" && ageOf(path) > unknownMax);
}

function ageOf(path: string): number {
  const now = Date.now();
  return now - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
}

/** False where there is something already. */
function place(path: string, mark: string): boolean {
  try {
    symlinkSync(mark, path);
    return true;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    if (!isSystemError(error, "EPERM", "ENOTSUP", "ENOSYS")) throw error;
  }
  // On a file system without links.
  try {
    writeFileSync(path, mark, { flag: "wx" });
    return true;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    throw error;
  }
}

/** The mark of who holds a claim; undefined where nobody does. */
function markAt(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  try {
    if (stats.isSymbolicLink()) return readlinkSync(path);
    return stats.isFile() && stats.size < markLengthMax ? readFileSync(path, "utf8") : "?";
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}

const markLengthMax = 1000;

function standstill(path: string, holder: string): string {
  const [, , , pid = "?"] = holder.split(":");
  return `process ${pid} has claimed it and does not go on: end it, or remove ${JSON.stringify(path)} where it is gone`;
}
