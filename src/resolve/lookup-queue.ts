/** Asking each distinct question once, those for all registries at the same time. */
import type { Digest } from "../image/digest.ts";
import { formatPlatform, type Platform } from "../image/platform.ts";
import { canonicalName, type ImageReference } from "../image/reference.ts";
import type { Inspection, PlatformDemand } from "../registry/platforms.ts";

/** Says what the tag of an image means now: `sha256:…` or `sha512:…`. */
export type ResolveDigest = (image: ImageReference) => Promise<string>;

/** Where questions are asked. */
export interface Registry {
  /** What an image means now, and which platforms it has where the demand names some. */
  inspect(image: ImageReference, demand: PlatformDemand): Promise<Inspection>;
  /** Whether the repository of an image has a digest. */
  hasDigest(image: ImageReference, digest: Digest): Promise<boolean>;
}

/** What is to be known of an image. */
export type Lookup =
  | {
      readonly kind: "digest";
      readonly image: ImageReference;
      readonly platform?: Platform;
      readonly requirePlatforms?: readonly Platform[];
    }
  | { readonly kind: "held"; readonly image: ImageReference; readonly digest: Digest };

/** What asking gave. */
export type Resolution =
  | { readonly kind: "resolved"; readonly digest: Digest; readonly platforms?: readonly string[] }
  | { readonly kind: "held"; readonly held: boolean }
  | { readonly kind: "failed"; readonly error: Error };

/** Asks one question. */
export type Ask = (question: Lookup) => Promise<Resolution>;

/** What asking gave, by {@link lookupKey}. */
export type Resolutions = ReadonlyMap<string, Resolution>;

/** Questions that are asked while more are found. */
export interface LookupQueue {
  /** Asks a question, unless it was asked before, as soon as its registry has a place for it. */
  add(question: Lookup): void;
  /** What all that was added came to. */
  answers(): Promise<Resolutions>;
}

/**
 * Asks each distinct question once, at most `concurrency` at the same time of each registry, so that one that is slow
 * holds up no other. A failure is that question's resolution, so that a person learns of all of them at once.
 */
export function createLookupQueue(ask: Ask, concurrency: number): LookupQueue {
  const resolutions = new Map<string, Resolution>();
  const known = new Set<string>();
  const registries = new Map<string, RegistryQueue>();

  async function work(queue: RegistryQueue): Promise<void> {
    for (let next = queue.waiting[queue.taken]; next !== undefined; next = queue.waiting[queue.taken]) {
      queue.taken++;
      resolutions.set(next.key, await ask(next.question));
    }
    queue.idle++;
  }

  return {
    add(question) {
      const key = lookupKey(question);
      if (known.has(key)) return;
      known.add(key);
      const { registry } = question.image;
      const queue = registries.get(registry) ?? { waiting: [], taken: 0, idle: concurrency, works: [] };
      registries.set(registry, queue);
      queue.waiting.push({ key, question });
      if (queue.idle === 0) return;
      queue.idle--;
      const working = work(queue);
      // Whoever wants the answers hears of what went wrong.
      working.catch(() => undefined);
      queue.works.push(working);
    },
    async answers() {
      await Promise.all([...registries.values()].flatMap(({ works }) => works));
      return resolutions;
    },
  };
}

interface RegistryQueue {
  readonly waiting: { readonly key: string; readonly question: Lookup }[];
  /** How many of them were taken. */
  taken: number;
  /** How many more may ask. */
  idle: number;
  readonly works: Promise<void>[];
}

/** Equal for equal questions of one run: the canonical name, the platform, or the digest that is looked for. */
export function lookupKey(question: Lookup): string {
  const { image } = question;
  if (question.kind === "held") return `${image.registry}/${image.repository}@${question.digest} held`;
  const platform = question.platform === undefined ? "" : ` ${formatPlatform(question.platform)}`;
  if (image.tag === undefined && image.digest !== undefined) {
    return `${image.registry}/${image.repository}@${image.digest}${platform}`;
  }
  return canonicalName(image) + platform;
}

/** Asks a registry. Where that fails, so says the resolution. */
export async function resolve(question: Lookup, registry: Registry): Promise<Resolution> {
  try {
    if (question.kind === "held") {
      return { kind: "held", held: await registry.hasDigest(question.image, question.digest) };
    }
    const { image, platform, requirePlatforms = [] } = question;
    const demand = { ...(platform !== undefined && { platform }), requirePlatforms };
    return { kind: "resolved", ...(await registry.inspect(image, demand)) };
  } catch (error) {
    // The resolver is the caller's: whatever it throws is why this image has no digest.
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}
