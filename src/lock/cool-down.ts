/**
 * `minAge`: a tag that has moved is followed when its new digest has stood for long enough to be doubted. The lock remembers
 * since when: registries don't tell, and what an image says of its own age is the publisher's word.
 */

import { formatAge } from "../config/age-option.ts";
import type { Config } from "../config/config.ts";
import { FunctionConfigError } from "../config/config-sources.ts";
import type { Digest } from "../image/digest.ts";
import { matchesAny } from "../image/image-glob.ts";
import type { Resolution } from "../image/lookup.ts";
import type { ImageReference } from "../image/reference.ts";
import { timeText } from "../text/time.ts";
import type { NextDigest } from "./format/locked-image.ts";
import type { Lock } from "./locks.ts";

/** A tag that was asked for. */
export interface CooledImage {
  readonly lock: Lock | undefined;
  /** The reference that the lock has for its key. */
  readonly reference: ImageReference;
  /** Whose digest the lock's entry is to have; undefined for that of the index. */
  readonly platform: string | undefined;
  /** The digest that is written, where the lock has none. */
  readonly written: Digest | undefined;
  readonly resolution: Resolution;
}

/** What a tag counts for today. */
export interface Cooled {
  readonly resolution: Resolution;
  /** What is to follow, for the lock; `settled` where nothing is. */
  readonly next: NextDigest | "settled";
  /** Why it is not followed yet. */
  readonly reason?: string | undefined;
}

/** Holds moved tags back. */
export type CoolDown = (image: CooledImage) => Promise<Cooled>;

/** By what tags are held back. */
export interface CoolDownOptions {
  readonly config: Pick<Config, "minAge" | "urgent" | "lock">;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether what is learned of a lock's images is kept. */
  readonly isWritten: (lock: Lock) => boolean;
  /** When a log has seen the signatures of a digest that satisfy the rules; undefined where none has, or there are none. */
  readonly loggedAt: (
    image: ImageReference,
    answer: { readonly digest: Digest; readonly index?: Digest },
    lock: Lock | undefined,
  ) => Promise<number | undefined>;
}

/** Makes what holds moved tags back. */
export function createCoolDown({ config, now, isWritten, loggedAt }: CoolDownOptions): CoolDown {
  const { minAge, urgent } = config;
  return async ({ lock, reference, platform, written, resolution }) => {
    if (resolution.kind !== "resolved") return { resolution, next: "settled" };
    const entry = lock?.images.find(reference, platform);
    const current = entry?.digest ?? written;
    const { digest } = resolution;
    if (current === undefined || current === digest || matchesAny(reference, urgent))
      return { resolution, next: "settled" };
    if (lock === undefined ? config.lock !== "create" : !isWritten(lock))
      return { resolution: { kind: "failed", error: new Error(needsLock) }, next: "settled" };
    const before = entry?.next?.digest === digest ? entry.next.seen : undefined;
    // Nobody has seen it at a time that is to come.
    const seen = before !== undefined && Date.parse(before) <= now ? before : timeText(now);
    const since = (await loggedAt(reference, resolution, lock)) ?? Date.parse(seen);
    if (now - since >= minAge) return { resolution, next: "settled" };
    const reason = `its tag now means ${digest}, seen since ${seen}: it is followed when that has stood for ${formatAge(minAge)}`;
    const { platforms } = entry ?? {};
    const held = { kind: "resolved" as const, digest: current, platforms };
    return { resolution: held, next: { digest, seen }, reason };
  };
}

const needsLock =
  "`minAge` remembers in a lock since when a tag means another digest, and no lock that is written counts for this image: `lock: create` makes one, `--lock FILE --update-lock` names one";

/**
 * Refuses to hold tags back where nothing could be remembered.
 *
 * @throws {FunctionConfigError}
 */
export function requireMemory({ lock }: Pick<Config, "lock">, isKept: boolean): void {
  if (lock !== "off" && isKept) return;
  throw new FunctionConfigError(
    "`minAge` must be able to write a lock, where it remembers since when tags mean what they do: add `--lock FILE --update-lock`, or `lock: create` where a package is the input",
  );
}
