/** Which lock counts for a resource, by the folders that they come from. */
import { posix } from "node:path";
import { packageAnnotation } from "../krm/place-annotations.ts";
import type { Resource } from "../krm/resource.ts";

/**
 * The lock in the folder of a resource, or in the nearest folder above it. A lock that does not say where it comes from
 * counts for all that have no nearer one; a resource that doesn't say counts as one of the root.
 */
export function nearestLock<Lock>(
  resource: Pick<Resource, "annotations" | "file">,
  locks: ReadonlyMap<string, Lock>,
): Lock | undefined {
  for (let folder = folderOf(resource); ; folder = posix.dirname(folder)) {
    const lock = locks.get(folder);
    if (lock !== undefined) return lock;
    if (folder === "." || folder === "/") break;
  }
  return locks.get(".");
}

/** Locks by folder, and those that are one too many in theirs. */
export interface LocksByFolder<Lock> {
  readonly byFolder: ReadonlyMap<string, Lock>;
  readonly extra: readonly { readonly lock: Lock; readonly first: Lock }[];
}

/** Sorts locks by the folder that they count for. */
export function locksByFolder<Lock extends { readonly resource: Pick<Resource, "annotations" | "file"> }>(
  locks: readonly Lock[],
): LocksByFolder<Lock> {
  const byFolder = new Map<string, Lock>();
  const extra: { lock: Lock; first: Lock }[] = [];
  for (const lock of locks) {
    const folder = folderOf(lock.resource);
    const first = byFolder.get(folder);
    if (first === undefined) byFolder.set(folder, lock);
    else extra.push({ lock, first });
  }
  return { byFolder, extra };
}

/**
 * The folder of a resource: relative to the package, or whole where kpt says where the package is, as it does in a
 * render, whose paths begin at each sub-package anew. "." for the root, and where nothing is said.
 */
export function folderOf({ annotations, file }: Pick<Resource, "annotations" | "file">): string {
  const packagePath = annotations.get(packageAnnotation) ?? "";
  const path = file === undefined ? "." : directoryOf(file.path);
  // Longer, it is the path of no folder.
  if (packagePath === "" || packagePath.length > PATH_MAX) return withoutEnd(path);
  return withoutEnd(posix.join(packagePath.replaceAll("\\", "/"), path));
}

const PATH_MAX = 4096;

function directoryOf(path: string): string {
  if (!PLAIN_PATH.test(path)) return posix.dirname(posix.normalize(path));
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}

// What `normalize`, which goes through it letter by letter, leaves as it is; nearly every resource has such a path.
const PLAIN_PATH = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
