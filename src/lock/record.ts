/** What locks are to hold after a run: resolutions that they don't have yet. */
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config.ts";
import type { Digest } from "../image/digest.ts";
import { imageFilter } from "../image/image-glob.ts";
import type { DigestLookup, Resolution } from "../image/lookup.ts";
import { parsePlatform } from "../image/platform.ts";
import { canonicalName, type ImageReference } from "../image/reference.ts";
import type { Result } from "../krm/result.ts";
import { entryKey } from "./format/entry-text.ts";
import type { LockedEvidence } from "./format/evidence.ts";
import type { LockedImage, NextDigest } from "./format/locked-image.ts";
import type { Lock, Locks } from "./locks.ts";
import { entryResult, isReadOnly } from "./results.ts";

/** A resolution to keep; without a lock where none counts for the image. */
export interface LockRecord {
  readonly lock: Lock | undefined;
  readonly image: LockedImage;
  /** The entry that it brings up to date. */
  readonly before: LockedImage | undefined;
  /** The entry for another platform that has its key, and gives way. */
  readonly replaced: LockedImage | undefined;
  /** New files beside the lock, by their names, which its evidence is in. */
  readonly beside?: ReadonlyMap<string, string>;
}

/** What is looked up for a lock. */
export interface LockQuestion {
  /** The lock that counts. */
  readonly lock: Lock | undefined;
  /** The reference that the lock has for its key. */
  readonly reference: ImageReference;
  readonly lookup: DigestLookup;
}

/** What a field asked for, and what came back. */
export interface LockAnswer extends LockQuestion {
  /** The digest that the lock has: another answer is none. */
  readonly locked: Digest | undefined;
  readonly resolution: Resolution;
  /** What is held back; `settled` where nothing is, and undefined where nobody has looked. */
  readonly next?: NextDigest | "settled" | undefined;
}

/** An entry that no field asks for, and what `mode: update` looks up for it. */
export interface EntryLookup {
  readonly lock: Lock;
  readonly entry: LockedImage;
  readonly lookup: DigestLookup;
}

/** An entry that no field asks for, and what it means now. */
export interface EntryAnswer extends EntryLookup {
  readonly resolution: Resolution;
  /** As for a field. */
  readonly next?: NextDigest | "settled" | undefined;
}

/** What fields asked for and locks lack, each once, under the name that the first field has. */
export function recordsOf(answers: readonly LockAnswer[]): readonly LockRecord[] {
  const seen = new Map<Lock | undefined, Set<string>>();
  return answers.flatMap((answer) => {
    const names = seen.get(answer.lock) ?? new Set<string>();
    seen.set(answer.lock, names);
    const name = canonicalName(answer.reference);
    if (names.has(name)) return [];
    names.add(name);
    const { resolution, locked } = answer;
    const hasMoved = resolution.kind === "resolved" && resolution.digest !== (locked ?? resolution.digest);
    return hasMoved ? [] : recordOf(answer, resolution, answer.next);
  });
}

/** Records with what vouches for their digests, and the entries that lack what vouches for theirs. */
export function evidenceRecords(
  records: readonly LockRecord[],
  locks: readonly Lock[],
  evidenceFor: (entry: LockedImage) => readonly LockedEvidence[] | undefined,
): readonly LockRecord[] {
  const known = new Map<Lock | undefined, Set<string>>();
  const all = records.map((record) => {
    const { lock, before } = record;
    const names = known.get(lock) ?? new Set<string>();
    known.set(lock, names.add(entryName(record.image.reference, record.image.platform)));
    const old = before?.digest === record.image.digest ? before.evidence : undefined;
    const evidence = evidenceFor({ ...record.image, evidence: old });
    return evidence === undefined ? record : { ...record, image: { ...record.image, evidence } };
  });
  const vouched = locks.flatMap((lock) =>
    lock.entries.flatMap((entry): readonly LockRecord[] => {
      if (known.get(lock)?.has(entryName(entry.reference, entry.platform))) return [];
      const evidence = evidenceFor(entry);
      if (evidence === undefined) return [];
      return [{ lock, image: { ...entry, evidence }, before: entry, replaced: undefined }];
    }),
  );
  return [...all, ...vouched];
}

