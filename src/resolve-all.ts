/** Asking each distinct question once, those for all registries at the same time. */
import type { Digest } from "./image/digest.ts";
import { formatPlatform, type Platform } from "./image/platform.ts";
import { canonicalName, type ImageReference } from "./image/reference.ts";
import type { Inspection, PlatformDemand } from "./registry/inspection.ts";

/** Says what the tag of an image means now: `sha256:…` or `sha512:…`. */
export type ResolveDigest = (image: ImageReference) => Promise<string>;

/** Where questions are asked. */
export interface Registry {
  /** What an image means now, and which platforms it has where the demand names some. */
  inspect(image: ImageReference, demand: PlatformDemand): Promise<Inspection>;
  /** Whether the repository of an image has a digest. */
  holds(image: ImageReference, digest: Digest): Promise<boolean>;
}

/** What is to be known of an image. */
export type Question =
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

/** What asking gave, by {@link questionKey}. */
export type Resolutions = ReadonlyMap<string, Resolution>;

/**
 * Asks each distinct question once, at most `concurrency` at the same time of each registry, so that one that is slow
 * holds up no other. A failure is that question's resolution, so that a person learns of all of them at once.
 */
export async function resolveAll(
  questions: readonly Question[],
  registry: Registry,
  concurrency: number,
): Promise<Resolutions> {
  const resolutions = new Map<string, Resolution>();
  const work = async (queue: Iterator<readonly [string, Question]>): Promise<void> => {
    for (let entry = queue.next(); entry.done !== true; entry = queue.next()) {
      const [key, question] = entry.value;
      resolutions.set(key, await resolve(question, registry));
    }
  };
  const workers = queuesByRegistry(questions).flatMap((queue) =>
    Array.from({ length: concurrency }, () => work(queue)),
  );
  await Promise.all(workers);
  return resolutions;
}

/** Equal for equal questions of one run: the canonical name, the platform, or the digest that is looked for. */
export function questionKey(question: Question): string {
  const { image } = question;
  if (question.kind === "held") return `${image.registry}/${image.repository}@${question.digest} held`;
  const platform = question.platform === undefined ? "" : ` ${formatPlatform(question.platform)}`;
  if (image.tag === undefined && image.digest !== undefined) {
    return `${image.registry}/${image.repository}@${image.digest}${platform}`;
  }
  return canonicalName(image) + platform;
}

function queuesByRegistry(questions: readonly Question[]): readonly Iterator<readonly [string, Question]>[] {
  const registries = new Map<string, Map<string, Question>>();
  for (const question of questions) {
    const { registry } = question.image;
    const queue = registries.get(registry) ?? new Map<string, Question>();
    const key = questionKey(question);
    registries.set(registry, queue.has(key) ? queue : queue.set(key, question));
  }
  return [...registries.values()].map((queue) => queue.entries());
}

async function resolve(question: Question, registry: Registry): Promise<Resolution> {
  try {
    if (question.kind === "held") {
      return { kind: "held", held: await registry.holds(question.image, question.digest) };
    }
    const { image, platform, requirePlatforms = [] } = question;
    const demand = { ...(platform !== undefined && { platform }), requirePlatforms };
    return { kind: "resolved", ...(await registry.inspect(image, demand)) };
  } catch (error) {
    // The resolver is the caller's: whatever it throws is why this image has no digest.
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}
