/** What locks are to hold after a run: resolutions that they don't have yet. */
import { type Config, platformName } from "../config/config.ts";
import { matchesImage } from "../image/image-glob.ts";
import { formatPlatform, parsePlatform } from "../image/platform.ts";
import { canonicalName, type ImageReference } from "../image/reference.ts";
import type { Result } from "../krm/result.ts";
import type { Step } from "../plan/plan.ts";
import { type Lookup, lookupKey, type Resolution, type Resolutions } from "../resolve/lookup-queue.ts";
import { entryKey } from "./format/entry-text.ts";
import type { LockedImage } from "./format/locked-image.ts";
import type { Lock, Locks } from "./locks.ts";
import { entryResult } from "./results.ts";

/** A resolution to keep; without a lock where none counts for the image. */
export interface LockRecord {
  readonly lock?: Lock;
  readonly image: LockedImage;
  /** The entry that it brings up to date. */
  readonly before?: LockedImage;
  /** The entry for another platform that has its key, and gives way. */
  readonly replaced?: LockedImage;
}

/** An entry that no field asks for, and what `mode: update` asks for it. */
export interface EntryQuestion {
  readonly lock: Lock;
  readonly entry: LockedImage;
  readonly question: Extract<Lookup, { kind: "digest" }>;
}

/** What fields asked for and locks lack, each once, under the name that the first field has. */
export function recordsOf(steps: readonly Step[], resolutions: Resolutions): readonly LockRecord[] {
  const seen = new Map<Lock | undefined, Set<string>>();
  return steps.flatMap((step) => {
    if (step.kind !== "resolve") return [];
    const names = seen.get(step.lock) ?? new Set<string>();
    seen.set(step.lock, names);
    if (names.has(canonicalName(step.reference))) return [];
    names.add(canonicalName(step.reference));
    const resolution = resolutions.get(lookupKey(step.question));
    const hasMoved =
      resolution?.kind === "resolved" && resolution.digest !== (step.locked ?? resolution.digest);
    return hasMoved ? [] : recordOf(step, resolution);
  });
}

/** The entries that `mode: update` looks after though no field does. */
export function entryQuestions(
  locks: Locks,
  steps: readonly Step[],
  config: Config,
): readonly EntryQuestion[] {
  if (config.mode !== "update") return [];
  const asked = new Map<Lock, Set<string>>();
  for (const step of steps) {
    if (step.kind !== "resolve" || step.lock === undefined) continue;
    const names = asked.get(step.lock) ?? new Set<string>();
    asked.set(step.lock, names);
    const name = entryName(step.reference, platformName(config));
    const given = names.has(name) ? undefined : replacedBy(step.reference, step.lock, platformName(config));
    names.add(name);
    if (given !== undefined) names.add(entryName(given.reference, given.platform));
  }
  return locks.all.flatMap((lock) =>
    lock.entries
      .filter(({ reference, platform }) => asked.get(lock)?.has(entryName(reference, platform)) !== true)
      .filter(({ reference }) => isMeant(reference, config))
      .map((entry) => ({ lock, entry, question: questionOf(entry, config) })),
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

/** True for an image that `include` and `exclude` let through. */
export function isMeant(image: ImageReference, { include, exclude }: Config): boolean {
  if (exclude.some((glob) => matchesImage(glob, image))) return false;
  return include.length === 0 || include.some((glob) => matchesImage(glob, image));
}

/** What an entry's tag means now, for the entry's platform. */
export function questionOf(
  { reference, platform }: LockedImage,
  { requirePlatforms }: Config,
): EntryQuestion["question"] {
  return {
    kind: "digest",
    image: reference,
    ...(platform !== undefined && { platform: parsePlatform(platform) }),
    requirePlatforms,
  };
}

/** What became of the entries that no field asks for. */
export function entryRecords(
  questions: readonly EntryQuestion[],
  resolutions: Resolutions,
): { readonly records: readonly LockRecord[]; readonly warnings: readonly Result[] } {
  const answered = questions.map((asked) => ({
    ...asked,
    resolution: resolutions.get(lookupKey(asked.question)),
  }));
  return {
    records: answered.flatMap(({ lock, entry, question, resolution }) =>
      recordOf({ lock, reference: entry.reference, question }, resolution),
    ),
    warnings: answered.flatMap(({ lock, entry, resolution }) => {
      if (resolution?.kind !== "failed") return [];
      const message = `nothing uses this entry, and it can't be brought up to date: ${resolution.error.message}`;
      return entryResult(lock, entry, { severity: "warning", message });
    }),
  };
}

interface Asked {
  readonly lock?: Lock;
  readonly reference: ImageReference;
  readonly question: EntryQuestion["question"];
}

function recordOf(
  { lock, reference, question }: Asked,
  resolution: Resolution | undefined,
): readonly LockRecord[] {
  if (resolution?.kind !== "resolved") return [];
  const { digest, platforms } = resolution;
  const platform = question.platform && formatPlatform(question.platform);
  const before = lock?.images.find(reference, platform);
  const isKnown = before?.digest === digest && (platforms === undefined || before.platforms !== undefined);
  if (isKnown) return [];
  const replaced = lock && replacedBy(reference, lock, platform);
  return [
    {
      ...(lock !== undefined && { lock }),
      image: {
        reference,
        digest,
        ...(platform !== undefined && { platform }),
        ...(platforms !== undefined && { platforms }),
      },
      ...(before !== undefined && { before }),
      ...(replaced !== undefined && { replaced }),
    },
  ];
}