/** The entries that `mode: update` looks after though no field does, but for those that are dropped. */
export function entryLookups(
  locks: Locks,
  questions: readonly LockQuestion[],
  dropped: ReadonlyMap<Lock, readonly LockedImage[]>,
  config: Pick<Config, "mode" | "platform" | "requirePlatforms" | "include" | "exclude">,
): readonly EntryLookup[] {
  if (config.mode !== "update") return [];
  const asked = new Map<Lock, Set<string>>();
  for (const { lock, reference } of questions) {
    if (lock === undefined) continue;
    const names = asked.get(lock) ?? new Set<string>();
    asked.set(lock, names);
    const name = entryName(reference, config.platform?.name);
    const given = names.has(name) ? undefined : replacedBy(reference, lock, config.platform?.name);
    names.add(name);
    if (given !== undefined) names.add(entryName(given.reference, given.platform));
  }
  const excluded = imageFilter(config);
  // What became of the others could not be kept.
  const written = locks.all.filter((lock) => !isReadOnly(lock));
  return written.flatMap((lock) =>
    lock.entries
      .filter(({ reference, platform }) => asked.get(lock)?.has(entryName(reference, platform)) !== true)
      .filter(({ reference }) => excluded([reference]) === undefined)
      .filter((entry) => dropped.get(lock)?.includes(entry) !== true)
      .map((entry) => ({ lock, entry, lookup: entryLookup(entry, config) })),
  );
}

/** The entry for another platform that has the key of a new one, and gives way. */
function replacedBy(
  reference: ImageReference,
  { images }: Lock,
  platform: string | undefined,
): LockedImage | undefined {
  if (images.find(reference, platform) !== undefined) return undefined;
  return images.findAll(reference).find((entry) => entry.reference.text === entryKey({ reference }));
}

function entryName(reference: ImageReference, platform: string | undefined): string {
  return `${canonicalName(reference)} ${platform ?? ""}`;
}

/** What an entry's tag means now, for the entry's platform. */
export function entryLookup(
  { reference, platform }: LockedImage,
  { requirePlatforms }: Pick<Config, "requirePlatforms">,
): DigestLookup {
  return {
    kind: "digest",
    image: reference,
    platform: platform === undefined ? undefined : parsePlatform(platform),
    requirePlatforms,
  };
}

/** What became of the entries that no field asks for. */
export function entryRecords(answers: readonly EntryAnswer[]): {
  readonly records: readonly LockRecord[];
  readonly warnings: readonly Result[];
} {
  return {
    records: answers.flatMap(({ lock, entry, lookup, resolution, next }) =>
      recordOf({ lock, reference: entry.reference, lookup }, resolution, next),
    ),
    warnings: answers.flatMap(({ lock, entry, resolution }) => {
      if (resolution.kind !== "failed") return [];
      const message = `nothing uses this entry, and it can't be brought up to date (\`--prune\` drops it): ${resolution.error.message}`;
      return entryResult(lock, entry, { severity: "warning", message });
    }),
  };
}

function recordOf(
  { lock, reference, lookup }: LockQuestion,
  resolution: Resolution,
  said: LockAnswer["next"],
): readonly LockRecord[] {
  if (resolution.kind !== "resolved") return [];
  const { digest, platforms } = resolution;
  const platform = lookup.platform?.name;
  const before = lock?.images.find(reference, platform);
  const kept = before?.digest === digest ? before.next : undefined;
  const next = said === "settled" ? undefined : (said ?? kept);
  const isKnown =
    before?.digest === digest &&
    (platforms === undefined || before.platforms !== undefined) &&
    isDeepStrictEqual(next, before.next);
  if (isKnown) return [];
  const image = { reference, digest, platform, platforms, next };
  return [{ lock, image, before, replaced: lock && replacedBy(reference, lock, platform) }];
}
