import type { Digest } from "../image/digest.ts";
import type { Platform } from "../image/platform.ts";

/** What is wanted of an image beside its digest. */
export interface PlatformDemand {
  /** The digest is to be that of the manifest for this platform. */
  readonly platform?: Platform;
  /** The image must have all of these. */
  readonly requirePlatforms?: readonly Platform[];
  /** Nobody knows that it is an image: it must prove to be one, soon and at the first attempt. */
  readonly mustBeImage?: true;
}

/** What an image was found to be. */
export interface Inspection {
  /** What the tag itself means, or the manifest for the platform that was asked for. */
  readonly digest: Digest;
  /** The index that lists the digest, where a platform was chosen from one. */
  readonly index?: Digest;
  /** The platforms that the image has, one where it is no index; absent where nobody asked. */
  readonly platforms?: readonly string[];
  /** The media type that says that it is an image, where that was asked for. */
  readonly recognizedBy?: string;
}

/** Something in the repository of an image. */
export interface ContentRequest {
  /** `referrers`: the list of the manifests that refer to one. */
  readonly part: "manifests" | "blobs" | "referrers";
  /** A tag or a digest. */
  readonly reference: string;
  /** Which page of a list. */
  readonly page?: string;
  /** Bytes, where less than of any other answer are expected. */
  readonly bytesMax?: number;
}

/** What was read. */
export interface Content {
  /** That of the body. */
  readonly digest: Digest;
  readonly body: Uint8Array;
  readonly mediaType: string;
  /** The page that follows. */
  readonly next?: string | undefined;
}
