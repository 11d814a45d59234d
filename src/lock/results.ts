/** What is told of locks. */

import type { Config } from "../config/config.ts";
import type { ImageReference } from "../image/reference.ts";
import { type ResultContent, resultAt } from "../krm/field-result.ts";
import type { Input } from "../krm/input.ts";
import type { Result } from "../krm/result.ts";
import { counted } from "../text/counted.ts";
import type { LockedImage } from "./format/locked-image.ts";
import type { Lock, Locks } from "./locks.ts";
import { type UsedImage, unusedEntries } from "./unused-entries.ts";
import { keepsFiles } from "./whose-lock.ts";

/** A result about an entry of a lock. */
export function entryResult(
  { resource }: Lock,
  { reference, digest, at }: LockedImage,
  said: ResultContent,
): Result {
  const path = `images[${JSON.stringify(reference.text)}].digest`;
  return resultAt({ resource: { kind: "lock", ...resource }, path, value: digest, at }, said);
}

/** A result about all entries of a lock, or several, of which it has the place of the first. */
export function lockResult({ resource }: Lock, said: ResultContent, first?: LockedImage): Result {
  return resultAt({ resource: { kind: "lock", ...resource }, path: "images", at: first?.at }, said);
}

/** An image that no lock has, and whether it fails the run. */
export interface UnlockedImage {
  readonly image: ImageReference;
  readonly fails: boolean;
}

/** With `lock: frozen`: the images that no lock has, each once, and what adds them. */
export function unlockedResults(
  unlocked: readonly UnlockedImage[],
  { input, config, locks }: { readonly input: Input; readonly config: Config; readonly locks: Locks },
): readonly Result[] {
  if (unlocked.length === 0) return [];
  const fails = unlocked.some((image) => image.fails);
  const { count, what } = unlockedNames(unlocked, config);
  const lack =
    locks.all.length === 0 ? "there is no lock, and `lock: frozen` forbids looking up" : "the lock lacks";
  const advice = locks.all.some(isReadOnly)
    ? conversion
    : `add ${count === 1 ? "it" : "them"} with ${additionCommand(input, config, locks)}`;
  return [{ message: `${lack} ${what}; ${advice}`, severity: fails ? "error" : "warning" }];
}

/** What is told where the lock of another tool would have to be written. */
export const conversion: string =
  "an ImagesLock is only read: make an ImageLock with `--inventory lock --output FILE`";

/** True for the lock of another tool. */
export function isReadOnly({ resource }: Lock): boolean {
  return resource.kind === "ImagesLock";
}

/** How many images no lock has, and which: `2 images for linux/arm64: "nginx:1", "redis:7"`. */
export function unlockedNames(
  unlocked: readonly UnlockedImage[],
  config: Config,
): { readonly count: number; readonly what: string } {
  const names = [...new Set(unlocked.map(({ image: { text } }) => text))];
  const platform = config.platform?.name;
  const forPlatform = platform === undefined ? "" : ` for ${platform}`;
  const what = `${counted(names.length, "image")}${forPlatform}: ${listed(names)}`;
  return { count: names.length, what };
}

/** The entries that no field uses, pinned or not: one result for each lock that has some. */
export function unusedResults(fields: readonly UsedImage[], locks: Locks, config: Config): readonly Result[] {
  const severity = config.lock === "frozen" ? "warning" : "info";
  if (severity === "info" && (config.mode !== "check" || config.report === "problems")) return [];
  return [...unusedEntries(fields, locks)].flatMap(([lock, unused]) => {
    const [first, second] = unused;
    if (first === undefined) return [];
    const drops = isReadOnly(lock) ? undefined : `${pruning} drops`;
    if (second === undefined) {
      const message = `nothing uses this entry${drops === undefined ? "" : `: ${drops} it`}`;
      return entryResult(lock, first, { severity, message });
    }
    const names = listedUpTo(
      unused.map(({ reference }) => reference.text),
      100,
    );
    const which = drops === undefined ? "" : `, which ${drops}`;
    const message = `nothing uses ${unused.length} entries${which}: ${names}`;
    return lockResult(lock, { severity, message }, first);
  });
}

const pruning = "`--prune` with `mode: update`";

/** Texts in quotes, one after the other. */
export function listed(texts: readonly string[]): string {
  return texts.map((text) => JSON.stringify(text)).join(", ");
}

/** The first texts, and how many more there are. */
export function listedUpTo(texts: readonly string[], max: number): string {
  const more = texts.length > max ? ` and ${texts.length - max} more` : "";
  return listed(texts.slice(0, max)) + more;
}

/** The command that writes to a lock in a file of its own what this run resolves. */
function fileCommand(config: Config): string {
  const mode = config.mode === "update" ? ["mode=update"] : [];
  const options = [...mode, ...platformOptions(config)].map((option) => `-d ${option}`);
  return `\`${["pin-digests --lock FILE --update-lock", ...options].join(" ")}\``;
}

/**
 * The command that writes to a lock of kustomize what this run resolves. A build with this transformer gives nothing to
 * lock: it fails, or its images are pinned already. So the transformer needs a kustomization of its own.
 */
export function recordCommand({ mode }: Config): string {
  const update = mode === "update" ? " -d mode=update" : "";
  return `\`kustomize build LAYER | pin-digests -f CONFIG -d lock=auto${update} --lock FILE --update-lock\`, where LAYER is the kustomization that the one with this transformer builds on, and CONFIG is the transformer's file`;
}

function additionCommand(input: Input, config: Config, { all }: Locks): string {
  const isInFile = all.some(({ source }) => source === "file");
  if (input.kind === "stream" || isInFile) return fileCommand(config);
  if (!keepsFiles(input)) return recordCommand(config);
  return `\`${["kpt fn eval PACKAGE --image IMAGE --network -- lock=create", ...platformOptions(config)].join(" ")}\``;
}

/** What a lock records of platforms goes by these. */
function platformOptions(config: Config): readonly string[] {
  const platform = config.platform?.name;
  const required = config.requirePlatforms.map(({ name }) => name);
  return [
    ...(platform === undefined ? [] : [`platform=${platform}`]),
    ...(required.length === 0 ? [] : [`requirePlatforms=${required.join(",")}`]),
  ];
}
