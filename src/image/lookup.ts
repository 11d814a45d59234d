/** What is asked of an image, and what comes back. */
import type { Digest } from "./digest.ts";
import type { Platform } from "./platform.ts";
import { canonicalName, type ImageReference } from "./reference.ts";

/** What is to be known of an image. */
export type Lookup = DigestLookup | HeldLookup;

/** What a tag means now, for a platform or for all, and whether the image has the platforms that are required. */
export interface DigestLookup {
  readonly kind: "digest";
  readonly image: ImageReference;
  readonly platform: Platform | undefined;
  readonly requirePlatforms: readonly Platform[];
  /** Nobody knows that it is an image: the registry must confirm it. */
  readonly mustBeImage?: true;
}

/** Whether the repository of an image has a digest. */
export interface HeldLookup {
  readonly kind: "held";
  readonly image: ImageReference;
  readonly digest: Digest;
}

/** What a lookup gave. */
export type Resolution =
  | {
      readonly kind: "resolved";
      readonly digest: Digest;
      /** The index that lists the digest, where a platform was chosen from one. */
      readonly index?: Digest;
      readonly platforms?: readonly string[] | undefined;
      /** The media type that says that it is an image, of a lookup that asked for it. */
      readonly recognizedBy?: string;
    }
  | { readonly kind: "held"; readonly held: boolean }
  | { readonly kind: "failed"; readonly error: Error };

/** Equal for equal lookups of one run: the canonical name, the platform, or the digest that is looked for. */
export function lookupKey(lookup: Lookup): string {
  const { image } = lookup;
  if (lookup.kind === "held") return `${image.registry}/${image.repository}@${lookup.digest} held`;
  const ofPlatform = lookup.platform === undefined ? "" : ` ${lookup.platform.name}`;
  const platform = lookup.mustBeImage ? `${ofPlatform} image` : ofPlatform;
  if (image.tag === undefined && image.digest !== undefined) {
    return `${image.registry}/${image.repository}@${image.digest}${platform}`;
  }
  return canonicalName(image) + platform;
}
