// platform := os ["(" os.version ")"] "/" architecture ["/" variant]
//
// Names, synonyms and the order of variants are containerd's, but for one thing: it runs a 386 image on amd64 and an arm
// image on arm64 where there is no better. Whoever names a platform gets that or an error.
// https://github.com/containerd/platforms/blob/v1.0.0-rc.1/platforms.go
// https://github.com/containerd/platforms/blob/v1.0.0-rc.1/compare.go

import { quote } from "../text/quote.ts";

/** What an image runs on, in the names that containerd makes of all synonyms: `arm64` for `aarch64`. */
export interface Platform {
  /** All of it, as {@link parsePlatform} reads it. */
  readonly name: string;
  readonly os: string;
  readonly architecture: string;
  /** Absent for the one that goes without saying: `v8` of arm64, `v1` of amd64. */
  readonly variant?: string;
  /** Of Windows, whose images run on hosts of the same build only. */
  readonly osVersion?: string;
}

/** A text that names no platform; the message says what to write. */
export class InvalidPlatformError extends Error {
  override readonly name = "InvalidPlatformError";
}

/** Reads `linux/arm64`, `linux/arm/v7`, `windows(10.0.17763)/amd64`. @throws {InvalidPlatformError} */
export function parsePlatform(text: string): Platform {
  const { os, osVersion, architecture, variant } = PLATFORM.exec(text)?.groups ?? {};
  if (os === undefined || architecture === undefined) {
    throw new InvalidPlatformError(
      `${quote(text)} is not a platform: write it as "linux/arm64", "linux/arm/v7" or "windows(10.0.17763)/amd64"`,
    );
  }
  return normalizePlatform({
    os,
    architecture,
    variant,
    osVersion,
  });
}

function nameOf({ os, architecture, variant, osVersion }: WrittenPlatform): string {
  const version = osVersion === undefined ? "" : `(${osVersion})`;
  return `${os}${version}/${architecture}${variant === undefined ? "" : `/${variant}`}`;
}

/** A platform in whatever names. */
interface WrittenPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
  readonly osVersion?: string | undefined;
}

/** The platform in containerd's names. */
function normalizePlatform(platform: WrittenPlatform): Platform {
  const system = platform.os.toLowerCase();
  const os = system === "macos" ? "darwin" : system;
  const written = platform.architecture.toLowerCase();
  const { architecture, variant: implied } = SYNONYMS.get(written) ?? { architecture: written };
  const variant = implied ?? normalVariant(architecture, platform.variant?.toLowerCase());
  const osVersion = platform.osVersion || undefined;
  const name = nameOf({ os, architecture, variant, osVersion });
  return {
    name,
    os,
    architecture,
    ...(variant !== undefined && { variant }),
    ...(osVersion !== undefined && { osVersion }),
  };
}

/** What an index says of one of its manifests. https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md */
export interface PlatformDescriptor {
  readonly platform?: DescribedPlatform | undefined;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A platform as images and indexes write it. */
export interface DescribedPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
  readonly "os.version"?: string | undefined;
  readonly "os.features"?: readonly string[] | undefined;
}

/** Which manifest of an index is for a platform. */
export type PlatformChoice<Manifest> =
  | { readonly kind: "found"; readonly manifest: Manifest }
  /** It has these, each once. */
  | { readonly kind: "missing"; readonly has: readonly string[] }
  /** It has one for each of these, and nothing says which is meant. */
  | { readonly kind: "ambiguous"; readonly has: readonly string[] };

/**
 * The manifest of an index for a platform: the nearest variant that runs there; on Windows the latest build of the
 * version that is named, so that `10.0.17763` finds `10.0.17763.6414`.
 */
export function selectPlatform<Manifest extends PlatformDescriptor>(
  manifests: readonly Manifest[],
  platform: Platform,
): PlatformChoice<Manifest> {
  const candidates = manifests.flatMap((manifest) => candidateOf(manifest, normalizePlatform(platform)));
  const [best] = candidates.toSorted(
    (one, other) =>
      one.distance - other.distance ||
      compareVersions(other.version, one.version) ||
      one.features - other.features,
  );
  if (best === undefined) return { kind: "missing", has: platformsOf(manifests) };
  const nearest = candidates.filter(({ distance }) => distance === best.distance);
  const versions = new Set(nearest.map(({ version }) => version.slice(0, 3).join(".")));
  if (platform.osVersion === undefined && versions.size > 1) {
    return { kind: "ambiguous", has: platformsOf(nearest.map(({ manifest }) => manifest)) };
  }
  return { kind: "found", manifest: best.manifest };
}

/** The platforms that an index has images for, each once, in its order. */
export function platformsOf(manifests: readonly PlatformDescriptor[]): readonly string[] {
  return [...new Set(manifests.flatMap((manifest) => describedPlatform(manifest)?.name ?? []))];
}

