/** What an index or an image says of platforms. Its bytes come verified. */

import { type Digest, isDigest } from "../image/digest.ts";
import {
  type DescribedPlatform,
  missingPlatforms,
  type PlatformDescriptor,
  platformsOf,
  selectPlatform,
} from "../image/platform.ts";
import { type Fields, fieldsOf, parseJson } from "../text/json.ts";
import type { Inspection, PlatformDemand } from "./inspection.ts";
import { Failure } from "./transport/failure.ts";

/** A manifest, as far as platforms are concerned. */
export type ManifestContent =
  | { readonly kind: "index"; readonly manifests: readonly IndexedManifest[] }
  /** An image for one platform, which only its configuration names. */
  | { readonly kind: "image"; readonly config: Digest };

/** A manifest that an index lists. */
export interface IndexedManifest extends PlatformDescriptor {
  readonly digest: Digest;
}

/**
 * Reads a manifest.
 *
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 */
export function readContent(body: Buffer): ManifestContent {
  const manifest = parseObject(body);
  if (Array.isArray(manifest.manifests)) {
    return { kind: "index", manifests: manifest.manifests.flatMap(readIndexed) };
  }
  const config = fieldsOf(manifest.config);
  const { digest } = config;
  if (typeof digest === "string" && isDigest(digest) && CONFIG_TYPES.has(config.mediaType)) {
    return { kind: "image", config: digest };
  }
  throw new Failure("platform", { detail: "it is neither an index nor an image for a platform" });
}

/** The media type of the configuration that a manifest names; undefined where it names none. */
export function configTypeOf(body: Buffer): string | undefined {
  const { mediaType } = fieldsOf(parseObject(body).config);
  return textIn(mediaType);
}

/** Whether a media type is that of an image as a whole: an index, or a manifest of docker's, which are of nothing else. */
export function isImageType(mediaType: string): boolean {
  return IMAGE_TYPES.has(mediaType) || CONFIG_TYPES.has(mediaType);
}

/** Reads the platform in an image's configuration, as the one entry of an index. */
export function readConfig(body: Buffer, digest: Digest): readonly IndexedManifest[] {
  const platform = readPlatform(parseObject(body));
  return [{ digest, platform }];
}

/**
 * What is wanted of these manifests, where the tag itself means `digest`. Throws a Failure that says what there is where
 * a platform is missing.
 */
export function inspect(
  manifests: readonly IndexedManifest[],
  digest: Digest,
  { platform, requirePlatforms = [] }: PlatformDemand,
): Inspection {
  const platforms = platformsOf(manifests);
  // They are kept for each image, and told.
  if (platforms.reduce((sum, { length }) => sum + length, 0) > PLATFORMS_LENGTH_MAX) {
    const detail = `more than ${PLATFORMS_LENGTH_MAX} characters of platforms`;
    throw new Failure("too-large", { detail });
  }
  const missing = missingPlatforms(platforms, requirePlatforms);
  if (missing.length > 0) throw lacks(missing, platforms);
  if (platform === undefined) return { digest, platforms };
  const choice = selectPlatform(manifests, platform);
  switch (choice.kind) {
    case "found":
      return { digest: choice.manifest.digest, platforms };
    case "missing":
      throw lacks([platform.name], platforms);
    case "ambiguous":
      throw new Failure("platform", {
        detail: `it has several for ${platform.name}, and none is named: ${choice.has.join(", ")}`,
      });
  }
}

/** Of a thousand platforms and more; those with most have a hundred. */
const PLATFORMS_LENGTH_MAX = 32_768;

const IMAGE_TYPES: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
]);

// Docker's own is that of all its registries; an artifact has another, and runs nowhere.
const CONFIG_TYPES: ReadonlySet<unknown> = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

function lacks(missing: readonly string[], has: readonly string[]): Failure {
  const [only, second] = has;
  const lack = missing.join(", ");
  if (only === undefined)
    return new Failure("platform", { detail: `it names no platform, and so not ${lack}` });
  const detail =
    second === undefined
      ? `it is for the single platform ${only}, not for ${lack}`
      : `it has ${has.join(", ")}, but not ${lack}`;
  return new Failure("platform", { detail });
}

function readIndexed(value: unknown): readonly IndexedManifest[] {
  const { digest, platform, annotations } = fieldsOf(value);
  if (typeof digest !== "string" || !isDigest(digest)) return [];
  const described = readPlatform(fieldsOf(platform));
  return [
    {
      digest,
      platform: described,
      annotations: Object.fromEntries(
        Object.entries(fieldsOf(annotations)).filter((entry): entry is [string, string] => {
          return typeof entry[1] === "string";
        }),
      ),
    },
  ];
}

function readPlatform(value: Fields): DescribedPlatform | undefined {
  const { os, architecture, variant } = value;
  if (typeof os !== "string" || typeof architecture !== "string") return undefined;
  const version = value["os.version"];
  const features = value["os.features"];
  return {
    os,
    architecture,
    variant: textIn(variant),
    "os.version": textIn(version),
    "os.features": Array.isArray(features) ? features.filter((each) => typeof each === "string") : undefined,
  };
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function parseObject(body: Buffer): Fields {
  try {
    return fieldsOf(parseJson(body.toString("utf8")));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure("platform", { detail: "what it says of its platform is no JSON", cause: error });
  }
}
