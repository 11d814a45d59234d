/** The port through which registries are asked. */
import type { Digest } from "../../image/digest.ts";
import type { Lookup, Resolution } from "../../image/lookup.ts";
import type { ImageReference } from "../../image/reference.ts";
import type { Content, ContentRequest, Inspection, PlatformDemand } from "../inspection.ts";

/** Says what the tag of an image means now: `sha256:…` or `sha512:…`. */
export type ResolveDigest = (image: ImageReference) => Promise<string>;

/** Where lookups go. */
export interface Registry {
  /** What an image means now, and which platforms it has where the demand names some. */
  inspect(image: ImageReference, demand: PlatformDemand): Promise<Inspection>;
  /** Whether the repository of an image has a digest. */
  hasDigest(image: ImageReference, digest: Digest): Promise<boolean>;
  /** What lies in the repository of an image; undefined where there is no such thing. Only signatures are looked for so. */
  read?(image: ImageReference, wanted: ContentRequest): Promise<Content | undefined>;
}

/** Registries to ask until they are closed. */
export interface RegistrySession extends Pick<Registry, "inspect" | "hasDigest"> {
  /** As a registry has it; undefined where it has none. */
  readonly read: Registry["read"];
  /** What went well but should be known: a login that was refused, a helper that failed. Always in the same order. */
  warnings(): readonly string[];
  /** Ends the helpers that are at work, and closes the sockets unless the process does that by ending. */
  close(options?: { readonly leaveSockets?: boolean }): Promise<void>;
}

/** Asks a registry. Where that fails, so says the resolution. */
export async function lookUp(
  lookup: Lookup,
  registry: Pick<Registry, "inspect" | "hasDigest">,
): Promise<Resolution> {
  try {
    if (lookup.kind === "held") {
      return { kind: "held", held: await registry.hasDigest(lookup.image, lookup.digest) };
    }
    const { image, platform, requirePlatforms, mustBeImage } = lookup;
    const demand = {
      ...(platform !== undefined && { platform }),
      requirePlatforms,
      ...(mustBeImage && { mustBeImage }),
    };
    const inspection = await registry.inspect(image, demand);
    if (mustBeImage && inspection.recognizedBy === undefined)
      throw new Error("the registry does not say whether an image is there");
    return { kind: "resolved", ...inspection };
  } catch (error) {
    // The registry may be the caller's: whatever it throws is why this image has no digest.
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}
