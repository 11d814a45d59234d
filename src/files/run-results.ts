/** What is told of all files of a run together. */
import type { Config } from "../config/config.ts";
import { fieldSpecSlips } from "../find/field-spec-slips.ts";
import type { Resource } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import type { Lock, Locks } from "../lock/locks.ts";
import { conversion, isReadOnly, unlockedNames, unusedResults } from "../lock/results.ts";
import type { UsedImage } from "../lock/unused-entries.ts";
import { isBelow } from "./folder.ts";
import type { ReadResult } from "./plan-each.ts";
import type { PlannedFile } from "./plan-file.ts";
import type { RunLock, RunLocks } from "./run-locks.ts";

/** A run, as far as it is told of. */
export interface RunContext {
  readonly config: Config;
  readonly locks: RunLocks;
  /** The folders that were named, absolute. */
  readonly folders: readonly string[];
  /** What could not be read, absolute. */
  readonly unread: readonly string[];
}

/** What is told of locks and of rules. */
export function runResults(files: readonly PlannedFile[], context: RunContext): readonly Result[] {
  const { config, locks } = context;
  const whole = wholeLocks(context).map(({ lock }) => lock);
  const { uses, locks: known } = lockUses(files, whole);
  return [
    ...unlockedResults(files, config, locks),
    ...fieldSpecSlips(
      files.flatMap(({ ruleUses }) => ruleUses),
      config,
    ),
    ...unusedResults(uses, known, config),
  ];
}

/** The locks all of whose files were read: only of those the run knows what nothing uses. */
export function wholeLocks({ locks, folders, unread }: Omit<RunContext, "config">): readonly RunLock[] {
  return locks
    .all()
    .filter(({ folder }) => folders.some((each) => isBelow(folder, each)))
    .filter(({ folder }) => !unread.some((place) => isBelow(place, folder)));
}

/** What uses entries of locks, and what knows to which lock each use belongs. */
export interface LockUses {
  readonly uses: readonly UsedImage[];
  readonly locks: Locks;
}

/** The images that files use, of those that some lock counts for; the locks are the given ones. */
export function lockUses(files: readonly PlannedFile[], all: readonly Lock[]): LockUses {
  const values = new Map<Lock, Set<string>>();
  for (const { lock, values: own } of files) {
    if (lock === undefined) continue;
    const known = values.get(lock) ?? new Set<string>();
    values.set(lock, known);
    for (const value of own) known.add(value);
  }
  // An object for each lock stands for all that use it.
  const users = new Map<Resource, Lock>();
  const uses = [...values].flatMap(([lock, texts]) => {
    const resource = { node: 0, apiVersion: "", group: "", kind: "", annotations: new Map<string, string>() };
    users.set(resource, lock);
    return [...texts].map((value) => ({ resource, value }));
  });
  return { uses, locks: { all, faults: [], warnings: [], nearest: (resource) => users.get(resource) } };
}

function unlockedResults(files: readonly PlannedFile[], config: Config, locks: RunLocks): readonly Result[] {
  const unlocked = files.flatMap((file) => file.unlocked);
  if (unlocked.length === 0) return [];
  const severity = unlocked.some(({ fails }) => fails) ? "error" : "warning";
  const lack =
    locks.all().length === 0 ? "there is no lock, and `lock: frozen` forbids looking up" : "the lock lacks";
  const command = locks.all().length === 0 ? "--lock-mode create" : "--lock-mode auto";
  const { count, what } = unlockedNames(unlocked, config);
  const advice = locks.all().some(({ lock }) => isReadOnly(lock))
    ? conversion
    : `add ${count === 1 ? "it" : "them"} with \`pin-digests ${command} PATH\``;
  return [{ message: `${lack} ${what}; ${advice}`, severity }];
}

/** Images of values without a key for a digest: one result for all of them, which is a finding of a check. */
export function keylessResults(read: readonly ReadResult[], { mode, check }: Config): readonly Result[] {
  const severity = mode === "check" ? check.unknown : "warning";
  const files = read.filter(({ planned }) => planned !== undefined && planned.keyless.length > 0);
  const [first] = files;
  const [place] = first?.planned?.keyless ?? [];
  if (first === undefined || place === undefined || severity === "off") return [];
  const count = files.reduce((sum, { planned }) => sum + (planned?.keyless.length ?? 0), 0);
  const images = count === 1 ? "this image has" : `this image and ${count - 1} more of values have`;
  const message = `${images} no key for a digest, and none is added, since the chart may not read it: add \`digest: ""\` beside the tag if it does, or pin what it renders: \`helm template … | pin-digests\``;
  const tags = mode === "check" ? { tags: { class: "unknown" } } : {};
  return [{ severity, message, file: { path: first.file.path }, position: place.position, ...tags }];
}

/** A folder without objects looks like one in which all is pinned. */
export function emptyResults(read: readonly ReadResult[]): readonly Result[] {
  if (read.some(({ kind }) => kind !== "other")) return [];
  const message = "no file holds a Kubernetes object, so there is nothing to pin: is it the right PATH?";
  return [{ severity: "warning", message }];
}
