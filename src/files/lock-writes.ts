/** What a run over files writes into locks. */

import { lstatSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { FunctionConfigError } from "../config/config-sources.ts";
import { textWithoutDigest } from "../image/reference.ts";
import type { ManifestStream } from "../krm/input.ts";
import type { Result } from "../krm/result.ts";
import type { CoolDown } from "../lock/cool-down.ts";
import { filledLockText, updatedLockText } from "../lock/file-update.ts";
import { groupBy, type LockedImage } from "../lock/format/locked-image.ts";
import { lockFileName } from "../lock/format/new-lock.ts";
import type { Lock } from "../lock/locks.ts";
import type { DroppedEntries } from "../lock/prune.ts";
import { entryLookups, entryRecords, type LockAnswer, type LockRecord, recordsOf } from "../lock/record.ts";
import { listed } from "../lock/results.ts";
import { besideOf, type ChangedLockFile, lockChanges } from "../lock/write.ts";
import type { Resolver } from "../registry/resolve/resolver.ts";
import type { RunJudge } from "../run/judgement.ts";
import { settleEntries } from "../run/settle-images.ts";
import { scan } from "../yaml/scan.ts";
import { commonFolder, isBelow } from "./folder.ts";
import type { PlannedFile } from "./plan-file.ts";
import { allLocks, type RunLock } from "./run-locks.ts";
import { lockUses, type RunContext, wholeLocks } from "./run-results.ts";

/** A lock that is to have another text. */
export interface LockWrite {
  readonly place: string;
  /** As messages name it. */
  readonly path: string;
  /** The text that the run has read; empty where there was no file. */
  readonly before: string;
  readonly text: string;
  /** New files beside it, by their names. */
  readonly beside: ReadonlyMap<string, string>;
  /** Makes the same changes to another text; undefined where the two contradict each other. */
  readonly update: (text: string) => Promise<string | undefined>;
}

/** A run, as far as it writes locks. */
export interface LockRun extends RunContext {
  readonly judge: RunJudge | undefined;
  readonly coolDown: CoolDown | undefined;
  readonly resolver: Resolver;
  readonly prune: boolean;
  /** The working directory, absolute. */
  readonly folder: string;
}

/** What is written into locks, and what is told of that; nothing where an image fails the run. */
export async function lockWrites(
  files: readonly PlannedFile[],
  run: LockRun,
): Promise<{ readonly writes: readonly LockWrite[]; readonly results: readonly Result[] }> {
  const { config, judge, locks, resolver } = run;
  if (config.mode === "check" || config.mode === "unpin" || files.some(({ fails }) => fails))
    return { writes: [], results: [] };
  const pruning = run.prune ? await import("../lock/prune.ts") : undefined;
  const dropped: DroppedEntries = pruning === undefined ? new Map() : droppedEntries(files, run, pruning);
  const asked = files.flatMap((file) => file.asked);
  const lookups = entryLookups(allLocks(locks), asked, dropped, config);
  const entries = await settleEntries(lookups, resolver, run.coolDown);
  const unused = entryRecords(entries);
  const records = [...recordsOf(asked), ...unused.records];
  const written = locks.all().flatMap(({ lock, option }) => (option.update ? [lock] : []));
  const byLock = groupBy(judge?.records(records, { written, isFile: () => true }) ?? records, lockOf);
  const usedEntries = groupBy(
    files.flatMap(({ used }) => used),
    lockOf,
  );
  const writes: LockWrite[] = [];
  const results: Result[] = [...unused.warnings];
  for (const each of locks.all()) {
    const { lock, file, option } = each;
    const used = (usedEntries.get(lock) ?? []).map(({ entry }) => entry);
    const changes = lockChanges(byLock.get(lock) ?? [], used, { input: nothing, config, file, option });
    const own = new Map([...dropped].filter(([one]) => one === lock));
    const changed =
      pruning === undefined ? changes.file : await pruning.prunedFile(changes.file, own, option);
    results.push(...changes.results, ...(pruning?.droppedResults(own, config) ?? []));
    if (changed !== undefined) writes.push(lockWrite(each, changed));
  }
  const homeless = byLock.get(undefined) ?? [];
  if (homeless.length > 0 && config.lock === "create") {
    const { write, result } = newLock(homeless, run);
    writes.push(write);
    if (config.report !== "problems") results.push(result);
  }
  if (isCreateIdle(files, run, asked)) results.push(noLock);
  return { writes, results };
}

/** Whether a lock was to be made, and no registry was asked for anything that it could hold. */
function isCreateIdle(
  files: readonly PlannedFile[],
  { config, locks }: LockRun,
  asked: readonly LockAnswer[],
): boolean {
  if (config.lock !== "create" || config.report === "problems" || locks.all().length > 0 || asked.length > 0)
    return false;
  return files.some(({ images }) => images > 0);
}

const noLock: Result = {
  severity: "info",
  message:
    "no lock was made, since no image had to be looked up: `pin-digests update --lock-mode create PATH` looks up those that have a digest, too",
};

const nothing: ManifestStream = { kind: "stream", yaml: scan(""), items: [] };

/** Only of a lock all of whose files are in the run is it known what nothing uses. */
function droppedEntries(
  files: readonly PlannedFile[],
  run: LockRun,
  { entriesToDrop }: typeof import("../lock/prune.ts"),
): DroppedEntries {
  const whole = wholeLocks(run).map(({ lock }) => lock);
  const { uses, locks } = lockUses(files, whole);
  return entriesToDrop(uses, locks, run.config);
}

function lockWrite({ place, option }: RunLock, { text, beside, update }: ChangedLockFile): LockWrite {
  const path = option.name ?? place;
  return { place, path, before: option.text, text, beside, update: (now) => update(now) };
}

/** A lock for images that none counts for, in the folder that holds all that was named. */
function newLock(
  records: readonly LockRecord[],
  { folders, folder }: LockRun,
): { readonly write: LockWrite; readonly result: Result } {
  const home = commonFolder(folders) ?? folder;
  if (!isBelow(home, folder) && !folders.includes(home))
    throw new FunctionConfigError(
      "`lock: create` needs one folder that holds all that is named: name that folder",
    );
  const place = join(home, lockFileName);
  // What leads nowhere yet may lead anywhere.
  if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true)
    throw new FunctionConfigError(
      `\`lock: create\` makes ${JSON.stringify(relative(folder, place))}, but that is a link: name the lock with \`--lock FILE\``,
    );
  const path = relative(folder, place).replaceAll(sep, "/");
  const images: readonly LockedImage[] = records.map(({ image }) => image);
  const names = [...new Set(images.map(({ reference }) => textWithoutDigest(reference)))];
  const write = {
    place,
    path,
    before: "",
    text: filledLockText("", images),
    beside: besideOf(records),
    update: (now: string) => updatedLockText(now, { records, used: [] }, path),
  };
  const message = `made the lock with ${listed(names)}`;
  return { write, result: { severity: "info", message, file: { path }, position: { line: 1, column: 1 } } };
}

function lockOf({ lock }: { readonly lock?: Lock | undefined }): Lock | undefined {
  return lock;
}
