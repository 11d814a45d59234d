/** The locks of a run: those among the items, and the one of a file. */

import type { Config } from "../config/config.ts";
import { FunctionConfigError } from "../config/config-sources.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Input } from "../krm/input.ts";
import type { Resource } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import { startOf } from "../yaml/node.ts";
import { placeFinder } from "../yaml/place.ts";
import { evidenceFinder, evidenceReader } from "./evidence-place.ts";
import { type ImageLock, readImageLock } from "./format/image-lock.ts";
import { type LockFile, readLockFile } from "./format/lock-file.ts";
import type { LockProblem } from "./format/lock-problem.ts";
import { type LockedImage, type LockedImages, lockedImages } from "./format/locked-image.ts";
import type { LockFileOption } from "./lock-file-option.ts";
import { folderOf, locksByFolder, nearestLock } from "./nearest-lock.ts";
import { type FoundLock, findLocks } from "./whose-lock.ts";

/** A lock of this run. */
export interface Lock {
  readonly source: "item" | "file";
  /** How messages name it: `the lock "image-lock.yaml"`. */
  readonly label: string;
  /** Where additions are written; absent for an empty file, and for the lock of another tool. */
  readonly lock?: ImageLock | undefined;
  readonly entries: readonly LockedImage[];
  readonly images: LockedImages;
  readonly resource: Pick<Resource, "annotations" | "file"> & Partial<Resource>;
  /** The text of evidence that lies beside it, by its hash. */
  readonly textBeside: (sha256: string) => string | undefined;
}

/** All locks of a run, and what is wrong with them: then nothing may be done. */
export interface Locks {
  readonly all: readonly Lock[];
  readonly faults: readonly Result[];
  /** What is told of locks that do not count. */
  readonly warnings: readonly Result[];
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
  const { text, update, name } = option;
  const file = await readLockFile(text, name);
  if (!update) return file;
  if (file.kind === "ImagesLock") {
    throw new FunctionConfigError(
      `${labelOf(name)} is an ImagesLock, which is only read: \`--update-lock\` needs an ImageLock`,
    );
  }
  const { mode, lock } = config;
  if (mode === "check" || mode === "unpin" || lock === "frozen") {
    const what = lock === "frozen" ? "lock: frozen" : `mode: ${mode}`;
    throw new FunctionConfigError(
      `\`--update-lock\` writes ${labelOf(name)}, and \`${what}\` changes no lock: use one of them`,
    );
  }
  return file;
}

/**
 * Reads the locks that count: none where the configuration turns them off.
 *
 * @throws {FunctionConfigError} where a file and the configuration contradict each other.
 */
export function readLocks(
  input: Input,
  config: Config,
  file: LockFile | undefined,
  option?: LockFileOption,
): Locks {
  const name = option?.name;
  if (config.lock === "off") {
    if (file === undefined) return { all: [], faults: [], warnings: [], nearest: () => undefined };
    throw new FunctionConfigError(
      `\`--lock\` names ${labelOf(name)}, and \`lock: off\` ignores all: use one of them`,
    );
  }
  const found = findLocks(input);
  const read = readItems(input, found);
  const all = [...read.locks, ...(file === undefined ? [] : [lockOfFile(file, option)])];
  const { byFolder, extra } = locksByFolder(all);
  const second = extra.find(({ lock }) => lock.source === "file");
  if (second !== undefined) {
    throw new FunctionConfigError(
      `there are two locks for the root, ${second.first.label} of the input and ${second.lock.label} of \`--lock\`: use one of them`,
    );
  }
  const folders = new Map<string, Lock | undefined>();
  // The fields of a resource come one after the other.
  let last: { readonly resource: Resource; readonly lock: Lock | undefined } | undefined;
  return {
    all,
    faults: [...read.faults, ...extra.map(({ lock, first }) => secondLock(lock, first))],
    warnings: objections(input, found, file !== undefined),
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

function readItems({ yaml, items }: Input, found: readonly FoundLock[]): ReadLocks {
  const locks: Lock[] = [];
  const faults: Result[] = [];
  const placeOf = placeFinder(yaml.source);
  const textBeside = evidenceFinder(yaml, items);
  for (const { resource, objection } of found) {
    if (objection !== undefined) continue;
    const { lock, problems } = readImageLock(yaml, resource.node);
    const { entries } = lock;
    const label = labelOf(resource.file?.path ?? resource.name);
    const images = lockedImages(entries);
    locks.push({ source: "item", label, lock, resource, entries, images, textBeside });
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

function labelOf(name: string | undefined): string {
  return name === undefined ? "the lock" : `the lock ${JSON.stringify(name)}`;
}

/** In a list each lock is told where it stands; for a stream, which has no places for results, one line tells all. */
function objections({ kind, yaml }: Input, found: readonly FoundLock[], hasFile: boolean): readonly Result[] {
  const ignored = found.filter(({ objection }) => objection !== undefined);
  if (ignored.length === 0) return [];
  if (kind === "ResourceList")
    return ignored.map(({ resource, objection }) => {
      const message = `does not count as a lock, since ${objection}; if it is yours, pass its file with \`--lock FILE\``;
      return resultAt({ resource, path: "images" }, { severity: "warning", message });
    });
  const placeOf = placeFinder(yaml.source);
  const names = ignored.slice(0, namesMax).map(({ resource: { name = "ImageLock", node } }) => {
    const { line } = placeOf(startOf(yaml, node) ?? 0);
    return `${JSON.stringify(name)} (line ${line})`;
  });
  const more = ignored.length > namesMax ? ` and ${ignored.length - namesMax} more` : "";
  const [locks, verb] =
    ignored.length === 1 ? ["1 ImageLock", "does"] : [`${ignored.length} ImageLocks`, "do"];
  const advice = hasFile
    ? "anybody can put one there, so that of `--lock` alone counts"
    : "anybody can put one there, so give the file of yours with `--lock FILE`";
  const message = `${locks} in the stream ${verb} not count: ${names.join(", ")}${more}; ${advice}`;
  return [{ message, severity: "warning" }];
}

const namesMax = 10;

function lockOfFile(file: LockFile, option: LockFileOption | undefined): Lock {
  const name = option?.name;
  const lock = file.kind === "ImageLock" ? file.lock : undefined;
  return {
    source: "file",
    label: labelOf(name),
    lock,
    // Without a file of its own it counts for the root.
    resource: { kind: file.kind, ...lock?.resource, annotations: new Map() },
    entries: file.images,
    images: lockedImages(file.images),
    textBeside: evidenceReader(option),
  };
}

function secondLock(lock: Lock, first: Lock): Result {
  const other = first.resource.file?.path ?? first.resource.name ?? "one without a name";
  const isOfBase = lock.resource.file === undefined;
  const advice = isOfBase ? "delete that of a base by a patch, or put them together" : "put them together";
  const message = `a folder must have one ImageLock, but ${JSON.stringify(other)} is another: ${advice}`;
  return resultAt({ resource: lock.resource, path: "images" }, { severity: "error", message });
}