/** The platforms of those required that `has`, written as {@link platformsOf} writes it, has no image for. */
export function missingPlatforms(has: readonly string[], required: readonly Platform[]): readonly string[] {
  const manifests = has.map((text) => {
    const { osVersion, ...platform } = parsePlatform(text);
    return { platform: { ...platform, "os.version": osVersion } };
  });
  return required
    .filter((platform) => selectPlatform(manifests, platform).kind === "missing")
    .map(({ name }) => name);
}

/** The platform of a manifest in an index; undefined for attestations and other things that run nowhere. */
function describedPlatform({ platform, annotations }: PlatformDescriptor): Platform | undefined {
  if (platform === undefined || annotations?.["vnd.docker.reference.type"] !== undefined) return undefined;
  if (platform.os === "unknown" || platform.architecture === "unknown") return undefined;
  const described = toPlatform(platform);
  // It comes from a stranger, and goes into messages and locks.
  return PLATFORM.test(described.name) ? described : undefined;
}

/** The platform that an image's configuration or an index describes. */
function toPlatform({ os, architecture, variant, ...rest }: DescribedPlatform): Platform {
  const osVersion = rest["os.version"];
  return normalizePlatform({
    os,
    architecture,
    variant,
    osVersion,
  });
}

const PLATFORM =
  /^(?<os>[A-Za-z0-9_-]+)(?:\((?<osVersion>[A-Za-z0-9_.-]+)\))?\/(?<architecture>[A-Za-z0-9_-]+)(?:\/(?<variant>[A-Za-z0-9_.-]+))?$/;

/** The form of a platform, for those who say what a text may be. */
export const platformPattern: string = PLATFORM.source;

const SYNONYMS: ReadonlyMap<string, { readonly architecture: string; readonly variant?: string }> = new Map([
  ["i386", { architecture: "386" }],
  ["x86_64", { architecture: "amd64" }],
  ["x86-64", { architecture: "amd64" }],
  ["aarch64", { architecture: "arm64" }],
  ["armhf", { architecture: "arm", variant: "v7" }],
  ["armel", { architecture: "arm", variant: "v6" }],
]);

function normalVariant(architecture: string, variant: string | undefined): string | undefined {
  if (architecture === "386") return undefined;
  if (architecture === "arm" && !variant) return "v7";
  if (!variant) return undefined;
  const named = /^[0-9]/.test(variant) && /^(?:arm|arm64)$/.test(architecture) ? `v${variant}` : variant;
  return named === UNSAID.get(architecture) ? undefined : named;
}

const UNSAID: ReadonlyMap<string, string> = new Map([
  ["amd64", "v1"],
  ["arm64", "v8"],
]);

interface Candidate<Manifest> {
  readonly manifest: Manifest;
  /** How many variants away. */
  readonly distance: number;
  readonly version: readonly number[];
  readonly features: number;
}

function candidateOf<Manifest extends PlatformDescriptor>(
  manifest: Manifest,
  wanted: Platform,
): readonly Candidate<Manifest>[] {
  const has = describedPlatform(manifest);
  if (has === undefined || has.os !== wanted.os || has.architecture !== wanted.architecture) return [];
  if (!isVersionOf(has.osVersion, wanted.osVersion)) return [];
  const distance = variantDistance(wanted, has);
  if (distance === undefined) return [];
  const features = manifest.platform?.["os.features"]?.length ?? 0;
  return [{ manifest, distance, version: versionNumbers(has), features }];
}

/** True for a version that the wanted one begins, part by part; an image that names none runs on all. */
function isVersionOf(has: string | undefined, wanted: string | undefined): boolean {
  return has === undefined || wanted === undefined || has === wanted || has.startsWith(`${wanted}.`);
}

/** How far a variant is from the one wanted; undefined where it does not run there. */
function variantDistance({ architecture, variant }: Platform, has: Platform): number | undefined {
  if (has.variant === variant) return 0;
  const unsaid = UNSAID.get(architecture) ?? "";
  const from = VARIANT.exec(variant ?? unsaid)?.groups;
  const to = VARIANT.exec(has.variant ?? unsaid)?.groups;
  if (from === undefined || to === undefined || !/^(?:amd64|arm|arm64)$/.test(architecture)) return undefined;
  const majors = Number(from.major) - Number(to.major);
  const [fromMinor, toMinor] = [Number(from.minor ?? 0), Number(to.minor ?? 0)];
  if (architecture !== "arm64") return majors > 0 ? majors : undefined;
  if (majors === 0) return fromMinor >= toMinor ? fromMinor - toMinor : undefined;
  // v9.0 parted from v8.5, so v9.x runs all up to v8.(x + 5).
  if (majors !== 1 || toMinor > fromMinor + 5) return undefined;
  return fromMinor + 1 + (fromMinor + 5 - toMinor);
}

const VARIANT = /^v(?<major>[0-9])(?:\.(?<minor>[0-9]))?$/;

function versionNumbers({ osVersion }: Platform): readonly number[] {
  return (osVersion ?? "").split(".").map(Number);
}

function compareVersions(one: readonly number[], other: readonly number[]): number {
  const length = Math.max(one.length, other.length);
  for (let part = 0; part < length; part++) {
    const difference = (one[part] ?? 0) - (other[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
