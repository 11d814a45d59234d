/** Asking for each distinct image once, those of all registries at the same time. */
import { type Digest, parseDigest } from "./image/digest.ts";
import { canonicalName, type ImageReference } from "./image/reference.ts";

/** Says what the tag of an image means now: `sha256:…` or `sha512:…`. */
export type ResolveDigest = (image: ImageReference) => Promise<string>;

/** What asking for an image gave. */
export type Resolution =
  | { readonly kind: "resolved"; readonly digest: Digest }
  | { readonly kind: "failed"; readonly error: Error };

/**
 * Asks for each distinct image once, at most `concurrency` at the same time of each registry, so that one that is slow
 * holds up no other. A failure is that image's resolution, so that a person learns of all of them at once. The keys are
 * canonical names.
 */
export async function resolveAll(
  images: readonly ImageReference[],
  resolveDigest: ResolveDigest,
  concurrency: number,
): Promise<ReadonlyMap<string, Resolution>> {
  const resolutions = new Map<string, Resolution>();
  const work = async (queue: Iterator<readonly [string, ImageReference]>): Promise<void> => {
    for (let entry = queue.next(); entry.done !== true; entry = queue.next()) {
      const [name, image] = entry.value;
      resolutions.set(name, await resolve(image, resolveDigest));
    }
  };
  const workers = queuesByRegistry(images).flatMap((queue) =>
    Array.from({ length: concurrency }, () => work(queue)),
  );
  await Promise.all(workers);
  return resolutions;
}

function queuesByRegistry(
  images: readonly ImageReference[],
): readonly Iterator<readonly [string, ImageReference]>[] {
  const registries = new Map<string, Map<string, ImageReference>>();
  for (const image of images) {
    const queue = registries.get(image.registry) ?? new Map<string, ImageReference>();
    registries.set(image.registry, queue.set(canonicalName(image), image));
  }
  return [...registries.values()].map((queue) => queue.entries());
}

async function resolve(image: ImageReference, resolveDigest: ResolveDigest): Promise<Resolution> {
  try {
    return { kind: "resolved", digest: parseDigest(await resolveDigest(image)) };
  } catch (error) {
    // The resolver is the caller's: whatever it throws is why this image has no digest.
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}
