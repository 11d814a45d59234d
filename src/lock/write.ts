/** From new resolutions to the texts of the locks that keep them, and to a warning where none does. */
import type { Config } from "../config/config.ts";
import { textWithoutDigest } from "../image/reference.ts";
import { resultAt } from "../krm/field-result.ts";
import type { Input } from "../krm/input.ts";
import { packageAnnotation } from "../krm/place-annotations.ts";
import { readResource } from "../krm/resource.ts";
import type { Result, ResultFile } from "../krm/result.ts";
import { childOf, kindOf } from "../yaml/node.ts";
import { applyEdits, type TextEdit } from "../yaml/text-edit.ts";
import { filledLockText, updatedLockText } from "./file-update.ts";
import { lockEdits } from "./format/lock-edit.ts";
import type { LockFile } from "./format/lock-file.ts";
import { groupBy, type LockedImage } from "./format/locked-image.ts";
import { lockFileName, lockItemEdit, newLock } from "./format/new-lock.ts";
import type { LockFileOption } from "./lock-file-option.ts";
import type { Lock } from "./locks.ts";
import type { LockRecord } from "./record.ts";
import { conversion, entryResult, listed, listedUpTo, lockResult, recordCommand } from "./results.ts";
import { keepsFiles } from "./whose-lock.ts";

/** What a run is made from, as far as its locks are concerned. */
export interface LockContext {
  readonly input: Input;
  readonly config: Config;
  readonly file: LockFile | undefined;
  readonly option: LockFileOption | undefined;
}

/** What is to be written, and what is told of it. */
export interface LockChanges {
  readonly edits: readonly TextEdit[];
  /** The new text of the file, where it is another. */
  readonly file: ChangedLockFile | undefined;
  readonly results: readonly Result[];
}

/** The lock in a file, as it is to be. */
export interface ChangedLockFile {
  readonly text: string;
  /** New files beside it, by their names. */
  readonly beside: ReadonlyMap<string, string>;
  /** Makes the same changes to another text; undefined where the two contradict each other. */
  update(text: string): Promise<string | undefined>;
}

/** Writes resolutions into the locks that count for them. `used` is what the run took from the lock in a file. */
export function lockChanges(
  records: readonly LockRecord[],
  used: readonly LockedImage[],
  context: LockContext,
): LockChanges {
  const changes = byLock(records).map((group) => changeOf(group, context));
  const fileText = changes.find((change) => change.file !== undefined)?.file;
  const file =
    fileText === undefined
      ? undefined
      : {
          text: fileText,
          beside: besideOf(records),
          update: (text: string) =>
            updatedLockText(
              text,
              { records: records.filter(({ lock }) => lock?.source === "file"), used },
              context.option?.name,
            ),
        };
  const lost = changes.flatMap((change) => change.lost ?? []);
  return {
    edits: changes.flatMap(({ edits = [] }) => edits),
    file,
    results: [...changes.flatMap(({ results = [] }) => results), ...lostWarning(lost, context)],
  };
}

/** The files beside a lock that its records need. */
export function besideOf(records: readonly LockRecord[]): ReadonlyMap<string, string> {
  return new Map(records.flatMap(({ beside = new Map<string, string>() }) => [...beside]));
}

interface RecordGroup {
  readonly lock: Lock | undefined;
  readonly records: readonly LockRecord[];
}

function byLock(records: readonly LockRecord[]): readonly RecordGroup[] {
  const groups = groupBy(records, ({ lock }) => lock);
  const all = [...groups].map(([lock, group]) => ({ lock, records: group }));
  // A new lock goes behind the last item, which may be one that is added to at the same place.
  return [...all.filter(({ lock }) => lock !== undefined), ...all.filter(({ lock }) => lock === undefined)];
}

interface GroupChange {
  readonly edits?: readonly TextEdit[];
  readonly file?: string;
  readonly results?: readonly Result[];
  /** What is not kept. */
  readonly lost?: readonly LockRecord[];
}

function changeOf(group: RecordGroup, context: LockContext): GroupChange {
  const { input, config } = context;
  const { lock, records } = group;
  if (lock === undefined) return config.lock === "create" ? creation(records, context) : {};
  const images = records.map(({ image }) => image);
  if (lock.source === "file") return fileChange(group, context);
  if (lock.lock === undefined) return {};
  const isKept = input.kind === "ResourceList" && lock.resource.file !== undefined;
  return {
    edits: lockEdits(lock.lock, images),
    ...(isKept ? { results: changeResults(lock, records, config) } : { lost: records }),
  };
}

function creation(records: readonly LockRecord[], { input, config }: LockContext): GroupChange {
  const items = input.kind === "ResourceList" ? childOf(input.yaml, input.root, "items") : undefined;
  if (items === undefined || !keepsFiles(input)) return { lost: records };
  const images = records.map(({ image }) => image);
  const file = { path: lockFileName, index: indexOfLock(input) };
  const message = `made ${lockFileName} with ${listed(namesOf(records))}`;
  return {
    edits: [lockItemEdit(input.yaml, { items, index: file.index, images })],
    results: creationResults(message, config, { file }),
  };
}

