/** The locks of a run over files: the nearest `image-lock.yaml` above each file, and the one that `--lock` names. */
import { isUtf8 } from "node:buffer";
import { realpathSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { besideReader } from "../fs/beside.ts";
import { UnfitFileError } from "../fs/read.ts";
import { isSystemError } from "../fs/system-error.ts";
import type { Located } from "../krm/resource.ts";
import type { Position, Result } from "../krm/result.ts";
import { evidenceReader } from "../lock/evidence-place.ts";
import type { ImageLock } from "../lock/format/image-lock.ts";
import { type LockFile, readLockFile } from "../lock/format/lock-file.ts";
import { LockFileError } from "../lock/format/lock-file-error.ts";
import { lockedImages } from "../lock/format/locked-image.ts";
import { lockFileName } from "../lock/format/new-lock.ts";
import type { LockFileOption } from "../lock/lock-file-option.ts";
import type { Lock, Locks } from "../lock/locks.ts";
import { entriesOf, startOf } from "../yaml/node.ts";
import { placeFinder } from "../yaml/place.ts";
import { fileFault } from "./file-error.ts";
import { readFile } from "./file-text.ts";
import { isBelow } from "./folder.ts";

/** A lock of a run. */
export interface RunLock {
  readonly lock: Lock;
  readonly file: LockFile;
  /** Its text, and whether it may be written. */
  readonly option: LockFileOption;
  /** Where it is written. */
  readonly place: string;
  /** The folder that it counts for, absolute. */
  readonly folder: string;
}

/** The locks of a run. */
export interface RunLocks {
  /** The lock that counts for what is in a folder, absolute. */
  nearest(folder: string): Promise<RunLock | undefined>;
  /** Those that counted for something so far. */
  all(): readonly RunLock[];
  /** What is wrong with them: then nothing may be done. */
  faults(): readonly Result[];
}

/** Where locks are. */
export interface LockPlaces {
  /** The working directory, absolute. */
  readonly folder: string;
  /** The folders that the run is about, absolute: no lock above the working directory counts for what is outside of it. */
  readonly roots: readonly string[];
  /** The lock that `--lock` names, and where it is. */
  readonly named:
    | { readonly option: LockFileOption; readonly file: LockFile; readonly place: string }
    | undefined;
}

/** Finds locks as they are asked for; none where locks are `off`. */
export function createRunLocks({ folder: cwd, roots, named }: LockPlaces, isOff: boolean): RunLocks {
  const faults: Result[] = [];
  const known = new Map<string, Promise<RunLock | undefined>>();
  const found: RunLock[] = [];
  const root: RunLock | undefined = named && {
    ...named,
    lock: lockOf(named.file, named.option),
    folder: cwd,
  };
  if (root !== undefined) found.push(root);
  const namedPlace = named && realPlace(named.place);

  function nearest(folder: string): Promise<RunLock | undefined> {
    const lock = known.get(folder) ?? find(folder);
    known.set(folder, lock);
    return lock;
  }

  async function find(folder: string): Promise<RunLock | undefined> {
    const place = join(folder, lockFileName);
    if (statSync(place, { throwIfNoEntry: false })?.isFile() === true) {
      const real = realPlace(place);
      if (real === namedPlace) return root;
      // A repository that somebody else wrote must not say where its lock is written.
      if (![cwd, ...roots].some((each) => isBelow(real, realPlace(each)))) {
        tellOf(
          place,
          "is a link that leads out of the folder: name the lock with `--lock FILE` if it is yours",
        );
        return undefined;
      }
      const lock = await read(folder, place);
      if (lock !== undefined) found.push(lock);
      return lock;
    }
    return isWithin(folder) ? nearest(dirname(folder)) : root;
  }

  /** Whether the folder above has a say: nothing above the working directory has, nor above what was named elsewhere. */
  function isWithin(folder: string): boolean {
    const within = isBelow(folder, cwd) ? [cwd] : roots;
    return within.some((each) => isBelow(folder, each) && folder !== each);
  }

  function tellOf(place: string, message: string, position = start): void {
    faults.push({ severity: "error", message, file: { path: shown(place) }, position });
  }

  function shown(place: string): string {
    return relative(cwd, place).replaceAll(sep, "/");
  }

  async function read(folder: string, place: string): Promise<RunLock | undefined> {
    const path = shown(place);
    try {
      const { bytes } = readFile(place);
      if (!isUtf8(bytes)) throw new UnfitFileError(path, "is not UTF-8");
      const text = bytes.toString("utf8");
      const file = await readLockFile(text, path);
      const option = { text, update: true, name: path, readBeside: besideReader(place) };
      return { lock: lockOf(file, option), file, option, place, folder };
    } catch (error) {
      if (error instanceof LockFileError) {
        for (const { message, position } of error.faults) tellOf(place, message, position);
        return undefined;
      }
      const fault = fileFault(error);
      if (fault === undefined) throw error;
      tellOf(place, fault);
      return undefined;
    }
  }

  return {
    nearest: isOff ? async () => undefined : nearest,
    all: () => found,
    faults: () => faults,
  };
}

/** The locks that counted so far, whatever they counted for. */
export function allLocks(locks: RunLocks): Locks {
  return { all: locks.all().map(({ lock }) => lock), faults: [], warnings: [], nearest: () => undefined };
}

const start: Position = { line: 1, column: 1 };

function lockOf(file: LockFile, option: LockFileOption): Lock {
  const { name: path } = option;
  const lock = file.kind === "ImageLock" ? file.lock : undefined;
  return {
    source: "file",
    label: path === undefined ? "the lock" : `the lock ${JSON.stringify(path)}`,
    lock,
    resource: {
      kind: file.kind,
      ...lock?.resource,
      annotations: new Map(),
      ...(path !== undefined && { file: { path }, positionOf: positionIn(lock, option.text) }),
    },
    entries: file.images,
    images: lockedImages(file.images),
    textBeside: evidenceReader(option),
  };
}

/** Where an entry stands, or the map of them all. */
function positionIn(lock: ImageLock | undefined, text: string): (place: Located) => Position {
  const place = placeFinder(text);
  return ({ at }) => place(at ?? (lock && startOfImages(lock)) ?? 0);
}

function startOfImages({ yaml, resource, images }: ImageLock): number | undefined {
  const key = entriesOf(yaml, resource.node).find(({ value }) => value === images)?.key;
  return startOf(yaml, key ?? resource.node);
}

function realPlace(place: string): string {
  try {
    return realpathSync(place);
  } catch (error) {
    if (isSystemError(error)) return place;
    throw error;
  }
}
