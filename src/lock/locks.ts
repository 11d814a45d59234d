/** The locks of a run: those among the items, and the one of a file. */

import type { Config } from "../config/config.ts";
import { FunctionConfigError } from "../config/config-sources.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Input } from "../krm/input.ts";
import { type Resource, readResource } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import { placeFinder } from "../yaml/line.ts";
import { childOf, scalarText, startOf } from "../yaml/node.ts";
import { type ImageLock, isImageLock, readImageLock } from "./format/image-lock.ts";
import { type LockFile, readLockFile } from "./format/lock-file.ts";
import type { LockProblem } from "./format/lock-problem.ts";
import { type LockedImage, type LockedImages, lockedImages } from "./format/locked-image.ts";
import type { LockFileOption } from "./lock-file-option.ts";
import { folderOf, locksByFolder, nearestLock } from "./nearest-lock.ts";

/** A lock of this run. */
export interface Lock {
  readonly source: "item" | "file";
  /** Where additions are written; absent for an empty file, and for the lock of another tool. */
  readonly lock?: ImageLock;
  readonly entries: readonly LockedImage[];
  readonly images: LockedImages;
  readonly resource: Pick<Resource, "annotations" | "file"> & Partial<Resource>;
}

/** All locks of a run, and what is wrong with them: then nothing may be done. */
export interface Locks {
  readonly all: readonly Lock[];
  readonly faults: readonly Result[];
  /** The lock that counts for a resource. */
  nearest(resource: Resource): Lock | undefined;
}

/**
 * Reads the lock that is in a file of its own.
 *
 * @throws {LockFileError} where it is none.
 * @throws {FunctionConfigError} where it is to be written, and must not be.
 */
export async function readLockOption(
  option: LockFileOption | undefined,
  config: Config,
): Promise<LockFile | undefined> {
  if (option === undefined) return undefined;
  const file = await readLockFile(option.text);
  if (!option.update) return file;
  if (file.kind === "ImagesLock") {
    const message = "an ImagesLock is only read: `--update-lock` needs an ImageLock";
    throw new FunctionConfigError(message);
  }
  const { mode, lock } = config;
  if (mode === "check" || mode === "unpin" || lock === "frozen") {
    const what = lock === "frozen" ? "lock: frozen" : `mode: ${mode}`;
    throw new FunctionConfigError(
      `\`--update-lock\` and \`${what}\`, which changes no lock, contradict each other`,
    );
  }
  return file;
}

/**
 * Reads the locks that count: none where the configuration turns them off.
 *
 * @throws {FunctionConfigError} where a file and the configuration contradict each other.
 */
export function readLocks(input: Input, config: Config, file: LockFile | undefined): Locks {
  if (config.lock === "off") {
    if (file === undefined) return { all: [], faults: [], nearest: () => undefined };
    throw new FunctionConfigError("`--lock` and `lock: off` contradict each other: use one of them");
  }
  const read = lockItems(input);
  const all = [...read.locks, ...(file === undefined ? [] : [lockOfFile(file)])];
  const { byFolder, extra } = locksByFolder(all);
  if (extra.some(({ lock }) => lock.source === "file")) {
    const message =
      "there are two locks for the root, `--lock` and an ImageLock of the input: use one of them";
    throw new FunctionConfigError(message);
  }
  const folders = new Map<string, Lock | undefined>();
  // The fields of a resource come one after the other.
  let last: { readonly resource: Resource; readonly lock: Lock | undefined } | undefined;
  return {
    all,
    faults: [...read.faults, ...extra.map(({ lock, first }) => secondLock(lock, first))],
    nearest(resource) {
      if (all.length === 0) return undefined;
      if (last?.resource === resource) return last.lock;
      const folder = folderOf(resource);
      if (!folders.has(folder)) folders.set(folder, nearestLock(resource, byFolder));
      last = { resource, lock: folders.get(folder) };
      return last.lock;
    },
  };
}

interface ReadLocks {
  readonly locks: readonly Lock[];
  readonly faults: readonly Result[];
}

function lockItems({ yaml, items }: Input): ReadLocks {
  const locks: Lock[] = [];
  const faults: Result[] = [];
  const placeOf = placeFinder(yaml.text);
  for (const item of items) {
    // The kind alone, since most items are none.
    if (!isImageLock({ kind: scalarText(yaml, childOf(yaml, item, "kind")) ?? "" })) continue;
    const resource = readResource(yaml, item);
    const { lock, problems } = readImageLock(yaml, item);
    const { entries } = lock;
    locks.push({ source: "item", lock, resource, entries, images: lockedImages(entries) });
    for (const problem of problems) {
      const { line, column } = placeOf(startOf(yaml, problem.node) ?? 0);
      faults.push(faultOf(lock, problem, `line ${line}, column ${column}`));
    }
  }
  return { locks, faults };
}

function faultOf({ resource }: ImageLock, { path, message }: LockProblem, place: string): Result {
  const told = resource.file === undefined ? `${place}: ${message}` : message;
  return resultAt({ resource, path }, { severity: "error", message: told });
}

function lockOfFile(file: LockFile): Lock {
  const lock = file.kind === "ImageLock" ? file.lock : undefined;
  return {
    source: "file",
    ...(lock !== undefined && { lock }),
    // Without a file of its own it counts for the root.
    resource: { ...lock?.resource, annotations: new Map() },
    entries: file.images,
    images: lockedImages(file.images),
  };
}

function secondLock(lock: Lock, first: Lock): Result {
  const other = first.resource.file?.path ?? first.resource.name ?? "one without a name";
  const message = `a folder must have one ImageLock, but ${JSON.stringify(other)} is another: put them together`;
  return resultAt({ resource: lock.resource, path: "images" }, { severity: "error", message });
}