/** The position behind the objects that are in the file of that name already, at the root of what was sent. */
function indexOfLock({ yaml, items }: Input): number {
  const resources = items
    .filter((item) => kindOf(yaml, item) === "mapping")
    .map((item) => readResource(yaml, item));
  const packages = resources.flatMap(({ annotations }) => annotations.get(packageAnnotation) ?? []);
  const root = packages.toSorted((one, other) => one.length - other.length)[0];
  return resources.filter(
    ({ annotations, file }) => file?.path === lockFileName && annotations.get(packageAnnotation) === root,
  ).length;
}

function fileChange({ records, lock }: RecordGroup, context: LockContext): GroupChange {
  const { file, option, config } = context;
  if (file === undefined || lock === undefined || option?.update !== true || file.kind === "ImagesLock") {
    return { lost: records };
  }
  const images = records.map(({ image }) => image);
  if (file.kind === "ImageLock") {
    const text = applyEdits(option.text, lockEdits(file.lock, images));
    return { file: text, results: changeResults(lock, records, config) };
  }
  const message = `made the lock with ${listed(namesOf(records))}`;
  return {
    file: filledLockText(option.text, images),
    results: creationResults(message, config),
  };
}

function creationResults(
  message: string,
  { report }: Config,
  place: { readonly file?: ResultFile } = {},
): readonly Result[] {
  if (report === "problems") return [];
  return [resultAt({ resource: { ...newLock, ...place }, path: "images" }, { severity: "info", message })];
}

function changeResults(lock: Lock, records: readonly LockRecord[], config: Config): readonly Result[] {
  const replaced = replacedWarning(lock, records);
  if (config.report === "problems") return replaced;
  const added = records.filter((record) => record.before === undefined && record.replaced === undefined);
  const moved = records.flatMap(({ before, image }) => {
    if (before === undefined || before.digest === image.digest) return [];
    const values = { currentValue: before.digest, proposedValue: image.digest };
    const message = `moved from ${before.digest} to ${image.digest}`;
    return entryResult(lock, before, { severity: "info", message, ...values });
  });
  if (added.length === 0) return [...replaced, ...moved];
  const message = `added ${listed(namesOf(added))}`;
  return [...replaced, lockResult(lock, { severity: "info", message }), ...moved];
}

/** A key has one entry, for one platform: two runs for two platforms would drive each other's digests out for ever. */
function replacedWarning(lock: Lock, records: readonly LockRecord[]): readonly Result[] {
  const replaced = records.flatMap(({ replaced, image }) =>
    replaced === undefined ? [] : [{ replaced, image }],
  );
  const [first] = replaced;
  if (first === undefined) return [];
  const [was, is] = [first.replaced, first.image].map(({ platform }) => platform ?? "all platforms");
  const names = listed(replaced.map(({ replaced: { reference } }) => reference.text));
  const message = `replaced what was locked for ${was} by what is for ${is}: ${names}; a lock has one entry for an image, so give each platform a package, or a file for \`--lock\`, of its own`;
  return [lockResult(lock, { severity: "warning", message }, first.replaced)];
}

function namesOf(records: readonly LockRecord[]): readonly string[] {
  return [...new Set(records.map(({ image }) => textWithoutDigest(image.reference)))];
}

function lostWarning(
  lost: readonly LockRecord[],
  { input, config, file, option }: LockContext,
): readonly Result[] {
  if (lost.length === 0) return [];
  const fresh = namesOf(lost.filter(({ before }) => before === undefined));
  const moved = namesOf(lost.filter(({ before }) => before !== undefined));
  const message = [...whatIsFresh(fresh), ...whatMoved(moved), whatAdds()].join("; ");
  return [{ message, severity: "warning" }];

  function whatAdds(): string {
    const wantsOne = config.lock === "create" && lost.some(({ lock }) => lock === undefined);
    if (file?.kind === "ImagesLock") return conversion;
    if (option !== undefined) return "add `--update-lock`";
    if (input.kind === "stream")
      return "`lock: create` made no lock, because a stream is not a package that could hold one: instead use `--lock image-lock.yaml --update-lock`, which makes that file";
    if (wantsOne)
      return `\`lock: create\` made no lock, since a list without paths keeps no new resource: make one with ${recordCommand(config)}`;
    return `a list without paths keeps no changes of a lock: add them with ${recordCommand(config)}, or by hand`;
  }
}

function whatIsFresh(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const [count, verb] = names.length === 1 ? ["1 image was", "is"] : [`${names.length} images were`, "are"];
  return [
    `${count} asked for and ${verb} not in a lock, so the next run asks again: ${listedUpTo(names, 100)}`,
  ];
}

function whatMoved(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    `what the lock says of ${names.length === 1 ? "1 image" : `${names.length} images`} was brought up to date, which is not kept: ${listedUpTo(names, 100)}`,
  ];
}
