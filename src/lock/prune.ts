/** `--prune`: locks without the entries that nothing uses. */
import type { Config } from "../config/config.ts";
import { FunctionConfigError } from "../config/config-sources.ts";
import { imageFilter } from "../image/image-glob.ts";
import { canonicalName } from "../image/reference.ts";
import { type Input, readInput } from "../krm/input.ts";
import type { Result } from "../krm/result.ts";
import { applyEdits } from "../yaml/text-edit.ts";
import { removalEdits } from "./format/entry-removal.ts";
import { type ImageLock, readImageLock } from "./format/image-lock.ts";
import { readLockFile } from "./format/lock-file.ts";
import type { LockedImage } from "./format/locked-image.ts";
import type { LockFileOption } from "./lock-file-option.ts";
import type { Lock, Locks } from "./locks.ts";
import { isReadOnly, listedUpTo, lockResult } from "./results.ts";
import { type UsedImage, unusedEntries } from "./unused-entries.ts";
import type { ChangedLockFile } from "./write.ts";

/** The entries that are dropped, by their lock. */
export type DroppedEntries = ReadonlyMap<Lock, readonly LockedImage[]>;

/**
 * Refuses to prune where nothing could be dropped, as where no lock may be written.
 *
 * @throws {FunctionConfigError}
 */
export function requirePrunable({ mode, lock }: Pick<Config, "mode" | "lock">, mayWrite: boolean): void {
  if (mode !== "update")
    throw new FunctionConfigError(`\`--prune\` goes with \`mode: update\`, but the mode is \`${mode}\``);
  if (lock === "off")
    throw new FunctionConfigError(
      "`--prune` drops entries of locks, which `lock: off` ignores: use one of them",
    );
  if (!mayWrite)
    throw new FunctionConfigError(
      "`--prune` must be able to write the lock: add `--lock FILE --update-lock`",
    );
}

/**
 * What is dropped of the locks that are written: entries that no field uses, of images that `include` and `exclude` mean.
 * The fields are those of all objects: what this run is not to look into may be used by another.
 */
export function entriesToDrop(fields: readonly UsedImage[], locks: Locks, config: Config): DroppedEntries {
  const excluded = imageFilter(config);
  const written = (lock: Lock): boolean =>
    !isReadOnly(lock) && (lock.source === "file" || lock.resource.file !== undefined);
  const dropped = [...unusedEntries(fields, locks)].map(
    ([lock, entries]) =>
      [lock, entries.filter(({ reference }) => excluded([reference]) === undefined)] as const,
  );
  return new Map(dropped.filter(([lock, entries]) => entries.length > 0 && written(lock)));
}

/** What is told of dropped entries. */
export function droppedResults(
  dropped: DroppedEntries,
  { report }: Pick<Config, "report">,
): readonly Result[] {
  if (report === "problems") return [];
  return [...dropped].map(([lock, entries]) => {
    const names = listedUpTo(
      entries.map(({ reference }) => reference.text),
      100,
    );
    const message = `dropped ${names}, since nothing uses ${entries.length === 1 ? "it" : "them"}`;
    return lockResult(lock, { severity: "info", message }, entries[0]);
  });
}

/** The lock in a file without what is dropped from it. */
export async function prunedFile(
  changed: ChangedLockFile | undefined,
  dropped: DroppedEntries,
  option: LockFileOption | undefined,
): Promise<ChangedLockFile | undefined> {
  const entries = [...dropped].find(([{ source }]) => source === "file")?.[1];
  if (entries === undefined || option === undefined) return changed;
  return {
    beside: changed?.beside ?? new Map(),
    text: await prunedLockText(changed?.text ?? option.text, entries),
    async update(text) {
      const updated = changed === undefined ? text : await changed.update(text);
      return updated === undefined ? undefined : prunedLockText(updated, entries);
    },
  };
}

/** A list that is written, without what is dropped from the locks among its items. */
export async function prunedList(text: string, input: Input, dropped: DroppedEntries): Promise<string> {
  const items = [...dropped].flatMap(([{ source, lock }, entries]) =>
    source === "item" && lock !== undefined
      ? [{ index: input.items.indexOf(lock.resource.node), entries }]
      : [],
  );
  if (items.length === 0) return text;
  const written = await readInput(text);
  const edits = items.flatMap(({ index, entries }) => {
    const node = written.items[index];
    if (node === undefined) return [];
    const { lock } = readImageLock(written.yaml, node);
    return removalEdits(lock, entriesLike(lock, entries));
  });
  return applyEdits(text, edits);
}

/** What says something else by now was changed by another run, and stays. */
async function prunedLockText(text: string, entries: readonly LockedImage[]): Promise<string> {
  const file = await readLockFile(text);
  if (file.kind !== "ImageLock") return text;
  return applyEdits(text, removalEdits(file.lock, entriesLike(file.lock, entries)));
}

function entriesLike({ entries }: ImageLock, others: readonly LockedImage[]) {
  const known = new Set(others.map(entryName));
  return entries.filter((entry) => known.has(entryName(entry)));
}

function entryName({ reference, platform, digest }: LockedImage): string {
  return `${canonicalName(reference)} ${platform ?? ""} ${digest}`;
}
